internal import SibylCore
internal import SibylProtocol

/// Whether an error is the right one, and whether there should be one at all.
extension BrokerShadow {
    /// The request in hand has been taken in: nothing may have spoken against it.
    func accept(_ slot: Int32) {
        let request = requests[Int(slot)]
        guard request.service >= 0 else {
            return checker.fail(.oneReply, "\(text(slot)) is for nobody and was not refused")
        }
        counts[request.service].accepted += 1
        checker.require(!isDraining, .refusalJustified, "\(text(slot)) was accepted by a broker that drains")
        checker.require(
            !services[request.service].workers.isEmpty, .refusalJustified,
            "\(text(slot)) was accepted, and nobody serves it")
        checker.require(
            !isFull(for: request), .queueBounded,
            "\(text(slot)) of \(request.size) bytes was accepted with \(heldCount - 1) held and "
                + "\(services[request.service].waiting) queued in \(services[request.service].bytes) bytes")
        earliestDeadline = min(earliestDeadline, request.deadline)
    }

    /// A request that is refused as it arrives.
    func checkAtTheDoor(_ slot: Int32, _ request: Request, _ refusal: Refusal) {
        let isRight =
            switch refusal {
            // Whether the route is right is another rule's affair.
            case .modelNotFound, .versionNotFound: request.service < 0 && !isHeldBack(request)
            case .draining: isDraining
            case .noWorker:
                request.service >= 0 && services[request.service].workers.isEmpty && !isHeldBack(request)
            case .overloaded: request.service >= 0 && isFull(for: request)
            case .deadlineExceeded, .cancelled, .workerLost: false
            }
        checker.require(isRight, .refusalJustified, "\(text(slot)) is refused at the door with \(refusal)")
    }

    /// Whether the queue has no room for a request that has just arrived, and is not counted in it.
    private func isFull(for request: Request) -> Bool {
        let service = services[request.service]
        if heldCount > limits.requests { return true }
        // One that finds the queue empty may have any size.
        if service.waiting == 0 { return false }
        let free = limits.queueLength - service[request.priority].count
        return free <= 0 || service.bytes + request.size > limits.queueBytes
            || service[request.priority].count(of: request.tenant) >= free * limits.tenantShare
    }

    /// A request that was accepted, and gets an error now.
    func check(_ refusal: Refusal, of slot: Int32, _ request: Request) {
        let isRight =
            switch refusal {
            case .deadlineExceeded: request.deadline <= now
            case .cancelled: cancelled.contains(slot)
            case .draining: isDraining && isTick
            // The last worker of its model was lost for too long.
            case .noWorker: isTick && isOrphaned(request) && request.attempts == 0
            case .workerLost: isTick && isOrphaned(request) && request.attempts > 0
            case .modelNotFound, .versionNotFound, .overloaded: false
            }
        checker.require(isRight, .refusalJustified, "\(text(slot)) is \(request.state) and gets \(refusal)")
        cancelled.removeAll { $0 == slot }
        switch refusal {
        case .noWorker, .workerLost: checker.coverage.count(.orphaned)
        default: break
        }
    }

    private func isOrphaned(_ request: Request) -> Bool {
        request.state == .queued && services[request.service].workers.isEmpty
    }

    /// A request whose worker has just been lost.
    func checkLost(_ refusal: Refusal, _ slot: Int32, _ request: Request) {
        // It was queued again, and met there.
        if refusal == .deadlineExceeded, request.deadline <= now {
            counts[request.service].retried += 1
            return
        }
        checker.require(
            refusal == .workerLost(attempts: request.attempts) && request.attempts >= limits.attempts,
            .refusalJustified,
            "\(text(slot)) lost its worker on attempt \(request.attempts) of \(limits.attempts) and gets \(refusal)")
        let isPoison = book[request.call].isPoison
        if isPoison { checker.coverage.count(.poisonRefused) }
        checker.require(
            scenario.theme != .poison || isPoison, .poisonAlone,
            "\(text(slot)) fails with worker_lost, which is another request's fault")
    }
}
