internal import SibylCore
internal import SibylProtocol

/// A worker's process: the real core, and `WorkerLoop` around it without its bytes and threads.
final class WorkerNode: SimulatedProcess {
    /// As in `WorkerLoop`.
    private static let burst = 256
    private static let handOver = 32

    let node: Int
    let world: World
    private let plan: Scenario.Worker
    private var core: WorkerCore
    private var shadow: WorkerShadow
    /// The socket to each broker.
    private var sockets: [Int] = []
    private var executors: Executors
    /// When each executor began.
    private var begun: [Instant] = []
    /// Computed and not yet taken by the loop.
    private var outbox: [SimulatedJob] = []
    /// The jobs of the core's slots, but for what is in the executors' hands.
    private var accepted: [SimulatedJob] = []
    private var withdrawn: [Int32] = []
    private var unsent: [Int32] = []
    private var commands: [WorkerEvent] = []
    private var effects: [WorkerEffect] = []
    private var now = Instant(nanoseconds: 0)
    private var hellos = 0
    /// The dispatch, or the finished job, in hand.
    private var dispatched: (call: Int32, header: WorkerMessage.Dispatch)?
    private var finished: SimulatedJob?
    /// Told when a request has killed the process.
    var crashed: () -> Void = {}

    init(_ node: Int, in world: World) {
        self.node = node
        self.world = world
        plan = world.scenario.workers[node - world.nodes.workers.lowerBound]
        core = WorkerCore(brokers: 0, now: world.clock(of: node))
        shadow = WorkerShadow(plan.limits, brokers: 0, checker: world.checker)
        executors = Executors(threads: plan.threads, models: plan.models.count)
    }

    private var brokers: Range<Int> { world.nodes.brokers }

    func start() {
        now = world.clock(of: node)
        core = WorkerCore(limits: plan.limits, brokers: brokers.count, now: now)
        shadow = WorkerShadow(plan.limits, brokers: brokers.count, checker: world.checker)
        executors = Executors(threads: plan.threads, models: plan.models.count)
        begun = [Instant](repeating: now, count: plan.threads)
        outbox = []
        accepted = []
        withdrawn = []
        unsent = []
        commands = []
        sockets = brokers.map { world.network.connect(to: Address(broker: $0, side: .backend), owner: node) }
        world.scheduler.requestTurn(of: node, at: world.now)
    }

    func die() {
        world.network.kill(node)
    }

    func terminate(atOnce: Bool) {
        commands.append(atOnce ? .stop : .drain)
        world.network.wake(node)
    }

    var isIdle: Bool { core.jobCount == 0 && executors.isIdle && outbox.isEmpty }

    var isWelcomedByAll: Bool { brokers.allSatisfy { core.isWelcomed(by: Int32($0)) } }

    func requireEmpty() {
        world.checker.require(
            core.jobCount == 0, .nothingLeaks, "\(world.nodes.name(of: node)) still holds \(core.jobCount) jobs")
    }

    // MARK: - The loop

    func turn() {
        now = world.clock(of: node)
        if core.nextDeadline <= now { tell(.tick) }
        obeyCommands()
        sendAnswers()
        for index in sockets.indices {
            watchConnection(index)
            receive(from: index)
        }
        if core.isDrained { return end() }
        let hasInput = sockets.contains { world.network.hasInput($0) } || !commands.isEmpty || !outbox.isEmpty
        world.sleep(node, until: core.nextDeadline, hasInput: hasInput)
    }

    private func end() {
        world.note(.ends, node)
        for socket in sockets { world.network.close(socket: socket) }
        world.processes.end(node)
    }

    private func obeyCommands() {
        for command in commands {
            world.note(.drains, node)
            tell(command)
        }
        commands.removeAll()
    }

    private func watchConnection(_ index: Int) {
        // Ends with the events that are queued.
        while let event = world.network.nextEvent(of: sockets[index]) {
            switch event {
            case .connected:
                world.note(.connected, node, other: index)
                tell(.connected(broker: Int32(index)))
            case .disconnected:
                world.note(.disconnected, node, other: index)
                tell(.disconnected(broker: Int32(index)))
            }
        }
    }

    private func sendAnswers() {
        let delivered = outbox
        outbox.removeAll(keepingCapacity: true)
        for job in delivered {
            finished = job
            tell(.finished(slot: job.slot))
        }
        finished = nil
    }

    private func receive(from index: Int) {
        for _ in 0..<Self.burst {
            guard let received = world.network.receive(from: sockets[index]) else { break }
            receive(received.packet, from: Int32(index))
            if accepted.count >= Self.handOver { handOver() }
        }
        handOver()
    }

    private func receive(_ packet: Packet, from broker: Int32) {
        switch packet {
        case .dispatch(let header, let call):
            dispatched = (call, header)
            tell(.dispatch(broker: broker, header))
        case .ping: tell(.ping(broker: broker))
        case .welcome(let welcome): tell(.welcome(broker: broker, welcome))
        case .cancel(let request): tell(.cancel(broker: broker, request))
        case .introduce: tell(.introduce(broker: broker))
        case .request, .takeBack, .reply, .hello, .pong, .answer, .refusal, .draining, .goodbye, .noise: return
        }
    }

    private func handOver() {
        if accepted.isEmpty { return }
        executors.add(accepted)
        accepted.removeAll(keepingCapacity: true)
        startExecutors()
    }

    // MARK: - Executors

    private func startExecutors() {
        // Ends with the queue or with the executors.
        while executors.hasWaiting, let executor = executors.freeExecutor {
            begun[executor] = world.now
            let span = executors.begin(executor, at: world.clock(of: node), book: world.book)
            for job in executors.running[executor] {
                world.note(.computes, node, Int64(job.call), Int64(executor))
            }
            world.scheduler.schedule(
                .computed(node: node, executor: executor, life: world.processes.life(of: node)), after: span)
        }
    }

    /// What an executor computed is done. One that a frozen process computed is done once it goes on.
    func compute(_ executor: Int) {
        // It dies as soon as it comes to the one that kills it.
        let isDeadly = executors.running[executor].contains { $0.answer == nil && world.book[$0.call].isPoison }
        if isDeadly { return crashed() }
        for var job in executors.finish(executor, after: world.now - begun[executor], book: world.book) {
            job.answer = job.answer ?? verdict(of: world.book[job.call], job)
            world.note(.finishes, node, Int64(job.slot))
            outbox.append(job)
        }
        world.network.wake(node)
        startExecutors()
    }

    private func verdict(of call: Call, _ job: SimulatedJob) -> Verdict {
        if call.throwsError { return Verdict(failure: .predictionFailed) }
        guard Int(job.header.model) < plan.models.count else { return Verdict(failure: .internal) }
        return Verdict(
            output: Call.output(of: call.input, model: plan.models[Int(job.header.model)]), worker: Int32(node))
    }

    // MARK: - The core

    private func tell(_ event: WorkerEvent) {
        handle(event)
        // Each broker is told once that it can't be reached, and each job withdrawn once.
        while true {
            if let broker = unsent.popLast() {
                handle(.unsent(broker: broker))
            } else if let slot = withdrawn.popLast() {
                handle(.withdrawn(slot: slot))
            } else {
                return
            }
        }
    }

    private func handle(_ event: WorkerEvent) {
        core.handle(event, at: now, into: &effects)
        shadow.observe(event, at: now)
        for effect in effects {
            shadow.observe(effect)
            run(effect)
        }
        shadow.finishEvent()
        effects.removeAll(keepingCapacity: true)
    }

    private func run(_ effect: WorkerEffect) {
        switch effect {
        case .hello(let broker): greet(broker)
        case .pong(let broker): send(.pong, .pongs, to: broker)
        case .draining(let broker): send(.draining, .drains, to: broker)
        case .goodbye(let broker): send(.goodbye, .leaves, to: broker)
        case .reconnect(let broker): reconnect(broker)
        case .accept(let slot, let broker, let deadline): accept(slot, broker, deadline)
        case .refuse(let broker, let request):
            world.checker.coverage.count(.refusedByWorker)
            send(.refusal(request), .declines, to: broker, Int64(bitPattern: request.rawValue))
        case .expire(let broker): expire(broker)
        case .dropDispatch:
            world.checker.coverage.count(.staleDispatches)
            world.note(.dropsDispatch, node, Int64(dispatched?.call ?? -1))
        case .dropAnswer: world.note(.dropsJob, node, Int64(finished?.slot ?? -1))
        case .models: break
        case .forward(let broker): if let finished { sendAnswer(of: finished, to: broker) }
        case .cancel(let slot, let broker): cancel(slot, broker)
        case .abandon(let broker): abandon(broker)
        case .handBack(let broker): handBack(broker)
        case .note(.lost(let broker, _, _)):
            world.checker.coverage.count(.brokerLosses)
            world.note(.losesBroker, node, other: Int(broker))
        case .note: break
        }
    }

    /// Each hello has a name of its own, so that what a broker says of sessions can be told apart.
    private func greet(_ broker: Int32) {
        hellos += 1
        let models = plan.models.map { world.scenario.models[$0] }
        world.network.announcements.append(
            WorkerAnnouncement(
                name: "\(world.nodes.name(of: node))#\(hellos)", capacity: plan.limits.capacity,
                models: models.map { WorkerAnnouncement.Model(name: $0.name, version: $0.version) }))
        send(
            .hello(announcement: Int32(world.network.announcements.count - 1)), .greets, to: broker,
            Int64(plan.limits.capacity))
    }

    private func reconnect(_ broker: Int32) {
        world.note(.reconnects, node, other: Int(broker))
        world.checker.coverage.count(.reconnects)
        world.network.close(socket: sockets[Int(broker)])
        sockets[Int(broker)] = world.network.connect(
            to: Address(broker: Int(broker), side: .backend), owner: node)
    }

    // MARK: - Jobs

    private func accept(_ slot: Int32, _ broker: Int32, _ deadline: Instant) {
        guard let (call, header) = dispatched else { return }
        world.note(.accepts, node, other: Int(broker), Int64(call), Int64(slot))
        accepted.append(SimulatedJob(slot: slot, broker: broker, call: call, header: header, deadline: deadline))
    }

    private func expire(_ broker: Int32) {
        guard let (call, header) = dispatched else { return }
        world.checker.coverage.count(.expiredAtWorker)
        world.note(.expires, node, Int64(call))
        let job = SimulatedJob(
            slot: -1, broker: broker, call: call, header: header, deadline: now,
            answer: Verdict(failure: .deadlineExceeded))
        sendAnswer(of: job, to: broker)
    }

    private func cancel(_ slot: Int32, _ broker: Int32) {
        guard var job = takeWaiting(slot) else { return executors.dismiss { $0.slot == slot } }
        job.answer = Verdict(failure: .cancelled)
        sendAnswer(of: job, to: broker)
        withdraw(job)
    }

    private func takeWaiting(_ slot: Int32) -> SimulatedJob? {
        if let index = accepted.firstIndex(where: { $0.slot == slot }) { return accepted.remove(at: index) }
        return executors.remove(slot)
    }

    private func removeWaiting(of broker: Int32) -> [SimulatedJob] {
        let unqueued = accepted.filter { $0.broker == broker }
        accepted.removeAll { $0.broker == broker }
        return executors.removeAll(of: broker) + unqueued
    }

    private func withdraw(_ job: SimulatedJob) {
        world.checker.coverage.count(.withdrawnJobs)
        world.note(.withdraws, node, Int64(job.slot))
        withdrawn.append(job.slot)
    }

    private func abandon(_ broker: Int32) {
        for job in removeWaiting(of: broker) { withdraw(job) }
        executors.dismiss { $0.broker == broker }
    }

    private func handBack(_ broker: Int32) {
        for job in removeWaiting(of: broker) {
            world.checker.coverage.count(.refusedByWorker)
            send(
                .refusal(RequestID(rawValue: job.header.request)), .declines, to: broker,
                Int64(bitPattern: job.header.request))
            withdraw(job)
        }
        executors.dismiss { $0.broker == broker }
    }

    // MARK: - Sending

    private func send(_ packet: Packet, _ verb: Verb, to broker: Int32, _ first: Int64 = 0) {
        world.note(verb, node, other: Int(broker), first)
        guard world.network.send(packet, from: sockets[Int(broker)]) == .sent else { return unsent.append(broker) }
    }

    private func sendAnswer(of job: SimulatedJob, to broker: Int32) {
        guard let verdict = job.answer else { return }
        let flags = job.header.flags
        let header = WorkerMessage.Answer(
            request: job.header.request, failure: verdict.failure, queued: 0, computed: 0,
            items: UInt32(world.book[job.call].items),
            flags: verdict.failure == nil
                ? .init(isTwoFrames: flags.isTwoFrames, isBatch: flags.isBatch) : .failed)
        send(.answer(header, verdict), .answers, to: broker, Int64(job.slot))
    }
}
