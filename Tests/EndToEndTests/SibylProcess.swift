import Foundation
import Synchronization
import Testing

/// A process of the `sibyl` program as it was built beside these tests, with all that it printed.
final class SibylProcess: Sendable {
    /// What users run, if SIBYL_PROGRAM names it; else the one that was built beside the test runner.
    static let program =
        ProcessInfo.processInfo.environment["SIBYL_PROGRAM"].map { URL(filePath: $0) }
        ?? Bundle.main.executableURL!.deletingLastPathComponent().appendingPathComponent("sibyl")

    /// Without Swift's backtraces of a debug build: their process outlives a worker that a test lets crash.
    private static let environment = ["PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"]

    private let process: Mutex<Process>
    private let printed = Output()
    private let complained = Output()

    /// - Parameter folder: the current folder; it should be one of the test's own, as ./sibyl.yaml counts.
    init(
        _ arguments: [String], in folder: URL, environment: [String: String] = [:], program: URL = SibylProcess.program
    ) throws {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = environment.merging(Self.environment) { first, _ in first }
        // What a killed server leaves behind goes with the test's folder.
        process.environment?["TMPDIR"] = folder == Built.root ? "/tmp" : folder.path
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = printed.pipe
        process.standardError = complained.pipe
        try Self.withoutBlockedSignals { try process.run() }
        self.process = Mutex(process)
        printed.collect()
        complained.collect()
    }

    deinit {
        if isRunning { kill(identifier, SIGKILL) }
    }

    /// A task's thread blocks most signals, and a process that is started from it inherits that.
    private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    var output: String { printed.text }
    var complaints: String { complained.text }
    var identifier: pid_t { process.withLock { $0.processIdentifier } }
    var isRunning: Bool { process.withLock { $0.isRunning } }

    func send(_ signal: Int32) {
        kill(identifier, signal)
    }

    /// Waits until the process has ended and returns its exit status; a signal's number is negative.
    ///
    /// - Parameter seconds: a bound for a test that fails, far beyond what one that passes needs.
    func end(within seconds: Double = 30) async throws -> Int32 {
        try await wait(seconds, for: "the end of the process") { !self.isRunning }
        printed.finish()
        complained.finish()
        return process.withLock { $0.terminationReason == .exit ? $0.terminationStatus : -$0.terminationStatus }
    }

    /// Waits until a line of the output begins with `text`, and returns it.
    func line(startingWith text: String, within seconds: Double = 30) async throws -> String {
        var found: Substring?
        try await wait(seconds, for: "a line that starts with \(text)") {
            // Whole lines only: the last one may still be on its way.
            found = self.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().first {
                $0.hasPrefix(text)
            }
            return found != nil || !self.isRunning
        }
        return String(try #require(found, "it ended first: \(complaints)"))
    }

    func wait(_ seconds: Double, for what: String, _ condition: () -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while !condition() {
            try #require(ContinuousClock.now < end, "waited \(seconds) s for \(what); \(output)\n\(complaints)")
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// What a process writes into a pipe, collected by a thread.
private final class Output: Sendable {
    let pipe = Pipe()
    private let bytes = Mutex<Data>(Data())
    private let ended = DispatchSemaphore(value: 0)

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    func collect() {
        let thread = Thread { [self] in
            // Ends when the last writer has closed the pipe.
            while true {
                let chunk = pipe.fileHandleForReading.availableData
                if chunk.isEmpty { break }
                bytes.withLock { $0.append(chunk) }
            }
            ended.signal()
        }
        thread.start()
    }

    /// Waits for what is still in the pipe; a grandchild that holds it open is not waited for longer than that.
    func finish() {
        _ = ended.wait(timeout: .now() + 2)
    }
}

/// A folder of a test's own, gone with it.
final class TestFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("sibyl-test-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: url.appendingPathComponent(name))
    }

    func endpoint(_ name: String) -> String { "ipc://\(url.path)/\(name)" }
}
