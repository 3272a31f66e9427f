internal import SibylCore
internal import SibylProtocol

/// What a worker's sessions promise: each dispatch is taken, given back or answered; each job ends once; nothing is said
/// in a session that is over.
final class WorkerShadow {
    private enum Job: Equatable {
        case free
        case held(broker: Int32, RequestID)
        /// Of a session that is over: computed for nobody.
        case orphaned
    }

    private let limits: WorkerLimits
    private let checker: Checker
    private var jobs: [Job] = []
    private var held: [Int]
    /// Brokers whose sessions stand, a drain included.
    private var isWelcomed: [Bool]
    private var hasLeft: [Bool]
    private var cancelled: Set<UInt64> = []
    private var isDraining = false

    // The event at hand.
    private var now = Instant(nanoseconds: 0)
    private var dispatch: (broker: Int32, header: WorkerMessage.Dispatch)?
    private var finished: Int32 = -1
    private var pinged: Int32 = -1
    /// The broker whose session must end, or that must hear a hello.
    private var lost: Int32 = -1
    private var stranger: Int32 = -1
    /// The job that must be given up.
    private var unwanted: Int32 = -1

    init(_ limits: WorkerLimits, brokers: Int, checker: Checker) {
        self.limits = limits
        self.checker = checker
        held = [Int](repeating: 0, count: brokers)
        isWelcomed = [Bool](repeating: false, count: brokers)
        hasLeft = [Bool](repeating: false, count: brokers)
    }

    // MARK: - Events

    func observe(_ event: WorkerEvent, at now: Instant) {
        self.now = now
        dispatch = nil
        finished = -1
        pinged = -1
        lost = -1
        stranger = -1
        unwanted = -1
        switch event {
        case .dispatch(let broker, let header): dispatch = (broker, header)
        case .finished(let slot): finish(slot)
        case .withdrawn(let slot): withdraw(slot)
        case .ping(let broker): pinged = broker
        case .drain, .stop: isDraining = true
        case .disconnected(let broker): if isWelcomed[Int(broker)] { lost = broker }
        // No worker of a scenario changes what it serves.
        case .modelsChanged, .stray: return
        case .introduce(let broker):
            guard isWelcomed[Int(broker)] else { return }
            lost = broker
            if !isDraining { stranger = broker }
        case .cancel(let broker, let request): cancel(request, broker)
        case .connected, .unsent, .welcome, .tick: break
        }
    }

    private func cancel(_ request: RequestID, _ broker: Int32) {
        guard let slot = jobs.firstIndex(of: .held(broker: broker, request)),
            cancelled.insert(request.rawValue &+ UInt64(broker) << 60).inserted
        else { return }
        unwanted = Int32(slot)
    }

    private func finish(_ slot: Int32) {
        checker.require(job(slot) != .free, .jobEndsOnce, "job \(slot) is finished, and there is none")
        finished = slot
    }

    private func withdraw(_ slot: Int32) {
        checker.require(job(slot) != .free, .jobEndsOnce, "job \(slot) is taken out of the queue, and there is none")
        end(slot)
    }

    func finishEvent() {
        if let dispatch {
            checker.fail(
                .dispatchAnswered, "request \(dispatch.header.request) was neither taken nor given back nor dropped")
        }
        if finished >= 0 { checker.fail(.jobEndsOnce, "the answer of job \(finished) was neither sent nor dropped") }
        if unwanted >= 0 { checker.fail(.cancelTold, "job \(unwanted) was cancelled and goes on") }
        if lost >= 0 { checker.fail(.sessionKept, "the session with broker \(lost) is over and goes on") }
        if stranger >= 0 { checker.fail(.sessionKept, "broker \(stranger) asked for a hello and got none") }
        if pinged >= 0, !mayIgnore(pinged) { checker.fail(.sessionKept, "a ping was not answered") }
    }

    /// Whether pings of a broker need no answer: it has heard goodbye, or a drain found no session with it or lost it, and
    /// then no other follows.
    private func mayIgnore(_ broker: Int32) -> Bool {
        hasLeft[Int(broker)] || (isDraining && !isWelcomed[Int(broker)])
    }

    // MARK: - Effects

    func observe(_ effect: WorkerEffect) {
        switch effect {
        case .accept(let slot, let broker, let deadline): accept(slot, broker, deadline)
        case .refuse(let broker, let request): refuse(broker, request)
        case .expire(let broker):
            checker.require(
                dispatch?.header.timeLeft == 0, .dispatchAnswered, "a dispatch with time left is answered as too late")
            settle(broker)
        case .models: return
        case .dropDispatch:
            checker.require(
                dispatch.map { !isWelcomed[Int($0.broker)] } == true, .dispatchAnswered,
                "a request is dropped whose broker waits for a word")
            dispatch = nil
        case .forward(let broker): forward(broker)
        case .dropAnswer: dropAnswer()
        case .cancel(let slot, let broker):
            guard case .held(broker, _) = job(slot) else {
                return checker.fail(.jobEndsOnce, "job \(slot) is cancelled, and it is not broker \(broker)'s")
            }
            if unwanted == slot { unwanted = -1 }
        case .abandon(let broker), .handBack(let broker): orphan(broker)
        case .note(.joined(let broker)): isWelcomed[Int(broker)] = true
        case .note(.lost(let broker, _, _)):
            orphan(broker)
            isWelcomed[Int(broker)] = false
            if lost == broker { lost = -1 }
        case .goodbye(let broker):
            speak(to: broker)
            isWelcomed[Int(broker)] = false
            hasLeft[Int(broker)] = true
        case .pong(let broker):
            speak(to: broker)
            if pinged == broker { pinged = -1 }
        case .hello(let broker):
            speak(to: broker)
            if stranger == broker { stranger = -1 }
        case .draining(let broker), .reconnect(let broker): speak(to: broker)
        case .note: break
        }
    }

    private func accept(_ slot: Int32, _ broker: Int32, _ deadline: Instant) {
        guard let (sender, header) = dispatch, sender == broker else {
            return checker.fail(.dispatchAnswered, "a job is accepted with no dispatch in hand")
        }
        settle(broker)
        while jobs.count <= Int(slot) { jobs.append(.free) }
        checker.require(jobs[Int(slot)] == .free, .jobEndsOnce, "job \(slot) is given out a second time")
        checker.require(
            held[Int(broker)] < Int(limits.capacity), .withinCapacity,
            "a worker takes a request beyond its capacity of \(limits.capacity)")
        checker.require(!isDraining, .sessionKept, "a draining worker takes a request")
        checker.require(
            deadline == now + .microseconds(Int64(clamping: header.timeLeft)), .timeLeftTold,
            "a job's deadline is not the time that its dispatch leaves")
        jobs[Int(slot)] = .held(broker: broker, RequestID(rawValue: header.request))
        held[Int(broker)] += 1
    }

    private func refuse(_ broker: Int32, _ request: RequestID) {
        checker.require(
            dispatch?.header.request == request.rawValue, .dispatchAnswered,
            "a request is given back that was not dispatched")
        checker.require(
            isDraining || held[Int(broker)] >= Int(limits.capacity), .dispatchAnswered,
            "a worker with \(held[Int(broker)]) of \(limits.capacity) jobs gives a request back")
        settle(broker)
    }

    private func settle(_ broker: Int32) {
        dispatch = nil
        speak(to: broker)
    }

    private func forward(_ broker: Int32) {
        guard finished >= 0, case .held(broker, _) = job(finished) else {
            return checker.fail(.jobEndsOnce, "an answer goes to broker \(broker), which does not wait for it")
        }
        speak(to: broker)
        end(finished)
        finished = -1
    }

    private func dropAnswer() {
        guard finished >= 0 else { return checker.fail(.jobEndsOnce, "an answer is dropped with none in hand") }
        checker.require(
            job(finished) == .orphaned, .jobEndsOnce, "the answer of job \(finished) is dropped, and its broker waits")
        end(finished)
        finished = -1
    }

    // MARK: - Jobs

    private func job(_ slot: Int32) -> Job {
        jobs.indices.contains(Int(slot)) ? jobs[Int(slot)] : .free
    }

    private func end(_ slot: Int32) {
        if case .held(let broker, _) = job(slot) { held[Int(broker)] -= 1 }
        if jobs.indices.contains(Int(slot)) { jobs[Int(slot)] = .free }
    }

    private func orphan(_ broker: Int32) {
        held[Int(broker)] = 0
        for slot in jobs.indices {
            if case .held(broker, _) = jobs[slot] { jobs[slot] = .orphaned }
        }
    }

    private func speak(to broker: Int32) {
        checker.require(!hasLeft[Int(broker)], .sessionKept, "a worker speaks to broker \(broker) after its goodbye")
    }
}
