import SibylInference
import SibylModel
import Testing

@testable import SibylRepository

@Suite struct RepositoryWatcherTests {
    @Test func whatIsThereAtTheStartIsInTheFirstSet() throws {
        let folder = try TemporaryFolder()
        try folder.copy(Fixtures.onnx("iris-svc"), to: "iris/1.0.0/model.onnx")
        try folder.copy(Fixtures.onnx("iris-mlp"), to: "iris/7/model.onnx")
        try folder.copy(Fixtures.onnx("digits-convolution"), to: "digits/net.onnx")
        let watcher = try WatcherHarness(folder)
        try watcher.served("digits 1.0.0", "iris 1.0.0", "iris 7.0.0")
        #expect(watcher.sets.count == 1)
    }
}
