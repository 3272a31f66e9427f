internal import SibylJSON

/// Says what has changed, as it was and as it is: on the side of inputs what is compared is old and what it must fit in
/// is new, on the side of outputs the other way about.
struct ContractWords {
    let side: ContractBreak.Side

    init(_ side: ContractBreak.Side) { self.side = side }

    func changed(_ value: String, _ target: String) -> String {
        let (old, new) = side == .input ? (value, target) : (target, value)
        return "was \(old), is \(new) now"
    }

    func changed(_ keyword: String, _ value: JSONValue?, _ target: JSONValue?) -> String {
        let (old, new) = side == .input ? (value, target) : (target, value)
        switch (old, new) {
        case (let old?, let new?): return "\(keyword) was \(Self.shown(old)), is \(Self.shown(new)) now"
        case (nil, let new?): return "has \(keyword) \(Self.shown(new)) now, and had none"
        case (let old?, nil): return "\(keyword) was \(Self.shown(old)), and is gone"
        case (nil, nil): return "\(keyword) has changed"
        }
    }

    var required: String {
        side == .input ? "is required now, and could be missing" : "was always there, and may be missing now"
    }

    var newAndRequired: String { side == .input ? "is new and required" : required }

    var nothingAllowed: String {
        side == .input ? "nothing is allowed here any more" : "may be there now, where nothing was allowed"
    }

    var unnamedRefused: String {
        side == .input
            ? "is not known any more, and unknown members are refused"
            : "may be there now, where unknown members were refused"
    }

    var repeated: String {
        side == .input ? "items may not repeat any more" : "items may repeat now, which they never did"
    }

    /// - Parameter reason: why not, by the schema that doesn't know the values.
    func strays(_ values: [JSONValue], _ reason: String) -> String {
        let list = Self.list(values)
        return side == .input
            ? "\(list) \(values.count == 1 ? "is" : "are") not taken any more: \(reason)"
            : "may be \(list) now, which it never was: \(reason)"
    }

    func limited(_ types: ValueTypes, to choices: [JSONValue]) -> String {
        let list = (choices.count == 1 ? "only " : "one of ") + Self.list(choices)
        return changed(types.words, list)
    }

    /// - Parameter types: what the member must be.
    func undeclared(_ types: ValueTypes) -> String {
        "is new: the old version ignored whatever a caller sent under this name, the new one takes only \(types.words) "
            + "within its bounds"
    }

    var undescribed: String {
        "is not described any more: it may be missing, or anything"
    }

    func untold(_ what: String) -> String {
        side == .input
            ? "\(what): whether all that was valid still is can't be told"
            : "\(what): whether all that it may be now is what it could be can't be told"
    }

    // MARK: - Values

    private static func list(_ values: [JSONValue]) -> String {
        // More than anybody reads at once.
        let shown = values.prefix(8).map { Self.shown($0) }.joined(separator: ", ")
        return values.count > 8 ? "\(shown) and \(values.count - 8) more" : shown
    }

    private static func shown(_ value: JSONValue) -> String {
        let text = value.description
        return text.count > 80 ? text.prefix(80) + "…" : text
    }
}
