internal import SibylJSON

/// A place in a payload that meets the schema and not the tensor.
struct InputFault: Error {
    /// From the value to the place, as a JSON pointer.
    var path = ""
    var message: String

    func inside(_ index: Int) -> InputFault { InputFault(path: "/\(index)\(path)", message: message) }
}

/// Elements that are JSON.
extension TensorBuffer {
    /// The lengths of arrays in arrays, as the first of each tells.
    ///
    /// - Parameter shape: the lengths that are known, -1 for the others; its count tells how deep to look.
    static func shape(of node: JSONNode, within shape: [Int]) -> [Int] {
        var first: JSONNode? = node
        return shape.map { length in
            let array = first
            var elements = array?.elements
            first = elements?.next()
            return length < 0 ? array?.count ?? 0 : length
        }
    }

    /// Appends the elements of arrays in arrays, or a scalar's one. On a fault some of them may have been appended.
    ///
    /// - Throws: `InputFault` for arrays of other lengths, and for an element that the type can't hold.
    func append(_ node: JSONNode, shape: ArraySlice<Int>) throws(InputFault) {
        switch type {
        case .bool: try append(node, shape, as: ByteBool.self)
        case .uint8: try append(node, shape, as: UInt8.self)
        case .uint16: try append(node, shape, as: UInt16.self)
        case .uint32: try append(node, shape, as: UInt32.self)
        case .uint64: try append(node, shape, as: UInt64.self)
        case .int8: try append(node, shape, as: Int8.self)
        case .int16: try append(node, shape, as: Int16.self)
        case .int32: try append(node, shape, as: Int32.self)
        case .int64: try append(node, shape, as: Int64.self)
        case .float16: try append(node, shape, as: Half.self)
        case .bfloat16: try append(node, shape, as: BrainFloat.self)
        case .float32: try append(node, shape, as: Float.self)
        case .float64: try append(node, shape, as: Double.self)
        case .string: try appendStrings(node, shape)
        }
    }

    /// Appends scalars, one a field. On a fault some of them may have been appended.
    ///
    /// - Parameter nodes: nil for one that is missing.
    /// - Throws: `InputFault` for one that the type can't hold, or that must be there.
    func append(row nodes: ArraySlice<JSONNode?>, of fields: [FieldBinding]) throws(InputFault) {
        for index in fields.indices {
            guard let node = nodes[nodes.startIndex + index] else {
                try appendFallback(of: fields[index])
                continue
            }
            do throws(InputFault) {
                try append(node, shape: [])
            } catch {
                throw error.inside(fields[index].name)
            }
        }
    }

    /// Appends what stands for a member that is missing.
    func appendFallback(of field: FieldBinding) throws(InputFault) {
        guard let fallback = field.fallback else { throw InputFault(message: "must be there").inside(field.name) }
        append(fallback.elements.view(of: 0..<fallback.elements.count, shape: fallback.shape))
    }

    private func append<Element: TensorElement>(
        _ node: JSONNode, _ shape: ArraySlice<Int>, as type: Element.Type
    ) throws(InputFault) {
        guard shape.count > 1 else {
            // A row at most, so that room is made for what is there, not for what a shape says.
            reserve(max(node.count, 1) * MemoryLayout<Element>.size)
            return try forEach(node, shape) { element throws(InputFault) in
                guard let value = Element(element) else { throw unfit(element) }
                append(value)
            }
        }
        try forEach(node, shape) { row throws(InputFault) in try append(row, shape.dropFirst(), as: Element.self) }
    }

    private func appendStrings(_ node: JSONNode, _ shape: ArraySlice<Int>) throws(InputFault) {
        try forEach(node, shape) { element throws(InputFault) in
            if shape.count > 1 { return try appendStrings(element, shape.dropFirst()) }
            guard element.kind == .string else { throw unfit(element) }
            append(element.stringText)
        }
    }

    /// The elements of an array, which must be as many as its shape says; or the one scalar.
    @inline(__always)
    private func forEach(
        _ node: JSONNode, _ shape: ArraySlice<Int>, _ body: (JSONNode) throws(InputFault) -> Void
    ) throws(InputFault) {
        guard let length = shape.first else { return try body(node) }
        guard node.kind == .array, node.count == length else {
            throw InputFault(message: "must be an array of \(length), as those beside it")
        }
        var index = 0
        for element in node.elements {
            do throws(InputFault) {
                try body(element)
            } catch {
                throw error.inside(index)
            }
            index += 1
        }
    }

    private func unfit(_ element: JSONNode) -> InputFault {
        // A number may be as long as the payload.
        let text = String(decoding: element.source.prefix(40), as: UTF8.self)
        return InputFault(message: "must be a value that \(type) holds, but is \(text)")
    }
}
