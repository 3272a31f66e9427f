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
        case .free(let slot): store.free(slot)
        case .dropAnswer: break
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
        let first = store[slot].envelope.withUnsafeBytes { envelope in
            Message(byteCount: WorkerMessage.Dispatch.byteCount + (isTwoFrames ? envelope.count : 0)) { frame in
                header.write(to: frame)
                if isTwoFrames { frame.dropFirst(WorkerMessage.Dispatch.byteCount).copy(from: envelope) }
            }
        }
        let second = isTwoFrames ? store[slot].payload.share() : store[slot].envelope.share()
        guard case .sent = backend.send(address, more: true) else { return unreachable.append(worker) }
        // The rest of a message whose first frame was taken is always taken.
        _ = backend.send(first, more: true)
        _ = backend.send(second)
    }

    private mutating func tellWorker(_ worker: PeerID, _ bytes: [UInt8]) {
        guard let address = workers.address(of: worker), case .sent = backend.send(address, more: true) else {
            return unreachable.append(worker)
        }
        _ = backend.send(Message(bytes))
    }

    // MARK: - Clients

    /// Sends the answer in hand, whose frames are a worker's address, a header (with the reply's envelope behind it
    /// where the reply has two frames), and the payload or whole reply.
    private mutating func forward(_ slot: Int32, to client: PeerID) {
        let shape = store[slot].shape
        store.free(slot)
        guard beginReply(to: client, shape) else { return }
        let hasEnvelope = frames[1].count > WorkerMessage.Answer.byteCount
        if hasEnvelope {
            let envelope = frames[1].withUnsafeBytes { header in
                Message(copying: UnsafeRawBufferPointer(rebasing: header[WorkerMessage.Answer.byteCount...]))
            }
            _ = frontend.send(envelope, more: true)
        }
        _ = frontend.send(&frames[2])
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
        guard beginReply(to: client, shape) else { return }
        _ = frontend.send(reply)
    }

    /// Sends all that comes before a reply's own frames. False when the client is gone or doesn't read: its reply is
    /// dropped and counted, and harms nobody else.
    mutating func beginReply(to client: PeerID, _ shape: MessageShape) -> Bool {
        guard let address = clients.address(of: client), case .sent = frontend.send(address, more: true) else {
            core.count { $0.repliesDropped += 1 }
            return false
        }
        if shape.isDelimited { _ = frontend.send(Message(), more: true) }
        return true
    }

    // MARK: - The log

    func log(_ note: BrokerNote) {
        switch note {
        case .workerJoined(let name, let models, let capacity):
            logger.info("worker \(name) joined with capacity \(capacity), serving \(models.joined(separator: ", "))")
        case .workerDraining(let name): logger.info("worker \(name) is draining")
        case .workerLeft(let name): logger.info("worker \(name) left")
        case .workerLost(let name, let reason, let requeued):
            logger.warning("worker \(name) was lost (\(reason.rawValue)); \(requeued) of its requests go to others")
        case .announcementRefused(let name, let reason):
            logger.warning("worker \(name) was refused: \(reason)")
        }
    }
}

extension Slice where Base == UnsafeMutableRawBufferPointer {
    func copy(from source: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: self).copyMemory(from: source)
    }
}
