// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "iris",
    platforms: [.macOS(.v26)],
    // Outside this repository: .package(url: ..., from: "0.1.0")
    dependencies: [.package(name: "sibyl", path: "../..")],
    targets: [
        .executableTarget(name: "iris", dependencies: [.product(name: "SibylClient", package: "sibyl")])
    ]
)
