internal import Glibc
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import ServiceLifecycle

@testable internal import SibylGateway

struct TestContext: TenantContext {
    var coreContext: CoreRequestContextStorage
    var tenant: String?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
    }
}

/// A server that says what it got, behind the gateway's middleware.
enum TestServer {
    static func with(
        limits: HTTPLimits = HTTPLimits(), keys: [APIKey] = [], origins: [String] = [],
        _ body: @escaping @Sendable (Int) throws -> Void
    ) async throws {
        var policy = CrossOriginPolicy()
        policy.origins = origins
        let router = Router(context: TestContext.self)
        router.add(middleware: SecurityHeadersMiddleware(isTLS: false))
        router.add(middleware: CrossOriginMiddleware(policy))
        router.add(middleware: APIKeyMiddleware(keys) { 1_000_000_000 })
        router.get("/tenant") { _, context in context.tenant ?? "nobody" }
        router.get("/health/live") { _, _ in "live" }
        router.get("/page") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/html"], body: .init(byteBuffer: ByteBuffer(string: "page")))
        }
        router.post("/echo") { request, _ in
            let bytes = try await request.body.collect(upTo: limits.bodyBytes)
            return Response(status: .ok, body: .init(byteBuffer: bytes))
        }
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let application = Application(
            responder: router.buildResponder(),
            server: try GuardedServer.builder(limits: limits, tls: nil),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in continuation.yield(channel.localAddress?.port ?? 0) },
            logger: logger)
        let service = ServiceGroup(services: [application], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            for await port in ports {
                // On a thread of its own: it blocks.
                try await onThread { try body(port) }
                break
            }
            // Not cancelled: NIO traps when that meets a connection which is just being accepted.
            await service.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }

    private static func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let box = Box { continuation.resume(with: Result { try body() }) }
            var thread = pthread_t()
            pthread_create(
                &thread, nil,
                { argument in
                    if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().run() }
                    return nil
                }, Unmanaged.passRetained(box).toOpaque())
            pthread_detach(thread)
        }
    }

    private final class Box: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
