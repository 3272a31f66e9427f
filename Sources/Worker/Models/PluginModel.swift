internal import CSibylPlugin
internal import SibylModel

/// A model behind the C table. Inputs are checked here, before they cross; outputs too, since whoever wrote the library
/// may have been wrong, and a reply must stay JSON.
final class PluginModel: ServedModel, @unchecked Sendable {
    // Sendable because the table's functions may be called from any thread, as its header says.

    private let library: PluginLibrary
    private let model: UnsafeMutableRawPointer
    private let reader: InputReader
    private let outputs: SchemaValidator

    var metadata: ModelMetadata { library.metadata }

    /// Has the library make its model.
    ///
    /// - Throws: `ModelLoadError` with the library's own words.
    init(library: PluginLibrary, configuration: ModelConfiguration) throws(ModelLoadError) {
        self.library = library
        do {
            reader = try InputReader(schema: library.metadata.inputSchema)
            outputs = try SchemaValidator(library.metadata.outputSchema)
        } catch {
            throw ModelLoadError("\(library.path) has a schema that can't be used", cause: error)
        }
        model = try Self.create(library, configuration)
    }

    deinit {
        library.table.destroy(model)
    }

    private static func create(_ library: PluginLibrary, _ configuration: ModelConfiguration) throws(ModelLoadError)
        -> UnsafeMutableRawPointer
    {
        let json: JSONValue = [
            "settings": configuration.settings, "base_directory": .string(configuration.baseDirectory),
        ]
        var error = sibyl_result()
        let model = Array(json.description.utf8).withUnsafeBytes { bytes in
            library.table.create(
                library.table.context, sibyl_bytes(data: bytes.baseAddress, size: bytes.count), &error)
        }
        if let model { return model }
        let reason = error.body.text
        library.table.release(&error, 1)
        throw ModelLoadError(
            "\(library.metadata.qualifiedName) of \(library.path) can't be loaded: "
                + (reason.isEmpty ? "it does not say why" : reason))
    }

    // MARK: - Prediction

    func predict(_ payloads: [UnsafeRawBufferPointer], into outcomes: inout PredictionOutcomes) {
        // On the stack, but for the longest batches.
        withUnsafeTemporaryAllocation(of: sibyl_bytes.self, capacity: payloads.count) { inputs in
            withUnsafeTemporaryAllocation(of: sibyl_result.self, capacity: payloads.count) { results in
                results.initialize(
                    repeating: sibyl_result(status: Int32(SIBYL_PREDICTION_FAILED), body: sibyl_bytes()))
                predict(payloads, inputs, results, into: &outcomes)
            }
        }
    }

    /// - Parameters:
    ///   - inputs: room for those payloads that can be inputs.
    ///   - results: room for their results, initialized.
    private func predict(
        _ payloads: [UnsafeRawBufferPointer], _ inputs: UnsafeMutableBufferPointer<sibyl_bytes>,
        _ results: UnsafeMutableBufferPointer<sibyl_result>, into outcomes: inout PredictionOutcomes
    ) {
        var count = 0
        // Of the payloads that can't be inputs, in their order.
        var failures: [(index: Int, error: any Error)] = []
        for (index, payload) in payloads.enumerated() {
            do {
                try reader.read(payload, with: outcomes.document) { _ in }
                inputs.initializeElement(
                    at: count, to: sibyl_bytes(data: payload.baseAddress, size: payload.count))
                count += 1
            } catch {
                failures.append((index, error))
            }
        }
        if count > 0 { library.table.predict(model, inputs.baseAddress!, count, results.baseAddress!) }
        var (nextFailure, nextResult) = (0, 0)
        for index in payloads.indices {
            if nextFailure < failures.count, failures[nextFailure].index == index {
                outcomes.append(failure: failures[nextFailure].error)
                nextFailure += 1
            } else {
                append(results[nextResult], to: &outcomes)
                nextResult += 1
            }
        }
        if count > 0 { library.table.release(results.baseAddress!, count) }
    }

    private func append(_ result: sibyl_result, to outcomes: inout PredictionOutcomes) {
        switch Int(result.status) {
        case Int(SIBYL_OK):
            let output = UnsafeRawBufferPointer(start: result.body.data, count: result.body.size)
            if let fault = fault(in: output, with: outcomes.document) {
                outcomes.append(failure: fault)
            } else {
                outcomes.append(output: output)
            }
        case Int(SIBYL_INVALID_INPUT):
            outcomes.append(failure: PredictionError(.invalidInput, result.body.text))
        default:
            let reason = result.body.text
            outcomes.append(failure: PredictionError(.failed, reason.isEmpty ? "the model does not say why" : reason))
        }
    }

    private func fault(in output: UnsafeRawBufferPointer, with document: JSONDocument) -> PredictionError? {
        do {
            guard !output.isEmpty else { return PredictionError(.failed, "the model gave no output") }
            let violations = try document.withParsed(output) { node in
                outputs.isValid(node) ? [] : outputs.violations(in: node)
            }
            guard let first = violations.first else { return nil }
            return PredictionError(.failed, "the model's output does not meet its own schema: \(first)")
        } catch {
            return PredictionError(.failed, "the model's output is not JSON: \(error)", cause: error)
        }
    }
}

extension sibyl_bytes {
    var text: String {
        String(decoding: UnsafeRawBufferPointer(start: data, count: size), as: UTF8.self)
    }
}
