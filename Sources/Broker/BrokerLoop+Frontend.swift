internal import SibylCore
internal import SibylProtocol
internal import SibylTransport

/// What clients send.
extension BrokerLoop {
    mutating func receiveFromClients() {
        for _ in 0..<Self.burst {
            guard frontend.receive(&frames) else { return }
            core.count { $0.received += 1 }
            receiveRequest()
        }
    }

    private mutating func receiveRequest() {
        let client = clients.identify(frames[0])
        var shape = MessageShape()
        shape.isDelimited = frames.count > 1 && frames[1].count == 0
        let first = shape.isDelimited ? 2 : 1
        let count = frames.count - first
        shape.hasPayloadFrame = count == 2
        do throws(EnvelopeFault) {
            guard count == 1 || count == 2 else { throw wrongFrameCount(max(0, count)) }
            try checkSize(first, count)
            let envelope = try frames[first].withUnsafeBytes { bytes throws(EnvelopeFault) in
                try RequestEnvelope(scanning: bytes, hasPayloadFrame: shape.hasPayloadFrame)
            }
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

    private func checkSize(_ first: Int, _ count: Int) throws(EnvelopeFault) {
        let size = frames[first].count + (count == 2 ? frames[first + 1].count : 0)
        guard size > configuration.messageBytes else { return }
        let id = frames[first].withUnsafeBytes { RequestEnvelope.id(scanning: $0) }
        throw EnvelopeFault(
            SibylError(
                .payloadTooLarge,
                "the message has \(size) bytes, and the server takes \(configuration.messageBytes); send less at once"),
            id: id)
    }

    private mutating func refuse(_ client: PeerID, _ shape: MessageShape, _ fault: EnvelopeFault) {
        core.count { $0.refused(fault.error.code) }
        let reply = ReplyWriter.error(id: fault.id, fault.error)
        send(reply, to: client, shape)
    }

    private mutating func handle(_ envelope: RequestEnvelope, at first: Int, from client: PeerID, _ shape: MessageShape) {
        switch envelope.operation {
        case .predict: predict(envelope, at: first, from: client, shape)
        case .cancel:
            let name = frames[first].withUnsafeBytes { envelope.id.hash(in: $0) }
            tell(.cancel(client: client, clientRequest: name))
        case .list, .metadata, .health, .stats: report(envelope, at: first, to: client, shape)
        }
    }

    private mutating func predict(
        _ envelope: RequestEnvelope, at first: Int, from client: PeerID, _ shape: MessageShape
    ) {
        var flags: WorkerMessage.Flags = []
        if shape.hasPayloadFrame { flags.insert(.twoFrames) }
        if envelope.isBatch { flags.insert(.batch) }
        let (route, name) = frames[first].withUnsafeBytes { bytes in
            (
                core.route(model: envelope.model.bytes(in: bytes), version: envelope.version.bytes(in: bytes)),
                envelope.id.hash(in: bytes)
            )
        }
        let size = frames[first].count + (shape.hasPayloadFrame ? frames[first + 1].count : 0)
        var payload = shape.hasPayloadFrame ? frames[first + 1].take() : Message()
        let slot = store.insert(envelope: &frames[first], payload: &payload, shape: shape)
        tell(
            .request(
                RequestArrival(
                    slot: slot, client: client, clientRequest: name, route: route, flags: flags,
                    priority: envelope.priority,
                    timeout: envelope.timeoutMilliseconds.map { .milliseconds(Int64($0)) }, size: size)))
    }

    // MARK: - What the broker answers itself

    private mutating func report(
        _ envelope: RequestEnvelope, at first: Int, to client: PeerID, _ shape: MessageShape
    ) {
        let outcome = frames[first].withUnsafeBytes { bytes in
            Result { () throws(SibylError) in try payload(for: envelope, in: bytes) }
        }
        let id = frames[first].withUnsafeBytes { Array(envelope.id.bytes(in: $0)) }
        switch outcome {
        case .failure(let error): refuse(client, shape, EnvelopeFault(error, id: id))
        case .success(let payload):
            guard beginReply(to: client, shape) else { return }
            let reply = ReplyWriter.report(id: id, worker: configuration.name, output: shape.hasPayloadFrame ? nil : payload)
            _ = frontend.send(reply, more: shape.hasPayloadFrame)
            if shape.hasPayloadFrame { _ = frontend.send(Message(payload)) }
        }
    }

    private mutating func payload(
        for envelope: RequestEnvelope, in bytes: UnsafeRawBufferPointer
    ) throws(SibylError) -> [UInt8] {
        switch envelope.operation {
        case .list: return core.listReport()
        case .health: return core.healthReport(name: configuration.name)
        case .metadata:
            switch core.route(model: envelope.model.bytes(in: bytes), version: envelope.version.bytes(in: bytes)) {
            case .service(let service): return core.metadataReport(of: service)
            case .modelNotFound: throw refusal(.modelNotFound, envelope, bytes)
            case .versionNotFound: throw refusal(.versionNotFound, envelope, bytes)
            }
        case .stats, .predict, .cancel:
            return core.statsReport(name: configuration.name, version: configuration.version, at: now)
        }
    }

    private func refusal(_ refusal: Refusal, _ envelope: RequestEnvelope, _ bytes: UnsafeRawBufferPointer) -> SibylError {
        Refusals.error(
            for: refusal, model: envelope.model.string(in: bytes) ?? "", version: envelope.version.string(in: bytes))
    }
}
