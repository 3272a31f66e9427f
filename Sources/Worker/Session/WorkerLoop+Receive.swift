internal import Logging
internal import SibylCore
internal import SibylProtocol
internal import SibylTransport

/// What brokers send.
extension WorkerLoop {
    mutating func receiveMessage(from broker: Int32) {
        guard let event = event(from: broker) else {
            logger.warning("\(configuration.brokers[Int(broker)]) sent what is no message of the protocol")
            return
        }
        tell(event)
    }

    private func event(from broker: Int32) -> WorkerEvent? {
        let count = frames.count
        return frames[0].withUnsafeBytes { header -> WorkerEvent? in
            switch WorkerMessage.kind(of: header) {
            case .dispatch:
                guard count <= 2, let dispatch = WorkerMessage.Dispatch(reading: header) else { return nil }
                // Of a joined message that is shorter than it says there is nothing to compute.
                let isWhole =
                    count == 2 || Int(dispatch.envelopeBytes) <= header.count - WorkerMessage.Dispatch.byteCount
                return isWhole ? .dispatch(broker: broker, dispatch) : nil
            case .ping: return .ping(broker: broker)
            case .welcome: return WorkerMessage.Welcome(reading: header).map { .welcome(broker: broker, $0) }
            case .cancel:
                return WorkerMessage.request(of: header).map {
                    .cancel(broker: broker, RequestID(rawValue: $0))
                }
            case .introduce: return .introduce(broker: broker)
            case .hello, .pong, .answer, .refusal, .draining, .goodbye, nil: return nil
            }
        }
    }
}
