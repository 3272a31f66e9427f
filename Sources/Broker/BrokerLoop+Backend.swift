internal import Logging
internal import SibylCore
internal import SibylProtocol
internal import SibylTransport

/// What workers send. Anybody may connect here: what is not of the protocol is counted and dropped.
extension BrokerLoop {
    mutating func receiveFromWorkers() {
        var messages = 0
        while messages < Self.burst {
            guard backend.receive(&frames) else { return }
            messages += 1 + receiveMessages(from: workers.identify(frames.bytes(0)))
        }
    }

    /// - Returns: how many messages were in the frames in hand.
    private mutating func receiveMessages(from worker: PeerID) -> Int {
        var count = 0
        var reader = BundleReader(frames.count >= 2 ? frames.bytes(1) : UnsafeRawBufferPointer(start: nil, count: 0))
        if reader.isBundle && frames.count > 2 { reader.stop() }
        while let message = reader.next() {
            receive(message, from: worker)
            count += 1
            if toClients.count >= Self.gathered { flush() }
        }
        if reader.isBroken { noteNonsense() }
        return count
    }

    private mutating func receive(_ message: UnsafeRawBufferPointer, from worker: PeerID) {
        guard let event = event(message, from: worker) else { return noteNonsense() }
        tell(event)
    }

    private mutating func noteNonsense() {
        core.count { $0.workerNonsense += 1 }
        if let times = strangeMessages.note(at: now) {
            logger.warning(
                "\(times) messages of no worker at \(endpoints.backend); does a client take it for the frontend?")
        }
    }

    private mutating func event(_ message: UnsafeRawBufferPointer, from worker: PeerID) -> BrokerEvent? {
        switch WorkerMessage.kind(of: message) {
        case .answer: return readAnswer(message).map { .answer(worker, $0) }
        case .pong: return WorkerMessage.Pong(reading: message).map { .pong(worker, $0) }
        case .hello: return announcement { try .hello(worker, WorkerAnnouncement(reading: message)) }
        case .models: return announcement { try .models(worker, WorkerAnnouncement(readingChange: message)) }
        case .refusal: return WorkerMessage.request(of: message).map { .refusal(worker, RequestID(rawValue: $0)) }
        case .draining: return .draining(worker)
        case .goodbye: return .goodbye(worker)
        case .bundle, .welcome, .ping, .dispatch, .cancel, .introduce, .wish, nil: return nil
        }
    }

    private mutating func readAnswer(_ message: UnsafeRawBufferPointer) -> WorkerMessage.Answer? {
        guard frames.count <= 3, let answer = WorkerMessage.Answer(reading: message) else { return nil }
        let second = frames.count == 3 ? frames.bytes(2) : nil
        self.answer = WorkerMessage.Parts(message, second, envelopeBytes: Int(answer.envelopeBytes))
        return self.answer == nil ? nil : answer
    }

    private mutating func announcement(_ read: () throws -> BrokerEvent) -> BrokerEvent? {
        do {
            return try read()
        } catch {
            if let times = refusedAnnouncements.note(at: now) {
                logger.warning("a worker's announcement can't be read: \(error) (\(times) such)")
            }
            return nil
        }
    }
}
