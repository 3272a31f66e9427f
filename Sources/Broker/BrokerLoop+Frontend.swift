internal import SibylCore
internal import SibylProtocol
internal import SibylTransport

/// What clients send.
extension BrokerLoop {
    /// - Returns: whether all that was there is read.
    mutating func receiveFromClients() -> Bool {
        for _ in 0..<Self.burst {
            guard frontend.receive(&frames) else { return true }
            core.count { $0.received += 1 }
            receiveRequest()
            if toWorkers.count >= Self.gathered { flush() }
        }
        return false
    }

    private mutating func receiveRequest() {
        let client = clients.identify(frames.bytes(0))
        if let former = connections.heard(from: client, frames) { forget(former) }
        var shape = MessageShape()
        shape.isDelimited = frames.count > 1 && frames.bytes(1).isEmpty
        let first = shape.isDelimited ? 2 : 1
        let count = frames.count - first
        shape.hasPayloadFrame = count == 2
        do throws(EnvelopeFault) {
            guard count == 1 || count == 2 else { throw wrongFrameCount(max(0, count)) }
            try checkSize(at: first, shape)
            let envelope = try RequestEnvelope(
                scanning: frames.bytes(first), hasPayloadFrame: shape.hasPayloadFrame)
            handle(envelope, at: first, from: client, shape)
        } catch {
            refuse(client, shape, error)
        }
    }

    private func wrongFrameCount(_ count: Int) -> EnvelopeFault {
        EnvelopeFault(
            SibylError(
                .malformedEnvelope,
                "a message has an envelope, or an envelope and a payload; this one has \(count) frames"))
    }

    private func checkSize(at first: Int, _ shape: MessageShape) throws(EnvelopeFault) {
        let size = size(at: first, shape)
        guard size > configuration.messageBytes else { return }
        let id = RequestEnvelope.id(scanning: frames.bytes(first))
        throw EnvelopeFault(
            SibylError(
                .payloadTooLarge,
                "the message has \(size) bytes, and the server takes \(configuration.messageBytes); send less at once"),
            id: id)
    }

    /// Envelope and payload together, in bytes.
    private func size(at first: Int, _ shape: MessageShape) -> Int {
        frames.bytes(first).count + (shape.hasPayloadFrame ? frames.bytes(first + 1).count : 0)
    }

    mutating func refuse(_ client: PeerID, _ shape: MessageShape, _ fault: EnvelopeFault) {
        core.count { $0.refused(fault.error.code) }
        let reply = (fault.id ?? []).withUnsafeBytes { ReplyWriter.error(fault.error, id: $0) }
        send(Message(reply), to: client, shape)
    }

    private mutating func handle(
        _ envelope: RequestEnvelope, at first: Int, from client: PeerID, _ shape: MessageShape
    ) {
        switch envelope.operation {
        case .predict: predict(envelope, at: first, from: client, shape)
        case .cancel:
            let name = envelope.id.hash(in: frames.bytes(first))
            tell(.cancel(client: client, clientRequest: name))
        case .repository: carryOut(envelope, at: first, for: client, shape)
        case .list, .metadata, .health, .stats: report(envelope, at: first, to: client, shape)
        }
    }

    private mutating func predict(
        _ envelope: RequestEnvelope, at first: Int, from client: PeerID, _ shape: MessageShape
    ) {
        let flags = WorkerMessage.Flags(
            isTwoFrames: shape.hasPayloadFrame, isBatch: envelope.isBatch, isBulk: envelope.priority == .bulk)
        let route = route(of: envelope, at: first)
        let name = envelope.id.hash(in: frames.bytes(first))
        let size = size(at: first, shape)
        let cost = cost(of: envelope, at: first, shape)
        let tenant = tenant(of: envelope, at: first, from: client)
        let slot = store.insert(frames, at: first, shape: shape)
        tell(
            .request(
                RequestArrival(
                    slot: slot, client: client, clientRequest: name, route: route, flags: flags,
                    priority: envelope.priority,
                    timeout: envelope.timeoutMilliseconds.map { .milliseconds(Int64($0)) }, size: size,
                    tenant: tenant, cost: cost)))
    }

    /// Whom the request says that it is for; else its connection.
    private func tenant(of envelope: RequestEnvelope, at first: Int, from client: PeerID) -> UInt64 {
        guard envelope.tenant.isPresent else { return client.rawValue }
        return envelope.tenant.withText(in: frames.bytes(first)) { FNV1a.hash($0) }
    }

    private func cost(of envelope: RequestEnvelope, at first: Int, _ shape: MessageShape) -> UInt32 {
        guard envelope.isBatch else { return 1 }
        return BatchSize.estimate(
            shape.hasPayloadFrame ? frames.bytes(first + 1) : envelope.input.bytes(in: frames.bytes(first)))
    }

    /// Tells the core where its held requests go now.
    mutating func tellRoutes() {
        let asked = routable
        routable.removeAll()
        // To be told of one route never makes the core ask for another.
        for (slot, request) in asked {
            let bytes = store[slot].envelope()
            // It was scanned when it arrived, so it can be scanned again.
            let envelope = try? RequestEnvelope(scanning: bytes)
            tell(.routed(request, envelope.map { self.route(of: $0, in: bytes) } ?? .modelNotFound))
        }
    }

    mutating func route(of envelope: RequestEnvelope, at first: Int) -> Route {
        route(of: envelope, in: frames.bytes(first))
    }

    private mutating func route(of envelope: RequestEnvelope, in bytes: UnsafeRawBufferPointer) -> Route {
        envelope.model.withText(in: bytes) { model in
            envelope.version.withText(in: bytes) { core.route(model: model, version: $0) }
        }
    }
}
