/// What a model of tensors takes and gives.
public struct TensorSignature: Sendable, Hashable {
    public var inputs: [TensorSpec]
    public var outputs: [TensorSpec]

    public init(inputs: [TensorSpec], outputs: [TensorSpec]) {
        self.inputs = inputs
        self.outputs = outputs
    }

    /// Whether the first dimension of every tensor may have any length, so that it can count items: those of several
    /// requests can then be computed together.
    public var canBatch: Bool {
        !inputs.isEmpty && (inputs + outputs).allSatisfy { $0.shape.first == -1 }
    }
}

/// A model whose inputs and outputs are tensors: what a runtime implements.
public protocol TensorModel: Sendable {
    var signature: TensorSignature { get }

    /// Computes once. It may be called from several threads at once.
    ///
    /// - Parameters:
    ///   - inputs: one a spec of `signature.inputs`, in that order, of those types and shapes that fit.
    ///   - outputs: places in `signature.outputs` that are wanted.
    ///   - body: gets the outputs asked for, in that order; they are valid inside it only.
    /// - Throws: `PredictionError`, or what `body` throws.
    func run(_ inputs: [TensorView], outputs: [Int], _ body: ([TensorView]) throws -> Void) throws
}
