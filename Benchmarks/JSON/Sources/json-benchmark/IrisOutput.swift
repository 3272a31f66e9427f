internal import Foundation
internal import IrisModel
internal import SibylModel

/// A small object with one string, written.
struct IrisOutput {
    private let outputs: [IrisModel.Output]
    private let expected: [[UInt8]]

    init(_ samples: IrisSamples) {
        outputs = samples.outputs
        expected = outputs.map { Array("{\"species\":\"\($0.species.rawValue)\"}".utf8) }
    }

    var written: Contest {
        let encoder = JSONEncoder()
        return Contest(
            title: "An iris output written", item: "an output",
            contenders: [
                writerFieldByField,
                writing("JSONCoding") { try JSONCoding.encode($0) },
                writing("JSONSerialization") {
                    try JSONSerialization.data(withJSONObject: ["species": $0.species.rawValue])
                },
                writing("JSONEncoder") { try encoder.encode($0) },
            ])
    }

    /// As the worker does it: one writer for the outputs of many requests.
    private var writerFieldByField: Contender {
        let all = Array(expected.joined())
        return Contender("JSONWriter, field by field", count: outputs.count) { (texts: inout [[UInt8]]) in
            var writer = JSONWriter()
            for output in outputs {
                writer.beginText()
                try IrisModel.encode(output, into: &writer)
            }
            texts.append(writer.bytes)
        } isRight: {
            $0 == [all]
        }
    }

    private func writing<Text: Sequence<UInt8> & SendableMetatype>(
        _ name: String, _ encode: @escaping (IrisModel.Output) throws -> Text
    ) -> Contender {
        Contender(name, count: outputs.count) { (texts: inout [Text]) in
            for output in outputs { texts.append(try encode(output)) }
        } isRight: {
            $0.map(Array.init) == expected
        }
    }
}
