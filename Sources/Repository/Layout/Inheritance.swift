internal import SibylJSON

/// What a version's description inherits.
enum Inheritance {
    /// Members of objects are merged one by one; anything else is replaced, by null too.
    static func merged(_ inherited: JSONValue, with own: JSONValue) -> JSONValue {
        guard var result = inherited.object, let additions = own.object else {
            return own == .null ? inherited : own
        }
        for (key, value) in additions {
            result[key] = value == .null ? value : result[key].map { merged($0, with: value) } ?? value
        }
        return .object(result)
    }
}
