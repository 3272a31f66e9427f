internal import SibylJSON

/// How an input tensor is filled from a record.
final class InputBinding: Sendable {
    let spec: TensorSpec
    /// The shape of an item, -1 for any length where the record decides it.
    let shape: [Int]
    /// One member that holds all of the item, or one scalar for each of its elements.
    let fields: [FieldBinding]

    /// Whether the record decides on a length.
    let isRagged: Bool
    /// Whether each member is a scalar.
    let isRow: Bool

    /// - Parameters:
    ///   - isBatched: whether the tensor's first dimension counts items.
    ///   - path: where the description stands in that of the model.
    init(
        _ input: InputDescription, _ spec: TensorSpec, isBatched: Bool, path: String, _ problems: DescriptionProblems
    ) {
        self.spec = spec
        let item = spec.itemShape(isBatched: isBatched)
        switch input.fields {
        case .whole(let feature):
            shape = item
            let shape = spec.recordShape(isBatched: isBatched)
            fields = [FieldBinding(feature, of: spec.type, shape: shape, path: path, problems)]
        case .features(let features):
            if !Self.isRow(of: features.count, item) {
                let message = "has \(features.count) names, but an item of \(spec.name) has the shape \(item)"
                problems.add("\(path).features", message)
            }
            shape = item.dropLast().map { _ in 1 } + (item.isEmpty ? [] : [features.count])
            fields = features.enumerated().map { index, feature in
                FieldBinding(feature, of: spec.type, shape: [], path: "\(path).features[\(index)]", problems)
            }
        }
        isRagged = shape.contains(-1)
        isRow = fields.allSatisfy(\.shape.isEmpty)
    }

    /// Whether an item can be so many scalars in a row.
    private static func isRow(of count: Int, _ item: [Int]) -> Bool {
        guard let last = item.last else { return count == 1 }
        return (last == count || last == -1) && item.dropLast().allSatisfy { $0 == 1 || $0 == -1 }
    }
}
