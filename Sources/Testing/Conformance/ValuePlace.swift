internal import SibylModel

/// The way from a value to one in it.
struct ValuePlace {
    enum Step {
        case member(String)
        case element(Int)
    }

    var steps: [Step] = []

    /// As a JSON pointer.
    var pointer: String {
        steps.map { step in
            switch step {
            case .member(let name): "/" + SchemaPlace.escaped(name)
            case .element(let index): "/\(index)"
            }
        }.joined()
    }

    var isMember: Bool {
        if case .member? = steps.last { true } else { false }
    }

    func stepping(_ step: Step) -> ValuePlace { ValuePlace(steps: steps + [step]) }
}

extension JSONValue {
    /// The places in a value, itself first; of an array's elements the first and the last.
    var places: [ValuePlace] { places(from: ValuePlace()) }

    private func places(from place: ValuePlace) -> [ValuePlace] {
        switch self {
        case .object(let object):
            [place] + object.flatMap { name, value in value.places(from: place.stepping(.member(name))) }
        case .array(let elements):
            [place]
                + Set([0, elements.count - 1]).filter { $0 >= 0 && $0 < elements.count }.sorted().flatMap { index in
                    elements[index].places(from: place.stepping(.element(index)))
                }
        default: [place]
        }
    }

    /// What is at the place; nil where there is no such.
    func value(at steps: ArraySlice<ValuePlace.Step>) -> JSONValue? {
        switch steps.first {
        case nil: self
        case .member(let name)?: self[name]?.value(at: steps.dropFirst())
        case .element(let index)?:
            array.flatMap { $0.indices.contains(index) ? $0[index].value(at: steps.dropFirst()) : nil }
        }
    }

    /// The value with another at the place, or without the member there; nil where there is no such place.
    func replacing(_ steps: ArraySlice<ValuePlace.Step>, with value: JSONValue?) -> JSONValue? {
        guard let step = steps.first else { return value }
        switch (step, self) {
        case (.member(let name), .object(var object)):
            guard let member = object[name] else { return nil }
            if steps.count == 1 {
                object[name] = value
            } else {
                object[name] = member.replacing(steps.dropFirst(), with: value)
            }
            return .object(object)
        case (.element(let index), .array(var elements)):
            guard elements.indices.contains(index) else { return nil }
            guard let element = elements[index].replacing(steps.dropFirst(), with: value) else { return nil }
            elements[index] = element
            return .array(elements)
        default: return nil
        }
    }
}
