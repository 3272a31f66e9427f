internal import Logging
internal import SibylCore
internal import SibylModel
internal import SibylProtocol
internal import SibylTransport

/// Runs what the core decided.
extension WorkerLoop {
    mutating func run(_ effect: WorkerEffect) {
        switch effect {
        case .hello(let broker): send(announcement().helloBytes(), to: broker)
        case .models(let broker): send(announcement().changeBytes(), to: broker)
        case .pong(let broker):
            send(WorkerMessage.Pong(residentBytes: ResidentMemory.bytes()).bytes, to: broker)
        case .draining(let broker): send(WorkerMessage.bytes(.draining), to: broker)
        case .goodbye(let broker): send(WorkerMessage.bytes(.goodbye), to: broker)
        case .reconnect(let broker): reconnect(broker)
        case .accept(let slot, let broker, let deadline): accept(slot, broker, deadline)
        case .refuse(let broker, let request):
            send(WorkerMessage.bytes(.refusal, request: request.rawValue), to: broker)
        case .expire(let broker): expire(broker)
        case .dropDispatch, .dropAnswer: break
        case .forward(let broker): if let finished { sendAnswer(of: finished, to: broker) }
        case .cancel(let slot, let broker): cancel(slot, broker)
        case .abandon(let broker): abandon(broker)
        case .handBack(let broker): handBack(broker)
        case .note(let note): log(note)
        }
    }

    // MARK: - Jobs

    /// Takes the dispatch in hand.
    private mutating func accept(_ slot: Int32, _ broker: Int32, _ deadline: Instant) {
        let job = fill(slot, broker, deadline)
        // The core uses slots again, so the array grows to what was ever in hand at once.
        while jobs.count <= Int(slot) { jobs.append(nil) }
        jobs[Int(slot)] = job
        accepted.append(job)
    }

    private mutating func fill(_ slot: Int32, _ broker: Int32, _ deadline: Instant) -> Job {
        let job = nextJob()
        job.slot = slot
        job.broker = broker
        job.model = dispatchedModel
        job.isDismissed = false
        job.deadline = deadline
        job.arrived = now
        if let header = WorkerMessage.Dispatch(reading: dispatched) { job.dispatch = header }
        if frames.count == 2 { job.take(dispatched, payload: &frames[1]) } else { job.take(dispatched) }
        return job
    }

    /// Answers the dispatch in hand, which came too late.
    private mutating func expire(_ broker: Int32) {
        let job = fill(-1, broker, now)
        answers.refuse(job, SibylError(.deadlineExceeded, "the time ran out on the way to a worker"), at: now)
        sendAnswer(of: job, to: broker)
    }

    private mutating func cancel(_ slot: Int32, _ broker: Int32) {
        guard let job = jobs[Int(slot)] else { return }
        guard takeWaiting(job) else {
            job.isDismissed = true
            return
        }
        answers.refuse(job, .cancelledByClient, at: now)
        sendAnswer(of: job, to: broker)
        withdraw(job)
    }

    /// Takes a job back that no executor has taken yet.
    private mutating func takeWaiting(_ job: Job) -> Bool {
        if let index = accepted.firstIndex(where: { $0 === job }) {
            accepted.remove(at: index)
            return true
        }
        return queue.remove(job)
    }

    private mutating func removeWaiting(of broker: Int32) -> [Job] {
        let unqueued = accepted.filter { $0.broker == broker }
        accepted.removeAll { $0.broker == broker }
        return queue.removeAll(of: broker) + unqueued
    }

    private mutating func withdraw(_ job: Job) {
        withdrawn.append(job.slot)
        release(job)
    }

    private mutating func abandon(_ broker: Int32) {
        for job in removeWaiting(of: broker) { withdraw(job) }
        dismissAll(of: broker)
    }

    private mutating func handBack(_ broker: Int32) {
        for job in removeWaiting(of: broker) {
            send(WorkerMessage.bytes(.refusal, request: job.dispatch.request), to: broker)
            withdraw(job)
        }
        dismissAll(of: broker)
    }

    /// What executors hold of a broker is computed for nobody.
    private func dismissAll(of broker: Int32) {
        for case let job? in jobs where job.broker == broker { job.isDismissed = true }
    }

    // MARK: - Sending

    /// What is short goes with all else that the broker is told in this turn of the loop.
    private mutating func send(_ bytes: [UInt8], to broker: Int32) {
        bytes.withUnsafeBytes { gather($0, for: broker) }
    }

    private mutating func sendAnswer(of job: Job, to broker: Int32) {
        guard job.isAnswerLong else { return gather(job.answerHead.bytes, for: broker) }
        flush(broker)
        guard case .sent = connections[Int(broker)].socket.send(job.answerHead.bytes, more: true) else {
            return unsent.append(broker)
        }
        // The rest of a message whose first frame was taken is always taken.
        _ = connections[Int(broker)].socket.send(&job.answerBody)
    }

    private mutating func gather(_ message: UnsafeRawBufferPointer, for broker: Int32) {
        let connection = connections[Int(broker)]
        if !connection.bundle.hasRoom(for: message.count) || connection.bundle.count >= Self.gathered { flush(broker) }
        connection.bundle.append(byteCount: message.count) { $0.copyMemory(from: message) }
    }

    /// Sends a broker what has gathered for it.
    mutating func flush(_ broker: Int32) {
        let connection = connections[Int(broker)]
        if connection.bundle.count == 0 { return }
        let outcome = connection.socket.send(connection.bundle.frame)
        connection.bundle.removeAll()
        if case .sent = outcome { return }
        unsent.append(broker)
    }

    private mutating func reconnect(_ broker: Int32) {
        let endpoint = connections[Int(broker)].endpoint
        do {
            connections[Int(broker)] = try BrokerConnection(
                to: endpoint, capacity: configuration.limits.capacity, in: context)
            rebuildPoller()
        } catch {
            // The endpoint was good before, so the process is short of sockets; the old one goes on trying.
            logger.error("can't make a new connection to \(endpoint): \(error)")
        }
    }

    // MARK: - The log

    private func log(_ note: WorkerNote) {
        switch note {
        case .joined(let broker): logger.info("working for the broker at \(endpoint(broker))")
        case .lost(let broker, .disconnected, dropped: 0):
            // As at every end of a broker; should it not come back, a warning follows.
            logger.info("the broker at \(endpoint(broker)) is gone; waiting for it")
        case .lost(let broker, let reason, let dropped):
            logger.warning(
                "lost the broker at \(endpoint(broker)) (\(reason.rawValue)); \(dropped) requests go to other workers")
        case .unreachable(let broker, let span):
            logger.warning(
                "can't reach the broker at \(endpoint(broker)) for \(span.milliseconds / 1_000) s; still trying")
        case .unanswered(let broker, let span):
            logger.warning(
                "\(endpoint(broker)) is silent for \(span.milliseconds / 1_000) s; is it a broker's backend? Still trying"
            )
        case .drainCutShort(let held):
            logger.warning("the time to drain is over; \(held) requests go to other workers")
        }
    }

    private func endpoint(_ broker: Int32) -> String {
        configuration.brokers[Int(broker)]
    }
}
