package import SibylInference

/// Where a worker's models come from, when they may change while it works.
package protocol ModelProvider: Sendable {
    /// Loads what is there, and begins to watch.
    ///
    /// - Parameter publish: told what is to be served each time that this changes, from a thread of the provider's.
    /// - Returns: what to serve at first.
    /// - Throws: what says why nothing can be.
    func start(publish: @escaping @Sendable (ModelSet) -> Void) throws -> ModelSet

    /// Takes an operator's wish, the JSON of the protocol's message. It must not take long.
    func carryOut(_ wish: [UInt8])

    /// Ends the watching.
    func stop()
}

/// Models that never change: those of a configuration.
package struct FixedModels: ModelProvider {
    private let load: @Sendable () throws -> ModelManager

    package init(_ load: @escaping @Sendable () throws -> ModelManager) {
        self.load = load
    }

    package func start(publish: @escaping @Sendable (ModelSet) -> Void) throws -> ModelSet { try load().set }

    package func carryOut(_ wish: [UInt8]) {}

    package func stop() {}
}
