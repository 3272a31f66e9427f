internal import DequeModule
internal import SibylCore
internal import SibylProtocol

/// The network and the sockets, as ZeroMQ's are: order is kept within a connection and not between two; what is on its
/// way when a connection breaks is lost; a dealer takes no message without a connection or at the high-water mark; a
/// router tells that it can't reach a peer; a dealer connects again by itself.
final class Network {
    /// What became of a message that was to be sent.
    enum Outcome {
        case sent, wouldBlock, unreachable
    }

    let plan: NetworkPlan
    let scheduler: Scheduler
    let processes: ProcessTable
    var random: RandomSource
    var sockets: [SimulatedSocket] = []
    var connections: [Connection] = []
    /// The router at each address.
    var bound: [Int?]
    /// Announcements of workers, which packets name by their place.
    var announcements: [WorkerAnnouncement] = []
    /// Nothing is late any more.
    var isCalm = false
    private(set) var blocked = 0
    private(set) var lost = 0

    init(_ plan: NetworkPlan, brokers: Int, scheduler: Scheduler, processes: ProcessTable, random: RandomSource) {
        self.plan = plan
        self.scheduler = scheduler
        self.processes = processes
        self.random = random
        bound = [Int?](repeating: nil, count: brokers * 2)
    }

    // MARK: - Sockets

    func bind(_ address: Address, owner: Int) -> Int {
        sockets.append(SimulatedSocket(owner: owner, kind: .router, address: address))
        bound[address.index] = sockets.count - 1
        return sockets.count - 1
    }

    func connect(to address: Address, owner: Int) -> Int {
        sockets.append(SimulatedSocket(owner: owner, kind: .dealer, address: address))
        scheduler.schedule(.dial(socket: sockets.count - 1), after: .microseconds(Int64(random.between(10...300))))
        return sockets.count - 1
    }

    /// Whether a process has something to read.
    func hasInput(_ socket: Int) -> Bool {
        !sockets[socket].inbox.isEmpty || !sockets[socket].events.isEmpty
    }

    func nextEvent(of socket: Int) -> SimulatedSocket.Event? {
        sockets[socket].events.popFirst()
    }

    func receive(from socket: Int) -> SimulatedSocket.Received? {
        guard let received = sockets[socket].inbox.popFirst() else { return nil }
        let direction: Direction = sockets[socket].kind == .router ? .toRouter : .toDealer
        connections[received.connection][direction].unread -= 1
        // Half empty again: the other side's messages flow on, as in libzmq.
        if connections[received.connection][direction].isHeld,
            connections[received.connection][direction].unread <= plan.mark / 2
        {
            release(received.connection, direction)
        }
        return received
    }

    /// The name that a router has for the peer at the other end: as libzmq makes them, with 5 bytes.
    func peer(of connection: Int) -> PeerID {
        PeerID(rawValue: 5 << 56 | UInt64(connection + 1))
    }

    func connection(of peer: PeerID) -> Int {
        Int(peer.rawValue & 0xFF_FFFF_FFFF) - 1
    }

    // MARK: - Sending

    func send(_ packet: Packet, from socket: Int) -> Outcome {
        guard sockets[socket].isOpen else { return .wouldBlock }
        guard let connection = sockets[socket].connection, connections[connection].dealerIsOpen,
            connections[connection].ready <= scheduler.now
        else {
            if sockets[socket].isImmediate { return .wouldBlock }
            sockets[socket].backlog.append(packet)
            return .sent
        }
        if connections[connection].toRouter.isBroken, connections[connection].keepsUnsent {
            sockets[socket].backlog.append(packet)
            return .sent
        }
        return push(packet, connection, .toRouter)
    }

    /// What waited for a connection goes over it.
    func sendBacklog(of socket: Int, over connection: Int) {
        // Ends with the backlog.
        while let packet = sockets[socket].backlog.popFirst() { push(.packet(packet), connection, .toRouter) }
    }

    func send(_ packet: Packet, to peer: PeerID, from socket: Int) -> Outcome {
        let connection = connection(of: peer)
        guard connections.indices.contains(connection), connections[connection].router == socket,
            connections[connection].routerIsOpen
        else { return .unreachable }
        return push(packet, connection, .toDealer)
    }

    private func push(_ packet: Packet, _ connection: Int, _ direction: Direction) -> Outcome {
        if connections[connection][direction].isBroken {
            lost += 1
            return .sent
        }
        // A client's own socket has no mark: its calls are bounded, and its sends always taken.
        let isBounded = direction == .toDealer || sockets[connections[connection].dealer].isImmediate
        guard !isBounded || connections[connection][direction].load < plan.mark else {
            blocked += 1
            return .wouldBlock
        }
        push(.packet(packet), connection, direction)
        return .sent
    }

    func push(_ item: Channel.Item, _ connection: Int, _ direction: Direction) {
        connections[connection][direction].append(item, due: scheduler.now + latency())
        scheduleArrival(connection, direction)
    }

    func latency() -> Instant.Span {
        if !isCalm, plan.latePerMille > 0, random.chance(perMille: plan.latePerMille) {
            let usual = plan.latency.upperBound
            return .microseconds(Int64(random.between(usual...max(usual, plan.longestDelay))))
        }
        return .microseconds(Int64(random.between(plan.latency)))
    }

    // MARK: - Arriving

    private func scheduleArrival(_ connection: Int, _ direction: Direction) {
        let channel = connections[connection][direction]
        guard !channel.isScheduled, !channel.isHeld, let first = channel.first else { return }
        connections[connection][direction].isScheduled = true
        scheduler.schedule(.arrival(channel: connection * 2 + direction.rawValue), at: first.due)
    }

    /// Lets a channel that was held go on.
    func release(_ connection: Int, _ direction: Direction) {
        guard connections[connection][direction].isHeld else { return }
        connections[connection][direction].isHeld = false
        scheduleArrival(connection, direction)
    }

    /// Moves what has crossed the network into the receiver's inbox.
    func arrive(channel: Int) {
        let (connection, direction) = (channel / 2, Direction(rawValue: channel % 2) ?? .toRouter)
        connections[connection][direction].isScheduled = false
        let receiver = receiver(connection, direction)
        let sender = sender(connection, direction)
        // Ends with what is due.
        while let first = connections[connection][direction].first, first.due <= scheduler.now {
            guard isOpen(connection, direction) else { return discard(connection, direction) }
            guard processes.canPass(sockets[sender].owner, sockets[receiver].owner),
                !processes.isFrozen(sockets[receiver].owner), connections[connection][direction].unread < plan.mark
            else {
                connections[connection][direction].isHeld = true
                return
            }
            connections[connection][direction].removeFirst()
            switch first.item {
            case .packet(let packet):
                connections[connection][direction].unread += 1
                sockets[receiver].inbox.append(.init(connection: connection, packet: packet))
            case .end: close(connection, direction)
            }
            wake(sockets[receiver].owner)
        }
        scheduleArrival(connection, direction)
    }

    func receiver(_ connection: Int, _ direction: Direction) -> Int {
        direction == .toRouter ? connections[connection].router : connections[connection].dealer
    }

    func sender(_ connection: Int, _ direction: Direction) -> Int {
        direction == .toRouter ? connections[connection].dealer : connections[connection].router
    }

    /// Whether the receiving end is open.
    private func isOpen(_ connection: Int, _ direction: Direction) -> Bool {
        direction == .toRouter ? connections[connection].routerIsOpen : connections[connection].dealerIsOpen
    }

    func wake(_ node: Int) {
        guard processes.isRunning(node) else { return }
        scheduler.requestTurn(
            of: node, at: scheduler.now + .microseconds(Int64(random.between(plan.wakeUp))))
    }

    /// What arrives at a closed end is lost, and its sender is told that there is nobody.
    private func discard(_ connection: Int, _ direction: Direction) {
        connections[connection][direction].clear()
        let back: Direction = direction == .toRouter ? .toDealer : .toRouter
        guard isOpen(connection, back), !connections[connection][back].isBroken else { return }
        connections[connection][back].isBroken = true
        push(.end, connection, back)
    }
}
