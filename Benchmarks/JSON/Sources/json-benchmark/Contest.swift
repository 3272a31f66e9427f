/// Several ways to do one thing, measured in turns forwards and backwards so that a drift of the machine falls on all.
struct Contest {
    let title: String
    /// What a time is for, such as `an input`.
    let item: String
    let contenders: [Contender]

    /// Nanoseconds an item in each round, by contender. A first round, to warm up, does not count.
    func measure(rounds: Int, window: Duration) throws -> [[Double]] {
        for contender in contenders { _ = try contender.pass() }
        var times = contenders.map { _ in [Double]() }
        for round in 0..<rounds {
            let order = Array(contenders.indices)
            for index in round.isMultiple(of: 2) ? order : order.reversed() {
                times[index].append(try contenders[index].measure(for: window))
            }
        }
        return times
    }
}

struct Contender {
    let name: String
    /// How many items one pass treats.
    let count: Int
    /// Treats each item once, checks what came out, and gives the time that it took without the check.
    let pass: () throws -> Duration

    init(_ name: String, count: Int, pass: @escaping () throws -> Duration) {
        self.name = name
        self.count = count
        self.pass = pass
    }

    /// - Parameter isRight: whether the outputs of a pass are; if not, the benchmark ends, since a fast wrong answer is no
    ///   result.
    init<Output>(
        _ name: String, count: Int, _ work: @escaping (_ outputs: inout [Output]) throws -> Void,
        isRight: @escaping ([Output]) throws -> Bool
    ) {
        self.init(name, count: count) {
            var outputs: [Output] = []
            outputs.reserveCapacity(count)
            let time = try ContinuousClock().measure { try work(&outputs) }
            guard try isRight(outputs) else { throw WrongOutput(contender: name) }
            return time
        }
    }

    /// Nanoseconds an item, over as many passes as fit into `window` with their checks; at least one.
    func measure(for window: Duration) throws -> Double {
        let end = ContinuousClock.now + window
        var (time, passes) = (Duration.zero, 0)
        repeat {
            time += try pass()
            passes += 1
        } while ContinuousClock.now < end
        return time / .nanoseconds(1) / Double(passes * count)
    }
}

struct WrongOutput: Error, CustomStringConvertible {
    let contender: String
    var description: String { "\(contender): a wrong output" }
}
