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

    /// Reads a model file.
    ///
    /// - Throws: `ModelLoadError` when there is none at `path`.
    init(file path: String) throws(ModelLoadError) {
        guard access(path, R_OK) == 0 else {
            throw ModelLoadError(
                "the parameters \(path) can't be read: \(String(cString: strerror(errno))); mend the setting "
                    + "`parameters`, or leave it out for those that are built in")
        }
        let loaded = Self.loading.withLock { _ in UInt(bitPattern: svm_load_model(path)) }
        guard let model = UnsafeMutablePointer<svm_model>(bitPattern: loaded) else {
            throw ModelLoadError("\(path) is no libsvm model file; write one with train/train.py")
        }
        self.model = model
        var labels = [Int32](repeating: 0, count: Int(svm_get_nr_class(model)))
        svm_get_labels(model, &labels)
        self.labels = labels
        svm_set_print_string_function(iris_print_nothing)
    }

    /// Reads a model file's bytes, by way of a file in memory.
    convenience init(_ bytes: [UInt8]) throws(ModelLoadError) {
        let descriptor = iris_memory_file("iris.svm")
        defer { close(descriptor) }
        guard descriptor >= 0, write(descriptor, bytes, bytes.count) == bytes.count else {
            throw ModelLoadError("the system gives no memory for the parameters: \(String(cString: strerror(errno)))")
        }
        try self.init(file: "/proc/self/fd/\(descriptor)")
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
