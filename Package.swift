// swift-tools-version: 6.2
import PackageDescription

// In CI, warnings are errors: those of this package, not its dependencies'.
let isStrict = Context.environment["SIBYL_STRICT"] == "1"
// `Fuzz/run` sets it: everything is built for libFuzzer then, with the fuzzer's program beside it.
let isFuzzing = Context.environment["SIBYL_FUZZ"] == "1"
let sanitizers = ["-sanitize=fuzzer,address"]
let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (isStrict ? [.treatAllWarnings(as: .error)] : []) + (isFuzzing ? [.unsafeFlags(sanitizers)] : [])

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let containers = Target.Dependency.product(name: "BasicContainers", package: "swift-collections")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let http: [Target.Dependency] = [
    .product(name: "Hummingbird", package: "hummingbird"),
    .product(name: "HummingbirdTLS", package: "hummingbird"),
    .product(name: "HummingbirdHTTP2", package: "hummingbird"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
    .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
    .product(name: "UnixSignals", package: "swift-service-lifecycle"),
    .product(name: "HTTPTypes", package: "swift-http-types"),
    .product(name: "Crypto", package: "swift-crypto"),
]

let package = Package(
    name: "sibyl",
    platforms: [.macOS(.v26)],
    products: [
        .executable(name: "sibyl", targets: ["sibyl"]),
        .library(name: "SibylModel", targets: ["SibylModel"]),
        .library(name: "SibylClient", targets: ["SibylClient"]),
        .library(name: "SibylWorker", targets: ["SibylWorker"]),
        .library(name: "SibylTesting", targets: ["SibylTesting"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        // Hummingbird's own: what handles bytes of a connection, certificates and hashes names them.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Bytes and schemas. Nothing below imports Foundation or reads a clock.
        .target(name: "SibylJSON", path: "Sources/JSON", swiftSettings: settings),
        .target(name: "SibylProtocol", dependencies: ["SibylJSON"], path: "Sources/Protocol", swiftSettings: settings),
        .target(name: "CSibylPlugin", path: "Sources/CSibylPlugin"),
        .target(
            name: "SibylModel", dependencies: ["SibylJSON", "CSibylPlugin"], path: "Sources/Model",
            swiftSettings: settings),
        .target(
            name: "SibylInference", dependencies: ["SibylModel", "SibylJSON"], path: "Sources/Inference",
            swiftSettings: settings),
        .target(name: "COnnxRuntime", path: "Sources/COnnxRuntime"),
        .target(
            name: "SibylONNX", dependencies: ["COnnxRuntime", "SibylInference", "SibylModel", "SibylJSON"],
            path: "Sources/ONNX", swiftSettings: settings),
        .target(
            name: "SibylCore", dependencies: ["SibylProtocol", "SibylJSON", deque], path: "Sources/Core",
            swiftSettings: settings),

        // Sockets and threads.
        // Without pkgConfig: Debian's libzmq.pc names -isystem folders that SwiftPM warns of at every build, and
        // headers and library are on the default paths.
        .systemLibrary(name: "CZeroMQ", path: "Sources/CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
        .systemLibrary(name: "CZlib", path: "Sources/CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "SibylCompression", dependencies: ["CZlib"], path: "Sources/Compression", swiftSettings: settings),
        .target(
            name: "SibylTransport", dependencies: ["CZeroMQ", "SibylProtocol"], path: "Sources/Transport",
            swiftSettings: settings),

        // Models in folders, with their versions.
        .target(
            name: "SibylRepository",
            dependencies: ["SibylONNX", "SibylInference", "SibylTransport", "SibylModel", "SibylJSON", logging, yams],
            path: "Sources/Repository", swiftSettings: settings),

        // Thin shells around the cores.
        .target(
            name: "SibylClient", dependencies: ["SibylCore", "SibylTransport", "SibylProtocol", "SibylJSON"],
            path: "Sources/Client", swiftSettings: settings),
        .target(
            name: "SibylWorker",
            dependencies: [
                "SibylCore", "SibylTransport", "SibylProtocol", "SibylModel", "SibylInference", "SibylJSON",
                "SibylBroker", "CSibylPlugin",
                argumentParser, deque, logging,
            ],
            path: "Sources/Worker", swiftSettings: settings),
        .target(
            name: "SibylBroker",
            dependencies: ["SibylCore", "SibylTransport", "SibylProtocol", "SibylJSON", containers, logging],
            path: "Sources/Broker", swiftSettings: settings),
        .target(
            name: "SibylTesting",
            dependencies: ["SibylCore", "SibylProtocol", "SibylInference", "SibylModel", "SibylJSON", deque, heap],
            path: "Sources/Testing", swiftSettings: settings),
        .target(
            name: "SibylGateway",
            dependencies: ["SibylClient", "SibylCompression", "SibylProtocol", "SibylJSON", logging] + http,
            path: "Sources/Gateway", swiftSettings: settings),
        .executableTarget(
            name: "sibyl",
            dependencies: [
                "SibylClient", "SibylWorker", "SibylBroker", "SibylCore", "SibylTransport", "SibylProtocol",
                "SibylRepository", "SibylModel", "SibylInference", "SibylONNX", "SibylTesting", "SibylGateway",
                "SibylJSON", "CZeroMQ", argumentParser, configuration, yams, logging,
            ],
            path: "Sources/CLI", swiftSettings: settings),

        .testTarget(name: "JSONTests", dependencies: ["SibylJSON"], swiftSettings: settings),
        .testTarget(name: "ModelTests", dependencies: ["SibylModel", "SibylTesting"], swiftSettings: settings),
        .testTarget(
            name: "InferenceTests", dependencies: ["SibylInference", "SibylModel", "SibylJSON"], swiftSettings: settings
        ),
        .testTarget(
            name: "ONNXTests",
            dependencies: [
                "SibylONNX", "SibylInference", "SibylModel", "SibylJSON", "SibylTransport", "SibylTesting",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "RepositoryTests",
            dependencies: ["SibylRepository", "SibylONNX", "SibylInference", "SibylModel", "SibylJSON", logging],
            swiftSettings: settings),
        .testTarget(name: "ProtocolTests", dependencies: ["SibylProtocol", "SibylJSON"], swiftSettings: settings),
        .testTarget(name: "CoreTests", dependencies: ["SibylCore"], swiftSettings: settings),
        .testTarget(
            name: "SimulationTests", dependencies: ["SibylTesting", "SibylCore", "SibylProtocol", "SibylJSON"],
            swiftSettings: settings),
        .testTarget(
            name: "BrokerTests", dependencies: ["SibylBroker", "SibylCore", "SibylTransport", "SibylJSON", logging],
            swiftSettings: settings),
        .testTarget(
            name: "ClientTests",
            dependencies: ["SibylClient", "SibylBroker", "SibylWorker", "SibylModel", "SibylCore", logging],
            swiftSettings: settings),
        .testTarget(
            name: "WorkerTests",
            dependencies: [
                "SibylWorker", "SibylBroker", "SibylClient", "SibylCore", "SibylInference", "SibylTransport",
                "SibylProtocol", "SibylModel", "SibylJSON", "SibylTesting", logging,
            ], swiftSettings: settings),
        .testTarget(name: "CompressionTests", dependencies: ["SibylCompression"], swiftSettings: settings),
        .testTarget(name: "TransportTests", dependencies: ["SibylTransport"], swiftSettings: settings),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "SibylGateway", "SibylBroker", "SibylClient", "SibylCompression", "SibylCore", "SibylJSON",
                "SibylModel",
                "SibylProtocol", "SibylWorker", logging,
            ] + http,
            swiftSettings: settings),
        .testTarget(
            name: "CLITests",
            dependencies: [
                "sibyl", "SibylCore", "SibylJSON", "SibylProtocol", argumentParser, configuration, logging,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "EndToEndTests", dependencies: ["sibyl"], exclude: ["bad_inputs.py"], swiftSettings: settings),
    ]
)

if isFuzzing {
    package.targets += [
        .systemLibrary(name: "CLibFuzzer", path: "Fuzz/CLibFuzzer"),
        // By the toolchain's own linker: the system's warns of each symbol of the sanitizer.
        .executableTarget(
            name: "sibyl-fuzz",
            dependencies: ["CLibFuzzer", "SibylJSON", "SibylProtocol", "SibylCore", "SibylModel", "SibylInference"],
            path: "Fuzz/Targets", swiftSettings: settings, linkerSettings: [.unsafeFlags(sanitizers + ["-use-ld=lld"])]),
    ]
}
