import Foundation
import Testing

/// What the project's scripts have built for these tests.
enum Built {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().standardizedFileURL

    static func fixture(_ name: String) throws -> String {
        try existing(".build/fixtures/\(name).so", by: "make fixtures")
    }

    /// A model of `Tests/Fixtures/models`.
    static func model(_ name: String) throws -> String {
        try existing(".build/fixtures/models/\(name).onnx", by: "make fixtures")
    }

    static func irisPlugin() throws -> String {
        try existing("Models/IrisModel/.build/release/libIrisPlugin.so", by: "make plugin")
    }

    static func irisWorker() throws -> String {
        try existing("Models/IrisModel/.build/release/iris-worker", by: "make plugin")
    }

    /// What the compiler needs to find the modules that were built beside these tests, and the C modules below them.
    static func moduleFlags() -> [String] {
        let products = Bundle.main.executableURL!.deletingLastPathComponent().resolvingSymlinksInPath()
        let checkouts = products.deletingLastPathComponent().deletingLastPathComponent().appending(path: "checkouts")
        let sources = children(of: checkouts).flatMap { children(of: $0.appending(path: "Sources")) }
        let maps =
            children(of: products).map { $0.appending(path: "module.modulemap") }
            + sources.map { $0.appending(path: "include/module.modulemap") }
            + [root.appending(path: "Sources/CZeroMQ/module.modulemap")]
        let paths = maps.map(\.path).filter { FileManager.default.fileExists(atPath: $0) }
        return ["-I", products.appending(path: "Modules").path] + paths.flatMap { ["-Xcc", "-fmodule-map-file=" + $0] }
    }

    private static func children(of folder: URL) -> [URL] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.map { folder.appending(path: $0) }
    }

    static func python() throws -> URL {
        URL(filePath: try existing(".build/python/bin/python", by: "scripts/python-tools"))
    }

    private static func existing(_ path: String, by command: String) throws -> String {
        let file = root.appending(path: path).path
        try #require(FileManager.default.fileExists(atPath: file), "\(path) is missing; `\(command)` makes it")
        return file
    }
}

/// Runs a Python program to its end.
func python(_ script: String, _ arguments: [String]) async throws -> (status: Int32, output: String) {
    let path = Built.root.appending(path: script).path
    let process = try SibylProcess([path] + arguments, in: Built.root, program: try Built.python())
    let status = try await process.end(within: 120)
    return (status, process.output + process.complaints)
}

/// A running server of a test's own, reached over TCP on a port that the system chose.
final class Server: Sendable {
    let folder: TestFolder
    let process: SibylProcess
    let endpoint: String

    /// - Parameter arguments: those of a command that serves; its frontend is asked for by `frontend`.
    init(
        _ arguments: [String], frontend: String = "--frontend", ready: String, file: String? = nil,
        folder: TestFolder? = nil
    ) async throws {
        let own = try folder ?? TestFolder()
        if let file { try own.write(file, to: "sibyl.yaml") }
        process = try SibylProcess(arguments + [frontend, "tcp://127.0.0.1:*"], in: own.url)
        let line = try await process.line(startingWith: ready)
        let words = line.split { " ,".contains($0) }
        endpoint = String(try #require(words.first { $0.hasPrefix("tcp://") }))
        self.folder = own
    }

    static func serving(_ plugins: [String], workers: Int = 2) async throws -> Server {
        try await Server(
            ["serve", "--workers", "\(workers)"] + plugins.flatMap { ["--plugin", $0] }, ready: "sibyl is serving")
    }

    /// Runs an asking command against it.
    /// Serves the models of a folder, one worker process of them, and takes what comes into it at the next look.
    static func serving(repository: String) async throws -> Server {
        try await Server(
            ["serve", "--models", repository, "--workers", "1"], ready: "sibyl is serving",
            file: "repository: {scan_ms: 100, settle_ms: 0}\n")
    }

    func ask(_ arguments: String...) async throws -> (status: Int32, output: String, complaints: String) {
        let process = try SibylProcess(arguments + ["--connect", endpoint], in: folder.url)
        let status = try await process.end()
        return (status, process.output, process.complaints)
    }

    /// Waits until so many workers are there.
    func workers(_ count: Int) async throws {
        // Some seconds pass when a worker is restarted; a minute never does.
        for _ in 0..<600 {
            if try await ask("health", "--json").output.contains("\"workers\":\(count)") { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("there are not \(count) workers; \(process.complaints)")
    }

    /// The processes that it started.
    var children: [pid_t] {
        let path = "/proc/\(process.identifier)/task/\(process.identifier)/children"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: " ").compactMap { pid_t($0) }
    }

    func stop() async throws -> Int32 {
        process.send(SIGTERM)
        return try await process.end()
    }
}

/// Whether a process is there and no zombie.
func isAlive(_ process: pid_t) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
    return text.split(separator: ")").last?.hasPrefix(" Z") == false
}
