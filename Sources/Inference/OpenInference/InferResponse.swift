package import SibylJSON
package import SibylModel

/// Writes infer responses of one model.
package struct InferResponse: Sendable {
    package struct Output {
        package var name: String
        package var tensor: TensorView
        /// Elements that are null in JSON, ascending.
        package var nulls: [Int]

        package init(name: String, tensor: TensorView, nulls: [Int] = []) {
            self.name = name
            self.tensor = tensor
            self.nulls = nulls
        }
    }

    /// The members that are the same in every response.
    private let identity: [UInt8]

    package init(of metadata: ModelMetadata) {
        var writer = JSONWriter()
        writer.key("model_name")
        writer.string(metadata.qualifiedName)
        writer.key("model_version")
        writer.string(metadata.version.description)
        identity = writer.bytes
    }

    /// Appends a response: JSON, and behind it the elements of those outputs that are asked for as binary.
    ///
    /// - Parameter outputs: those that the request asks for, in its order.
    /// - Returns: how many bytes are JSON.
    /// - Throws: `PredictionError` for elements that JSON has no form for.
    package func write(_ outputs: [Output], to request: InferRequest, into writer: inout JSONWriter)
        throws(PredictionError) -> Int
    {
        let begin = writer.count
        writer.beginObject()
        writer.raw(identity)
        if !request.id.isEmpty {
            writer.key("id")
            writer.raw(request.id)
        }
        writer.key("outputs")
        writer.beginArray()
        for (place, output) in outputs.enumerated() {
            try Self.write(output, isBinary: request.isBinary(outputAt: place), into: &writer)
        }
        writer.endArray()
        writer.endObject()
        let jsonLength = writer.count - begin
        for (place, output) in outputs.enumerated() where request.isBinary(outputAt: place) {
            BinaryElements.write(output.tensor, into: &writer)
        }
        return jsonLength
    }

    private static func write(_ output: Output, isBinary: Bool, into writer: inout JSONWriter) throws(PredictionError) {
        writer.beginObject()
        writer.key("name")
        writer.string(output.name)
        writer.key("datatype")
        writer.string(output.tensor.type.openInferenceName)
        writer.key("shape")
        writer.beginArray()
        for length in output.tensor.shape { writer.integer(length) }
        writer.endArray()
        if isBinary {
            writer.key("parameters")
            writer.beginObject()
            writer.key("binary_data_size")
            writer.integer(BinaryElements.byteCount(of: output.tensor))
            writer.endObject()
        } else {
            writer.key("data")
            do {
                try JSONElements.write(output.tensor, nulls: output.nulls, into: &writer)
            } catch {
                throw PredictionError(.failed, "output '\(output.name)': \(error.message)")
            }
        }
        writer.endObject()
    }
}
