package import SibylModel

/// An infer request of the Open Inference Protocol, version 2, in JSON or with the binary tensor extension.
///
/// Its tensors are views of the payload where that holds their elements as they are, else of what the request owns: they
/// are valid as long as both live. `withExtendedLifetime(request) { … }` sees to the one.
package final class InferRequest {
    package struct Input {
        package var name: String
        package var tensor: TensorView
        /// Elements that are null in JSON, ascending: in the tensor they are not a number, zero, false or empty.
        package var nulls: [Int] = []
    }

    /// An output that is asked for by name.
    package struct RequestedOutput: Equatable {
        package var name: String
        /// Whether as bytes behind the JSON; nil as the request has it.
        package var isBinary: Bool?
    }

    /// The raw JSON text of the request's id, to be echoed; empty for none. Valid as long as the payload.
    package let id: UnsafeRawBufferPointer
    package let inputs: [Input]
    /// The outputs that are asked for, in that order; empty for all.
    package let outputs: [RequestedOutput]
    private let isBinaryByDefault: Bool
    private let storage: TensorStorage

    /// Reads a request; whether it fits a model is looked at later.
    ///
    /// - Throws: `PredictionError` of the code `malformedPayload` that names the tensor which is off.
    package convenience init(_ payload: Payload) throws(PredictionError) {
        var jsonLength = payload.bytes.count
        var isBinary = false
        if case .openInferenceBinary(let length) = payload.form {
            guard 0...payload.bytes.count ~= length else {
                throw PredictionError(
                    .malformedPayload, "json_length is \(length), and the payload has \(payload.bytes.count) bytes")
            }
            (jsonLength, isBinary) = (length, true)
        }
        let blobs = isBinary ? UnsafeRawBufferPointer(rebasing: payload.bytes[jsonLength...]) : nil
        var reader = InferRequestReader(
            json: UnsafeRawBufferPointer(rebasing: payload.bytes[..<jsonLength]), blobs: blobs)
        self.init(try reader.read())
    }

    init(_ parts: InferRequestReader.Parts) {
        id = parts.id
        inputs = parts.inputs
        outputs = parts.outputs
        isBinaryByDefault = parts.isBinaryByDefault
        storage = parts.storage
    }

    /// Whether an output goes behind the JSON as bytes.
    ///
    /// - Parameter place: in the response.
    func isBinary(outputAt place: Int) -> Bool {
        outputs.isEmpty ? isBinaryByDefault : outputs[place].isBinary ?? isBinaryByDefault
    }
}
