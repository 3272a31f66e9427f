/// What to ask, of whom, and how fast.
struct Order: Decodable, Sendable {
    var endpoints: [String]
    var model: String
    /// The requests are numbered from here on; no two clients of a run have a number in common.
    var first: Int
    var count: Int
    /// When request n is due: n / perSecond seconds after the start. What is late is sent as soon as may be.
    var perSecond: Double
    /// Requests that may wait for their answers at once.
    var inFlight: Int
    /// The time of one request, with all its repetitions.
    var timeoutMilliseconds: Int

    enum CodingKeys: String, CodingKey {
        case endpoints, model, first, count
        case perSecond = "per_second"
        case inFlight = "in_flight"
        case timeoutMilliseconds = "timeout_ms"
    }
}

/// The input of a request, and its answer: unique by its number, so that no other's answer can pass for it.
struct Question: Codable, Equatable, Sendable {
    var number: Int
    /// How long the model takes over it.
    var sleepMilliseconds: Int
    /// Makes some messages larger than one write to a socket.
    var padding: String

    private static let longPadding = String(repeating: "x", count: 16 * 1024)

    enum CodingKeys: String, CodingKey {
        case number
        case sleepMilliseconds = "sleep_ms"
        case padding
    }

    /// Most take a millisecond or none; some take long, so that every worker nearly always holds one that a fault hits.
    init(number: Int) {
        self.number = number
        sleepMilliseconds = number % 40 == 0 ? 50 + number % 150 : number % 2
        padding = number % 50 == 7 ? Self.longPadding : ""
    }
}
