internal import Logging
internal import SibylCore
internal import SibylJSON
internal import SibylProtocol
internal import SibylTransport

/// What operators want of the models in workers' repositories: passed on to every worker, and the unloads kept for those that
/// join later.
struct RepositoryWish: Equatable {
    var action: RepositoryAction
    var model: String
    /// Empty for all of the model's.
    var version: String

    /// The message to a worker.
    var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("action")
        writer.string(action.wireName)
        writer.key("model")
        writer.string(model)
        if !version.isEmpty {
            writer.key("version")
            writer.string(version)
        }
        writer.endObject()
        return WorkerMessage.bytes(.wish) + writer.bytes
    }
}

extension BrokerLoop {
    /// Unloads that are kept. Of more the oldest is forgotten: a worker that starts after a thousand others were wished for
    /// serves that one again.
    private static let keptUnloads = 1_000

    mutating func carryOut(_ envelope: RequestEnvelope, at first: Int, for client: PeerID, _ shape: MessageShape) {
        let bytes = frames.bytes(first)
        let id = Array(envelope.id.bytes(in: bytes))
        guard configuration.allowsRepository else {
            let error = SibylError(
                .forbidden, "this server lets nobody load or unload models; `broker.repository: allow` does")
            return refuse(client, shape, EnvelopeFault(error, id: id))
        }
        // Its absence was refused with the envelope.
        guard let action = envelope.action else { return }
        let wish = RepositoryWish(
            action: action, model: envelope.model.string(in: bytes) ?? "",
            version: envelope.version.string(in: bytes) ?? "")
        keep(wish)
        let workers = core.connectedWorkers
        for worker in workers { tellWorker(worker, wish.bytes) }
        let name = wish.version.isEmpty ? wish.model : wish.model + " " + wish.version
        logger.info("\(action.wireName) of \(name) is asked of \(workers.count) workers")
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("workers")
        writer.integer(workers.count)
        writer.endObject()
        reply(writer.bytes, id: id, to: client, shape)
    }

    private mutating func keep(_ wish: RepositoryWish) {
        unloads.removeAll { $0.model == wish.model && (wish.version.isEmpty || $0.version == wish.version) }
        guard wish.action == .unload else { return }
        if unloads.count == Self.keptUnloads { unloads.removeFirst() }
        unloads.append(wish)
    }

    /// A worker that has just joined hears what is not to be served.
    mutating func tellUnloads(_ worker: PeerID) {
        for unload in unloads { tellWorker(worker, unload.bytes) }
    }
}
