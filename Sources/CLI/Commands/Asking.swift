internal import SibylClient
internal import SibylTransport

/// What the asking commands share: a client of the configured servers, and waiting for its answer.
extension ClientOptions {
    /// How long a command waits for a server that nobody ever reached: longer than a server takes to start, and short
    /// enough for a person who mistyped the endpoint.
    private static let connectMilliseconds = 5_000

    /// Connects, asks, and waits on the main thread for the answer.
    func ask<Answer: Sendable>(_ question: @escaping @Sendable (SibylClient) async throws -> Answer) throws -> Answer {
        let client = try connected()
        defer { client.close() }
        let handshake = Handshake<Result<Answer, any Error>>()
        Task {
            do {
                handshake.give(.success(try await question(client)))
            } catch {
                handshake.give(.failure(error))
            }
        }
        return try handshake.wait().get()
    }

    private func connected() throws -> SibylClient {
        let settings = try settings()
        let endpoint = ConfigurationKeys.clientConnect.standard
        var configuration = ClientConfiguration(endpoints: settings.list(ConfigurationKeys.clientConnect) ?? [endpoint])
        if let milliseconds = settings.integer(ConfigurationKeys.clientTimeout) {
            configuration.timeout = .milliseconds(milliseconds)
        }
        configuration.connectTimeout = .milliseconds(Self.connectMilliseconds)
        do {
            return try SibylClient(configuration)
        } catch {
            throw Failure(status: .configuration, message: error.message)
        }
    }
}
