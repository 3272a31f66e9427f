/// What the wire protocol fixes in numbers.
public enum WireLimits {
    public static let version = 1
    /// An envelope beside a payload frame: whoever routes it must be able to scan it in no time.
    public static let envelopeBytes = 64 * 1024
    /// One message, all frames together, unless configured otherwise.
    public static let messageBytes = 64 * 1024 * 1024
    public static let idBytes = 128
    /// A model's name or version, a tenant, a content type, a trace header: longer ones are a fault of the envelope,
    /// and a bound on them bounds what a server remembers of strangers.
    public static let fieldBytes = 512
    public static let timeoutMilliseconds = 1...86_400_000
    public static let defaultTimeoutMilliseconds = 30_000
    /// Items of one batch: a batch of empty objects would else take a hundred times its size to answer.
    public static let batchItems = 1_000_000
}
