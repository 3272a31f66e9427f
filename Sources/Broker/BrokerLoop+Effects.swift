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
        case .welcome(let worker, let welcome): tellWorker(worker, welcome.bytes)
        case .introduce(let worker): tellWorker(worker, WorkerMessage.bytes(.introduce))
        }
    }

    // MARK: - Workers

    /// The bytes are shared with libzmq, not given away: another worker may need them.
    private mutating func dispatch(_ slot: Int32, to worker: PeerID, _ header: WorkerMessage.Dispatch) {
        guard let address = workers.address(of: worker) else { return unreachable.append(worker) }
        let isTwoFrames = store[slot].shape.hasPayloadFrame
        let place = toWorkers.add(to: worker, at: address, isDelimited: false, hasSecond: true)
        let envelope = store[slot].envelope.bytesInPlace()
        toWorkers[place].first.replace(
            with: Message(byteCount: WorkerMessage.Dispatch.byteCount + (isTwoFrames ? envelope.count : 0)) { frame in
                header.write(to: frame)
                if isTwoFrames { frame.dropFirst(WorkerMessage.Dispatch.byteCount).copy(from: envelope) }
            })
        if isTwoFrames {
            toWorkers[place].second.replace(with: store[slot].payload.share())
        } else {
            toWorkers[place].second.replace(with: store[slot].envelope.share())
        }
    }

    private mutating func tellWorker(_ worker: PeerID, _ bytes: [UInt8]) {
        guard let address = workers.address(of: worker) else { return unreachable.append(worker) }
        let place = toWorkers.add(to: worker, at: address, isDelimited: false, hasSecond: false)
        toWorkers[place].first.replace(with: Message(bytes))
    }

    // MARK: - Clients

    /// Sends the answer in hand, whose frames are a worker's address, a header (with the reply's envelope behind it
    /// where the reply has two frames), and the payload or whole reply.
    private mutating func forward(_ slot: Int32, to client: PeerID) {
        let shape = store[slot].shape
        store.free(slot)
        let hasEnvelope = frames.bytes(1).count > WorkerMessage.Answer.byteCount
        guard let payload = budget.admit(frames[2].take(), for: client) else { return countDroppedReplies(1) }
        guard let place = beginReply(to: client, shape, hasSecond: hasEnvelope) else { return }
        guard hasEnvelope else { return toClients[place].first.replace(with: payload) }
        let envelope = frames.bytes(1)[WorkerMessage.Answer.byteCount...]
        toClients[place].first.replace(with: Message(copying: UnsafeRawBufferPointer(rebasing: envelope)))
        toClients[place].second.replace(with: payload)
    }

    private mutating func refuse(_ slot: Int32, _ client: PeerID, _ refusal: Refusal) {
        let shape = store[slot].shape
        let reply = store[slot].envelope.withUnsafeBytes { envelope in
            Refusals.reply(to: envelope, refusal)
        }
        send(reply, to: client, shape)
    }

    /// Sends a reply of one frame.
    mutating func send(_ reply: consuming Message, to client: PeerID, _ shape: MessageShape) {
        guard let place = beginReply(to: client, shape, hasSecond: false) else { return }
        toClients[place].first.replace(with: reply)
    }

    /// Makes room for a reply. Nil when the client is gone for so long that its address is forgotten.
    mutating func beginReply(to client: PeerID, _ shape: MessageShape, hasSecond: Bool) -> Int? {
        guard let address = clients.address(of: client) else {
            countDroppedReplies(1)
            return nil
        }
        return toClients.add(to: client, at: address, isDelimited: shape.isDelimited, hasSecond: hasSecond)
    }

    // MARK: - The log

    mutating func log(_ note: BrokerNote) {
        switch note {
        case .workerJoined(let name, _, let models, let capacity):
            logger.info("worker \(name) joined with capacity \(capacity), serving \(models.joined(separator: ", "))")
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

extension Slice where Base == UnsafeMutableRawBufferPointer {
    func copy(from source: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: self).copyMemory(from: source)
    }
}
