package import Logging
package import SibylInference
package import SibylModel
internal import SibylTransport
internal import Synchronization

/// Watches a repository with a thread of its own, loads what comes and changes, and tells what is to be served.
///
/// A version is taken when none of its files has changed for `RepositoryConfiguration.settle`; so either copy it in and
/// wait, or copy it to a name that is passed over, such as `1.3.0.partial`, and rename it.
package final class RepositoryWatcher: Sendable {
    /// What the watcher tells, on its own thread.
    package struct Reports: Sendable {
        /// What is to be served from now on. The first is told when all is loaded that was there at the start.
        package var publish: @Sendable (ModelSet) -> Void
        /// A plug-in has come or changed, which this process can't load.
        package var needsNewProcess: @Sendable (_ name: String, _ version: String) -> Void

        package init(
            publish: @escaping @Sendable (ModelSet) -> Void,
            needsNewProcess: @escaping @Sendable (_ name: String, _ version: String) -> Void = { _, _ in }
        ) {
            self.publish = publish
            self.needsNewProcess = needsNewProcess
        }
    }

    private let channel: WatcherChannel
    private let thread: Mutex<SystemThread?>

    /// Starts watching. What is there already is loaded on the watcher's thread; the first set tells that it is done.
    ///
    /// - Throws: `ModelLoadError` when there is no such folder, or no thread can be made.
    package init(
        _ configuration: RepositoryConfiguration, loader: VersionLoader, logger: Logger, reports: Reports
    ) throws(ModelLoadError) {
        let channel = WatcherChannel()
        let first = try RepositoryLoop.firstScan(of: configuration)
        let running: SystemThread
        do {
            running = try SystemThread(name: "sibyl-models") {
                let loop = RepositoryLoop(
                    configuration, loader: loader, logger: logger, reports: reports, channel: channel)
                loop.run(first)
            }
        } catch {
            throw ModelLoadError(error.message)
        }
        self.channel = channel
        thread = Mutex(running)
    }

    deinit {
        channel.requestStop()
    }

    /// Hands over an operator's wish.
    ///
    /// - Parameter answer: called once: on the watcher's thread when the wish has been fulfilled or has failed, or at once
    ///   if it can't be taken.
    package func carryOut(_ wish: RepositoryWish, answer: @escaping @Sendable (WishOutcome) -> Void) {
        switch channel.mailbox.send(WatcherChannel.Request(wish: wish, answer: answer)) {
        case .accepted: return
        case .full: answer(.failed("\(WatcherChannel.capacity) wishes wait for a load to end; try again later"))
        case .closed: answer(WatcherChannel.ended)
        }
    }

    /// Stops watching and waits until the thread has ended, which a load that is going on delays. Wishes that are not
    /// fulfilled by then fail.
    package func stop() {
        channel.requestStop()
        let running = thread.withLock { $0.take() }
        running?.join()
    }
}

/// The way from other threads to the watcher's.
final class WatcherChannel: Sendable {
    struct Request: Sendable {
        var wish: RepositoryWish
        var answer: @Sendable (WishOutcome) -> Void
    }

    /// Wishes that may wait for the watcher, which is held up while it loads.
    static let capacity = 64
    static let ended = WishOutcome.failed("the worker is about to end")

    let mailbox = Mailbox<Request>(capacity: capacity)
    private let isStopping = Atomic(false)

    var isStopped: Bool { isStopping.load(ordering: .acquiring) }

    func requestStop() {
        isStopping.store(true, ordering: .releasing)
        mailbox.wakeup.signal()
    }
}
