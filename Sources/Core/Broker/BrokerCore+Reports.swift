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
        writer.integer(directory.services.count { $0.isReady })
        writer.key("unavailable")
        writer.beginArray()
        for service in directory.services where !service.isReady {
            writer.string("\(service.model.name) \(service.model.version)")
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private var status: String {
        if isDraining { return "draining" }
        if directory.count == 0 { return "starting" }
        return isEveryModelReady ? "ready" : "degraded"
    }

    /// A model is ready while any version of it is: old versions may go.
    private var isEveryModelReady: Bool {
        let ready = Set(directory.services.filter(\.isReady).map(\.model.name))
        return directory.services.allSatisfy { ready.contains($0.model.name) }
    }

    /// In order of their first announcement.
    private var modelNames: [String] {
        var seen = Set<String>()
        return directory.services.compactMap { seen.insert($0.model.name).inserted ? $0.model.name : nil }
    }

    private mutating func route(named name: String) -> Route {
        Array(name.utf8).withUnsafeBytes {
            directory.route(model: $0, version: UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    private func writeEntry(of index: Int32, to writer: inout JSONWriter) {
        let service = directory[index]
        let siblings = directory.services.filter { $0.model.name == service.model.name }
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
    }
}
