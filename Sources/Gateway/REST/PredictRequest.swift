internal import HTTPTypes
internal import Hummingbird
internal import SibylClient

/// What the routes of predictions read of a request.
extension Request {
    /// What its query and headers ask of a prediction.
    ///
    /// - Parameter priority: where no header says it.
    func callOptions(tenant: String?, priority: Priority) throws(SibylError) -> CallOptions {
        var options = CallOptions(version: uri.query == nil ? nil : uri.queryParameters["version"].map(String.init))
        options.tenant = tenant
        options.priority = try self.priority ?? priority
        options.traceparent = headers[RESTHeaders.traceparent]
        options.tracestate = headers[RESTHeaders.tracestate]
        options.timeout = try timeout
        return options
    }

    private var timeout: Duration? {
        get throws(SibylError) {
            guard let text = headers[RESTHeaders.timeout] else { return nil }
            guard let milliseconds = Int(text), (1...RESTHeaders.longestTimeout).contains(milliseconds) else {
                throw SibylError(
                    .malformedEnvelope,
                    "the header X-Timeout-Ms must be a whole number of milliseconds from 1 to \(RESTHeaders.longestTimeout)"
                )
            }
            return .milliseconds(milliseconds)
        }
    }

    private var priority: Priority? {
        get throws(SibylError) {
            guard let text = headers[RESTHeaders.priority] else { return nil }
            guard let priority = Priority.allCases.first(where: { $0.wireName == text }) else {
                throw SibylError(.malformedEnvelope, "the header X-Priority must be interactive or bulk")
            }
            return priority
        }
    }
}
