internal import SibylJSON

/// The members of a record, found by name.
struct FieldTable: Sendable {
    /// All names one behind the other, and where each ends.
    private let text: [UInt8]
    private let ends: [Int]
    private let places: [String: Int]

    init(_ names: [String]) {
        var (text, ends): ([UInt8], [Int]) = ([], [])
        for name in names {
            text.append(contentsOf: name.utf8)
            ends.append(text.count)
        }
        (self.text, self.ends) = (text, ends)
        places = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
    }

    /// Notes where each member of a record is; nil for one that is not there. Where a name stands twice, the last counts.
    func find(in record: JSONNode, _ members: inout [JSONNode?]) {
        members.removeAll(keepingCapacity: true)
        members.append(contentsOf: repeatElement(nil, count: ends.count))
        text.withUnsafeBytes { text in
            // Most records have their members in the order of the schema: the next is looked at first.
            var next = 0
            for member in record.members {
                guard let place = place(of: member.key.stringText, guess: next, text) else { continue }
                members[place] = member.value
                next = place + 1
            }
        }
    }

    private func place(of name: JSONText, guess: Int, _ text: UnsafeRawBufferPointer) -> Int? {
        if guess < ends.count {
            let begin = guess == 0 ? 0 : ends[guess - 1]
            if name.equals(UnsafeRawBufferPointer(rebasing: text[begin..<ends[guess]])) { return guess }
        }
        return places[name.string]
    }
}
