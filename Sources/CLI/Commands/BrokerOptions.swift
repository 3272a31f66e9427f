internal import SibylBroker
internal import SibylCore

extension BrokerConfiguration {
    /// The settings of `broker` and `limits`; what is not set keeps its default.
    init(_ settings: Settings, backend: String) {
        let frontend = settings.text(ConfigurationKeys.brokerFrontend) ?? ConfigurationKeys.brokerFrontend.standard
        self.init(frontend: frontend, backend: backend)
        messageBytes = settings.integer(ConfigurationKeys.messageBytes) ?? messageBytes
        allowsRepository = settings.text(ConfigurationKeys.brokerRepository) != "refuse"
        limits.apply(settings)
    }
}

extension BrokerLimits {
    mutating func apply(_ settings: Settings) {
        queueLength = settings.integer(ConfigurationKeys.brokerQueueLimit) ?? queueLength
        queueBytes = settings.integer(ConfigurationKeys.brokerQueueBytes) ?? queueBytes
        for weight in (settings.list(ConfigurationKeys.brokerTenantWeights) ?? []).compactMap(Weight.init) {
            setWeight(weight.weight, of: weight.name)
        }
        attempts = settings.integer(ConfigurationKeys.brokerAttempts).map(UInt32.init) ?? attempts
        defaultTimeout = settings.span(ConfigurationKeys.brokerTimeout) ?? defaultTimeout
        drainTimeout = settings.span(ConfigurationKeys.brokerDrainTimeout) ?? drainTimeout
        if let interval = settings.span(ConfigurationKeys.brokerHeartbeat) {
            heartbeatInterval = interval
            livenessTimeout = Instant.Span(nanoseconds: interval.nanoseconds * 4)
        }
    }
}

extension Settings {
    /// The value of a setting in milliseconds.
    func span(_ key: ConfigurationKey) -> Instant.Span? {
        integer(key).map { .milliseconds(Int64($0)) }
    }
}
