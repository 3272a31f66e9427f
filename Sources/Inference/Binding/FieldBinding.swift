internal import SibylJSON

/// A member of the record that a model takes.
final class FieldBinding: Sendable {
    let name: String
    /// The lengths of its arrays in arrays, -1 for any; empty for a scalar.
    let shape: [Int]
    let schema: JSONSchema
    /// What stands for the member where it is missing.
    let fallback: Fallback?

    /// Elements, and their shape.
    struct Fallback: Sendable {
        let elements: TensorBuffer
        let shape: [Int]
    }

    /// - Parameter path: where the description stands in that of the model.
    init(
        _ feature: FeatureDescription, of type: DataType, shape: [Int], path: String, _ problems: DescriptionProblems
    ) {
        name = feature.name
        self.shape = shape
        if feature.isNullable && !type.isFloatingPoint {
            problems.add("\(path).nullable", "is for floating-point tensors; give a default here")
        }
        let bounded = Self.bounded(type, by: feature, path, problems)
        let element = feature.isNullable ? bounded.nullable : bounded
        let reader = DefaultReader(type: type, element: element, shape: shape)
        var value = element.nested(in: shape)
        if let json = feature.defaultValue {
            do {
                fallback = try reader.read(json)
                // One scalar for all elements is no value of the member itself.
                if json.array != nil || shape.isEmpty { value = value.defaulting(to: json) }
            } catch {
                fallback = nil
                let place = error.path.isEmpty ? "" : error.path + " "
                problems.add("\(path).default", "can't be used: \(place)\(error.message)")
            }
        } else {
            fallback = feature.isNullable && shape.isEmpty ? try? reader.read(.null) : nil
        }
        schema = value.annotated(description: feature.description, unit: feature.unit)
    }

    /// The schema of an element with the bounds that are told, where they are tighter than the type's.
    private static func bounded(
        _ type: DataType, by feature: FeatureDescription, _ path: String, _ problems: DescriptionProblems
    ) -> JSONSchema {
        var schema = type.schema
        if (feature.minimum ?? -.infinity) > (feature.maximum ?? .infinity) {
            problems.add("\(path).minimum", "is above the maximum")
        }
        for (key, bound) in [("minimum", feature.minimum), ("maximum", feature.maximum)] {
            guard let bound else { continue }
            if !type.isInteger && !type.isFloatingPoint {
                problems.add("\(path).\(key)", "is for numbers, but the tensor is of \(type)")
            }
            if let own = schema.json[key]?.double, key == "minimum" ? own >= bound : own <= bound { continue }
            schema = schema.with(key, Int64(exactly: bound).map { .integer($0) } ?? .double(bound))
        }
        return schema
    }
}

/// Makes elements of a default.
private struct DefaultReader {
    let type: DataType
    /// The schema of an element.
    let element: JSONSchema
    let shape: [Int]

    /// A default for more elements would better be computed by the model; in the largest type it takes 8 MB.
    private static let mostElements = 1 << 20

    /// - Parameter json: the whole, or a scalar for each element. Lengths that may be any are 1 then.
    func read(_ json: JSONValue) throws(InputFault) -> FieldBinding.Fallback {
        let isWhole = json.array != nil
        let fixed = isWhole ? [] : shape.map { $0 < 0 ? 1 : $0 }
        guard let count = TensorShape.count(fixed), count <= Self.mostElements else {
            throw InputFault(message: "it would fill \(fixed), more than \(Self.mostElements) elements")
        }
        let one = TensorBuffer(type)
        let schema = isWhole ? element.nested(in: shape) : element
        let length = try append(json, schema, isWhole ? shape : [], to: one)
        if isWhole { return FieldBinding.Fallback(elements: one, shape: length) }
        let all = TensorBuffer(type)
        for _ in 0..<count { all.append(one.view(of: 0..<1, shape: [])) }
        all.copyStrings()
        return FieldBinding.Fallback(elements: all, shape: fixed)
    }

    /// Appends a value that meets the schema, and tells its shape.
    private func append(_ json: JSONValue, _ schema: JSONSchema, _ shape: [Int], to buffer: TensorBuffer)
        throws(InputFault) -> [Int]
    {
        do {
            let validator = try SchemaValidator(schema)
            return try JSONDocument().withParsed(try json.bytes()) { node in
                if let violation = validator.violations(in: node).first {
                    throw InputFault(path: violation.path, message: violation.message)
                }
                let shape = TensorBuffer.shape(of: node, within: shape)
                try buffer.append(node, shape: shape[...])
                buffer.copyStrings()
                return shape
            }
        } catch let fault as InputFault {
            throw fault
        } catch {
            throw InputFault(message: "\(error)")
        }
    }
}
