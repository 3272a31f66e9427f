import Glibc
import Testing

@testable import sibyl

@Suite struct SettingsTests {
    private static let file = """
        broker:
          timeout_ms: 100
          attempts: 4
          queue_limit: 10
          heartbeat_ms: 200
        environments:
          production:
            broker:
              timeout_ms: 200
              attempts: 5
              queue_limit: 20
        """

    /// A file that is gone with the test.
    private func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
        var template = Array("/tmp/sibyl-settings-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
        defer { unlink(path) }
        Terminal.write(text, to: descriptor)
        close(descriptor)
        return try body(path)
    }

    @Test func flagsOverEnvironmentOverSectionOverFile() throws {
        try withFile(Self.file) { path in
            var flags = FlagValues()
            flags.set(ConfigurationKeys.brokerTimeout, "--default-timeout", to: 400)
            let settings = try Settings(
                flags: flags, file: path, environment: "production",
                variables: ["SIBYL_BROKER_TIMEOUT_MS": "300", "SIBYL_BROKER_ATTEMPTS": "6", "HOME": "/"])
            #expect(settings.integer(ConfigurationKeys.brokerTimeout) == 400)
            #expect(settings.integer(ConfigurationKeys.brokerAttempts) == 6)
            #expect(settings.integer(ConfigurationKeys.brokerQueueLimit) == 20)
            #expect(settings.integer(ConfigurationKeys.brokerHeartbeat) == 200)
            #expect(settings.integer(ConfigurationKeys.workerThreads) == nil)
        }
    }

    @Test func variablesNameFileAndSection() throws {
        try withFile(Self.file) { path in
            let settings = try Settings(variables: ["SIBYL_CONFIG": path, "SIBYL_ENV": "production"])
            #expect(settings.file == path)
            #expect(settings.integer(ConfigurationKeys.brokerTimeout) == 200)
        }
    }

    @Test func theUsualFileIsReadWhereItExistsAndMissedNowhereElse() throws {
        try withFile(Self.file) { path in
            let settings = try Settings(variables: [:], usualFile: path)
            #expect(settings.integer(ConfigurationKeys.brokerTimeout) == 100)
        }
        let settings = try Settings(variables: [:], usualFile: "/nonexistent.yaml")
        #expect(settings.file == nil)
        #expect(throws: ConfigurationError("cannot read /nonexistent.yaml: No such file or directory")) {
            try Settings(file: "/nonexistent.yaml", variables: [:])
        }
    }

    @Test func anEnvironmentNeedsAFile() throws {
        #expect(throws: ConfigurationError.self) {
            try Settings(variables: ["SIBYL_ENV": "production"], usualFile: "/nonexistent.yaml")
        }
        let settings = try Settings(
            variables: ["SIBYL_ENV": "", "SIBYL_CONFIG": ""], usualFile: "/nonexistent.yaml")
        #expect(settings.file == nil && settings.environment == nil)
    }

    @Test func everyBadItemOfARepeatedFlagIsTold() {
        var flags = FlagValues()
        flags.set(ConfigurationKeys.clientConnect, "--connect", to: ["tcp://a:1", "5555", "tcp://a:99999"])
        #expect(
            flags.problems.map(\.description)
                == ["5555", "tcp://a:99999"].map {
                    "--connect: \"\($0)\" is not an endpoint such as tcp://127.0.0.1:5555 or ipc:///run/sibyl/sibyl.sock"
                })
    }

    @Test func namesAnUnknownVariable() {
        #expect(
            throws: ConfigurationError(
                "there is no such setting; the nearest valid name is SIBYL_BROKER_TIMEOUT_MS",
                at: .environment("SIBYL_BROKER_TIMEOUT"))
        ) {
            try Settings(variables: ["SIBYL_BROKER_TIMEOUT": "5"], usualFile: "/nonexistent.yaml")
        }
    }

    @Test func namesABadVariableAndABadFlag() {
        var flags = FlagValues()
        flags.set(ConfigurationKeys.brokerFrontend, "--frontend", to: "5555")
        do {
            _ = try Settings(flags: flags, variables: ["SIBYL_LOG_FORMAT": "xml"], usualFile: "/nonexistent.yaml")
            Issue.record("accepted")
        } catch {
            #expect(
                error.problems.map(\.description) == [
                    "--frontend: \"5555\" is not an endpoint such as tcp://127.0.0.1:5555 or "
                        + "ipc:///run/sibyl/sibyl.sock",
                    "environment variable SIBYL_LOG_FORMAT: log.format is \"xml\", but must be one of text, json",
                ])
        }
    }

    @Test(arguments: [
        "SIBYL_SERVICE_HOST", "SIBYL_SERVICE_PORT", "SIBYL_SERVICE_PORT_ZMQ", "SIBYL_PORT", "SIBYL_PORT_5555_TCP",
        "SIBYL_BROKER_PORT_5555_TCP_ADDR", "SIBYL_BROKER_SERVICE_HOST", "SIBYL_STRICT", "SIBYL_TEST_DATA",
    ])
    func variablesOfKubernetesAndOfTheBuildAreNotOurs(name: String) throws {
        let settings = try Settings(variables: [name: "10.0.0.1"], usualFile: "/nonexistent.yaml")
        #expect(settings.text(ConfigurationKeys.brokerFrontend) == nil)
    }

    @Test func aListInAVariableHasCommas() throws {
        let settings = try Settings(
            variables: ["SIBYL_CLIENT_CONNECT": "tcp://a:1, tcp://b:2"], usualFile: "/nonexistent.yaml")
        #expect(settings.list(ConfigurationKeys.clientConnect) == ["tcp://a:1", "tcp://b:2"])
    }
}
