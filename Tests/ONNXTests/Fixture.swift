import Glibc
import SibylInference
import SibylJSON
import SibylModel
import SibylONNX
import Testing

/// What set-up installs and trains; a test that needs it fails in words of its own when it isn't there.
enum Fixtures {
    static let build: String = {
        var parts = #filePath.split(separator: "/")
        parts.removeLast(3)
        return "/" + parts.joined(separator: "/") + "/.build"
    }()

    static func path(_ file: String) -> String { "\(build)/fixtures/models/\(file)" }

    static func bytes(_ file: String) throws -> [UInt8] {
        guard let stream = fopen(path(file), "r") else {
            throw Missing(what: "there is no \(path(file))", remedy: "make fixtures")
        }
        defer { fclose(stream) }
        var status = stat()
        fstat(fileno(stream), &status)
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = fread(&bytes, 1, bytes.count, stream)
        return Array(bytes.prefix(count))
    }

    static func library() throws -> ONNXLibrary {
        do {
            return try ONNXLibrary.open(ONNXLibraryLocations(named: "\(build)/onnxruntime"))
        } catch {
            throw Missing(what: error.description, remedy: "make setup")
        }
    }

    static func model(_ name: String, _ settings: JSONValue = [:]) throws -> ONNXModel {
        guard access(path("\(name).onnx"), F_OK) == 0 else {
            throw Missing(what: "there is no \(path("\(name).onnx"))", remedy: "make fixtures")
        }
        return try ONNXModel(path: path("\(name).onnx"), settings: ONNXSettings(settings), library: library())
    }
}

struct Missing: Error, CustomStringConvertible {
    var what: String
    var remedy: String
    var description: String { "run `\(remedy)` first: \(what)" }
}

/// A tensor that owns its elements.
struct Tensor {
    var name = ""
    var type: DataType
    var shape: [Int]
    var bytes: [UInt8] = []
    var strings: [[UInt8]] = []

    var count: Int { shape.reduce(1, *) }

    init(name: String = "", _ type: DataType, shape: [Int], bytes: [UInt8]) {
        (self.name, self.type, self.shape, self.bytes) = (name, type, shape, bytes)
    }

    init<Element: BitwiseCopyable>(_ elements: [Element], _ type: DataType, shape: [Int]? = nil) {
        self.init(type, shape: shape ?? [elements.count], bytes: elements.withUnsafeBytes { Array($0) })
    }

    init(name: String = "", strings: [String], shape: [Int]? = nil) {
        (self.name, type, self.shape) = (name, .string, shape ?? [strings.count])
        self.strings = strings.map { Array($0.utf8) }
    }

    /// A copy of what a model gave.
    init(_ view: TensorView) {
        (type, shape, bytes) = (view.type, view.shape, Array(view.data))
        strings = view.strings.map { Array($0) }
    }

    /// Some of the first dimension.
    subscript(rows: Range<Int>) -> Tensor {
        var part = self
        part.shape[0] = rows.count
        let width = shape.dropFirst().reduce(1, *)
        let places = rows.lowerBound * width..<rows.upperBound * width
        if type == .string {
            part.strings = Array(strings[places])
        } else {
            let size = type.byteCount ?? 0
            part.bytes = Array(bytes[places.lowerBound * size..<places.upperBound * size])
        }
        return part
    }

    func elements<Element: BitwiseCopyable>(as type: Element.Type = Element.self) -> [Element] {
        bytes.withUnsafeBytes { Array($0.bindMemory(to: type)) }
    }

    /// The elements as doubles, of those types that are compared within a tolerance.
    var numbers: [Double]? {
        switch type {
        case .float16: elements(as: Float16.self).map(Double.init)
        case .bfloat16: elements(as: UInt16.self).map { Double(Float(bitPattern: UInt32($0) << 16)) }
        case .float32: elements(as: Float.self).map(Double.init)
        case .float64: elements(as: Double.self)
        default: nil
        }
    }
}

/// A model's fixture: what it gives, computed by ONNX Runtime in Python and by the library that trained it.
struct Fixture {
    struct Case {
        var inputs: [Tensor]
        var outputs: [Tensor]
    }

    var cases: [Case]
    /// What the original gives for the inputs of the first case; empty where there is no original.
    var original: [Tensor]

    init(_ name: String) throws {
        let data = try Fixtures.bytes("\(name).bin")
        let json = try JSONValue(parsing: Fixtures.bytes("\(name).json"))
        let tensors = { (list: JSONValue?) in try (list?.array ?? []).map { try Self.tensor($0, data) } }
        cases = try (json["cases"]?.array ?? []).map {
            Case(inputs: try tensors($0["inputs"]), outputs: try tensors($0["outputs"]))
        }
        original = try tensors(json["original"])
    }

    private static func tensor(_ json: JSONValue, _ data: [UInt8]) throws -> Tensor {
        let type = try #require(DataType.allCases.first { $0.openInferenceName == json["type"]?.string })
        let shape = try #require(json["shape"]?.array).map { Int($0.int64 ?? -1) }
        let name = json["name"]?.string ?? ""
        if let strings = json["strings"]?.array {
            return Tensor(name: name, strings: strings.map { $0.string ?? "" }, shape: shape)
        }
        let offset = Int(try #require(json["offset"]?.int64))
        let count = Int(try #require(json["bytes"]?.int64))
        return Tensor(name: name, type, shape: shape, bytes: Array(data[offset..<offset + count]))
    }
}

extension ONNXModel {
    /// All outputs, or those at some places, for inputs that are owned.
    func run(_ inputs: [Tensor], outputs: [Int]? = nil) throws -> [Tensor] {
        var results: [Tensor] = []
        try withViews(of: inputs) { views in
            try run(views, outputs: outputs ?? Array(signature.outputs.indices)) { results = $0.map { Tensor($0) } }
        }
        return results
    }
}

/// Views of tensors, in memory of their own for as long as `body` runs.
///
/// - Parameter shift: how far from a good alignment the elements begin.
func withViews(of tensors: [Tensor], shift: Int = 0, _ body: ([TensorView]) throws -> Void) throws {
    var rooms: [UnsafeMutableRawBufferPointer] = []
    defer { for room in rooms { room.deallocate() } }
    func copy(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + shift, alignment: 64)
        rooms.append(room)
        let place = UnsafeMutableRawBufferPointer(rebasing: room[shift...])
        place.copyBytes(from: bytes)
        return UnsafeRawBufferPointer(place)
    }
    try body(
        tensors.map {
            $0.type == .string
                ? TensorView(strings: $0.strings.map(copy), shape: $0.shape)
                : TensorView($0.type, shape: $0.shape, data: copy($0.bytes))
        })
}

/// A file that is there while `body` runs.
func withTemporaryFile<Result>(_ bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
    var path = Array("/tmp/sibyl-onnx-XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    try #require(descriptor >= 0)
    let name = String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(name) }
    try #require(write(descriptor, bytes, bytes.count) == bytes.count)
    close(descriptor)
    return try body(name)
}
