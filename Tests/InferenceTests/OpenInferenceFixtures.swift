import SibylInference
import SibylJSON
import SibylModel
import Testing

/// Reads an infer request and lends it while its bytes are there.
///
/// - Parameter blobs: what stands behind the JSON; nil for the content type without binary data.
func withRequest<Result>(
    _ json: String, blobs: [UInt8]? = nil, _ body: (InferRequest) throws -> Result
) throws -> Result {
    let bytes = Array(json.utf8) + (blobs ?? [])
    let form = blobs == nil ? PayloadForm.openInference : .openInferenceBinary(jsonLength: json.utf8.count)
    return try bytes.withUnsafeBytes { bytes in
        let request = try InferRequest(Payload(bytes, form: form))
        return try withExtendedLifetime(request) { try body(request) }
    }
}

/// What is wrong with a request; nil for nothing.
func fault(_ json: String, blobs: [UInt8]? = nil) -> PredictionError? {
    do {
        try withRequest(json, blobs: blobs) { _ in }
        return nil
    } catch {
        return error as? PredictionError
    }
}

/// A request with one input, `x`.
func request(_ datatype: String, _ shape: String, _ rest: String) -> String {
    #"{"inputs":[{"name":"x","datatype":"\#(datatype)","shape":\#(shape),\#(rest)}]}"#
}

/// The response to a request, as JSON and what stands behind it.
func response(
    to json: String, blobs: [UInt8]? = nil, model: ModelMetadata = echo,
    _ outputs: (InferRequest) -> [InferResponse.Output]
) throws -> (json: String, blobs: [UInt8]) {
    try withRequest(json, blobs: blobs) { request in
        var outcomes = PredictionOutcomes()
        outcomes.appendBinary { writer in
            try InferResponse(of: model).write(outputs(request), to: request, into: &writer)
        }
        switch outcomes.outcomes[0] {
        case .output(let range, let jsonLength):
            let bytes = Array(outcomes.bytes[range])
            return (String(decoding: bytes.prefix(jsonLength), as: UTF8.self), Array(bytes.dropFirst(jsonLength)))
        case .failure(let error): throw error
        }
    }
}

let echo = ModelMetadata(
    displayName: "Echo", qualifiedName: "echo", description: "Gives what it gets.", version: "1.0.0", inputSchema: true,
    outputSchema: true)

extension TensorView {
    /// The elements as they lie in memory.
    func elements<Element: BitwiseCopyable>(_ type: Element.Type) -> [Element] {
        let size = MemoryLayout<Element>.size
        return (0..<data.count / size).map { data.loadUnaligned(fromByteOffset: $0 * size, as: Element.self) }
    }

    var texts: [String] { strings.map { String(decoding: $0, as: UTF8.self) } }
}

/// The packed bytes of elements.
func packed<Element: BitwiseCopyable>(_ elements: [Element]) -> [UInt8] {
    elements.withUnsafeBytes { Array($0) }
}

/// The packed bytes of strings.
func packed(_ strings: [String]) -> [UInt8] {
    strings.flatMap { packed([UInt32($0.utf8.count)]) + Array($0.utf8) }
}
