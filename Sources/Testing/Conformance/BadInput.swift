internal import SibylModel

/// An input that a model must refuse.
struct BadInput {
    let bytes: [UInt8]
    let code: PredictionError.Code
    /// Where the fault is, as a JSON pointer; nil for what is no JSON.
    let path: String?
    /// What is wrong with it.
    let fault: String
    /// The keyword that it does not meet.
    var rule = ""

    /// What is wrong with a model's answer to it.
    func problem(with prediction: Prediction) -> String? {
        let what = "\(bytes.shown) (\(fault))"
        switch prediction {
        case .fault(let fault): return "\(what): \(fault)"
        case .output: return "\(what) has an output and should have an error"
        case .failure(let error):
            if error.code != code { return "\(what) is answered \(error.words) and should be \(code)" }
            return names(error) ? nil : "\(what) is answered \(error.words), which does not name \(place)"
        }
    }

    private var place: String { path.map { $0.isEmpty ? "the input" : $0 } ?? "the input" }

    private func names(_ error: PredictionError) -> Bool {
        guard let path, !path.isEmpty else { return !error.message.isEmpty }
        if error.violations.contains(where: { $0.path == path || $0.path.hasPrefix(path + "/") }) { return true }
        // A model that checks by itself has words only.
        return error.violations.isEmpty && error.message.contains(path.split(separator: "/").last ?? "")
    }
}

/// Bad inputs made of a good one: at each place something that the schema refuses there, and what is no JSON.
struct BadInputs {
    /// Places that are tried: all of a usual input's.
    private static let places = 60

    private let document: SchemaDocument
    private let base: JSONValue

    init(of document: SchemaDocument, base: JSONValue) {
        (self.document, self.base) = (document, base)
    }

    var all: [BadInput] { malformed + faulty }

    private var malformed: [BadInput] {
        guard let good = try? base.bytes() else { return [] }
        let texts: [([UInt8], String)] = [
            ([], "it is empty"), (Array("{\"".utf8), "it ends too early"), (Array("nonsense".utf8), "it is no JSON"),
            (good + [UInt8(ascii: "]")], "something follows it"), (good + good, "it stands twice"),
            (Array("\"\u{1}\"".utf8), "a string has a control character"), ([0xff, 0xfe], "it is no UTF-8"),
        ]
        return texts.filter { (try? JSONValue(parsing: $0.0)) == nil }.map { bytes, fault in
            BadInput(bytes: bytes, code: .malformedPayload, path: nil, fault: fault)
        }
    }

    private var faulty: [BadInput] {
        base.places.prefix(Self.places).flatMap { place -> [BadInput] in
            guard let value = base.value(at: place.steps[...]) else { return [] }
            let removed = place.isMember ? [bad(at: place, nil)].compactMap(\.self) : []
            // One for each rule that can be broken there.
            var rules: Set<String> = []
            let values = FaultyValues.all(for: known(at: place), insteadOf: value)
            return removed + values.compactMap { bad(at: place, $0) }.filter { rules.insert($0.rule).inserted }
        }
    }

    /// What the schema says of a place, as far as that can be told without choices.
    private func known(at place: ValuePlace) -> Conjunction {
        place.steps.reduce(Conjunction(document.root)) { known, step in
            switch step {
            case .member(let name): known.member(ExactName(name))
            case .element(let index): known.element(index)
            }
        }
    }

    /// The input with another value at a place, or none; nil where the schema takes that, or finds the fault elsewhere.
    private func bad(at place: ValuePlace, _ value: JSONValue?) -> BadInput? {
        let changed = base.replacing(place.steps[...], with: value)
        guard let changed, let objection = document.objection(of: document.root, to: changed),
            let bytes = try? changed.bytes()
        else { return nil }
        // A choice tells its faults by itself, and not that of the place.
        guard objection.path == place.pointer || place.pointer.hasPrefix(objection.path + "/") else { return nil }
        return BadInput(
            bytes: bytes, code: .invalidInput, path: objection.path, fault: objection.description, rule: objection.rule)
    }
}
