internal import SibylClient

/// The answer to a batch.
enum BatchAnswer {
    /// `{"error": {...}}`, with what a failed request of its own would be answered.
    static func row(_ failure: HTTPFailure) -> [UInt8] {
        Array(JSONValue.object(["error": failure.body]).description.utf8)
    }

    /// The outputs as they are, with an error in the place of each that failed.
    ///
    /// - Throws: when the outputs are no JSON.
    static func bytes(_ prediction: RawPrediction) throws -> [UInt8] {
        if prediction.itemErrors.isEmpty { return prediction.payload }
        var failures: [Int: SibylError] = [:]
        for item in prediction.itemErrors { failures[item.index] = item.error }
        return try JSONDocument().withParsed(prediction.payload) { array in
            var bytes = [UInt8(ascii: "[")]
            for (index, item) in array.elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                if let error = failures[index] {
                    bytes += row(HTTPFailure(error))
                } else {
                    bytes += item.rawBytes
                }
            }
            return bytes + [UInt8(ascii: "]")]
        }
    }
}
