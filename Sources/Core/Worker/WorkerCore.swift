internal import SibylProtocol

/// A worker's sessions with its brokers as a pure state machine: events in, effects out, time as a parameter.
///
/// Each broker has a session of its own: hello, welcome, dispatches against the credit that the hello named, heartbeats,
/// and at the end a drain and a goodbye. A session that breaks takes its jobs with it, since its broker gives them to
/// others; what is being computed then is computed for nobody. Queue, threads and bytes are the shell's.
package struct WorkerCore: ~Copyable {
    enum Phase: Equatable {
        case serving
        /// Takes nothing new and answers what it has, until that moment.
        case draining(until: Instant)
    }

    let limits: WorkerLimits
    var links: [BrokerLink]
    var jobs = JobTable()
    var phase = Phase.serving

    /// - Parameter brokers: how many there are; each is named by its place.
    package init(limits: WorkerLimits = WorkerLimits(), brokers: Int, now: Instant) {
        self.limits = limits
        let link = BrokerLink(at: now, complaining: now + limits.complaintDelay)
        links = [BrokerLink](repeating: link, count: brokers)
    }

    package mutating func handle(_ event: WorkerEvent, at now: Instant, into effects: inout [WorkerEffect]) {
        switch event {
        case .dispatch(let broker, let header): receive(header, from: broker, at: now, into: &effects)
        case .stray(let broker, let request): giveBack(request, to: broker, at: now, into: &effects)
        case .modelsChanged: tellModels(into: &effects)
        case .finished(let slot): finish(slot, at: now, into: &effects)
        case .withdrawn(let slot): withdraw(slot, at: now, into: &effects)
        case .cancel(let broker, let request): cancel(request, of: broker, at: now, into: &effects)
        case .ping(let broker): answerPing(of: broker, at: now, into: &effects)
        case .connected(let broker): connect(broker, at: now, into: &effects)
        case .disconnected(let broker): disconnect(broker, at: now, into: &effects)
        case .unsent(let broker): retry(broker, at: now, into: &effects)
        case .welcome(let broker, let welcome): join(broker, welcome, at: now, into: &effects)
        case .introduce(let broker): introduce(to: broker, at: now, into: &effects)
        case .drain: drain(at: now, into: &effects)
        case .stop: stop(at: now, into: &effects)
        case .tick: passTime(to: now, into: &effects)
        }
    }

    /// When the next `.tick` is due; the distant future when nothing is.
    package var nextDeadline: Instant {
        var next = Instant.distantFuture
        for link in links { next = min(next, link.nextDeadline) }
        if case .draining(let end) = phase, !isDrained { next = min(next, end) }
        return next
    }

    package var isDraining: Bool { phase != .serving }

    /// Whether the worker was asked to leave and every broker has heard its goodbye.
    package var isDrained: Bool {
        isDraining && links.allSatisfy { $0.state == .gone }
    }

    /// Jobs that are queued or computed, those included that nobody waits for.
    package var jobCount: Int { jobs.count }

    package func isWelcomed(by broker: Int32) -> Bool {
        links[Int(broker)].state == .welcomed
    }
}
