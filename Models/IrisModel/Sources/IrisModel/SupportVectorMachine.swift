internal import CLibSVM
internal import Glibc
internal import SibylModel
internal import Synchronization

/// A model of libsvm, loaded.
final class SupportVectorMachine: @unchecked Sendable {
    // Sendable because libsvm only reads a model when it predicts.

    /// libsvm reads files by way of one static buffer: one model at a time.
    private static let loading = Mutex(())

    private let model: UnsafeMutablePointer<svm_model>
    /// The classes that it tells apart.
    let labels: [Int32]

    /// Loads a model file, by way of a file in memory: libsvm reads nothing else.
    ///
    /// - Throws: `ModelLoadError` when libsvm can't load it.
    init(_ file: ModelFile) throws(ModelLoadError) {
        let descriptor = iris_memory_file("iris.svm")
        guard descriptor >= 0 else { throw Self.noMemory }
        defer { close(descriptor) }
        guard write(descriptor, file.bytes, file.bytes.count) == file.bytes.count else { throw Self.noMemory }
        svm_set_print_string_function(iris_print_nothing)
        let path = "/proc/self/fd/\(descriptor)"
        let loaded = Self.loading.withLock { _ in UInt(bitPattern: svm_load_model(path)) }
        guard let model = UnsafeMutablePointer<svm_model>(bitPattern: loaded) else {
            throw ModelLoadError("libsvm can't load the parameters; write them with train/train.py")
        }
        self.model = model
        var labels = [Int32](repeating: 0, count: Int(svm_get_nr_class(model)))
        svm_get_labels(model, &labels)
        self.labels = labels
    }

    private static var noMemory: ModelLoadError {
        ModelLoadError("the system gives no memory for the parameters: \(String(cString: strerror(errno)))")
    }

    deinit {
        var model: UnsafeMutablePointer<svm_model>? = model
        svm_free_and_destroy_model(&model)
    }

    /// The class that the features point to.
    func predict(_ features: [Double]) -> Int32 {
        withUnsafeTemporaryAllocation(of: svm_node.self, capacity: features.count + 1) { nodes in
            // libsvm counts features from 1, and ends them with -1.
            for (index, value) in features.enumerated() {
                nodes.initializeElement(at: index, to: svm_node(index: Int32(index + 1), value: value))
            }
            nodes.initializeElement(at: features.count, to: svm_node(index: -1, value: 0))
            return Int32(svm_predict(model, nodes.baseAddress))
        }
    }
}
