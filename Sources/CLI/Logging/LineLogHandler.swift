internal import Glibc
internal import Logging
internal import SibylJSON
internal import SibylTransport

enum LogFormat: String, Sendable {
    case text, json
}

/// Writes each event to standard error as one line, in one write, so that lines of several processes don't mix.
struct LineLogHandler: LogHandler {
    let label: String
    let format: LogFormat
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(label: String, format: LogFormat, level: Logger.Level) {
        self.label = label
        self.format = format
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        Terminal.write(line(for: event, at: Timestamp.now()) + "\n", to: STDERR_FILENO)
    }

    /// - Parameter time: when it happened, as it is to stand in the line.
    func line(for event: LogEvent, at time: String) -> String {
        let provided = metadataProvider?.get() ?? [:]
        let pairs = metadata.merging(provided) { $1 }.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let message = event.message.description
        switch format {
        case .text:
            let head = "\(time) \(event.level.rawValue) \(label): \(message)"
            return DisplayText.printable(pairs.reduce(head) { $0 + " \($1.key)=\($1.value)" })
        case .json:
            var writer = JSONWriter()
            writer.beginObject()
            for (key, value) in [("time", time), ("level", event.level.rawValue), ("source", label)] {
                writer.key(key)
                writer.string(value)
            }
            writer.key("message")
            writer.string(message)
            for (key, value) in pairs {
                writer.key(key)
                writer.string("\(value)")
            }
            writer.endObject()
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }
}
