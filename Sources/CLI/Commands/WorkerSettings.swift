internal import Glibc
internal import Logging
internal import SibylCore
internal import SibylInference
internal import SibylModel
internal import SibylWorker

extension WorkerConfiguration {
    /// The settings of `worker`; what is not set keeps its default.
    init(_ settings: Settings, brokers: [String]) {
        self.init(brokers: brokers)
        threads = settings.integer(ConfigurationKeys.workerThreads) ?? threads
        limits.capacity = settings.integer(ConfigurationKeys.workerCapacity).map(UInt32.init) ?? limits.capacity
        limits.drainTimeout = settings.span(ConfigurationKeys.workerDrainTimeout) ?? limits.drainTimeout
    }
}

extension ModelEntry {
    /// Where the worker gets the model from.
    ///
    /// - Parameter logger: told what its decorators have to tell.
    func source(_ logger: Logger) throws(ModelLoadError) -> ModelSource {
        let stack = DecoratorStack(try ModelDescription(json: decorations), folder: baseDirectory) {
            logger.warning("\($0)")
        }
        return .plugin(
            path: pluginPath, configuration: ModelConfiguration(settings: settings, baseDirectory: baseDirectory)
        ).decorated(by: stack.decorators)
    }
}
