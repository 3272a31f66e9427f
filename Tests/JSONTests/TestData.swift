import Foundation

/// Where the public suites are: in `SIBYL_TEST_DATA`, beside the project in `../shared/data`, or where
/// `scripts/fetch-schema-suite` puts them.
enum TestData {
    static func folder(_ name: String) -> URL? {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let configured = ProcessInfo.processInfo.environment["SIBYL_TEST_DATA"].map { URL(filePath: $0) }
        let candidates = [
            configured, root.appending(path: "../shared/data"), root.appending(path: ".build/test-data"),
        ]
        return candidates.compactMap { $0?.appending(path: name) }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }

    /// The JSON files of a folder and the folders in it, in order of their paths.
    static func files(in folder: URL) -> [URL] {
        let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let urls = found?.compactMap { $0 as? URL } ?? []
        return urls.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
    }
}
