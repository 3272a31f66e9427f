internal import Logging
internal import SibylCore
internal import SibylProtocol
internal import SibylTransport

/// What brokers send.
extension WorkerLoop {
    /// Takes what is in the frames in hand.
    ///
    /// - Returns: how many messages that were.
    mutating func receiveMessages(from broker: Int32) -> Int {
        var count = 0
        var nonsense = 0
        var reader = BundleReader(frames.bytes(0))
        if reader.isBundle && frames.count > 1 { reader.stop() }
        while let message = reader.next() {
            count += 1
            if WorkerMessage.kind(of: message) == .wish {
                wish(Array(message.dropFirst(4)))
            } else if let event = event(message, from: broker) {
                dispatched = message
                tell(event)
            } else {
                nonsense += 1
            }
            if accepted.count >= Self.handOver { handOver() }
        }
        // Once a frame, of which a bundle may hold thousands.
        if nonsense > 0 || reader.isBroken {
            logger.warning("\(configuration.brokers[Int(broker)]) sent what is no message of the protocol")
        }
        return count
    }

    private mutating func event(_ message: UnsafeRawBufferPointer, from broker: Int32) -> WorkerEvent? {
        switch WorkerMessage.kind(of: message) {
        case .dispatch:
            guard frames.count <= 2, let dispatch = WorkerMessage.Dispatch(reading: message) else { return nil }
            // Of a short one that is shorter than it says there is nothing to compute.
            let isWhole =
                frames.count == 2 || Int(dispatch.envelopeBytes) <= message.count - WorkerMessage.Dispatch.byteCount
            guard isWhole else { return nil }
            dispatchedModel = models.use(dispatch.model, at: now)
            return dispatchedModel == nil
                ? .stray(broker: broker, RequestID(rawValue: dispatch.request)) : .dispatch(broker: broker, dispatch)
        case .ping: return .ping(broker: broker)
        case .welcome: return WorkerMessage.Welcome(reading: message).map { .welcome(broker: broker, $0) }
        case .cancel:
            return WorkerMessage.request(of: message).map { .cancel(broker: broker, RequestID(rawValue: $0)) }
        case .introduce: return .introduce(broker: broker)
        case .bundle, .hello, .models, .pong, .answer, .refusal, .draining, .goodbye, .wish, nil: return nil
        }
    }
}
