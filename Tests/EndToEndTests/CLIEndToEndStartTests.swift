import Foundation
import Testing

/// How the program starts and why it doesn't: exit statuses and words.
@Suite struct CLIEndToEndStartTests {
    private func run(
        _ arguments: [String], file: String? = nil, environment: [String: String] = [:]
    ) async throws -> (status: Int32, output: String, complaints: String) {
        let folder = try TestFolder()
        if let file { try folder.write(file, to: "sibyl.yaml") }
        let process = try SibylProcess(arguments, in: folder.url, environment: environment)
        let status = try await process.end()
        return (status, process.output, process.complaints)
    }

    @Test func tellsItsVersionAndItsHelp() async throws {
        let version = try await run(["--version"])
        #expect(version.status == 0 && version.output == "0.1.0\n")
        let help = try await run(["help", "predict"])
        #expect(help.status == 0 && help.output.contains("EXAMPLES:") && help.complaints.isEmpty)
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completesInEveryShell(shell: String) async throws {
        let script = try await run(["--generate-completion-script", shell])
        #expect(script.status == 0 && script.output.contains("metadata"))
    }

    @Test func badUsageIsStatus2() async throws {
        let unknown = try await run(["predct"])
        #expect(
            unknown.status == 2 && unknown.output.isEmpty && unknown.complaints.hasPrefix("sibyl: ")
                && unknown.complaints.contains("predct"))
    }

    @Test func everyMistakeInTheConfigurationIsToldWithItsPlace() async throws {
        let end = try await run(
            ["serve"], file: "broker:\n  timeout: 3\nlog: {level: loud}\n", environment: ["SIBYL_LOG_FORMT": "json"])
        #expect(end.status == 9)
        #expect(
            end.complaints == """
                sibyl: the configuration can't be used
                  environment variable SIBYL_LOG_FORMT: there is no such setting; the nearest valid name is \
                SIBYL_LOG_FORMAT
                  sibyl.yaml:2:3: there is no key broker.timeout; the nearest valid key is broker.timeout_ms
                  sibyl.yaml:3:14: log.level is "loud", but must be one of trace, debug, info, notice, warning, error, \
                critical

                """)
    }

    @Test func aServerWithoutModelsSaysWhereToNameThem() async throws {
        let end = try await run(["serve"])
        #expect(end.status == 9 && end.complaints.contains("--plugin PATH"))
    }

    @Test(arguments: ["serve", "broker", "worker"])
    func aPortThatIsTakenIsToldAsSuch(command: String) async throws {
        let folder = try TestFolder()
        let first = try await Server(["broker", "--backend", folder.endpoint("b")], ready: "sibyl broker is ready")
        let plugin = ["--plugin", try Built.fixture("echo")]
        let arguments =
            switch command {
            case "serve": ["--frontend", first.endpoint] + plugin
            case "worker": ["--bind", first.endpoint] + plugin
            default: ["--frontend", first.endpoint, "--backend", folder.endpoint("c")]
            }
        let second = try await run([command] + arguments)
        #expect(second.status == 9)
        #expect(second.complaints.contains("cannot bind \(first.endpoint): the address is already in use"))
        #expect(try await first.stop() == 0)
    }

    @Test func aModelThatIsThereTwiceIsRefused() async throws {
        let folder = try TestFolder()
        let plugin = ["--plugin", try Built.fixture("echo")]
        let end = try await run(["worker", "--bind", folder.endpoint("frontend")] + plugin + plugin)
        #expect(end.status == 9 && end.complaints.contains("echo 1.0.0 is there twice"), "\(end)")
    }

    @Test(arguments: [
        ("missing", "there is no plug-in"), ("text", "is no shared library"), ("no-table", "is no Sibyl plug-in"),
        ("other-version", "built for version 2 of the plug-in table"), ("short-table", "has a table of 24 bytes"),
        ("bad-metadata", "describes its model wrongly"), ("bad-schema", "has a schema that can't be used"),
        ("refuses", "its parameters are missing"),
    ])
    func aWorkerSaysWhyAPluginIsNone(_ name: String, _ reason: String) async throws {
        let folder = try TestFolder()
        let path = Built.root.appending(path: ".build/fixtures/\(name).so").path
        let end = try await run(["worker", "--bind", folder.endpoint("frontend"), "--plugin", path])
        #expect(end.status == 9 && end.complaints.contains(reason) && end.complaints.contains(path), "\(end)")
    }

    @Test func settingsThatAModelDoesNotHaveAreTold() async throws {
        let folder = try TestFolder()
        let plugin = try Built.irisPlugin()
        let end = try await run(
            ["worker", "--bind", folder.endpoint("frontend"), "--plugin", plugin + #"={"paramters": "x"}"#])
        #expect(end.status == 9 && end.complaints.contains("has no setting paramters; it has parameters"), "\(end)")
    }
}
