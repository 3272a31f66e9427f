internal import CSibylPlugin
internal import Glibc
internal import SibylModel

/// A shared library with the C table, loaded and checked. It is never unloaded: a Swift library crashes when it is, once
/// a task has run in it.
struct PluginLibrary: @unchecked Sendable {
    // Sendable because the table is constant and its functions may be called from any thread, as its header says.

    let path: String
    let table: sibyl_plugin
    let metadata: ModelMetadata

    private static let symbol = "sibyl_plugin_table"

    /// - Throws: `ModelLoadError` that says what was expected.
    init(path: String) throws(ModelLoadError) {
        guard access(path, F_OK) == 0 else {
            throw ModelLoadError("there is no plug-in \(path); build it, or mend the path")
        }
        // A name without a slash would be searched for in the system's folders.
        let file = path.contains("/") ? path : "./" + path
        guard let handle = dlopen(file, RTLD_NOW | RTLD_LOCAL) else {
            throw ModelLoadError("\(path) is no shared library that can be loaded: \(Self.lastError)")
        }
        self.path = path
        table = try Self.table(of: handle, path)
        metadata = try Self.metadata(of: table, path)
    }

    private static var lastError: String {
        dlerror().map { String(cString: $0) } ?? "the system does not say why"
    }

    private static func table(of handle: UnsafeMutableRawPointer, _ path: String) throws(ModelLoadError)
        -> sibyl_plugin
    {
        guard let address = dlsym(handle, symbol) else {
            throw ModelLoadError(
                "\(path) is no Sibyl plug-in: it has no function \(symbol). A plug-in is a shared library that exports "
                    + "the table of sibyl_plugin.h; docs/models.md shows how to make one")
        }
        typealias Function = @convention(c) () -> UnsafePointer<sibyl_plugin>?
        guard let pointer = unsafeBitCast(address, to: Function.self)() else {
            throw ModelLoadError("\(path) gives no table; its \(symbol) must return one")
        }
        // Version and size come first in every version of the table; only then is the rest looked at.
        let version = UnsafeRawPointer(pointer).load(as: UInt32.self)
        guard version == SIBYL_PLUGIN_ABI_VERSION else {
            throw ModelLoadError(
                "\(path) was built for version \(version) of the plug-in table, this server takes version "
                    + "\(SIBYL_PLUGIN_ABI_VERSION); build it again with this server's sibyl_plugin.h")
        }
        let size = UnsafeRawPointer(pointer).load(fromByteOffset: 4, as: UInt32.self)
        guard Int(size) >= MemoryLayout<sibyl_plugin>.size else {
            throw ModelLoadError(
                "\(path) has a table of \(size) bytes, this server's has \(MemoryLayout<sibyl_plugin>.size); build it "
                    + "again with this server's sibyl_plugin.h")
        }
        // A function that is missing would be called as null: C can leave what Swift's import says is there.
        for offset in stride(from: 16, to: MemoryLayout<sibyl_plugin>.size, by: 8)
        where UnsafeRawPointer(pointer).load(fromByteOffset: offset, as: UInt.self) == 0 {
            throw ModelLoadError("\(path) leaves a function of its table empty (at byte \(offset)); fill all of them")
        }
        return pointer.pointee
    }

    private static func metadata(of table: sibyl_plugin, _ path: String) throws(ModelLoadError) -> ModelMetadata {
        let text = table.metadata(table.context)
        do {
            let bytes = Array(UnsafeRawBufferPointer(start: text.data, count: text.size))
            let metadata = try ModelMetadata(json: JSONValue(parsing: bytes))
            try metadata.check()
            return metadata
        } catch {
            throw ModelLoadError("\(path) describes its model wrongly", cause: error)
        }
    }
}
