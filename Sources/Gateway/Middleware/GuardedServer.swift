internal import HTTPTypes
internal import HummingbirdCore
internal import HummingbirdHTTP2
internal import HummingbirdTLS
internal import NIOCore
internal import NIOSSL

/// Where the server's certificate and key are, both in PEM.
package struct TLSFiles: Sendable, Equatable {
    package var certificate: String
    package var key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// The HTTP server within its limits: HTTP/1.1, and with a certificate TLS with HTTP/2 for those who ask for it.
package enum GuardedServer {
    static func builder(
        limits: HTTPLimits, tls: TLSFiles?, disconnects: Disconnects? = nil
    ) throws -> HTTPServerBuilder {
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
            maxHeaderFieldCount: limits.headerCount)
        let http1 = HTTP1Channel.Configuration(
            additionalChannelHandlers: handlers(limits, disconnects), httpDecoderConfiguration: decoder)
        guard let tls else { return .http1(configuration: http1) }
        let idle = Duration.milliseconds(limits.idleTimeoutMilliseconds)
        return try .http2Upgrade(
            tlsConfiguration: try configuration(tls),
            configuration: HTTP2ChannelConfiguration(idleTimeout: idle, streamConfiguration: http1))
    }

    private static func handlers(
        _ limits: HTTPLimits, _ disconnects: Disconnects?
    ) -> [any RemovableChannelHandler] {
        (disconnects.map { [$0.handler()] } ?? []) + [ConnectionGuard(limits: limits)]
    }

    private static func configuration(_ files: TLSFiles) throws(SetUpError) -> TLSConfiguration {
        let chain = try load("certificate", files.certificate) { try NIOSSLCertificate.fromPEMFile($0) }
        let key = try load("key", files.key) { try NIOSSLPrivateKey(file: $0, format: .pem) }
        if chain.isEmpty {
            throw SetUpError(
                description: "\(files.certificate) holds no certificate; it must be in PEM, the server's first")
        }
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        do {
            _ = try NIOSSLContext(configuration: configuration)
        } catch {
            throw SetUpError(
                description: "the key \(files.key) does not belong to the certificate \(files.certificate) (\(error))")
        }
        return configuration
    }

    private static func load<Value>(
        _ what: String, _ path: String, _ read: (String) throws -> Value
    ) throws(SetUpError) -> Value {
        do {
            return try read(path)
        } catch {
            throw SetUpError(
                description:
                    "cannot read the TLS \(what) \(path): \(error); http.tls_\(what) must name a readable PEM file")
        }
    }
}
