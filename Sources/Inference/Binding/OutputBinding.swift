internal import SibylJSON

/// How an output tensor becomes a member of the record that a model gives.
///
/// A class, as the bindings of inputs are: the hot path walks lists of them, and copies of a struct with so many members
/// would be counted member by member.
final class OutputBinding: Sendable {
    enum Form: Sendable {
        /// A scalar, or nested arrays by the item's shape.
        case plain
        /// Each integer as the name at its place.
        case names([String])
        /// The last dimension as an object with these keys.
        case object([String])
    }

    let name: String
    /// The tensor's place in the signature.
    let place: Int
    let spec: TensorSpec
    /// The item's shape as JSON has it, -1 for any length. A single column is a scalar.
    let shape: [Int]
    let form: Form
    /// Whether the tensor may have any shape: a file that tells none looks as if it told of a scalar.
    let isOfAnyShape: Bool
    /// Whether what is not finite is null.
    let isNullable: Bool
    let schema: JSONSchema

    /// - Parameters:
    ///   - path: where the description stands in that of the model.
    ///   - isBatched: whether the tensor's first dimension counts items.
    init(
        _ output: OutputDescription, _ spec: TensorSpec, at place: Int, isBatched: Bool, path: String,
        _ problems: DescriptionProblems
    ) {
        name = output.name ?? spec.name
        self.place = place
        self.spec = spec
        shape = spec.recordShape(isBatched: isBatched)
        isOfAnyShape = spec.shape.isEmpty && output.shape == nil
        isNullable = output.isNullable
        form = Self.form(output.labels, spec, shape, path, problems)
        if isNullable && !spec.type.isFloatingPoint {
            problems.add("\(path).nullable", "is for floating-point tensors, but \(spec.name) is \(spec.type)")
        }
        let element = isNullable ? spec.type.schema.nullable : spec.type.schema
        let value = Self.schema(form, of: element, shape)
        schema = (isOfAnyShape ? .anyOf(value, JSONSchema(["type": "array"])) : value)
            .annotated(description: output.description, unit: output.unit)
    }

    private static func form(
        _ labels: [String], _ spec: TensorSpec, _ shape: [Int], _ path: String, _ problems: DescriptionProblems
    ) -> Form {
        if labels.isEmpty { return .plain }
        let path = "\(path).labels"
        if Set(labels).count < labels.count { problems.add(path, "has a name twice") }
        if spec.type.isInteger { return .names(labels) }
        if spec.type == .string { problems.add(path, "are for numbers, but \(spec.name) gives strings already") }
        let length = shape.last ?? 0
        if shape.isEmpty {
            problems.add(path, "name integers, or the last dimension of an item, but \(spec.name) has neither")
        } else if length != -1 && length != labels.count {
            problems.add(path, "has \(labels.count) names for the \(length) columns of \(spec.name)")
        }
        return .object(labels)
    }

    private static func schema(_ form: Form, of element: JSONSchema, _ shape: [Int]) -> JSONSchema {
        switch form {
        case .plain: element.nested(in: shape)
        case .names(let labels): JSONSchema.enumeration(labels).nested(in: shape)
        case .object(let labels):
            JSONSchema.record(labels.map { ($0, element, isRequired: true) }).nested(in: shape.dropLast())
        }
    }
}

extension TensorSpec {
    /// The shape of an item without the dimension that counts items.
    func itemShape(isBatched: Bool) -> [Int] {
        isBatched ? Array(shape.dropFirst()) : shape
    }

    /// The same as JSON has it: exporters of pipelines give each scalar a column of its own, which is a scalar again.
    func recordShape(isBatched: Bool) -> [Int] {
        let item = itemShape(isBatched: isBatched)
        return isBatched && item == [1] ? [] : item
    }
}
