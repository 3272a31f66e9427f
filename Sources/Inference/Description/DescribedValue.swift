internal import SibylJSON
internal import SibylModel

/// A value of a description with its place, for reading. What is off is noted, and reading goes on with nothing in its
/// place: an operator hears of all mistakes at once.
struct DescribedValue {
    let json: JSONValue
    /// Such as `inputs[0].features[2].minimum`; the empty path is the description itself.
    let path: String
    let problems: DescriptionProblems

    /// Not empty.
    func text() -> String? {
        if let text = json.string, !text.isEmpty { return text }
        // `labels: [1, 2]` and `name: true` mean text as a rule.
        let isScalar = json.double != nil || json.bool != nil
        return refuse(isScalar ? "must be text: put it in quotes" : "must be text")
    }

    func number() -> Double? {
        guard let number = json.double, number.isFinite else { return refuse("must be a number") }
        return number
    }

    func number(in range: ClosedRange<Double>) -> Double? {
        guard let number = json.double, range.contains(number) else {
            return refuse("must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func whole(in range: ClosedRange<Int>) -> Int? {
        guard let number = json.int64.flatMap({ Int(exactly: $0) }), range.contains(number) else {
            return refuse("must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func flag() -> Bool? {
        json.bool ?? refuse("must be true or false")
    }

    func choice<Choice: CaseIterable & RawRepresentable<String>>(of type: Choice.Type) -> Choice? {
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return json.string.flatMap { Choice(rawValue: $0) } ?? refuse("must be one of \(names)")
    }

    func object() -> JSONValue? {
        json.object == nil ? refuse("must hold members of its own") : json
    }

    /// The elements of a list; none of what is no list.
    func list() -> [DescribedValue] {
        guard let elements = json.array else { return refuse("must be a list") ?? [] }
        return elements.enumerated().map { index, element in
            DescribedValue(json: element, path: "\(path)[\(index)]", problems: problems)
        }
    }

    /// The elements of a list that are text.
    func texts() -> [String] {
        list().compactMap { $0.text() }
    }

    func members() -> DescribedMembers {
        if json.object == nil { _ = refuse("must hold members of its own") as JSONValue? }
        return DescribedMembers(object: json.object ?? [:], owner: self)
    }

    private func refuse<Value>(_ demand: String) -> Value? {
        problems.add(path, "\(demand), but is \(shown)")
        return nil
    }

    private var shown: String {
        switch json {
        case .array(let elements): "a list of \(elements.count)"
        case .object: "a mapping"
        case .null: "empty"
        default: json.description.count > 60 ? json.description.prefix(60) + "…" : json.description
        }
    }
}

/// The members of an object, which are asked for one by one: those that nobody asked for are mistakes.
struct DescribedMembers {
    fileprivate let object: JSONObject
    fileprivate let owner: DescribedValue
    private var known: [String] = []

    fileprivate init(object: JSONObject, owner: DescribedValue) {
        self.object = object
        self.owner = owner
    }

    /// Nil where there is none, or one that is empty.
    subscript(key: String) -> DescribedValue? {
        mutating get {
            known.append(key)
            guard let value = object[key], value != .null else { return nil }
            return DescribedValue(json: value, path: path(to: key), problems: owner.problems)
        }
    }

    /// The text of a member that must be there.
    mutating func name(_ key: String) -> String {
        if let value = self[key] { return value.text() ?? "" }
        complain(ofMissing: key)
        return ""
    }

    /// A member that must be there and may be anything, null too.
    mutating func value(_ key: String) -> JSONValue? {
        known.append(key)
        if object[key] == nil { complain(ofMissing: key) }
        return object[key]
    }

    private func complain(ofMissing key: String) {
        // What is no object has been complained of.
        if owner.json.object != nil { owner.problems.add(path(to: key), "is missing") }
    }

    /// Ends the reading.
    func refuseOthers() {
        for key in object.keys where !known.contains(key) {
            owner.problems.add(path(to: key), "is unknown here; there may be \(known.joined(separator: ", "))")
        }
    }

    private func path(to key: String) -> String {
        owner.path.isEmpty ? key : "\(owner.path).\(key)"
    }
}

/// What is wrong with a description, all of it.
final class DescriptionProblems {
    private var problems: [String] = []

    func add(_ path: String, _ message: String) {
        problems.append(path.isEmpty ? "the description \(message)" : "\(path) \(message)")
    }

    /// - Throws: `ModelLoadError` with every problem, if there is one.
    func check() throws(ModelLoadError) {
        switch problems.count {
        case 0: return
        case 1: throw ModelLoadError("the model's description has a mistake: \(problems[0])")
        default:
            let list = problems.map { "\n  " + $0 }.joined()
            throw ModelLoadError("the model's description has \(problems.count) mistakes:\(list)")
        }
    }
}
