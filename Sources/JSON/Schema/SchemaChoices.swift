/// The values of an `enum`: strings and numbers are found at once, however many there are; the rest, which are rare, are
/// compared one by one.
final class SchemaChoices: Sendable {
    private let values: [JSONValue]
    private let strings: SchemaKeyTable
    private let integers: Set<Int64>
    /// The integers too, for numbers that only round to one.
    private let doubles: Set<Double>
    private let others: [JSONValue]

    init(_ values: [JSONValue]) {
        self.values = values
        strings = SchemaKeyTable(values.compactMap(\.string))
        integers = Set(values.compactMap(\.int64))
        doubles = Set(values.compactMap(\.double))
        others = values.filter { $0.string == nil && $0.double == nil }
    }

    func contains(_ value: JSONNode) -> Bool {
        switch value.kind {
        case .string: strings.place(of: value.stringText, hint: 0) != nil
        case .number:
            value.int64.map { integers.contains($0) } ?? value.double.map { doubles.contains($0) } ?? false
        default: others.contains { value.isEqual(to: $0) }
        }
    }

    /// The first of them, for people.
    var words: String {
        values.prefix(20).map(\.description).joined(separator: ", ")
    }
}
