/// What the main thread of a serving process waits for: signals, events from other threads, and a moment in time.
///
/// Make it before any thread: the signals are then blocked in all of them, and arrive here alone.
package struct EventQueue<Event: Sendable>: ~Copyable {
    package enum Input: Sendable {
        case signal(Int32)
        case event(Event)
        case deadline
    }

    package let mailbox: Mailbox<Event>
    private let signals: SignalSource
    private var poller = Poller()
    /// Events taken from the mailbox and not yet returned, oldest first.
    private var waiting: ArraySlice<Event> = []

    /// - Parameter capacity: events that may wait; more are dropped.
    package init(signals: [Int32], capacity: Int) {
        self.signals = SignalSource(signals)
        mailbox = Mailbox(capacity: capacity)
        poller.add(descriptor: self.signals.descriptor)
        poller.add(descriptor: mailbox.wakeup.descriptor)
    }

    /// The next input; waits for it.
    ///
    /// - Parameter deadline: in nanoseconds of `MonotonicClock`; nil waits without end.
    package mutating func next(until deadline: Int64? = nil) -> Input {
        // Ends with the first input, or at the deadline.
        while true {
            if let signal = signals.next() { return .signal(signal) }
            if let event = waiting.popFirst() ?? nextDelivered() { return .event(event) }
            let left = deadline.map { $0 - MonotonicClock.nanoseconds() }
            if let left, left <= 0 { return .deadline }
            poller.wait(nanoseconds: left)
        }
    }

    private mutating func nextDelivered() -> Event? {
        var delivered: [Event] = []
        mailbox.drain(into: &delivered)
        waiting = delivered[...]
        return waiting.popFirst()
    }
}
