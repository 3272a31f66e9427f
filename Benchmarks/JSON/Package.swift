// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the server's build knows neither it nor Foundation's coders.
let package = Package(
    name: "JSONBenchmark",
    platforms: [.macOS(.v26)],
    dependencies: [
        .package(name: "sibyl", path: "../.."),
        .package(path: "../../Models/IrisModel"),
    ],
    targets: [
        .executableTarget(
            name: "json-benchmark",
            dependencies: [
                .product(name: "IrisModel", package: "IrisModel"), .product(name: "SibylModel", package: "sibyl"),
            ],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
            ])
    ]
)
