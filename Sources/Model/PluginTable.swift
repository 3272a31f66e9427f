@_exported public import CSibylPlugin

/// The C table of a Swift model, for a library that exports it:
///
///     private let plugin = PluginTable(serving: IrisModel.self)
///
///     @c(sibyl_plugin_table)
///     public func sibylPluginTable() -> UnsafePointer<sibyl_plugin> { plugin.pointer }
///
/// Such a library is built with `-Xswiftc -static-stdlib`: nothing of Swift crosses the table, so host and library may
/// come from different compilers.
public struct PluginTable: @unchecked Sendable {
    // Sendable because what it points to is never written again, nor freed.

    /// Lives as long as the process.
    public let pointer: UnsafePointer<sibyl_plugin>

    @inlinable
    public init<Model: MLModel>(serving type: Model.Type) {
        self.init(metadata: Model.metadata) { configuration in
            // The table promises a library that the host has checked its inputs.
            let model = try TypedModel(Model.self, configuration: configuration, isChecked: true)
            // No `any ServedModel`, whose code would be that of every model: this one is compiled for the type.
            return { payloads, outcomes in model.predict(payloads, into: &outcomes) }
        }
    }

    /// Predicts payloads, as a `ServedModel` does.
    @usableFromInline
    typealias Predict = ([UnsafeRawBufferPointer], inout PredictionOutcomes) -> Void

    @usableFromInline
    init(metadata: ModelMetadata, make: @escaping (ModelConfiguration) throws -> Predict) {
        let factory = PluginFactory(metadata: metadata.json.description, make: make)
        let table = UnsafeMutablePointer<sibyl_plugin>.allocate(capacity: 1)
        table.initialize(
            to: sibyl_plugin(
                abi_version: UInt32(SIBYL_PLUGIN_ABI_VERSION), struct_size: UInt32(MemoryLayout<sibyl_plugin>.size),
                context: Unmanaged.passRetained(factory).toOpaque(), metadata: tellMetadata, create: createModel,
                predict: predict, release: release, destroy: destroy))
        pointer = UnsafePointer(table)
    }
}

/// Makes models of one type; the table's context. C functions can't be generic, so the type is in its closure.
private final class PluginFactory {
    let metadata: UnsafeRawBufferPointer
    let make: (ModelConfiguration) throws -> PluginTable.Predict

    init(metadata: String, make: @escaping (ModelConfiguration) throws -> PluginTable.Predict) {
        self.metadata = copy(metadata)
        self.make = make
    }
}

/// A model behind the table's opaque pointer.
private final class PluginModel {
    let predict: PluginTable.Predict
    init(_ predict: @escaping PluginTable.Predict) { self.predict = predict }
}

// MARK: - The table's functions

private func tellMetadata(_ context: UnsafeMutableRawPointer?) -> sibyl_bytes {
    guard let context else { return sibyl_bytes() }
    return sibyl_bytes(Unmanaged<PluginFactory>.fromOpaque(context).takeUnretainedValue().metadata)
}

private func createModel(
    _ context: UnsafeMutableRawPointer?, _ configuration: sibyl_bytes, _ error: UnsafeMutablePointer<sibyl_result>?
) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let factory = Unmanaged<PluginFactory>.fromOpaque(context).takeUnretainedValue()
    do {
        let json = try JSONValue(parsing: Array(UnsafeRawBufferPointer(configuration)))
        let model = try factory.make(
            ModelConfiguration(
                settings: json["settings"] ?? [:], baseDirectory: json["base_directory"]?.string ?? "."))
        return Unmanaged.passRetained(PluginModel(model)).toOpaque()
    } catch let failure {
        error?.pointee = sibyl_result(SIBYL_PREDICTION_FAILED, "\(failure)")
        return nil
    }
}

private func predict(
    _ model: UnsafeMutableRawPointer?, _ inputs: UnsafePointer<sibyl_bytes>?, _ count: Int,
    _ results: UnsafeMutablePointer<sibyl_result>?
) {
    guard let model, let inputs, let results else { return }
    let served = Unmanaged<PluginModel>.fromOpaque(model).takeUnretainedValue()
    let payloads = UnsafeBufferPointer(start: inputs, count: count).map { UnsafeRawBufferPointer($0) }
    var outcomes = PredictionOutcomes()
    served.predict(payloads, &outcomes)
    for (index, outcome) in outcomes.outcomes.prefix(count).enumerated() {
        switch outcome {
        case .output(let range, _):
            results[index] = sibyl_result(status: Int32(SIBYL_OK), body: sibyl_bytes(copy(outcomes.output(range))))
        case .failure(let error):
            let status = error.code == .failed ? SIBYL_PREDICTION_FAILED : SIBYL_INVALID_INPUT
            results[index] = sibyl_result(status, error.message)
        }
    }
}

private func release(_ results: UnsafeMutablePointer<sibyl_result>?, _ count: Int) {
    for result in UnsafeBufferPointer(start: results, count: count) {
        UnsafeMutableRawPointer(mutating: result.body.data)?.deallocate()
    }
}

private func destroy(_ model: UnsafeMutableRawPointer?) {
    if let model { Unmanaged<PluginModel>.fromOpaque(model).release() }
}

// MARK: - Bytes

private func copy(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    buffer.copyMemory(from: bytes)
    return UnsafeRawBufferPointer(buffer)
}

private func copy(_ text: String) -> UnsafeRawBufferPointer {
    Array(text.utf8).withUnsafeBytes { copy($0) }
}

extension sibyl_bytes {
    fileprivate init(_ bytes: UnsafeRawBufferPointer) {
        self.init(data: bytes.baseAddress, size: bytes.count)
    }
}

extension sibyl_result {
    fileprivate init(_ status: some BinaryInteger, _ message: String) {
        self.init(status: Int32(status), body: sibyl_bytes(copy(message)))
    }
}

extension UnsafeRawBufferPointer {
    fileprivate init(_ bytes: sibyl_bytes) {
        self.init(start: bytes.data, count: bytes.size)
    }
}
