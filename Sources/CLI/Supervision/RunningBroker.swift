internal import Logging
internal import SibylBroker
internal import SibylCore
internal import SibylTransport

/// A broker whose end arrives as an event, since the main thread has other things to wait for as well.
final class RunningBroker: Sendable {
    private let broker: Broker

    /// - Parameter event: what `mailbox` gets once the broker has ended.
    init<Event: Sendable>(
        _ configuration: BrokerConfiguration, _ logger: Logger, tell mailbox: Mailbox<Event>, _ event: Event,
        observer: @escaping @Sendable (BrokerNote) -> Void = { _ in }
    ) throws {
        let broker = try Broker(configuration, logger: logger, observer: observer)
        self.broker = broker
        // Nobody joins it: it ends with the broker.
        _ = try SystemThread(name: "sibyl-wait") {
            broker.wait()
            _ = mailbox.send(event)
        }
    }

    var frontend: String { broker.frontend }
    var backend: String { broker.backend }

    func drain() { broker.drain() }
    func stop() { broker.stop() }
}
