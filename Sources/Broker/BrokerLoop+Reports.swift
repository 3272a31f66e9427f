internal import SibylCore
internal import SibylJSON
internal import SibylProtocol
internal import SibylTransport

/// What the broker answers itself: `list`, `metadata`, `health`, `stats`.
extension BrokerLoop {
    mutating func report(_ envelope: RequestEnvelope, at first: Int, to client: PeerID, _ shape: MessageShape) {
        let id = Array(envelope.id.bytes(in: frames.bytes(first)))
        switch envelope.operation {
        case .list: reply(core.listReport(), id: id, to: client, shape)
        case .health: reply(core.healthReport(name: configuration.name), id: id, to: client, shape)
        case .metadata: describe(envelope, at: first, id: id, to: client, shape)
        case .stats, .predict, .cancel, .repository:
            let process = ProcessFacts(clients: connections.count, residentBytes: ResidentMemory.bytes() ?? 0)
            reply(core.statsReport(configuration.identity, process, at: now), id: id, to: client, shape)
        }
    }

    private mutating func describe(
        _ envelope: RequestEnvelope, at first: Int, id: [UInt8], to client: PeerID, _ shape: MessageShape
    ) {
        let refusal: Refusal
        switch route(of: envelope, at: first) {
        case .service(let service): return reply(core.metadataReport(of: service), id: id, to: client, shape)
        case .modelNotFound: refusal = .modelNotFound
        case .versionNotFound: refusal = .versionNotFound
        }
        let error = frames[first].withUnsafeBytes { bytes in
            let model = envelope.model.string(in: bytes) ?? ""
            return Refusals.error(for: refusal, model: model, version: envelope.version.string(in: bytes))
        }
        refuse(client, shape, EnvelopeFault(error, id: id))
    }

    mutating func reply(_ output: [UInt8], id: [UInt8], to client: PeerID, _ shape: MessageShape) {
        var writer = JSONWriter()
        let head = ReplyHead(worker: configuration.name)
        id.withUnsafeBytes { id in
            output.withUnsafeBytes { head.write(id: id, output: shape.hasPayloadFrame ? nil : $0, to: &writer) }
        }
        guard let envelope = budget.admit(Message(copying: writer.written), for: client),
            let payload = budget.admit(shape.hasPayloadFrame ? Message(output) : Message(), for: client)
        else { return countDroppedReplies(1) }
        let place = toClients.add(to: client, isDelimited: shape.isDelimited, hasSecond: shape.hasPayloadFrame)
        toClients[place].first.replace(with: envelope)
        if shape.hasPayloadFrame { toClients[place].second.replace(with: payload) }
    }
}
