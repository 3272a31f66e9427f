internal import SibylJSON

/// What is wrong with the elements of a tensor; whose they are is known elsewhere.
struct ElementFault: Error {
    var message: String

    init(_ message: String) {
        self.message = message
    }
}

/// The elements of a tensor's `data`.
struct JSONElements {
    /// Flat; its storage owns it.
    var tensor: TensorView
    /// The lengths of the arrays on each level.
    var lengths: [Int]
    /// Elements that are null, ascending. In their places stand what is not a number, zero, false or nothing.
    var nulls: [Int]
}

/// Reads a tensor's `data`, an array that is flat or nested, straight into packed elements.
struct JSONElementReader: ~Copyable {
    private let type: DataType
    private let storage: TensorStorage
    private var values: ElementBuffer
    private var strings: [UnsafeRawBufferPointer] = []
    private var nulls: [Int] = []
    private var count = 0
    /// The lengths of the arrays on each level: all on one level must have the same.
    private var lengths: [Int] = []
    /// Whether an element was found: the arrays on the last level hold elements then.
    private var isDeepest = false

    /// - Parameter capacity: how many elements to expect; it is a guess.
    init(_ type: DataType, capacity: Int, storage: TensorStorage) {
        self.type = type
        self.storage = storage
        values = ElementBuffer(capacity: capacity * (type.byteCount ?? 0))
        if type == .string { strings.reserveCapacity(capacity) }
    }

    /// Reads the elements of the next value.
    ///
    /// - Throws: `ElementFault`, or `JSONError` for what is no JSON.
    mutating func read(_ parser: inout JSONParser) throws -> JSONElements {
        guard try parser.peek() == .array else { throw ElementFault("its \"data\" is no array") }
        try readArray(&parser, level: 0)
        var tensor = TensorView(strings: strings, shape: [count])
        if type != .string { tensor = TensorView(type, shape: [count], data: storage.keep(values.take())) }
        return JSONElements(tensor: tensor, lengths: lengths, nulls: nulls)
    }

    // MARK: - Nesting

    /// The recursion is as deep as the parser's limit allows.
    private mutating func readArray(_ parser: inout JSONParser, level: Int) throws {
        let isFirst = level == lengths.count
        if isFirst {
            guard !isDeepest else { throw ragged }
            lengths.append(0)
        }
        try parser.beginArray()
        var length = 0
        // Each turn consumes an element at least.
        while try parser.nextElement() {
            if try parser.peek() == .array {
                try readArray(&parser, level: level + 1)
                length += 1
            } else {
                guard level == lengths.count - 1 else { throw ragged }
                length = try readRow(&parser)
                break
            }
        }
        guard isFirst || lengths[level] == length else { throw ragged }
        lengths[level] = length
    }

    private var ragged: ElementFault {
        ElementFault("its data is nested unevenly at element \(count); give it flat, or nested as its shape says")
    }

    // MARK: - Elements

    /// Reads elements to the end of their array, and tells how many.
    private mutating func readRow(_ parser: inout JSONParser) throws -> Int {
        isDeepest = true
        let before = count
        switch type {
        case .bool: try readBooleans(&parser)
        case .uint8: try readIntegers(&parser, UInt8.self)
        case .uint16: try readIntegers(&parser, UInt16.self)
        case .uint32: try readIntegers(&parser, UInt32.self)
        case .uint64: try readIntegers(&parser, UInt64.self)
        case .int8: try readIntegers(&parser, Int8.self)
        case .int16: try readIntegers(&parser, Int16.self)
        case .int32: try readIntegers(&parser, Int32.self)
        case .int64: try readIntegers(&parser, Int64.self)
        case .float16: try readHalves(&parser, .float16, notANumber: 0x7E00)
        case .bfloat16: try readHalves(&parser, .bfloat16, notANumber: 0x7FC0)
        case .float32: try readNumbers(&parser, null: Float.nan) { $0.float }
        case .float64: try readNumbers(&parser, null: Double.nan) { $0.double }
        case .string: try readStrings(&parser)
        }
        return count - before
    }

    private mutating func readIntegers<Integer: FixedWidthInteger & BitwiseCopyable>(
        _ parser: inout JSONParser, _ type: Integer.Type
    ) throws {
        try readNumbers(&parser, null: 0 as Integer) { number in
            Integer.isSigned
                ? number.int64.flatMap { Integer(exactly: $0) } : number.uint64.flatMap { Integer(exactly: $0) }
        }
    }

    private mutating func readHalves(
        _ parser: inout JSONParser, _ format: NarrowFormat, notANumber: UInt16
    ) throws {
        try readNumbers(&parser, null: notANumber) { number in
            number.nearest(in: format).map { HalfFloat.bits($0, in: format) }
        }
    }

    /// - Parameter convert: nil for a number that the type can't hold.
    private mutating func readNumbers<Element: BitwiseCopyable>(
        _ parser: inout JSONParser, null: Element, _ convert: (JSONNumberText) -> Element?
    ) throws {
        repeat {
            let kind = try parser.peek()
            if kind == .number {
                let number = try number(&parser)
                guard let element = convert(number) else { throw unfit(number.raw) }
                values.append(element)
            } else {
                try readNull(&parser, kind, expected: "a number")
                values.append(null)
            }
            count += 1
        } while try parser.nextElement()
    }

    private func number(_ parser: inout JSONParser) throws -> JSONNumberText {
        do {
            return try parser.number()
        } catch {
            if error.code != .range { throw error }
            throw ElementFault("element \(count) is beyond what \(type.openInferenceName) can hold")
        }
    }

    private mutating func readBooleans(_ parser: inout JSONParser) throws {
        repeat {
            let kind = try parser.peek()
            switch kind {
            case .bool: values.append(try parser.bool() as Bool)
            case .number:
                let number = try number(&parser)
                guard let bit = number.int64, 0...1 ~= bit else { throw unfit(number.raw) }
                values.append(bit == 1)
            default:
                try readNull(&parser, kind, expected: "true or false")
                values.append(false)
            }
            count += 1
        } while try parser.nextElement()
    }

    private mutating func readStrings(_ parser: inout JSONParser) throws {
        repeat {
            let kind = try parser.peek()
            if kind == .string {
                let text = try parser.string()
                strings.append(text.hasEscapes ? storage.keep(text.unescaped) : text.raw)
            } else {
                try readNull(&parser, kind, expected: "a string")
                strings.append(UnsafeRawBufferPointer(start: nil, count: 0))
            }
            count += 1
        } while try parser.nextElement()
    }

    private mutating func readNull(_ parser: inout JSONParser, _ kind: JSONKind, expected: StaticString) throws {
        guard kind == .null else {
            if kind == .array { throw ragged }
            throw ElementFault("element \(count) is no \(type.openInferenceName): it must be \(expected)")
        }
        try parser.null()
        nulls.append(count)
    }

    private func unfit(_ number: UnsafeRawBufferPointer) -> ElementFault {
        // A number may be as long as the request.
        let text = String(decoding: number.prefix(32), as: UTF8.self) + (number.count > 32 ? "…" : "")
        return ElementFault("element \(count) is \(text), which \(type.openInferenceName) can't hold")
    }
}
