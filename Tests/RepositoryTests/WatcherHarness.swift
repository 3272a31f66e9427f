import Glibc
import Logging
import SibylInference
import SibylModel
import SibylONNX
import Synchronization
import Testing

@testable import SibylRepository

/// What set-up installs and trains.
enum Fixtures {
    static let build: String = {
        var parts = #filePath.split(separator: "/")
        parts.removeLast(3)
        return "/" + parts.joined(separator: "/") + "/.build"
    }()

    static func onnx(_ name: String) -> String { "\(build)/fixtures/models/\(name).onnx" }

    static let library = ONNXLibraryLocations(named: "\(build)/onnxruntime")
}

/// A watcher with a repository of its own, which waits for what it should tell.
final class WatcherHarness {
    let folder: TemporaryFolder
    let watcher: RepositoryWatcher
    private let history = History()

    init(
        _ folder: TemporaryFolder, in name: String = "", interval: Duration = .milliseconds(10),
        settle: Duration = .milliseconds(50), plugin: VersionLoader.PluginLoader? = nil
    ) throws {
        self.folder = folder
        var configuration = RepositoryConfiguration(folder.path + "/" + name)
        configuration.interval = interval
        configuration.settle = settle
        watcher = try RepositoryWatcher(
            configuration, loader: VersionLoader(library: Fixtures.library, plugin: plugin),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            reports: RepositoryWatcher.Reports(
                publish: { [history] in history.add(.set($0)) },
                needsNewProcess: { [history] in history.add(.needsNewProcess("\($0) \($1)")) }))
    }

    deinit {
        watcher.stop()
    }

    /// Waits for a set of which that holds, the last or one that is to come.
    func set(where holds: (ModelSet) -> Bool, _ location: SourceLocation = #_sourceLocation) throws -> ModelSet {
        try history.wait(location) { events in
            events.last { if case .set = $0 { true } else { false } }.flatMap { event in
                if case .set(let set) = event, holds(set) { set } else { nil }
            }
        }
    }

    /// Waits until these versions are served, such as `iris 1.2.0`.
    @discardableResult
    func served(_ versions: String..., location: SourceLocation = #_sourceLocation) throws -> ModelSet {
        try set(where: { $0.versions == versions }, location)
    }

    func failure(of name: String, _ version: String, location: SourceLocation = #_sourceLocation) throws -> String {
        let set = try set(where: { $0.failure(of: name, version) != nil }, location)
        return try #require(set.failure(of: name, version))
    }

    func processNeeded(_ location: SourceLocation = #_sourceLocation) throws -> String {
        try history.wait(location) { events in
            events.lazy.compactMap { if case .needsNewProcess(let name) = $0 { name } else { nil } }.first
        }
    }

    /// All sets so far.
    var sets: [ModelSet] { history.events.compactMap { if case .set(let set) = $0 { set } else { nil } } }

    func carryOut(_ action: RepositoryWish.Action, _ name: String, _ version: String? = nil) throws -> WishOutcome {
        let answers = Mutex<[WishOutcome]>([])
        let semaphore = Semaphore()
        watcher.carryOut(RepositoryWish(action, name, version: version)) { outcome in
            answers.withLock { $0.append(outcome) }
            semaphore.signal()
        }
        try semaphore.wait()
        return answers.withLock { $0[0] }
    }
}

extension ModelSet {
    var versions: [String] {
        entries.map { "\($0.model.metadata.qualifiedName) \($0.model.metadata.version)" }
    }

    func failure(of name: String, _ version: String) -> String? {
        absences.first { $0.qualifiedName == name && $0.version == version && $0.state == .failed }?.message
    }
}

/// What a watcher has told, and waiting for it.
private final class History: Sendable {
    enum Event: Sendable, CustomStringConvertible {
        case set(ModelSet)
        case needsNewProcess(String)

        var description: String {
            switch self {
            case .set(let set):
                "\(set.versions), \(set.absences.map { "\($0.qualifiedName) \($0.version): \($0.message)" })"
            case .needsNewProcess(let name): "a new process for \(name)"
            }
        }
    }

    private let state = Mutex<[Event]>([])
    private let semaphore = Semaphore()

    var events: [Event] { state.withLock { $0 } }

    func add(_ event: Event) {
        state.withLock { $0.append(event) }
        semaphore.signal()
    }

    func wait<Value>(_ location: SourceLocation, for find: ([Event]) -> Value?) throws -> Value {
        // Each event wakes it once.
        while true {
            if let value = find(events) { return value }
            try semaphore.wait("the last was \(events.last.map { "\($0)" } ?? "none")", location)
        }
    }
}

/// Counts, and waits with a bound that no test that works ever meets.
final class Semaphore: @unchecked Sendable {
    // Sendable because the system's semaphore is.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() {
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func signal() {
        sem_post(semaphore)
    }

    func wait(_ state: @autoclosure () -> String = "", _ location: SourceLocation = #_sourceLocation) throws {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        deadline.tv_sec += 60
        while sem_timedwait(semaphore, &deadline) == -1 {
            try #require(errno == EINTR, "nothing came in a minute; \(state())", sourceLocation: location)
        }
    }
}
