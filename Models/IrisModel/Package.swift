// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "IrisModel",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "IrisModel", targets: ["IrisModel"]),
        // libIrisPlugin.so: what `sibyl serve --plugin` loads.
        .library(name: "IrisPlugin", type: .dynamic, targets: ["IrisPlugin"]),
        // A worker of its own, with the model linked in.
        .executable(name: "iris-worker", targets: ["iris-worker"]),
    ],
    dependencies: [.package(name: "sibyl", path: "../..")],
    targets: [
        .systemLibrary(name: "CLibSVM", providers: [.apt(["libsvm-dev"])]),
        .target(
            name: "IrisModel", dependencies: ["CLibSVM", .product(name: "SibylModel", package: "sibyl")],
            // In the code, so that the plug-in is one file.
            resources: [.embedInCode("Parameters/iris.svm")], swiftSettings: settings),
        .target(
            name: "IrisPlugin", dependencies: ["IrisModel", .product(name: "SibylModel", package: "sibyl")],
            swiftSettings: settings),
        .executableTarget(
            name: "iris-worker", dependencies: ["IrisModel", .product(name: "SibylWorker", package: "sibyl")],
            swiftSettings: settings),
        .testTarget(
            name: "IrisModelTests",
            dependencies: [
                "IrisModel", .product(name: "SibylModel", package: "sibyl"),
                .product(name: "SibylTesting", package: "sibyl"),
            ], swiftSettings: settings),
    ]
)
