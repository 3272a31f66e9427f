import SibylModel
import Testing

/// The table of a Swift model, called as a host calls it.
struct PluginTableTests {
    private static let plugin = PluginTable(serving: Doubler.self)
    private var table: sibyl_plugin { Self.plugin.pointer.pointee }

    private func text(_ bytes: sibyl_bytes) -> String {
        String(decoding: UnsafeRawBufferPointer(start: bytes.data, count: bytes.size), as: UTF8.self)
    }

    private func create(_ configuration: String) -> (model: UnsafeMutableRawPointer?, error: String) {
        var error = sibyl_result()
        let model = Array(configuration.utf8).withUnsafeBytes { bytes in
            table.create(table.context, sibyl_bytes(data: bytes.baseAddress, size: bytes.count), &error)
        }
        defer { table.release(&error, 1) }
        return (model, text(error.body))
    }

    @Test func tellsVersionSizeAndMetadata() throws {
        #expect(table.abi_version == UInt32(SIBYL_PLUGIN_ABI_VERSION))
        #expect(Int(table.struct_size) == MemoryLayout<sibyl_plugin>.size)
        let metadata = try JSONValue(parsing: text(table.metadata(table.context)))
        #expect(try ModelMetadata(json: metadata).qualifiedName == "doubler")
    }

    @Test func predictsABatch() {
        let model = create(#"{"settings": {"factor": 10}, "base_directory": "/"}"#).model
        defer { table.destroy(model) }
        let inputs = [#"{"number": 1}"#, #"{"number": 13}"#].map { Array($0.utf8) }
        inputs[0].withUnsafeBytes { first in
            inputs[1].withUnsafeBytes { second in
                let views = [first, second].map { sibyl_bytes(data: $0.baseAddress, size: $0.count) }
                var results = [sibyl_result](repeating: sibyl_result(), count: 2)
                table.predict(model, views, 2, &results)
                #expect(results[0].status == Int32(SIBYL_OK))
                #expect(text(results[0].body) == #"{"double":10.0}"#)
                #expect(results[1].status == Int32(SIBYL_PREDICTION_FAILED))
                #expect(text(results[1].body).contains("BadLuck"))
                table.release(&results, 2)
            }
        }
    }

    @Test func tellsWhyAModelCanNotBeMade() {
        let (model, error) = create(#"{"settings": {"color": 1}}"#)
        #expect(model == nil)
        #expect(error == "the model has no setting color; it has factor")
    }
}
