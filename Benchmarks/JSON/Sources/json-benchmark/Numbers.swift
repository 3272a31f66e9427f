internal import Foundation
internal import SibylModel

/// A large array of numbers, such as an image or an embedding.
struct Numbers {
    private let kind: String
    private let numbers: [Double]
    private let text: [UInt8]
    private let data: Data

    /// With one decimal, as people measure: `41.7`.
    static func short(_ count: Int) -> Numbers {
        Numbers("one decimal", count) { Double(Int.random(in: 0..<1000, using: &$0)) / 10 }
    }

    /// With all digits that a double has, as programs compute: `0.8414709848078965`.
    static func long(_ count: Int) -> Numbers {
        Numbers("all digits", count) { Double.random(in: -1..<1, using: &$0) }
    }

    private init(_ kind: String, _ count: Int, _ number: (inout SplitMix) -> Double) {
        var generator = SplitMix(state: 1)
        self.kind = kind
        numbers = (0..<count).map { _ in number(&generator) }
        text = Array("[\(numbers.map(\.description).joined(separator: ","))]".utf8)
        data = Data(text)
    }

    private var title: String { "An array of \(numbers.count) numbers, \(kind)" }

    // MARK: - Reading

    var read: Contest {
        let document = JSONDocument()
        let decoder = JSONDecoder()
        return Contest(
            title: "\(title), read", item: "an array",
            contenders: [
                reading("JSONParser, number by number") { try pulled() },
                reading("JSONNode, number by number") {
                    try document.withParsed(text) { node in node.elements.compactMap(\.double) }
                },
                reading("JSONCoding") { try JSONCoding.decode([Double].self, from: text) },
                // Foundation's on Linux is off in the last bit of one long number in some.
                reading("JSONSerialization", within: 1e-15) {
                    try JSONSerialization.jsonObject(with: data) as? [Double] ?? []
                },
                reading("JSONDecoder") { try decoder.decode([Double].self, from: data) },
            ])
    }

    private func pulled() throws -> [Double] {
        try text.withUnsafeBytes { bytes in
            var parser = JSONParser(bytes)
            var numbers: [Double] = []
            try parser.beginArray()
            while try parser.nextElement() { numbers.append(try parser.double()) }
            try parser.finish()
            return numbers
        }
    }

    private func reading(
        _ name: String, within tolerance: Double = 0, _ read: @escaping () throws -> [Double]
    ) -> Contender {
        Contender(name, count: 1) { (outputs: inout [[Double]]) in
            outputs.append(try read())
        } isRight: {
            $0[0].count == numbers.count && zip($0[0], numbers).allSatisfy { abs($0 - $1) <= tolerance }
        }
    }

    // MARK: - Writing

    var written: Contest {
        let encoder = JSONEncoder()
        return Contest(
            title: "\(title), written", item: "an array",
            contenders: [
                writing("JSONWriter, number by number") { try pushed() },
                writing("JSONCoding") { try JSONCoding.encode(numbers) },
                writing("JSONSerialization") { try JSONSerialization.data(withJSONObject: numbers) },
                writing("JSONEncoder") { try encoder.encode(numbers) },
            ])
    }

    private func pushed() throws -> [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        for number in numbers { try writer.double(number) }
        writer.endArray()
        return writer.bytes
    }

    /// Two right texts may differ (`1` and `1.0`), so each is read back.
    private func writing<Text: Sequence<UInt8> & SendableMetatype>(_ name: String, _ write: @escaping () throws -> Text)
        -> Contender
    {
        Contender(name, count: 1) { (outputs: inout [Text]) in
            outputs.append(try write())
        } isRight: { outputs in
            try JSONDecoder().decode([Double].self, from: Data(outputs[0])) == numbers
        }
    }
}

/// The same numbers in every run (Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
