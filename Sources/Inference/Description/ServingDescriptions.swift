public import SibylJSON

/// How requests are computed together.
public struct BatchingDescription: Sendable, Hashable {
    /// The most items of one run; a request that has more by itself is still one run.
    public var maximum = 64
    /// How long a request may wait for others, in microseconds, up to one second; nil waits as long as that measurably
    /// helps.
    public var delayMicroseconds: Int?
    /// Numbers of items that the model computes best, ascending, none above the maximum; empty for any.
    public var preferred: [Int] = []
    /// How many runs may go on at once; as many as the worker has threads when nil.
    public var instances: Int?

    public init() {}

    init(_ value: DescribedValue) {
        var members = value.members()
        // Beyond these bounds there is nothing to gain, but memory and patience to lose.
        maximum = members["maximum"]?.whole(in: 1...10_000) ?? maximum
        delayMicroseconds = members["delay_us"]?.whole(in: 0...1_000_000)
        preferred = members["preferred"]?.list().compactMap { [maximum] in $0.whole(in: 1...maximum) }.sorted() ?? []
        instances = members["instances"]?.whole(in: 1...1_000)
        members.refuseOthers()
    }
}

/// An input that shows what the model does, and what it must give for it.
public struct SampleDescription: Sendable, Hashable {
    public var input: JSONValue
    /// Nil when only succeeding counts.
    public var output: JSONValue?
    /// How far a number may be from the expected one: by so much for numbers of a magnitude up to 1, in proportion to larger
    /// ones.
    public var tolerance = 0.00001

    public init(input: JSONValue, output: JSONValue? = nil, tolerance: Double = 0.00001) {
        self.input = input
        self.output = output
        self.tolerance = tolerance
    }

    init(_ value: DescribedValue) {
        var members = value.members()
        input = members.value("input") ?? .null
        output = members["output"]?.json
        tolerance = members["tolerance"]?.number(in: 0...Double.greatestFiniteMagnitude) ?? tolerance
        members.refuseOthers()
    }
}

/// Answers that are remembered.
public struct CacheDescription: Sendable, Hashable {
    /// How many at most.
    public var entries = 1000
    /// How many bytes they may take, with what they are answers to.
    public var bytes = 64 << 20

    public init() {}

    init(_ value: DescribedValue) {
        var members = value.members()
        entries = members["entries"]?.whole(in: 1...100_000_000) ?? entries
        bytes = members["bytes"]?.whole(in: 1_000...1_000_000_000_000) ?? bytes
        members.refuseOthers()
    }
}

/// Predictions that are written down, one JSON object a line.
public struct LogDescription: Sendable, Hashable {
    /// The file, relative to the description's folder.
    public var path: String
    /// The share of predictions that is logged, 0 to 1.
    public var sample = 1.0
    /// The size at which a file is closed and another begun, in bytes.
    public var bytes = 10_000_000
    /// How many files are kept, the open one included.
    public var files = 5

    public init(path: String) {
        self.path = path
    }

    init(_ value: DescribedValue) {
        var members = value.members()
        path = members.name("path")
        sample = members["sample"]?.number(in: 0...1) ?? sample
        bytes = members["bytes"]?.whole(in: 1_000...1_000_000_000_000) ?? bytes
        files = members["files"]?.whole(in: 1...10_000) ?? files
        members.refuseOthers()
    }
}
