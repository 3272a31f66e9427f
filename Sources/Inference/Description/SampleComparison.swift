public import SibylJSON

extension SampleDescription {
    /// The first difference between the expected output and one that a model gave, with its place as a JSON pointer; nil
    /// where there is none. Members that the expected output does not name are not looked at.
    public func difference(to output: JSONValue) -> String? {
        self.output.flatMap { difference($0, output, at: "") }
    }

    private func difference(_ expected: JSONValue, _ actual: JSONValue, at path: String) -> String? {
        switch (expected, actual) {
        case (.object(let expected), .object(let actual)):
            return first(of: expected) { key, value in
                let path = "\(path)/\(key.replacing("~", with: "~0").replacing("/", with: "~1"))"
                return actual[key].map { difference(value, $0, at: path) } ?? "\(path) is missing"
            }
        case (.array(let expected), .array(let actual)):
            if expected.count != actual.count {
                return "\(place(path)) has \(actual.count) elements, expected were \(expected.count)"
            }
            return first(of: zip(expected, actual).enumerated()) { index, pair in
                difference(pair.0, pair.1, at: "\(path)/\(index)")
            }
        default:
            if let number = expected.double, let other = actual.double, isNear(number, other) { return nil }
            return expected == actual ? nil : "\(place(path)) is \(shown(actual)), expected was \(shown(expected))"
        }
    }

    private func first<Elements: Sequence>(
        of elements: Elements, _ difference: (Elements.Element) -> String?
    ) -> String? {
        for element in elements {
            if let difference = difference(element) { return difference }
        }
        return nil
    }

    private func place(_ path: String) -> String { path.isEmpty ? "value" : path }

    private func isNear(_ expected: Double, _ actual: Double) -> Bool {
        (expected - actual).magnitude <= tolerance * max(expected.magnitude, 1)
    }

    private func shown(_ value: JSONValue) -> String {
        let text = value.description
        return text.count > 60 ? text.prefix(60) + "…" : text
    }
}
