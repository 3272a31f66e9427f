import Foundation
import Testing

/// What the documents show, held to what the program does.
@Suite struct DocumentationTests {
    // MARK: - Sessions in the README

    @Test func theSessionInTheReadmeIsTrue() async throws {
        _ = try Built.irisPlugin()
        try await follow(Document("README.md").blocks("console")[0], in: Built.root, workers: 2)
    }

    @Test func theSessionWithAnONNXFileIsTrue() async throws {
        let folder = try TestFolder()
        try FileManager.default.copyItem(
            atPath: try Built.model("iris-svc"), toPath: folder.url.appending(path: "model.onnx").path)
        try await follow(Document("README.md").blocks("console")[1], in: folder.url, workers: 2)
    }

    /// Does what a session shows, in which `sibyl serve ... &` starts the server and `kill %1` ends it.
    private func follow(_ transcript: String, in place: URL, workers: Int) async throws {
        let steps = Transcript(transcript).steps
        let start = try #require(steps.firstIndex { $0.command.hasPrefix("sibyl serve ") })
        let last = try #require(steps.last)
        try #require(steps[start].command.hasSuffix(" &") && last.command == "kill %1" && last.output.isEmpty)
        let folder = try TestFolder()
        let shell = Shell(endpoint: folder.endpoint("frontend"), folder: place)
        for step in steps[..<start] { try await compare(step, in: shell) }
        let server = try shell.start(String(steps[start].command.dropLast(2)))
        let ready = try await server.line(startingWith: "sibyl is serving")
        #expect(shell.normal(ready + "\n") == Transcript.normal(steps[start].output))
        try await wait(for: "all workers") {
            try await shell.run("sibyl health --json").contains("\"workers\":\(workers)")
        }
        for step in steps[(start + 1)...].dropLast() { try await compare(step, in: shell) }
        server.send(SIGTERM)
        #expect(try await server.end() == 0)
        #expect(server.complaints.isEmpty)
    }

    private func compare(_ step: Transcript.Step, in shell: Shell) async throws {
        let output = try await shell.run(step.command)
        #expect(shell.normal(output) == Transcript.normal(step.output), "$ \(step.command)")
    }

    // MARK: - Code

    @Test func thePythonInTheReadmeWorks() async throws {
        let server = try await Server.serving([Built.irisPlugin()], workers: 1)
        let code = try Document("README.md").blocks("python")[0]
        try server.folder.write(code.replacing("tcp://127.0.0.1:5555", with: server.endpoint), to: "client.py")
        let client = try SibylProcess(["client.py"], in: server.folder.url, program: try Built.python())
        #expect(try await client.end() == 0)
        #expect(client.output == "setosa\n", "\(client.complaints)")
        #expect(try await server.stop() == 0)
    }

    @Test(arguments: ["README.md", "docs/models.md", "Models/IrisModel/README.md"])
    func theSwiftInTheDocumentsCompiles(path: String) async throws {
        let blocks = try Document(path).blocks("swift").filter { !$0.hasPrefix("// swift-tools-version") }
        #expect(!blocks.isEmpty)
        // One block is a program; several are the parts of a model's package, together a module.
        try await compile(blocks.joined(), isProgram: blocks.count == 1)
    }

    @Test func theExampleInSwiftCompiles() async throws {
        let file = Built.root.appending(path: "Examples/swift/Sources/iris/main.swift")
        try await compile(String(contentsOf: file, encoding: .utf8), isProgram: true)
    }

    private func compile(_ code: String, isProgram: Bool) async throws {
        let folder = try TestFolder()
        let file = isProgram ? "main.swift" : "parts.swift"
        try folder.write(code, to: file)
        let compiler = try SibylProcess(
            ["swiftc", "-typecheck", "-swift-version", "6"] + (isProgram ? [] : ["-parse-as-library"])
                + ["-module-name", "DoublerPlugin"] + Built.moduleFlags() + [file],
            in: folder.url, environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"],
            program: URL(filePath: "/usr/bin/env"))
        #expect(try await compiler.end(within: 120) == 0, "\(compiler.complaints)")
    }

    // MARK: - Links

    @Test func linksBetweenTheDocumentsLeadSomewhere() throws {
        for path in try Document.all() {
            let document = try Document(path)
            for link in document.links {
                let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                let file = document.file.deletingLastPathComponent().appending(path: String(parts[0]))
                let target = parts[0].isEmpty ? document.file : file.standardizedFileURL
                #expect(FileManager.default.fileExists(atPath: target.path), "\(path) links to \(link)")
                guard parts.count == 2, target.pathExtension == "md" else { continue }
                #expect(try Document(target).anchors.contains(String(parts[1])), "\(path) links to \(link)")
            }
        }
    }

    private func wait(for what: String, _ condition: () async throws -> Bool) async throws {
        // A bound for a test that fails.
        for _ in 0..<300 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("waited for \(what)")
    }
}

/// A user's shell in a folder, with a server at an endpoint of the test's own.
private struct Shell {
    let endpoint: String
    let folder: URL

    func start(_ command: String) throws -> SibylProcess {
        let programs = SibylProcess.program.deletingLastPathComponent().path
        return try SibylProcess(
            ["-c", command], in: folder,
            environment: [
                "PATH": programs + ":/usr/bin:/bin", "SIBYL_BROKER_FRONTEND": endpoint,
                "SIBYL_CLIENT_CONNECT": endpoint,
            ], program: URL(filePath: "/bin/bash"))
    }

    /// What a command prints, on both streams.
    func run(_ command: String) async throws -> String {
        let process = try start("{ \(command)\n} 2>&1")
        _ = try await process.end()
        return process.output
    }

    func normal(_ output: String) -> String {
        Transcript.normal(output.replacing(endpoint, with: "tcp://127.0.0.1:5555"))
    }
}

/// Commands after `$`, their further lines after `>`, and below each what it prints.
private struct Transcript {
    struct Step {
        var command: String
        var output = ""
    }

    private(set) var steps: [Step] = []

    init(_ text: String) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if line.hasPrefix("$ ") {
                steps.append(Step(command: String(line.dropFirst(2))))
            } else if !steps.isEmpty, line.hasPrefix("> "), steps[steps.count - 1].output.isEmpty {
                steps[steps.count - 1].command += "\n" + line.dropFirst(2)
            } else if !steps.isEmpty {
                steps[steps.count - 1].output += line + "\n"
            }
        }
    }

    /// Without what differs from run to run: process ids and times.
    static func normal(_ output: String) -> String {
        output.replacing(/worker-[0-9]+/, with: "worker-N").replacing(/_us":[0-9]+/, with: "_us\":N")
    }
}

/// A page in Markdown.
private struct Document {
    let file: URL
    private let lines: [Substring]

    init(_ path: String) throws { try self.init(Built.root.appending(path: path)) }

    init(_ file: URL) throws {
        self.file = file
        lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The pages that people read.
    static func all() throws -> [String] {
        let manager = FileManager.default
        let pages = { (folder: String) in
            try manager.contentsOfDirectory(atPath: Built.root.appending(path: folder).path)
                .filter { $0.hasSuffix(".md") }.map { folder.isEmpty ? $0 : folder + "/" + $0 }
        }
        let examples = ["Examples/c-plugin", "Examples/python", "Examples/swift"]
        return try (["", "docs", "deploy", "Models/IrisModel", "Benchmarks"] + examples).flatMap(pages)
    }

    /// The fenced blocks of a language.
    func blocks(_ language: String) -> [String] {
        var blocks: [String] = []
        var block: [Substring]?
        for line in lines {
            if line == "```" + language {
                block = []
            } else if line == "```", let finished = block {
                blocks.append(finished.map { $0 + "\n" }.joined())
                block = nil
            } else {
                block?.append(line)
            }
        }
        return blocks
    }

    /// Links to other files and to headings; not those to the web.
    var links: [String] {
        prose.flatMap { $0.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) } }.filter { !$0.contains("://") }
    }

    /// The names of the headings, as they are linked to.
    var anchors: [String] {
        prose.filter { $0.hasPrefix("#") }.map { heading in
            let text = heading.drop { $0 == "#" }.dropFirst().lowercased()
            return text.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }.replacing(" ", with: "-")
        }
    }

    /// The lines outside of fenced blocks.
    private var prose: [Substring] {
        var isCode = false
        return lines.filter { line in
            if line.hasPrefix("```") { isCode.toggle() }
            return !isCode
        }
    }
}
