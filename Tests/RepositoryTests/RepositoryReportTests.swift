import SibylModel
import SibylONNX
import Testing

@testable import SibylRepository

/// What is told of a folder before a server gets it.
@Suite struct RepositoryReportTests {
    private let folder: TemporaryFolder
    private let loader = VersionLoader(library: Fixtures.library)

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A line each: the model, its version, how it is called, its state, what to know.
    private func report(isLoading: Bool = true) throws -> [String] {
        try RepositoryReport(of: folder.path, loader: isLoading ? loader : nil).lines.map { line in
            let names = line.names.isEmpty ? "" : " (\(line.names.joined(separator: ", ")))"
            let words = (line.problems + line.remarks).map { ": " + $0 }.joined()
            return "\(line.model) \(line.version)\(names) \(line.state)\(words)"
        }
    }

    private func copy(_ model: String, to version: String) throws {
        try folder.copy(Fixtures.onnx(model), to: "\(version)/model.onnx")
    }

    @Test func aSoundFolderIsReady() throws {
        try copy("iris-svc", to: "iris/1.0.0")
        try copy("iris-svc", to: "iris/1.1.0")
        try copy("described", to: "described")
        #expect(try report() == ["described 7.0.0 (default) ready", "iris 1.0.0 ready", "iris 1.1.0 (default) ready"])
        #expect(try RepositoryReport(of: folder.path, loader: loader).isSound)
        #expect(
            try report(isLoading: false)
                == ["described  (default) found", "iris 1.0.0 found", "iris 1.1.0 (default) found"])
    }

    @Test func everyProblemIsToldAndNoneHidesAnother() throws {
        try copy("iris-svc", to: "iris/1.0.0")
        try folder.write("iris/1.1.0/model.onnx", "")
        try copy("iris-svc", to: "iris/1.2.0")
        try folder.write("iris/1.2.0/model.yaml", "a: [")
        folder.makeFolder("iris/latest")
        folder.makeFolder("empty")
        try folder.write("digits/model.yaml", "default: [")
        try copy("digits-convolution", to: "digits/1")
        let report = try report()
        let expected = [
            "digits  failed: model.yaml:2:1", "digits 1.0.0 (default) found", "empty  failed: it has no version",
            "iris 1.0.0 (default) ready", "iris 1.1.0 failed: ", "iris 1.2.0 failed: model.yaml:2:1",
            "iris latest failed: it is no version",
        ]
        #expect(report.count == expected.count)
        for (line, beginning) in zip(report, expected) { #expect(line.hasPrefix(beginning)) }
    }

    @Test func aContractIsComparedWithThatOfTheVersionBefore() throws {
        try copy("iris-svc", to: "iris/1.0.0")
        try copy("iris-mlp", to: "iris/1.1.0")
        try copy("iris-mlp", to: "iris/2.0.0")
        try copy("iris-mlp", to: "iris/2.1.0")
        let label = "output /label: was an integer, is a string now"
        let report = try report()
        #expect(report[1].hasPrefix("iris 1.1.0 failed: it breaks what callers of version 1.0.0 rely on"))
        #expect(report[1].hasSuffix(label))
        #expect(report[2...] == ["iris 2.0.0 ready: unlike version 1.0.0: \(label)", "iris 2.1.0 (default) ready"])
    }

    @Test func namesAreThoseOfTheVersionsThatWouldAnswer() throws {
        try copy("iris-svc", to: "iris/1.0.0")
        try copy("iris-svc", to: "iris/1.9.0")
        try copy("iris-svc", to: "iris/1.10.0")
        try folder.write("iris/1.11.0/model.onnx", "")
        try folder.write(
            "iris/model.yaml",
            "default: stable\naliases: {stable: 1, canary: {1.9: 1, 1.10.0: 2}, lost: 1.2, broken: 1.11}")
        let report = try report()
        #expect(report[0] == "iris 1.0.0 ready")
        #expect(report[1] == "iris 1.9.0 (canary 33%) ready")
        #expect(report[2] == "iris 1.10.0 (stable, canary 67%) ready")
        #expect(report[3].hasPrefix("iris 1.11.0 (broken) failed"))
        #expect(report[4] == "iris  failed: lost of its model.yaml names 1.2, and there is no such version")
    }

    @Test func aFolderThatIsNotThereIsSaidSo() {
        folder.remove("")
        #expect(throws: ModelLoadError.self) { try report() }
    }
}
