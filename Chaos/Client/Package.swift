// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "chaos-client",
    platforms: [.macOS(.v26)],
    dependencies: [.package(name: "sibyl", path: "../..")],
    targets: [
        .executableTarget(name: "chaos-client", dependencies: [.product(name: "SibylClient", package: "sibyl")])
    ]
)
