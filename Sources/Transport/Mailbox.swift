internal import Synchronization

/// The way into a thread that polls: one mutex, one array, one wake-up for however many items it finds.
package final class Mailbox<Element: Sendable>: Sendable {
    private struct State {
        var items: [Element] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let capacity: Int
    package let wakeup = Wakeup()

    /// - Parameter capacity: items that may wait; beyond it `send` refuses, so that a stuck reader can't eat the memory.
    package init(capacity: Int) {
        self.capacity = capacity
    }

    package enum SendOutcome: Sendable {
        case accepted, full, closed
    }

    package func send(_ element: sending Element) -> SendOutcome {
        let (outcome, wasEmpty) = state.withLock { state -> (SendOutcome, Bool) in
            if state.isClosed { return (.closed, false) }
            if state.items.count >= capacity { return (.full, false) }
            state.items.append(element)
            return (.accepted, state.items.count == 1)
        }
        // The reader empties the box whole, so only the first item needs to wake it.
        if wasEmpty { wakeup.signal() }
        return outcome
    }

    /// Sends several at once; all of them, or none.
    package func send(contentsOf elements: [Element]) -> SendOutcome {
        if elements.isEmpty { return .accepted }
        let (outcome, wasEmpty) = state.withLock { state -> (SendOutcome, Bool) in
            if state.isClosed { return (.closed, false) }
            if state.items.count + elements.count > capacity { return (.full, false) }
            let wasEmpty = state.items.isEmpty
            state.items.append(contentsOf: elements)
            return (.accepted, wasEmpty)
        }
        if wasEmpty { wakeup.signal() }
        return outcome
    }

    /// Swaps the waiting items into `items`, which should be empty, so that both arrays keep their room.
    package func drain(into items: inout [Element]) {
        wakeup.clear()
        state.withLock { swap(&$0.items, &items) }
    }

    /// Refuses all further items and returns those that nobody will read.
    package func close() -> [Element] {
        state.withLock { state in
            state.isClosed = true
            defer { state.items = [] }
            return state.items
        }
    }
}
