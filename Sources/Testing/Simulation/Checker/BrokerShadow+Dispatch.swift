internal import SibylCore
internal import SibylProtocol

/// A request goes to a worker: to which, whose turn it is, and what the worker is told.
extension BrokerShadow {
    /// Items of bulk that may be served in a row: as many as a worker computes at once.
    private static let longestRun = 64

    func dispatch(_ slot: Int32, to peer: PeerID, _ header: WorkerMessage.Dispatch) {
        guard let index = worker(peer), let worker = workers[index] else {
            return checker.fail(.workerAvailable, "\(text(slot)) is dispatched to a worker that is gone")
        }
        takeOut(slot, for: worker)
        requests[Int(slot)].attempts += 1
        let request = requests[Int(slot)]
        check(request, slot, header)
        check(request, slot, header, worker)
        requests[Int(slot)].state = .dispatched
        requests[Int(slot)].worker = index
        workers[index]?.inFlight += 1
        if request.priority == .bulk { workers[index]?.bulkInFlight += 1 }
        workers[index]?.isAlone = isLastAttempt(request)
        // Its client is gone, and a worker that was set apart became free before that was seen to.
        if orphaned.contains(slot) { oweCancel(slot) }
        checker.coverage.count(.dispatched)
        if request.attempts > 1 { checker.coverage.count(.retried) }
        if isLastAttempt(request) { checker.coverage.count(.lastAttempts) }
    }

    /// Takes it from where it waits.
    private func takeOut(_ slot: Int32, for worker: Worker) {
        let request = request(at: slot)
        if arriving == slot {
            arriving = -1
            accept(slot)
            // Nobody of its priority waits, or they would all have to wait for the same worker.
            let waiting = services[request.service][request.priority].count
            checker.require(
                waiting == 0, .prioritiesKept, "\(text(slot)) overtakes \(waiting) of its own priority that wait")
        } else if request.state == .queued {
            serve(slot, request, worker)
        } else if request.state == .dispatched, isGoing(request.worker) {
            counts[request.service].retried += 1
            takeFromWorker(slot)
        } else {
            checker.fail(.oneReply, "\(text(slot)) is dispatched while it is \(request.state)")
        }
    }

    private func serve(_ slot: Int32, _ request: Request, _ worker: Worker) {
        guard request.place != .apart else { return leaveQueue(slot) }
        checkTurn(slot, request, worker)
        count(request)
        guard request.place == .line else { return leaveQueue(slot) }
        services[request.service].bytes -= request.size
        let fault = services[request.service][request.priority].serve(
            request.number, of: request.tenant, cost: request.cost)
        if let fault { checker.fail(.tenantsShare, "\(text(slot)) is dispatched, and \(fault)") }
        checkFairness(request)
        settleContention(request.service)
    }

    /// Each interactive item that is served while bulk waits earns that an eighth of one, up to a bound.
    private func count(_ request: Request) {
        guard services[request.service].isContended else { return }
        let share = PriorityTurn.interactiveShare
        let earned = services[request.service].earned
        services[request.service].earned =
            request.priority == .bulk
            ? earned - request.cost * share : min(earned + request.cost, Self.longestRun * share)
    }

    /// Interactive requests go first, and each of their items earns bulk an eighth of one.
    private func checkTurn(_ slot: Int32, _ request: Request, _ worker: Worker) {
        let service = services[request.service]
        guard service.isContended, service.isTurnKnown, !worker.passedOver.contains(request.service)
        else { return }
        let isBulksTurn = service.earned >= PriorityTurn.interactiveShare
        if request.priority == .bulk {
            checker.require(
                isBulksTurn, .prioritiesKept,
                "\(text(slot)) is bulk, has earned \(service.earned) of \(PriorityTurn.interactiveShare), and goes before "
                    + "\(service.interactive.count) interactive requests")
        } else {
            checker.require(
                !isBulksTurn || !worker.hasRoomForBulk, .prioritiesKept,
                "\(text(slot)) is interactive and takes the turn of \(service.bulk.count) bulk requests")
        }
    }

    private func checkFairness(_ request: Request) {
        guard !scenario.estimatesCosts else { return }
        let lane = services[request.service][request.priority]
        checker.coverage.count(.fairnessWindows, lane.runningComparisons)
        if let unfairness = lane.unfairness(with: request.tenant) { checker.fail(.tenantsShare, unfairness) }
    }

    // MARK: - To whom

    private func check(_ request: Request, _ slot: Int32, _ header: WorkerMessage.Dispatch, _ worker: Worker) {
        checker.require(!worker.isDraining, .workerAvailable, "\(text(slot)) is dispatched to a worker that drains")
        checker.require(
            worker.inFlight < worker.capacity, .withinCredit,
            "\(text(slot)) is dispatched to \(worker.name), which holds \(worker.inFlight) of \(worker.capacity)")
        checker.require(
            request.priority == .interactive || isLastAttempt(request) || worker.hasRoomForBulk, .withinCredit,
            "\(text(slot)) is bulk and is dispatched to \(worker.name), which holds \(worker.bulkInFlight) bulk "
                + "requests of \(worker.capacity)")
        checker.require(
            !worker.isAlone && (!isLastAttempt(request) || worker.inFlight == 0), .poisonAlone,
            "\(text(slot)) on attempt \(request.attempts) of \(limits.attempts) is dispatched to \(worker.name) "
                + "beside \(worker.inFlight) others")
        let model = Int(header.model)
        checker.require(
            model < worker.services.count && worker.services[model] == request.service, .servesModel,
            "\(text(slot)) is dispatched as model \(model) of \(worker.name), which is not what it asks for")
    }

    private func check(_ request: Request, _ slot: Int32, _ header: WorkerMessage.Dispatch) {
        let left = request.deadline - now
        checker.require(
            left > .zero, .notAfterDeadline, "\(text(slot)) is dispatched \(-left.microseconds) µs after its deadline")
        checker.require(
            request.attempts <= limits.attempts && header.attempt == request.attempts, .attemptsBounded,
            "\(text(slot)) is dispatched as attempt \(header.attempt), and it is number \(request.attempts) of "
                + "\(limits.attempts)")
        checker.require(
            header.timeLeft == UInt64(max(0, left.microseconds)), .timeLeftTold,
            "\(text(slot)) has \(left.microseconds) µs left, and its worker is told \(header.timeLeft)")
        checker.require(
            header.flags.isBulk == (request.priority == .bulk), .prioritiesKept,
            "\(text(slot)) is \(request.priority), and its worker is told otherwise")
        if request.name == 0 { return baptize(slot, header.request) }
        checker.require(
            request.name == header.request, .namesUnique, "\(text(slot)) is dispatched under another name than before")
    }

    /// A request gets the name by which broker and workers call it. A late answer to an earlier one of that name would be
    /// taken for one to this.
    func baptize(_ slot: Int32, _ name: UInt64) {
        checker.require(book.isFresh(name, of: node), .namesUnique, "\(text(slot)) gets a name that was used before")
        requests[Int(slot)].name = name
        slots[name] = slot
    }
}
