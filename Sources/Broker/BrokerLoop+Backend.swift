internal import Logging
internal import SibylCore
internal import SibylProtocol
internal import SibylTransport

/// What workers send. Anybody may connect here: what is not of the protocol is counted and dropped.
extension BrokerLoop {
    mutating func receiveFromWorkers() {
        for _ in 0..<Self.burst {
            guard backend.receive(&frames) else { return }
            receiveFromWorker()
            if toClients.count >= Self.gathered { flush() }
        }
    }

    private mutating func receiveFromWorker() {
        let worker = workers.identify(frames.bytes(0))
        guard let event = event(from: worker) else {
            core.count { $0.workerNonsense += 1 }
            if let times = strangeMessages.note(at: now) {
                logger.warning(
                    "\(times) messages of no worker at \(endpoints.backend); does a client take it for the frontend?")
            }
            return
        }
        tell(event)
    }

    private mutating func event(from worker: PeerID) -> BrokerEvent? {
        guard frames.count >= 2 else { return nil }
        let header = frames.bytes(1)
        switch WorkerMessage.kind(of: header) {
        case .answer:
            guard let answer = readAnswer(header) else { return nil }
            return .answer(worker, answer)
        case .pong: return WorkerMessage.Pong(reading: header).map { .pong(worker, $0) }
        case .hello: return hello(from: worker, header)
        case .refusal: return WorkerMessage.request(of: header).map { .refusal(worker, RequestID(rawValue: $0)) }
        case .draining: return .draining(worker)
        case .goodbye: return .goodbye(worker)
        case .welcome, .ping, .dispatch, .cancel, .introduce, nil: return nil
        }
    }

    private mutating func readAnswer(_ header: UnsafeRawBufferPointer) -> WorkerMessage.Answer? {
        guard frames.count <= 3, let answer = WorkerMessage.Answer(reading: header) else { return nil }
        let second = frames.count == 3 ? frames.bytes(2) : nil
        self.answer = WorkerMessage.Parts(header, second, envelopeBytes: Int(answer.envelopeBytes))
        return self.answer == nil ? nil : answer
    }

    private mutating func hello(from worker: PeerID, _ frame: UnsafeRawBufferPointer) -> BrokerEvent? {
        do {
            return .hello(worker, try WorkerAnnouncement(reading: frame))
        } catch {
            if let times = refusedAnnouncements.note(at: now) {
                logger.warning("a worker's announcement can't be read: \(error) (\(times) such)")
            }
            return nil
        }
    }
}
