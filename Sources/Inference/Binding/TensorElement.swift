internal import SibylJSON

/// An element of a tensor as it lies in memory, between JSON and there.
protocol TensorElement: BitwiseCopyable {
    /// Nil for a node that the type can't hold. Null is a number that is not known, where the type has one.
    init?(_ node: JSONNode)

    /// - Throws: `JSONError` for a number that JSON has no form for.
    func write(to writer: inout JSONWriter) throws(JSONError)

    /// What it is as a place in a list; nil for what is no integer.
    var place: Int? { get }
}

extension TensorElement {
    var place: Int? { nil }
}

extension TensorElement where Self: FixedWidthInteger {
    init?(_ node: JSONNode) {
        guard let number = node.number,
            let value = number.int64.flatMap({ Self(exactly: $0) }) ?? number.uint64.flatMap({ Self(exactly: $0) })
        else { return nil }
        self = value
    }

    func write(to writer: inout JSONWriter) { writer.integer(self) }

    var place: Int? { Int(exactly: self) }
}

extension Int8: TensorElement {}
extension Int16: TensorElement {}
extension Int32: TensorElement {}
extension Int64: TensorElement {}
extension UInt8: TensorElement {}
extension UInt16: TensorElement {}
extension UInt32: TensorElement {}
extension UInt64: TensorElement {}

extension Double: TensorElement {
    init?(_ node: JSONNode) {
        guard let number = node.double ?? (node.isNull ? .nan : nil) else { return nil }
        self = number
    }

    func write(to writer: inout JSONWriter) throws(JSONError) { try writer.double(self) }
}

extension Float: TensorElement {
    init?(_ node: JSONNode) {
        guard let number = node.number?.float ?? (node.isNull ? .nan : nil) else { return nil }
        self = number
    }

    func write(to writer: inout JSONWriter) throws(JSONError) { try writer.float(self) }
}

/// A bool in its byte.
struct ByteBool: TensorElement {
    let byte: UInt8

    init?(_ node: JSONNode) {
        guard let bool = node.bool else { return nil }
        byte = bool ? 1 : 0
    }

    func write(to writer: inout JSONWriter) { writer.bool(byte != 0) }
}

/// IEEE 754 half precision.
struct Half: TensorElement {
    private static let notANumber: UInt16 = 0x7E00

    let bits: UInt16

    init?(_ node: JSONNode) {
        let number = node.number?.nearest(in: .float16)
        guard let bits = number.map({ HalfFloat.bits($0, in: .float16) }) ?? (node.isNull ? Self.notANumber : nil)
        else { return nil }
        self.bits = bits
    }

    func write(to writer: inout JSONWriter) throws(JSONError) { try writer.float(HalfFloat.float(float16: bits)) }
}

/// The upper half of a `float32`.
struct BrainFloat: TensorElement {
    private static let notANumber: UInt16 = 0x7FC0

    let bits: UInt16

    init?(_ node: JSONNode) {
        let number = node.number?.nearest(in: .bfloat16)
        guard let bits = number.map({ HalfFloat.bits($0, in: .bfloat16) }) ?? (node.isNull ? Self.notANumber : nil)
        else { return nil }
        self.bits = bits
    }

    func write(to writer: inout JSONWriter) throws(JSONError) { try writer.float(HalfFloat.float(bfloat16: bits)) }
}
