internal import SibylJSON
internal import SibylProtocol

/// Who a broker says it is.
package struct BrokerIdentity: Sendable {
    package var name: String
    package var version: String

    package init(name: String, version: String) {
        self.name = name
        self.version = version
    }
}

/// What the broker tells of itself and its models: the payloads of `list`, `metadata` and `health`.
extension BrokerCore {
    package mutating func listReport() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("models")
        writer.beginArray()
        for name in modelNames {
            guard case .service(let service) = route(named: name) else { continue }
            writer.beginObject()
            writeEntry(of: service, to: &writer)
            writer.endObject()
        }
        let known = Set(modelNames)
        var told = Set<String>()
        for absence in absences where !known.contains(absence.name) && told.insert(absence.name).inserted {
            writeEntry(ofAbsent: absence, to: &writer)
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    package func metadataReport(of service: Int32) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writeEntry(of: service, to: &writer)
        writer.key("input_schema")
        writer.raw(directory[service].model.inputSchema)
        writer.key("output_schema")
        writer.raw(directory[service].model.outputSchema)
        if !directory[service].model.tensors.isEmpty {
            writer.key("tensors")
            writer.raw(directory[service].model.tensors)
        }
        writer.endObject()
        return writer.bytes
    }

    package func healthReport(name: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("status")
        writer.string(status)
        writer.key("name")
        writer.string(name)
        writer.key("workers")
        writer.integer(workers.count)
        writer.key("models")
        writer.integer(directory.services.count { $0.isReady && !$0.isWithdrawn })
        writer.key("unavailable")
        writer.beginArray()
        for service in directory.services where !service.isReady && !service.isWithdrawn {
            writer.string("\(service.model.name) \(service.model.version)")
        }
        writer.endArray()
        writer.key("failed")
        writer.beginArray()
        for absence in absences where absence.isFailure {
            writer.string("\(absence.name) \(absence.version): \(absence.message)")
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private var status: String {
        if isDraining { return "draining" }
        if directory.count == 0 && absences.isEmpty { return "starting" }
        return isEveryModelReady && !absences.contains(where: \.isFailure) ? "ready" : "degraded"
    }

    /// A model is ready while any version of it is: old versions may go.
    private var isEveryModelReady: Bool {
        let ready = Set(directory.services.filter(\.isReady).map(\.model.name))
        return directory.services.allSatisfy { $0.isWithdrawn || ready.contains($0.model.name) }
    }

    /// In order of their first announcement.
    private var modelNames: [String] {
        var seen = Set<String>()
        return directory.services.compactMap { service in
            !service.isWithdrawn && seen.insert(service.model.name).inserted ? service.model.name : nil
        }
    }

    /// What workers should serve and don't, each told once however many workers say it, in the workers' order.
    private var absences: [WorkerAnnouncement.Absence] {
        var seen: [WorkerAnnouncement.Absence] = []
        for worker in workers.connected {
            for absence in workers[worker].absences where !seen.contains(absence) { seen.append(absence) }
        }
        return seen
    }

    private func writeEntry(ofAbsent absence: WorkerAnnouncement.Absence, to writer: inout JSONWriter) {
        let order = VersionOrder(absence.version)
        writer.beginObject()
        writer.key("qualified_name")
        writer.string(absence.name)
        writer.key("display_name")
        writer.string(absence.name)
        writer.key("description")
        writer.string("")
        writer.key("version")
        writer.string(absence.version)
        writer.key("major_version")
        writer.integer(order.number(at: 0))
        writer.key("minor_version")
        writer.integer(order.number(at: 1))
        writer.key("versions")
        writer.beginArray()
        writer.endArray()
        writer.key("state")
        writer.string(absence.state)
        writeAbsences(of: absence.name, to: &writer)
        writer.endObject()
    }

    /// Left out where there are none.
    private func writeAbsences(of model: String, to writer: inout JSONWriter) {
        let absences = absences.filter { $0.name == model }
        if absences.isEmpty { return }
        writer.key("absences")
        writer.beginArray()
        for absence in absences { absence.write(to: &writer) }
        writer.endArray()
    }

    private mutating func route(named name: String) -> Route {
        Array(name.utf8).withUnsafeBytes {
            directory.route(model: $0, version: UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    private func writeEntry(of index: Int32, to writer: inout JSONWriter) {
        let service = directory[index]
        let siblings = directory.services.filter { $0.model.name == service.model.name && !$0.isWithdrawn }
        writer.key("qualified_name")
        writer.string(service.model.name)
        writer.key("display_name")
        writer.string(service.model.displayName)
        writer.key("description")
        writer.string(service.model.description)
        writer.key("version")
        writer.string(service.model.version)
        writer.key("major_version")
        writer.integer(service.order.number(at: 0))
        writer.key("minor_version")
        writer.integer(service.order.number(at: 1))
        writer.key("versions")
        writer.beginArray()
        for sibling in siblings.sorted(by: { $0.order < $1.order }) { writer.string(sibling.model.version) }
        writer.endArray()
        writer.key("state")
        writer.string(service.isReady ? "ready" : "unavailable")
        if let policy = directory.policies[service.model.name], !policy.aliases.isEmpty {
            policy.writeAliases(to: &writer)
        }
        writeAbsences(of: service.model.name, to: &writer)
    }
}
