/// Shapes as requests give them.
enum TensorShape {
    /// Of the lengths of all dimensions that are not zero: what an empty tensor is reduced along could else be of any
    /// size. Twice the elements of one byte that the longest message of a usual configuration holds.
    static let mostElements = 128 << 20
    /// As deep as JSON may be nested.
    static let mostDimensions = 64

    /// How many elements a shape has; nil for one that is out of bounds.
    ///
    /// - Precondition: no length is negative.
    static func count(_ shape: [Int]) -> Int? {
        var product = 1
        guard shape.count <= mostDimensions else { return nil }
        for length in shape {
            let (next, overflow) = product.multipliedReportingOverflow(by: max(length, 1))
            guard !overflow, next <= mostElements else { return nil }
            product = next
        }
        return shape.contains(0) ? 0 : product
    }

    static func text(_ shape: [Int]) -> String {
        // A longer one is out of bounds, and the message need not grow with it.
        let lengths = shape.prefix(mostDimensions).map { "\($0)" }.joined(separator: ", ")
        return shape.count > mostDimensions ? "[\(lengths), …]" : "[\(lengths)]"
    }
}
