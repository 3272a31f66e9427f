import SibylClient
import Synchronization

/// Many tasks that share one client, as in a backend under load.
final class Load: Sendable {
    private let order: Order
    private let client: SibylClient
    private let start = ContinuousClock.now
    private let state: Mutex<State>

    private struct State {
        var next = 0
        var outcome = Outcome()
    }

    init(_ order: Order) throws {
        self.order = order
        client = try SibylClient(ClientConfiguration(endpoints: order.endpoints))
        state = Mutex(State())
    }

    /// Asks everything; ends when each request has its answer, or has failed by its timeout.
    func run() async throws -> Outcome {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<order.inFlight {
                group.addTask { try await self.work() }
            }
            try await group.waitForAll()
        }
        client.close()
        return state.withLock { $0.outcome }
    }

    /// One task: takes the next request when it has the answer to its last one.
    private func work() async throws {
        // Ends with the requests.
        while let place = takeNext() {
            try await Task.sleep(until: start + .seconds(Double(place) / order.perSecond))
            await ask(Question(number: order.first + place))
        }
    }

    private func takeNext() -> Int? {
        state.withLock { state in
            guard state.next < order.count else { return nil }
            state.next += 1
            return state.next - 1
        }
    }

    /// Asks until there is an answer, as a caller does who takes `retryable` at its word.
    private func ask(_ question: Question) async {
        let begin = ContinuousClock.now
        let deadline = begin + .milliseconds(order.timeoutMilliseconds)
        var options = CallOptions()
        options.priority = question.number % 4 == 0 ? .bulk : .interactive
        // Ends by the deadline, which every call keeps.
        while true {
            options.timeout = deadline - .now
            do {
                let answer: Question = try await client.predict(order.model, question, options: options)
                return count { $0.answered(rightly: answer == question, after: .now - begin) }
            } catch {
                let error = error as? SibylError ?? SibylError(.internal, "\(error)")
                let pause = Duration.milliseconds(error.retryAfterMilliseconds ?? 20)
                guard error.isRetryable, .now + pause < deadline else { return count { $0.failed(question, error) } }
                count { $0.retried(error) }
                try? await Task.sleep(for: pause)
            }
        }
    }

    private func count(_ change: (inout Outcome) -> Void) {
        state.withLock { change(&$0.outcome) }
    }
}
