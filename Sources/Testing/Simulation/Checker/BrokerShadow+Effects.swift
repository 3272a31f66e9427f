internal import SibylCore
internal import SibylProtocol

/// What a broker does, held against what it may do.
extension BrokerShadow {
    func observe(_ effect: BrokerEffect) {
        switch effect {
        case .dispatch(let slot, let peer, let header): dispatch(slot, to: peer, header)
        case .forward(let slot, let client): forward(slot, to: client)
        case .refuse(let slot, let client, let refusal): refuse(slot, client, refusal)
        case .refuseAndKeep(let slot, let client, let refusal): refuseAndKeep(slot, client, refusal)
        case .forget(let slot): forget(slot)
        case .free(let slot): release(slot)
        case .route(let slot, let request): routeAgain(slot, request.rawValue)
        case .dropAnswer: dropAnswer()
        case .cancel(let peer, let request): tellCancel(request.rawValue, to: peer)
        case .ping: pinged += 1
        case .welcome(let peer, _): welcome(peer)
        case .introduce(let peer):
            checker.require(
                worker(peer) == nil, .workerAvailable, "a worker that the broker knows is asked to introduce itself")
            stranger = nil
        }
    }

    // MARK: - With an answer

    private func forward(_ slot: Int32, to client: PeerID) {
        checker.require(
            expected == .forward(slot), .oneReply,
            "\(text(slot)) is answered with what is no answer to it, or a second time")
        checker.require(client == request(at: slot).client, .oneReply, "the answer to \(text(slot)) goes to a stranger")
        expected = .nothing
        counts[request(at: slot).service].answered += 1
        if let failure { counts[request(at: slot).service].failed.count(failure) }
        free(slot)
    }

    private func dropAnswer() {
        checker.coverage.count(.answersDropped)
        counts.droppedAnswers += 1
        switch expected {
        case .dropAnswer(let slot):
            // Where one was abandoned, its slot is freed next.
            guard slot < 0 else {
                counts[request(at: slot).service].dropped += 1
                return
            }
            expected = .nothing
        case .forward(let slot): checker.fail(.oneReply, "the answer to \(text(slot)) is dropped")
        case .nothing: checker.fail(.oneReply, "an answer is dropped, and there is none")
        }
    }

    // MARK: - With an error

    private func refuse(_ slot: Int32, _ client: PeerID, _ refusal: Refusal) {
        let request = request(at: slot)
        checker.require(client == request.client, .oneReply, "the refusal of \(text(slot)) goes to a stranger")
        count(refusal.code, of: request)
        if arriving == slot {
            arriving = -1
            if request.service >= 0 { counts[request.service].accepted += 1 }
            checkAtTheDoor(slot, request, refusal)
        } else if request.state == .held {
            check(refusal, of: slot, request)
        } else if request.state == .queued {
            leaveQueue(slot)
            check(refusal, of: slot, request)
        } else if request.state == .dispatched, isGoing(request.worker) {
            checkLost(refusal, slot, request)
            takeFromWorker(slot)
        } else {
            checker.fail(.oneReply, "\(text(slot)) is refused while it is \(request.state)")
        }
        free(slot)
    }

    private func count(_ code: ErrorCode, of request: Request) {
        if request.state == .held && arriving < 0 || request.service < 0 {
            counts.refused.count(code)
        } else {
            counts[request.service].failed.count(code)
        }
    }

    private func refuseAndKeep(_ slot: Int32, _ client: PeerID, _ refusal: Refusal) {
        let request = request(at: slot)
        count(refusal.code, of: request)
        checker.require(client == request.client, .oneReply, "the refusal of \(text(slot)) goes to a stranger")
        check(refusal, of: slot, request)
        oweCancel(slot)
        abandon(slot)
    }

    private func abandon(_ slot: Int32) {
        let state = request(at: slot).state
        guard state == .dispatched else {
            return checker.fail(.oneReply, "\(text(slot)) is left to its worker while it is \(state)")
        }
        requests[Int(slot)].state = .abandoned
        checker.coverage.count(.abandoned)
    }

    func oweCancel(_ slot: Int32) {
        requests[Int(slot)].owesCancel = true
        owedCancels += 1
    }

    private func tellCancel(_ name: UInt64, to peer: PeerID) {
        guard let slot = slots[name], let worker = worker(peer), requests[Int(slot)].worker == worker,
            requests[Int(slot)].owesCancel
        else {
            return checker.fail(.cancelTold, "a worker is told to drop what it does not hold, or what is still wanted")
        }
        requests[Int(slot)].owesCancel = false
        owedCancels -= 1
    }

    // MARK: - With nothing

    /// The client is gone while a worker holds its request.
    private func forget(_ slot: Int32) {
        guard let index = orphaned.firstIndex(of: slot) else {
            return checker.fail(.oneReply, "\(text(slot)) is forgotten, and its client waits")
        }
        orphaned.remove(at: index)
        counts.disconnected += 1
        abandon(slot)
    }

    private func release(_ slot: Int32) {
        let request = request(at: slot)
        if let index = orphaned.firstIndex(of: slot), request.state == .queued || request.state == .held {
            orphaned.remove(at: index)
            counts.disconnected += 1
            if request.state == .queued { leaveQueue(slot) }
        } else if request.state == .abandoned, expected == .dropAnswer(frees: slot) {
            expected = .nothing
        } else if request.state == .abandoned, isGoing(request.worker) {
            takeFromWorker(slot)
        } else {
            checker.fail(.oneReply, "\(text(slot)) is freed while it is \(request.state)")
        }
        free(slot)
    }

    /// The shell is asked where a held request goes now.
    private func routeAgain(_ slot: Int32, _ name: UInt64) {
        checker.require(
            request(at: slot).state == .held, .routeRight, "\(text(slot)) is routed again, and it is not held")
        if requests[Int(slot)].name == 0 { baptize(slot, name) }
        unrouted.removeAll { $0 == slot }
    }

    func isGoing(_ worker: Int) -> Bool {
        worker >= 0 && workers[worker]?.isGoing == true
    }

    // MARK: - Workers

    private func welcome(_ peer: PeerID) {
        guard let (greeter, announcement) = hello, greeter == peer else {
            return checker.fail(.workerAvailable, "a worker is welcomed that did not say hello")
        }
        bury()
        hello = nil
        let places = announcement.models.map { model in place(of: model) }
        workers.append(
            Worker(
                peer: peer, name: announcement.name, capacity: min(announcement.capacity, limits.capacity),
                services: places, lastHeard: now))
        indices[peer] = workers.count - 1
        present.append(workers.count - 1)
        for place in places { services[place].workers.append(workers.count - 1) }
        unrouted = requests.indices.filter { requests[$0].state == .held }.map { Int32($0) }
        checker.coverage.count(.hellos)
    }

    private func place(of model: WorkerAnnouncement.Model) -> Int {
        if let known = services.firstIndex(where: { $0.name == model.name && $0.version == model.version }) {
            return known
        }
        services.append(Service(name: model.name, version: model.version))
        return services.count - 1
    }
}
