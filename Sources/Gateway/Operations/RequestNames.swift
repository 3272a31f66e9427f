internal import Hummingbird
internal import Synchronization

/// Names of requests, by which a client's log, this one and a proxy's are laid side by side.
final class RequestNames: Sendable {
    /// Longer ones are no names, but somebody filling a log.
    private static let longest = 128

    /// Another for each process, so that two gateways' names differ.
    private let prefix = String(UInt32.random(in: .min ... .max), radix: 16)
    private let count = Atomic<UInt64>(0)

    /// The client's own, if it sent one of plain characters; a new one otherwise.
    func name(for request: Request) -> String {
        if let name = request.headers[.requestID], Self.isFit(name) { return name }
        return prefix + "-" + String(count.wrappingAdd(1, ordering: .relaxed).newValue, radix: 16)
    }

    private static func isFit(_ name: String) -> Bool {
        (1...longest).contains(name.utf8.count)
            && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }
    }
}
