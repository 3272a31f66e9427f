internal import DequeModule
internal import SibylCore

/// How connections come about and end.
extension Network {
    private static let shortestPause = 20
    private static let longestPause = 1_000
    /// When TCP tries again after a try of which it heard nothing.
    private static let retransmission = Instant.Span.milliseconds(1_000)
    /// ZMTP's heartbeats on a client's side: one a second, and three seconds for its answer.
    private static let clientSilence = 3_000...4_000

    // MARK: - Coming about

    func dial(_ socket: Int) {
        let owner = sockets[socket].owner
        guard sockets[socket].isOpen, sockets[socket].connection == nil, processes.isAlive(owner) else { return }
        if processes.isFrozen(owner) {
            sockets[socket].isDialHeld = true
            return
        }
        let broker = sockets[socket].address.broker
        guard processes.canPass(owner, broker) else {
            return scheduler.schedule(.dial(socket: socket), after: Self.retransmission)
        }
        guard let router = bound[sockets[socket].address.index] else { return retry(socket) }
        connections.append(Connection(dealer: socket, router: router))
        let crossing = latency()
        scheduler.schedule(
            .handshake(connection: connections.count - 1),
            after: .microseconds(crossing.microseconds + latency().microseconds))
    }

    /// The pause doubles from 20 ms to a second, and no two dealers keep step.
    private func retry(_ socket: Int) {
        let pause = min(Self.shortestPause << min(sockets[socket].tries, 10), Self.longestPause)
        sockets[socket].tries += 1
        scheduler.schedule(
            .dial(socket: socket), after: .microseconds(Int64(pause * 1_000 + random.below(20_000))))
    }

    func shakeHands(_ number: Int) {
        let (dealer, router) = (connections[number].dealer, connections[number].router)
        let (owner, broker) = (sockets[dealer].owner, sockets[router].owner)
        guard sockets[dealer].isOpen, processes.isAlive(owner), sockets[dealer].connection == nil else { return }
        guard sockets[router].isOpen else { return retry(dealer) }
        // The kernel has accepted it, and the process says nothing yet.
        guard processes.canPass(owner, broker), !processes.isFrozen(owner), !processes.isFrozen(broker) else {
            return scheduler.schedule(.handshake(connection: number), after: .milliseconds(50))
        }
        connections[number].dealerIsOpen = true
        connections[number].routerIsOpen = true
        // Now and then the monitor is quicker than the socket.
        if sockets[dealer].isImmediate, random.chance(percent: 5) {
            connections[number].ready = scheduler.now + .microseconds(Int64(random.below(300)))
        }
        connections[number].keepsUnsent = !sockets[dealer].isImmediate && random.chance(percent: 50)
        sockets[dealer].connection = number
        sendBacklog(of: dealer, over: number)
        sockets[dealer].tries = 0
        sockets[dealer].events.append(.connected)
        wake(owner)
    }

    // MARK: - Ending

    /// The end that receives in that direction learns that the connection is over.
    func close(_ connection: Int, _ direction: Direction) {
        let socket = receiver(connection, direction)
        if direction == .toRouter {
            connections[connection].routerIsOpen = false
        } else {
            connections[connection].dealerIsOpen = false
            sockets[socket].connection = nil
            retry(socket)
        }
        sockets[socket].events.append(.disconnected(connection: connection))
    }

    /// Closes a socket. What it has sent still goes out, as a lingering socket's does.
    func close(socket: Int) {
        end(socket) { _ in }
    }

    /// Ends all sockets of a process that was killed: of what it had sent, a part is lost.
    func kill(_ node: Int) {
        for socket in sockets.indices where sockets[socket].owner == node && sockets[socket].isOpen {
            end(socket) { channel in _ = channel.cut(to: self.random.below(channel.items.count + 1)) }
        }
    }

    private func end(_ socket: Int, losing: (inout Channel) -> Void) {
        sockets[socket].isOpen = false
        sockets[socket].inbox.removeAll()
        sockets[socket].events.removeAll()
        if bound[sockets[socket].address.index] == socket { bound[sockets[socket].address.index] = nil }
        for number in connections.indices {
            if connections[number].dealer == socket, connections[number].dealerIsOpen {
                connections[number].dealerIsOpen = false
                finish(number, .toRouter, losing)
            } else if connections[number].router == socket, connections[number].routerIsOpen {
                connections[number].routerIsOpen = false
                finish(number, .toDealer, losing)
            }
        }
        sockets[socket].connection = nil
    }

    /// The sender in that direction is gone: its last words and the end travel on, and nothing reaches it any more.
    private func finish(_ number: Int, _ direction: Direction, _ losing: (inout Channel) -> Void) {
        losing(&connections[number][direction])
        let back: Direction = direction == .toRouter ? .toDealer : .toRouter
        connections[number][back].isBroken = true
        push(.end, number, direction)
    }

    /// Breaks the connections between two processes so that both are told.
    func reset(_ one: Int, _ other: Int) {
        for number in openConnections(between: one, other) {
            for direction in [Direction.toRouter, .toDealer] { cut(number, direction) }
        }
    }

    /// Of what is on its way a part arrives, a part is lost, and the rest was still in the sender's socket.
    private func cut(_ number: Int, _ direction: Direction) {
        let count = connections[number][direction].items.count
        let kept = random.below(count + 1)
        let unsent = connections[number].keepsUnsent ? random.below(count - kept + 1) : 0
        let rest = connections[number][direction].cut(to: kept, unsent: unsent)
        if direction == .toRouter { sockets[connections[number].dealer].backlog.append(contentsOf: rest) }
        push(.end, number, direction)
    }

    private func openConnections(between one: Int, _ other: Int) -> [Int] {
        connections.indices.filter { number in
            let owners = (sockets[connections[number].dealer].owner, sockets[connections[number].router].owner)
            return connections[number].dealerIsOpen && connections[number].routerIsOpen
                && (owners == (one, other) || owners == (other, one))
        }
    }

    // MARK: - Silence and its end

    /// Something between these processes has just stopped: clients notice after a while by ZMTP's heartbeats.
    func watchForSilence(at node: Int) {
        for number in connections.indices where connections[number].dealerIsOpen {
            let socket = connections[number].dealer
            guard sockets[socket].address.side == .frontend,
                sockets[socket].owner == node || sockets[connections[number].router].owner == node
            else { continue }
            scheduler.schedule(
                .silence(channel: number * 2 + Direction.toDealer.rawValue, since: scheduler.now),
                after: .milliseconds(Int64(random.between(Self.clientSilence))))
        }
    }

    /// Breaks a client's connection if nothing has come over it since that moment.
    func notice(channel: Int, since: Instant) {
        let number = channel / 2
        let (owner, broker) = (sockets[connections[number].dealer].owner, sockets[connections[number].router].owner)
        guard connections[number].dealerIsOpen, processes.isRunning(owner),
            !processes.canPass(owner, broker) || processes.isFrozen(broker),
            processes.lastChange(owner, broker) <= since
        else { return }
        connections[number].toDealer.clear()
        finish(number, .toRouter) { _ in }
        close(number, .toDealer)
        wake(owner)
    }

    /// Lets everything that waited for a process or a partition go on.
    func releaseAll() {
        for number in connections.indices {
            release(number, .toRouter)
            release(number, .toDealer)
        }
        for socket in sockets.indices where sockets[socket].isDialHeld {
            sockets[socket].isDialHeld = false
            scheduler.schedule(.dial(socket: socket), after: .microseconds(100))
        }
    }
}
