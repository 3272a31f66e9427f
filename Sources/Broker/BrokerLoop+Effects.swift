internal import Logging
internal import SibylCore
internal import SibylProtocol
internal import SibylTransport

/// Runs what the core decided.
extension BrokerLoop {
    mutating func run(_ effect: BrokerEffect) {
        switch effect {
        case .dispatch(let slot, let worker, let header): dispatch(slot, to: worker, header)
        case .forward(let slot, let client): forward(slot, to: client)
        case .refuse(let slot, let client, let refusal):
            refuse(slot, client, refusal)
            store.free(slot)
        case .refuseAndKeep(let slot, let client, let refusal):
            refuse(slot, client, refusal)
            store.empty(slot)
        case .forget(let slot): store.empty(slot)
        case .free(let slot): store.free(slot)
        case .dropAnswer: break
        case .route(let slot, let request): routable.append((slot, request))
        case .cancel(let worker, let request):
            tellWorker(worker, WorkerMessage.bytes(.cancel, request: request.rawValue))
        case .ping(let worker): tellWorker(worker, WorkerMessage.bytes(.ping))
        case .welcome(let worker, let welcome):
            tellWorker(worker, welcome.bytes)
            tellUnloads(worker)
        case .introduce(let worker): tellWorker(worker, WorkerMessage.bytes(.introduce))
        }
    }

    // MARK: - Workers

    private mutating func dispatch(_ slot: Int32, to worker: PeerID, _ header: WorkerMessage.Dispatch) {
        var header = header
        let begin = WorkerMessage.Dispatch.byteCount
        let head = store[slot].head.bytesInPlace()
        if store[slot].isShort {
            header.envelopeBytes = UInt16(store[slot].envelopeBytes)
            toWorkers.add(to: worker, byteCount: begin + head.count) { frame in
                header.write(to: frame)
                frame.copy(head, to: begin)
            }
        } else {
            let place = toWorkers.addLong(to: worker)
            toWorkers[place].head.refill(byteCount: begin + head.count) { frame in
                header.write(to: frame)
                frame.copy(head, to: begin)
            }
            // Shared with libzmq, not given away: another worker may need it.
            store[slot].payload.share(into: &toWorkers[place].payload)
        }
    }

    mutating func tellWorker(_ worker: PeerID, _ bytes: [UInt8]) {
        toWorkers.add(to: worker, byteCount: bytes.count) { $0.copyBytes(from: bytes) }
    }

    // MARK: - Clients

    /// Sends the answer in hand, whose frames are a worker's address, a header (with the reply's envelope behind it
    /// where the reply has two frames), and the payload or whole reply, joined or by itself.
    private mutating func forward(_ slot: Int32, to client: PeerID) {
        let shape = store[slot].shape
        store.free(slot)
        guard let answer else { return }
        let hasEnvelope = !answer.envelope.isEmpty
        if frames.count == 2 && ReplyBudget.isSmall(answer.envelope.count + answer.payload.count) {
            let place = toClients.add(to: client, isDelimited: shape.isDelimited, hasSecond: hasEnvelope)
            guard hasEnvelope else { return toClients[place].first.refill(copying: answer.payload) }
            toClients[place].first.refill(copying: answer.envelope)
            toClients[place].second.refill(copying: answer.payload)
            return
        }
        // Long payloads are frames of their own, which are passed on as they are.
        let sent = frames.count == 2 ? Message(copying: answer.payload) : frames[2].take()
        let head = budget.admit(Message(copying: answer.envelope), for: client)
        guard let head, let payload = budget.admit(sent, for: client) else { return countDroppedReplies(1) }
        let place = toClients.add(to: client, isDelimited: shape.isDelimited, hasSecond: hasEnvelope)
        guard hasEnvelope else { return toClients[place].first.replace(with: payload) }
        toClients[place].first.replace(with: head)
        toClients[place].second.replace(with: payload)
    }

    private mutating func refuse(_ slot: Int32, _ client: PeerID, _ refusal: Refusal) {
        let shape = store[slot].shape
        let reply = Refusals.reply(to: store[slot].envelope(), refusal)
        send(reply, to: client, shape)
    }

    /// Sends a reply of one frame.
    mutating func send(_ reply: consuming Message, to client: PeerID, _ shape: MessageShape) {
        let place = toClients.add(to: client, isDelimited: shape.isDelimited, hasSecond: false)
        toClients[place].first.replace(with: reply)
    }

    // MARK: - The log

    mutating func log(_ note: BrokerNote) {
        switch note {
        case .workerJoined(let name, _, let models, let capacity):
            logger.info("worker \(name) joined with capacity \(capacity), serving \(models.joined(separator: ", "))")
        case .modelsChanged(let name, let models):
            logger.info("worker \(name) serves \(models.isEmpty ? "nothing" : models.joined(separator: ", ")) now")
        case .workerDraining(let name): logger.info("worker \(name) is draining")
        case .workerLeft(let name): logger.info("worker \(name) left")
        case .workerLost(let name, let reason, let requeued):
            logger.warning("worker \(name) was lost (\(reason.rawValue)); \(requeued) of its requests go to others")
        case .announcementRefused(let name, let reason):
            if let times = refusedAnnouncements.note(at: now) {
                logger.warning("worker \(name) was refused: \(reason) (\(times) such)")
            }
        }
    }
}
