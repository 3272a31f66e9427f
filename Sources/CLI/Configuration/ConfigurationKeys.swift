/// Every setting there is. What reads a setting, what checks files and variables for misspelt ones, and the tests of
/// the documentation all go by this table.
enum ConfigurationKeys {
    static let milliseconds = "milliseconds"
    /// A day: the longest deadline of the wire protocol, and longer than anybody waits for anything here.
    static let longest = 86_400_000

    static let brokerFrontend = ConfigurationKey(
        "broker.frontend", .endpoint, standard: "tcp://127.0.0.1:5555",
        "Where clients reach the broker, or a worker that serves alone.")
    static let brokerBackend = ConfigurationKey(
        "broker.backend", .endpoint, standard: "",
        "Where workers reach the broker. `sibyl serve` takes a private ipc path when it is not set; `sibyl broker` needs it."
    )
    static let brokerTimeout = ConfigurationKey(
        "broker.timeout_ms", .integer(1...longest, unit: milliseconds), standard: "30000",
        "The deadline of a request that names none.")
    static let brokerQueueLimit = ConfigurationKey(
        "broker.queue_limit", .integer(1...10_000_000, unit: "requests"), standard: "10000",
        "Requests of each priority that may wait for one version of a model; beyond it a request is refused with `overloaded`."
    )
    static let brokerQueueBytes = ConfigurationKey(
        "broker.queue_bytes", .integer(1024...1_099_511_627_776, unit: "bytes"), standard: "268435456",
        "What all that wait for one version of a model may hold together; beyond it the same.")
    static let brokerTenantWeights = ConfigurationKey(
        "broker.tenant_weights", .weights(1...1_000), standard: "",
        "Tenants that get more than an equal share while several wait; whoever is not named has the weight 1.")
    static let brokerAttempts = ConfigurationKey(
        "broker.attempts", .integer(1...100, unit: "attempts"), standard: "3",
        "How many workers may be lost over one request before it fails with `worker_lost`.")
    static let brokerHeartbeat = ConfigurationKey(
        "broker.heartbeat_ms", .integer(10...60_000, unit: milliseconds), standard: "500",
        "How often broker and workers tell each other that they live.")
    static let brokerDrainTimeout = ConfigurationKey(
        "broker.drain_timeout_ms", .integer(0...longest, unit: milliseconds), standard: "10000",
        "How long a stopping broker finishes what it has accepted.")

    static let brokerRepository = ConfigurationKey(
        "broker.repository", .choice(["allow", "refuse"]), standard: "allow",
        "Whether clients may have models of a repository loaded, unloaded and reloaded (`sibyl models`).")

    static let messageBytes = ConfigurationKey(
        "limits.message_bytes", .integer(1024...2_147_483_647, unit: "bytes"), standard: "67108864",
        "The largest message, all frames together; a larger one is refused with `payload_too_large`.")

    static let repositoryPath = ConfigurationKey(
        "repository.path", .text, standard: "",
        "A folder of models, `NAME/VERSION/model.onnx`, which is served and watched; a relative path starts at the file's folder."
    )
    static let repositoryScan = ConfigurationKey(
        "repository.scan_ms", .integer(100...longest, unit: milliseconds), standard: "1000",
        "How often the repository is looked at.")
    static let repositorySettle = ConfigurationKey(
        "repository.settle_ms", .integer(0...longest, unit: milliseconds), standard: "2000",
        "How long no file of a version may have changed before it is taken for complete.")

    static let workerThreads = ConfigurationKey(
        "worker.threads", .integer(1...1024, unit: "threads"), standard: "1",
        "Threads of one worker that predict.")
    static let workerCapacity = ConfigurationKey(
        "worker.capacity", .integer(1...65_536, unit: "requests"), standard: "64",
        "Requests that one worker takes from a broker before it has answered any.")
    static let workerDrainTimeout = ConfigurationKey(
        "worker.drain_timeout_ms", .integer(0...longest, unit: milliseconds), standard: "10000",
        "How long a stopping worker finishes what it has accepted.")

    static let onnxLibrary = ConfigurationKey(
        "onnx.library", .text, standard: "",
        "ONNX Runtime's shared library, or a folder into which `pip install --target` put it. Otherwise it is looked for beside the program, and then where the system has it."
    )

    static let httpBind = ConfigurationKey(
        "http.bind", .text, standard: "127.0.0.1:8080",
        "Where `sibyl gateway` listens for HTTP, as HOST:PORT; port 0 takes a free one.")
    static let httpBodyBytes = ConfigurationKey(
        "http.body_bytes", .integer(1024...2_147_483_647, unit: "bytes"), standard: "67108864",
        "The largest body of a request; a larger one is answered 413.")
    static let httpHeaderBytes = ConfigurationKey(
        "http.header_bytes", .integer(1024...1_048_576, unit: "bytes"), standard: "32768",
        "The most that a request's headers may hold together; beyond it the answer is 431.")
    static let httpCertificate = ConfigurationKey(
        "http.tls_certificate", .text, standard: "",
        "The server's certificate in PEM, its issuers behind it: HTTPS, with HTTP/2 for who asks for it. Needs `http.tls_key`."
    )
    static let httpKey = ConfigurationKey(
        "http.tls_key", .text, standard: "", "The certificate's private key in PEM.")
    static let httpAPIKeys = ConfigurationKey(
        "http.api_keys", .apiKeys, standard: "",
        "Who may ask: hashes of API keys, each with its tenant and its rate in requests a second. Without any, everybody may."
    )
    static let httpOrigins = ConfigurationKey(
        "http.origins", .origins, standard: "",
        "Sites whose pages may ask from a browser. Without any, none but the gateway's own.")

    static let serveWorkers = ConfigurationKey(
        "serve.workers", .integer(1...1024, unit: "processes"), standard: "the number of cores",
        "Worker processes that `sibyl serve` keeps running.")

    static let clientConnect = ConfigurationKey(
        "client.connect", .endpoints, standard: "tcp://127.0.0.1:5555",
        "Where `list`, `metadata`, `predict`, `health` and `stats` find a server; several are tried in turn.")
    static let clientTimeout = ConfigurationKey(
        "client.timeout_ms", .integer(1...longest, unit: milliseconds), standard: "30000",
        "How long those commands wait for an answer.")

    static let logLevel = ConfigurationKey(
        "log.level", .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]), standard: "info",
        "The least severe event that is logged.")
    static let logFormat = ConfigurationKey(
        "log.format", .choice(["text", "json"]), standard: "text",
        "One line an event on standard error: text for people, json for programs.")

    static let all = [
        brokerFrontend, brokerBackend, brokerTimeout, brokerQueueLimit, brokerQueueBytes, brokerTenantWeights,
        brokerAttempts, brokerHeartbeat, brokerDrainTimeout, brokerRepository, messageBytes, repositoryPath,
        repositoryScan, repositorySettle, workerThreads, workerCapacity, workerDrainTimeout, onnxLibrary, httpBind,
        httpBodyBytes, httpHeaderBytes, httpCertificate, httpKey, httpAPIKeys, httpOrigins, serveWorkers,
        clientConnect, clientTimeout, logLevel, logFormat,
    ]

    /// Sections of a file that hold no settings of this table.
    static let models = "models"
    static let environments = "environments"

    static func named(_ name: String) -> ConfigurationKey? {
        all.first { $0.name == name }
    }

    static func isSection(_ name: String) -> Bool {
        all.contains { $0.name.hasPrefix(name + ".") }
    }
}
