/// Where a connection is in its requests and answers, which are in the same order. Pure: it is told what passes.
struct ConnectionState {
    /// Requests begun whose answers haven't ended.
    private(set) var unanswered = 0
    /// Whether a request's head was read and its end was not.
    private(set) var isReading = false
    /// Whether an answer's head was written and its end was not.
    private(set) var isAnswering = false
    /// Whether the connection ends with the answer that is under way or comes last.
    private(set) var closesAfterAnswer = false

    /// A client that will close says so in a list of any case: `Connection: keep-alive, Close`.
    mutating func readHead(closes: Bool) {
        unanswered += 1
        isReading = true
        if closes { closesAfterAnswer = true }
    }

    mutating func readEnd() {
        isReading = false
    }

    /// - Parameter isRefusal: whether its status is 400 or more. One that comes before the request's end means that the
    ///   rest isn't wanted, and the connection can't be used after it.
    /// - Returns: whether the answer must say `Connection: close`.
    mutating func writeHead(isRefusal: Bool, closes: Bool) -> Bool {
        isAnswering = true
        if closes || (isRefusal && isReading && unanswered == 1) { closesAfterAnswer = true }
        return closesAfterAnswer && unanswered == 1
    }

    /// - Returns: whether the connection ends here.
    mutating func writeEnd() -> Bool {
        isAnswering = false
        unanswered -= 1
        // An answer that ended before its request: whatever else comes of that is of no use.
        return unanswered <= 0 && (closesAfterAnswer || isReading)
    }

    /// Whether an answer to the request being read, or to what is none, is next in order.
    var isNextToAnswer: Bool {
        !isAnswering && unanswered == (isReading ? 1 : 0)
    }

    /// Whether the request being read has an answer under way, which can only be cut off.
    var isCutOff: Bool {
        isAnswering && isReading && unanswered == 1
    }
}
