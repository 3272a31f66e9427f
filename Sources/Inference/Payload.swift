/// What the bytes of a payload are.
public enum PayloadForm: Sendable, Hashable {
    /// One JSON value that meets the model's input schema.
    case json
    /// An infer request of the Open Inference Protocol, version 2.
    case openInference
    /// The same with its binary tensor extension: the first `jsonLength` bytes are the request's JSON, behind it follow
    /// the elements of tensors.
    case openInferenceBinary(jsonLength: Int)
}

/// One request's input as it came. Its bytes are somebody else's: valid as long as that one says.
public struct Payload {
    public var bytes: UnsafeRawBufferPointer
    public var form: PayloadForm

    public init(_ bytes: UnsafeRawBufferPointer, form: PayloadForm = .json) {
        self.bytes = bytes
        self.form = form
    }
}
