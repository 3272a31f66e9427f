import Foundation
import Testing

/// `sibyl models check` and `sibyl models list` on a folder, with no server.
@Suite struct ModelsCheckTests {
    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
        try copy(Built.model("iris-svc"), to: "models/iris/1.0.0/model.onnx")
        try copy(Built.fixture("echo"), to: "models/echo/1.0.0/libEcho.so")
    }

    private func copy(_ file: String, to path: String) throws {
        let target = folder.url.appending(path: path)
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: URL(filePath: file), to: target)
    }

    private func run(_ arguments: String...) async throws -> (status: Int32, output: String, complaints: String) {
        try folder.write("onnx: {library: \(Built.root.path)/.build/onnxruntime}", to: "sibyl.yaml")
        let process = try SibylProcess(["models"] + arguments, in: folder.url)
        let status = try await process.end()
        return (status, process.output, process.complaints)
    }

    @Test func aSoundFolderEndsWithZero() async throws {
        let check = try await run("check", "models")
        #expect(
            check.output == """
                MODEL  VERSION  CALLED   RUNTIME  STATE  WHAT TO KNOW
                echo   1.0.0    default  plugin   ready
                iris   1.0.0    default  onnx     ready

                """)
        #expect(check.status == 0 && check.complaints.isEmpty)
        let list = try await run("list", "models")
        #expect(list.status == 0 && list.output == check.output.replacing("ready", with: "found"))
    }

    @Test func anIncompatibleVersionAndAPlugInOfAnotherNameEndWithNineAndTheReasons() async throws {
        try copy(Built.model("iris-mlp"), to: "models/iris/1.1.0/model.onnx")
        try copy(Built.fixture("other"), to: "models/echo/1.1.0/libEcho.so")
        let check = try await run("check", "models", "--json")
        #expect(check.status == 9 && check.complaints == "sibyl: 2 things in models would not be served\n")
        let report = try #require(try JSONSerialization.jsonObject(with: Data(check.output.utf8)) as? [String: Any])
        #expect(report["ok"] as? Bool == false)
        let failed = (report["models"] as? [[String: Any]] ?? []).filter { $0["state"] as? String == "failed" }
        #expect(failed.map { "\($0["model"] ?? "") \($0["version"] ?? "")" } == ["echo 1.1.0", "iris 1.1.0"])
        let problems = failed.flatMap { $0["problems"] as? [String] ?? [] }
        #expect(problems[0].contains("is other 1.0.0, but its folder says echo 1.1.0"), "\(problems)")
        #expect(problems[1].hasSuffix("output /label: was an integer, is a string now"), "\(problems)")
    }

    @Test func aFolderThatIsNotThereEndsWithNine() async throws {
        let check = try await run("check", "modells")
        #expect(check.status == 9 && check.output.isEmpty)
        #expect(check.complaints.contains("modells can't be read: No such file or directory"), "\(check.complaints)")
    }
}
