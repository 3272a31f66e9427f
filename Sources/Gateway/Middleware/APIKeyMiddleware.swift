internal import Crypto
internal import HTTPTypes
package import Hummingbird
internal import Synchronization

/// A context that knows whose request it is.
package protocol TenantContext: RequestContext {
    var tenant: String? { get set }
}

/// Lets only those in who have a key, each at its rate. Health is open, since who asks for it is often no client, and
/// so is a browser's question whether it may ask.
package struct APIKeyMiddleware<Context: TenantContext>: RouterMiddleware {
    private let keys: [APIKey]
    private let buckets: TokenBuckets
    private let now: @Sendable () -> UInt64

    /// - Parameter now: nanoseconds of a clock that doesn't go back.
    package init(_ keys: [APIKey], now: @escaping @Sendable () -> UInt64) {
        self.keys = keys
        self.now = now
        buckets = TokenBuckets(keys)
    }

    package func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let path = request.uri.path
        if keys.isEmpty || path.hasPrefix("/health/") { return try await next(request, context) }
        guard let text = Self.key(of: request.headers) else {
            throw Self.unauthorized("this server asks for an API key: send it as `Authorization: Bearer KEY`")
        }
        guard let index = index(of: text) else { throw Self.unauthorized("this API key is not known here") }
        if let wait = buckets.take(index, now: now()) { throw Self.tooMany(wait) }
        var context = context
        context.tenant = keys[index].tenant ?? context.tenant
        return try await next(request, context)
    }

    /// Every key is compared, and each in the same time whatever its bytes, so that time tells nothing of any.
    private func index(of text: String) -> Int? {
        let hash = Array(SHA256.hash(data: Array(text.utf8)))
        var found: Int?
        for (index, key) in keys.enumerated() {
            let difference = zip(key.hash, hash).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
            if difference == 0 { found = index }
        }
        return found
    }

    private static func key(of headers: HTTPFields) -> String? {
        if let key = headers[.apiKey] { return key }
        guard let value = headers[.authorization] else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1)
        return parts.count == 2 && parts[0].lowercased() == "bearer" ? String(parts[1]) : nil
    }

    private static func unauthorized(_ message: String) -> Refusal {
        Refusal(
            status: .unauthorized, code: "unauthorized", message: message,
            headers: [.wwwAuthenticate: "Bearer realm=\"sibyl\""])
    }

    private static func tooMany(_ wait: UInt64) -> Refusal {
        let seconds = (wait + 999_999_999) / 1_000_000_000
        return Refusal(
            status: .tooManyRequests, code: "overloaded",
            message: "this API key's rate is used up; ask again in \(seconds) s",
            headers: [.retryAfter: String(seconds)])
    }
}

extension HTTPField.Name {
    // A token, which every name must be.
    static let apiKey = Self("X-API-Key")!
}

/// The buckets of all keys, by their place.
private final class TokenBuckets: Sendable {
    private let buckets: Mutex<[TokenBucket?]>

    init(_ keys: [APIKey]) {
        buckets = Mutex(
            keys.map { key in key.rate.map { TokenBucket(rate: $0, burst: key.burst ?? $0) } })
    }

    func take(_ index: Int, now: UInt64) -> UInt64? {
        buckets.withLock { $0[index]?.take(now: now) ?? nil }
    }
}
