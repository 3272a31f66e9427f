internal import Foundation

/// The project's JSON layer against Foundation's: prints one JSON object with the time of every round.
///
///     json-benchmark SAMPLES ROUNDS MILLISECONDS
@main
struct JSONBenchmark {
    static func main() {
        do {
            let report = try run(CommandLine.arguments.dropFirst().map { $0 })
            print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
        } catch {
            FileHandle.standardError.write(Data("json-benchmark: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) throws -> [Report] {
        guard arguments.count == 3, let rounds = Int(arguments[1]), let milliseconds = Int(arguments[2]),
            (1...1000).contains(rounds), (1...10_000).contains(milliseconds)
        else { throw UsageError("want SAMPLES ROUNDS MILLISECONDS") }
        let samples = try IrisSamples(String(contentsOfFile: arguments[0], encoding: .utf8))
        return try contests(samples).map { contest in
            let times = try contest.measure(rounds: rounds, window: .milliseconds(milliseconds))
            return Report(contest, times)
        }
    }

    private static func contests(_ samples: IrisSamples) throws -> [Contest] {
        let input = IrisInput(samples)
        let numbers = [Numbers.short(100_000), Numbers.long(100_000)]
        return [input.read, try input.validated(), IrisOutput(samples).written] + numbers.map(\.read)
            + numbers.map(\.written)
    }
}

/// What was measured of one contest.
struct Report: Encodable {
    struct Times: Encodable {
        let name: String
        /// An item's, in each round.
        let nanoseconds: [Double]
    }

    let title: String
    let item: String
    let contenders: [Times]

    init(_ contest: Contest, _ times: [[Double]]) {
        title = contest.title
        item = contest.item
        contenders = zip(contest.contenders, times).map { Times(name: $0.name, nanoseconds: $1) }
    }
}

struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
