internal import SibylJSON

/// The members of a record, found by name.
struct FieldTable: Sendable {
    private let names: [[UInt8]]
    private let places: [String: Int]

    init(_ names: [String]) {
        self.names = names.map { Array($0.utf8) }
        places = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
    }

    /// Notes where each member of a record is; nil for one that is not there. Where a name stands twice, the last counts.
    func find(in record: JSONNode, _ members: inout [JSONNode?]) {
        members.removeAll(keepingCapacity: true)
        members.append(contentsOf: repeatElement(nil, count: names.count))
        // Most records have their members in the order of the schema: the next is looked at first.
        var next = 0
        for member in record.members {
            guard let place = place(of: member.key.stringText, guess: next) else { continue }
            members[place] = member.value
            next = place + 1
        }
    }

    private func place(of name: JSONText, guess: Int) -> Int? {
        if guess < names.count, names[guess].withUnsafeBytes({ name.equals($0) }) { return guess }
        return places[name.string]
    }
}
