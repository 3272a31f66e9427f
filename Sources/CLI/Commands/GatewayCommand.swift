internal import ArgumentParser
internal import Logging
internal import SibylGateway
internal import SibylTransport

/// `sibyl gateway`: HTTP for whoever has no ZeroMQ.
struct GatewayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Serves HTTP, and asks a server of Sibyl for all that is asked of it.",
        discussion: """
            SIGTERM or Ctrl-C drains: what was accepted is answered first, for up to 10 seconds.

            EXAMPLES:
              sibyl gateway                                             of tcp://127.0.0.1:5555 at 127.0.0.1:8080
              sibyl gateway --connect tcp://models:5555 --http 0.0.0.0:80
              curl -d '{"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}' \\
                   http://127.0.0.1:8080/api/models/iris_model/predict
              sibyl gateway --new-key                                   an API key, and what admits it

            \(ExitStatus.hint)
            """)

    @Option(
        help: ArgumentHelp(
            "Where the server is; several are tried in turn. Repeatable (default: tcp://127.0.0.1:5555).",
            valueName: "endpoint"))
    var connect: [String] = []

    @Option(help: ArgumentHelp("Where to listen (default: 127.0.0.1:8080).", valueName: "host:port"))
    var http: String?

    @Flag(help: "Print a new API key, and the line of http.api_keys that admits it; serve nothing.")
    var newKey = false

    @OptionGroup var source: ConfigurationOptions
    @OptionGroup var log: LogOptions

    func run() throws {
        if newKey { return Self.printNewKey() }
        var flags = FlagValues()
        flags.set(ConfigurationKeys.clientConnect, "--connect", to: connect)
        flags.set(ConfigurationKeys.httpBind, "--http", to: http)
        log.fill(&flags)
        let settings = try source.settings(flags)
        try serve(try GatewayConfiguration(settings), settings.logger("gateway"))
    }

    private static func printNewKey() {
        let (key, line) = APIKey.make()
        Terminal.print("key:          \(key)")
        Terminal.print("in api_keys:  \(line)")
    }

    private func serve(_ configuration: GatewayConfiguration, _ logger: Logger) throws {
        let host = configuration.host
        let scheme = configuration.tls == nil ? "http" : "https"
        let ended = Handshake<Result<Void, any Error>>()
        let gateway = try Gateway(configuration, logger: logger)
        Task {
            do {
                try await gateway.run { port in
                    Terminal.print("sibyl gateway is ready: \(scheme)://\(host):\(port)")
                }
                ended.give(.success(()))
            } catch {
                ended.give(.failure(error))
            }
        }
        do {
            try ended.wait().get()
        } catch let error as SetUpError {
            throw Failure(status: .configuration, message: error.description)
        }
    }
}

extension GatewayConfiguration {
    init(_ settings: Settings) throws(ConfigurationError) {
        self.init()
        endpoints = settings.list(ConfigurationKeys.clientConnect) ?? endpoints
        if let milliseconds = settings.integer(ConfigurationKeys.clientTimeout) {
            timeout = .milliseconds(milliseconds)
        }
        if let bytes = settings.integer(ConfigurationKeys.httpBodyBytes) { limits.bodyBytes = bytes }
        if let bytes = settings.integer(ConfigurationKeys.httpHeaderBytes) { limits.headerBytes = bytes }
        tls = try Self.files(settings)
        // Each line was checked by the table of settings.
        keys = (settings.list(ConfigurationKeys.httpAPIKeys) ?? []).compactMap { try? APIKey($0) }
        crossOrigin.origins = settings.list(ConfigurationKeys.httpOrigins) ?? []
        guard let bind = settings.text(ConfigurationKeys.httpBind) else { return }
        guard let colon = bind.lastIndex(of: ":"), colon != bind.startIndex,
            let port = UInt16(bind[bind.index(after: colon)...])
        else {
            throw ConfigurationError(
                "\(bind) is no address for HTTP; write HOST:PORT such as 127.0.0.1:8080 or [::1]:8080")
        }
        host = String(bind[..<colon].filter { $0 != "[" && $0 != "]" })
        self.port = Int(port)
    }

    private static func files(_ settings: Settings) throws(ConfigurationError) -> TLSFiles? {
        let certificate = settings.text(ConfigurationKeys.httpCertificate)
        let key = settings.text(ConfigurationKeys.httpKey)
        switch (certificate, key) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return TLSFiles(certificate: certificate, key: key)
        default: throw ConfigurationError("HTTPS needs both http.tls_certificate and http.tls_key, or neither of them")
        }
    }
}
