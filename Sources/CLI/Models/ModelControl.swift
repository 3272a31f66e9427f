internal import Glibc
internal import SibylClient
internal import SibylJSON

/// Waits until a server's list shows what was asked for, and tells it.
struct ModelControl {
    private let client: ClientOptions
    private let argument: ModelArgument

    init(_ client: ClientOptions, _ argument: ModelArgument) {
        self.client = client
        self.argument = argument
    }

    private var name: String { argument.model + (argument.version.map { " " + $0 } ?? "") }

    /// Lists in which a model may be missing before it counts as unknown: workers look at their folders once a second.
    private static let patience = 25

    /// - Throws: `Failure` when it can't be loaded, or no worker knows it.
    func waitUntilServed(toldTo workers: Int) throws {
        var missing = 0
        try wait { model in
            let absences = (model?.absences ?? []).filter { matches($0.version) }
            if let failure = absences.first(where: { $0.state == "failed" }) {
                let message = "\(argument.model) \(failure.version) can't be loaded: \(failure.message ?? "")"
                throw Failure(status: .unavailable, message: message)
            }
            let isServed = model?.state == "ready" && (model?.versions.contains(where: matches) ?? false)
            if !isServed && absences.isEmpty { missing += 1 }
            if missing > Self.patience { throw unknown }
            return isServed && absences.isEmpty
        }
        tell("is served", toldTo: workers)
    }

    func waitUntilGone(toldTo workers: Int) throws {
        try wait { model in !(model?.versions.contains(where: matches) ?? false) }
        tell("is not served", toldTo: workers)
    }

    private var unknown: Failure {
        Failure(status: .notFound, message: "no worker finds \(name); is its folder in the repository, and complete?")
    }

    func tell(_ outcome: String, toldTo workers: Int) {
        let json: JSONValue = [
            "model": .string(argument.model), "version": argument.version.map { .string($0) } ?? .null,
            "workers": .integer(Int64(workers)),
        ]
        let count = workers == 1 ? "1 worker" : "\(workers) workers"
        Terminal.print(client.json ? json.description : DisplayText.printable("\(name) \(outcome) (\(count))"))
    }

    /// Whether a version is one of those that were named, whole or as a folder that is a plain number: 7 is 7.0.0.
    private func matches(_ version: String) -> Bool {
        guard let wanted = argument.version else { return true }
        return version == wanted || version == wanted + ".0.0"
    }

    /// - Throws: `Failure` when nothing is served under that name, as after a typing error.
    func checkServed() throws {
        let model = argument.model
        let models = try client.ask { try await $0.list() }
        let served = models.first { $0.qualifiedName == model }?.versions ?? []
        if served.contains(where: matches) { return }
        let known = served.isEmpty ? "" : "; there are \(served.joined(separator: ", "))"
        throw Failure(status: .notFound, message: "\(name) is not served\(known)")
    }

    /// Asks for the list again and again. A worker looks at once, but loading takes what it takes.
    private func wait(until isDone: (ModelSummary?) throws -> Bool) throws {
        let model = argument.model
        // Two minutes: the largest models load in that, and a person gives up before.
        for _ in 0..<600 {
            let models = try client.ask { try await $0.list() }
            if try isDone(models.first { $0.qualifiedName == model }) { return }
            usleep(200_000)
        }
        throw Failure(
            status: .deadline, message: "\(name) is not there after two minutes; `sibyl list` and the log may tell why")
    }
}
