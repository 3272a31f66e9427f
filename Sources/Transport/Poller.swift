internal import CZeroMQ

/// Waits for several sockets and file descriptors at once. An entry's index is the order in which it was added.
package struct Poller: ~Copyable {
    private var items: [zmq_pollitem_t] = []

    package init() {}

    /// Adds a socket, which must outlive the poller's last wait.
    @discardableResult
    package mutating func add(_ socket: borrowing Socket) -> Int {
        items.append(zmq_pollitem_t(socket: socket.handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0))
        return items.count - 1
    }

    @discardableResult
    package mutating func add(descriptor: Int32) -> Int {
        items.append(zmq_pollitem_t(socket: nil, fd: descriptor, events: Int16(ZMQ_POLLIN), revents: 0))
        return items.count - 1
    }

    /// Waits until an entry is readable or the time is over. A signal that interrupts counts as nothing ready.
    ///
    /// - Parameter nanoseconds: nil waits without end; rounded up to a millisecond, the unit of zmq_poll.
    package mutating func wait(nanoseconds: Int64?) {
        let milliseconds = nanoseconds.map { $0 <= 0 ? 0 : ($0 + 999_999) / 1_000_000 } ?? -1
        if zmq_poll(&items, Int32(items.count), Int(milliseconds)) == -1 {
            for index in items.indices { items[index].revents = 0 }
        }
    }

    package func isReadable(_ index: Int) -> Bool {
        items[index].revents & Int16(ZMQ_POLLIN) != 0
    }
}
