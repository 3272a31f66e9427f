internal import SibylJSON

/// Reads one input of an infer request. Its members may come in any order; where the datatype comes before the data, the
/// data are read only once.
struct InferInputReader {
    private let number: Int
    private let json: UnsafeRawBufferPointer
    private let storage: TensorStorage
    private var name: String?
    private var type: DataType?
    private var shape: [Int]?
    private var binarySize: Int?
    /// Where the data stand.
    private var data: Range<Int>?
    /// The data, as far as they are read.
    private var elements: JSONElements?

    init(number: Int, json: UnsafeRawBufferPointer, storage: TensorStorage) {
        self.number = number
        self.json = json
        self.storage = storage
    }

    /// The input in words.
    private var subject: String { name.map { "input '\($0)'" } ?? "input number \(number)" }

    /// - Parameter blobs: where it takes its elements from, if they are binary.
    mutating func read(_ parser: inout JSONParser, _ blobs: inout TensorBlobs) throws -> InferRequest.Input {
        do {
            try parser.beginObject(of: "input number \(number)")
            // Each turn consumes a member.
            while let key = try parser.nextKey() { try readMember(key, &parser) }
            return try finish(&blobs)
        } catch let fault as ElementFault {
            throw InferRequestFault("\(subject): \(fault.message)")
        }
    }

    // MARK: - Members

    private mutating func readMember(_ key: JSONText, _ parser: inout JSONParser) throws {
        if key.equals("name") {
            name = try parser.string(of: "the \"name\" of input number \(number)").string
        } else if key.equals("datatype") {
            type = try readDataType(&parser)
        } else if key.equals("shape") {
            shape = try readShape(&parser)
        } else if key.equals("parameters") {
            try readParameters(&parser)
        } else if key.equals("data") {
            try readData(&parser)
        } else {
            try parser.skipValue()
        }
    }

    private func readDataType(_ parser: inout JSONParser) throws -> DataType {
        let text = try parser.string(of: "the \"datatype\" of \(subject)")
        if let type = DataType(openInferenceName: text.string) { return type }
        let names = DataType.allCases.map(\.openInferenceName).joined(separator: ", ")
        throw ElementFault("it has a datatype that is none; the datatypes are \(names)")
    }

    private func readShape(_ parser: inout JSONParser) throws -> [Int] {
        var shape: [Int] = []
        try parser.beginArray(of: "the \"shape\" of \(subject)")
        // Ends with the array, or with a dimension too many.
        while try parser.nextElement() {
            shape.append(try parser.size(of: "each length in the \"shape\" of \(subject)"))
            guard shape.count <= TensorShape.mostDimensions else {
                throw ElementFault("its shape has more than \(TensorShape.mostDimensions) dimensions")
            }
        }
        return shape
    }

    private mutating func readParameters(_ parser: inout JSONParser) throws {
        try parser.beginObject(of: "the \"parameters\" of \(subject)")
        // Each turn consumes a member.
        while let key = try parser.nextKey() {
            if key.equals("binary_data_size") {
                binarySize = try parser.size(of: "\"binary_data_size\" of \(subject)")
            } else if key.equals("shared_memory_region") {
                throw InferRequestFault.sharedMemory(subject)
            } else {
                try parser.skipValue()
            }
        }
    }

    private mutating func readData(_ parser: inout JSONParser) throws {
        elements = nil
        // For the place, which begins with the value.
        _ = try parser.peek()
        let begin = parser.position
        if let type { try readElements(type, &parser) } else { try parser.skipValue() }
        data = begin..<parser.position
    }

    private mutating func readElements(_ type: DataType, _ parser: inout JSONParser) throws {
        // No more than the rest of the text can hold, whatever the shape says: an element and a comma take two bytes.
        let most = (json.count - parser.position) / 2 + 1
        let expected = shape.flatMap(TensorShape.count).map { min($0, most) } ?? 0
        var reader = JSONElementReader(type, capacity: expected, storage: storage)
        elements = try reader.read(&parser)
    }

    // MARK: - The whole

    private mutating func finish(_ blobs: inout TensorBlobs) throws -> InferRequest.Input {
        guard let name else { throw InferRequestFault("input number \(number) has no \"name\"") }
        guard let type else { throw ElementFault("it has no \"datatype\"") }
        guard let shape else { throw ElementFault("it has no \"shape\"") }
        guard let count = TensorShape.count(shape) else {
            throw ElementFault(
                "its shape \(TensorShape.text(shape)) is of more than \(TensorShape.mostElements) elements")
        }
        switch (data, binarySize) {
        case (let data?, nil):
            if elements?.tensor.type != type {
                var parser = JSONParser(UnsafeRawBufferPointer(rebasing: json[data]))
                try readElements(type, &parser)
            }
            return try finish(name, shape)
        case (nil, let size?):
            let tensor = try BinaryElements.tensor(type, shape: shape, count: count, blobs.take(size))
            return InferRequest.Input(name: name, tensor: tensor)
        case (nil, nil): throw ElementFault("it has neither \"data\" nor a \"binary_data_size\" in its parameters")
        case (_?, _?): throw ElementFault("it has both \"data\" and \"binary_data_size\"; give one of them")
        }
    }

    private func finish(_ name: String, _ shape: [Int]) throws(ElementFault) -> InferRequest.Input {
        guard let elements else { throw ElementFault("it has no \"data\"") }
        let count = elements.tensor.shape[0]
        guard count == TensorShape.count(shape) else {
            throw ElementFault(
                "its shape \(TensorShape.text(shape)) is of \(TensorShape.count(shape) ?? 0) elements, its \"data\" of \(count)"
            )
        }
        guard elements.lengths.count == 1 || elements.lengths == shape else {
            throw ElementFault(
                "its shape is \(TensorShape.text(shape)), its \"data\" is nested as \(TensorShape.text(elements.lengths))"
            )
        }
        var tensor = elements.tensor
        tensor.shape = shape
        return InferRequest.Input(name: name, tensor: tensor, nulls: elements.nulls)
    }
}

/// The bytes behind the JSON, given out one tensor after the other.
struct TensorBlobs {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    /// Whether the content type has a place for them.
    let areAllowed: Bool

    init(_ bytes: UnsafeRawBufferPointer?) {
        self.bytes = bytes ?? UnsafeRawBufferPointer(start: nil, count: 0)
        areAllowed = bytes != nil
    }

    mutating func rewind() { position = 0 }

    mutating func take(_ size: Int) throws(ElementFault) -> UnsafeRawBufferPointer {
        guard areAllowed else {
            throw ElementFault(
                "it has a \"binary_data_size\", and this content type has no place for binary data; send the request as "
                    + "application/vnd.open-inference+binary")
        }
        let left = bytes.count - position
        guard size <= left else {
            throw ElementFault(
                "its binary_data_size is \(size), and only \(left) bytes are left for it behind the JSON")
        }
        defer { position += size }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + size])
    }

    func finish() throws(InferRequestFault) {
        guard position == bytes.count else {
            throw InferRequestFault(
                "\(bytes.count - position) bytes are left behind the binary data of the infer request's inputs; "
                    + "\"binary_data_size\" of each says how many it has")
        }
    }
}
