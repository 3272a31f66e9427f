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

    @Test func aPortThatIsTakenIsToldAsSuch() async throws {
        let folder = try TestFolder()
        let first = try SibylProcess(
            ["broker", "--frontend", "tcp://127.0.0.1:0", "--backend", folder.endpoint("b")], in: folder.url)
        let ready = try await first.line(startingWith: "sibyl broker is ready: clients on ")
        let endpoint = try #require(ready.split(separator: " ").first { $0.hasPrefix("tcp://") }?.dropLast())
        let second = try await run(["broker", "--frontend", String(endpoint), "--backend", folder.endpoint("c")])
        #expect(second.status == 9)
        #expect(second.complaints.contains("already in use"))
        first.send(SIGTERM)
        #expect(try await first.end() == 0)
    }
}
