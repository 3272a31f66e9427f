internal import SibylJSON
internal import SibylModel

/// Reads an infer request in one pass.
struct InferRequestReader {
    /// What was read.
    struct Parts {
        var id = UnsafeRawBufferPointer(start: nil, count: 0)
        var inputs: [InferRequest.Input] = []
        var outputs: [InferRequest.RequestedOutput] = []
        var isBinaryByDefault = false
        let storage = TensorStorage()
    }

    /// Each is looked for in a model, of which none has so many.
    private static let mostTensors = 65_536

    private let json: UnsafeRawBufferPointer
    private var blobs: TensorBlobs
    private var parts = Parts()
    private var hasInputs = false

    /// - Parameter blobs: what stands behind the JSON; nil where nothing may.
    init(json: UnsafeRawBufferPointer, blobs: UnsafeRawBufferPointer?) {
        self.json = json
        self.blobs = TensorBlobs(blobs)
    }

    /// - Throws: `PredictionError` of the code `malformedPayload`.
    mutating func read() throws(PredictionError) -> Parts {
        do {
            var parser = JSONParser(json)
            try parser.beginObject(of: "the infer request")
            // Each turn consumes a member.
            while let key = try parser.nextKey() { try readMember(key, &parser) }
            try parser.finish()
            guard hasInputs else { throw InferRequestFault("the infer request has no \"inputs\"") }
            try blobs.finish()
            if !blobs.areAllowed { try refuseBinaryOutputs() }
            return parts
        } catch let error as JSONError {
            throw PredictionError(.malformedPayload, "the infer request is not JSON: \(error)", cause: error)
        } catch {
            throw PredictionError(.malformedPayload, "\(error)", cause: error)
        }
    }

    // MARK: - Members

    private mutating func readMember(_ key: JSONText, _ parser: inout JSONParser) throws {
        if key.equals("inputs") {
            try readInputs(&parser)
        } else if key.equals("outputs") {
            try readOutputs(&parser)
        } else if key.equals("id") {
            let text = try parser.string(of: "the \"id\" of the infer request")
            // With its quotes.
            parts.id = UnsafeRawBufferPointer(rebasing: json[text.offset - 1...text.offset + text.raw.count])
        } else if key.equals("parameters") {
            try readParameters(&parser)
        } else {
            try parser.skipValue()
        }
    }

    private mutating func readParameters(_ parser: inout JSONParser) throws {
        try parser.beginObject(of: "the \"parameters\" of the infer request")
        // Each turn consumes a member.
        while let key = try parser.nextKey() {
            if key.equals("binary_data_output") {
                parts.isBinaryByDefault = try parser.bool(of: "\"binary_data_output\"")
            } else {
                try parser.skipValue()
            }
        }
    }

    private mutating func readInputs(_ parser: inout JSONParser) throws {
        // Of a member that stands twice the last counts.
        hasInputs = true
        parts.inputs.removeAll()
        blobs.rewind()
        try parser.beginArray(of: "the \"inputs\" of the infer request")
        // Ends with the array, or with an input too many.
        while try parser.nextElement() {
            var input = InferInputReader(number: parts.inputs.count, json: json, storage: parts.storage)
            parts.inputs.append(try input.read(&parser, &blobs))
            try checkCount(parts.inputs.count)
        }
    }

    private mutating func readOutputs(_ parser: inout JSONParser) throws {
        parts.outputs.removeAll()
        try parser.beginArray(of: "the \"outputs\" of the infer request")
        // Ends with the array, or with an output too many.
        while try parser.nextElement() {
            parts.outputs.append(try Self.readOutput(number: parts.outputs.count, &parser))
            try checkCount(parts.outputs.count)
        }
    }

    private func checkCount(_ tensors: Int) throws(InferRequestFault) {
        guard tensors <= Self.mostTensors else {
            throw InferRequestFault("the infer request has more than \(Self.mostTensors) tensors")
        }
    }

    private static func readOutput(number: Int, _ parser: inout JSONParser) throws -> InferRequest.RequestedOutput {
        var output = InferRequest.RequestedOutput(name: "")
        var isNamed = false
        try parser.beginObject(of: "output number \(number)")
        // Each turn consumes a member.
        while let key = try parser.nextKey() {
            if key.equals("name") {
                output.name = try parser.string(of: "the \"name\" of output number \(number)").string
                isNamed = true
            } else if key.equals("parameters") {
                let subject = isNamed ? "output '\(output.name)'" : "output number \(number)"
                output.isBinary = try readParameters(of: subject, &parser)
            } else {
                try parser.skipValue()
            }
        }
        guard isNamed else { throw InferRequestFault("output number \(number) has no \"name\"") }
        return output
    }

    private static func readParameters(of output: String, _ parser: inout JSONParser) throws -> Bool? {
        var isBinary: Bool?
        try parser.beginObject(of: "the \"parameters\" of \(output)")
        // Each turn consumes a member.
        while let key = try parser.nextKey() {
            if key.equals("binary_data") {
                isBinary = try parser.bool(of: "\"binary_data\" of \(output)")
            } else if key.equals("classification") {
                throw InferRequestFault(
                    "\(output) is asked for as a classification, which is not there; ask for the tensor itself and rank "
                        + "its elements")
            } else if key.equals("shared_memory_region") {
                throw InferRequestFault.sharedMemory(output)
            } else {
                try parser.skipValue()
            }
        }
        return isBinary
    }

    private func refuseBinaryOutputs() throws(InferRequestFault) {
        let asksForAll = parts.isBinaryByDefault && parts.outputs.isEmpty
        let output = parts.outputs.first { $0.isBinary ?? parts.isBinaryByDefault }
        guard asksForAll || output != nil else { return }
        throw InferRequestFault(
            "\(output.map { "output '\($0.name)' is" } ?? "all outputs are") asked for as binary, which this content type "
                + "has no place for; send the request as application/vnd.open-inference+binary")
    }
}

/// What makes a payload no infer request.
struct InferRequestFault: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }

    static func sharedMemory(_ tensor: String) -> InferRequestFault {
        InferRequestFault("\(tensor) names a shared memory region, which is not there; send the elements themselves")
    }
}

extension JSONParser {
    mutating func beginObject(of what: @autoclosure () -> String) throws {
        try require(.object, what())
        try beginObject()
    }

    mutating func beginArray(of what: @autoclosure () -> String) throws {
        try require(.array, what())
        try beginArray()
    }

    /// - Parameter what: the value in words, for the fault.
    private mutating func require(_ kind: JSONKind, _ what: @autoclosure () -> String) throws {
        guard try peek() == kind else { throw InferRequestFault("\(what()) must be \(Self.name(of: kind))") }
    }

    mutating func string(of what: @autoclosure () -> String) throws -> JSONText {
        try require(.string, what())
        return try string()
    }

    mutating func bool(of what: @autoclosure () -> String) throws -> Bool {
        try require(.bool, what())
        return try bool()
    }

    /// A whole number from 0 on that an `Int` holds.
    mutating func size(of what: @autoclosure () -> String) throws -> Int {
        try require(.number, what())
        guard let number = try number().int64, number >= 0, let size = Int(exactly: number) else {
            throw InferRequestFault("\(what()) must be a whole number from 0 on")
        }
        return size
    }

    private static func name(of kind: JSONKind) -> String {
        switch kind {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "a JSON object"
        }
    }
}
