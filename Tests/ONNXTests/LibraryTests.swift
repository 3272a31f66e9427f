import SibylModel
import SibylONNX
import Testing

/// Where ONNX Runtime is looked for, and what is said when there is none.
@Suite struct LibraryTests {
    @Test func isOpenedOnce() throws {
        let library = try Fixtures.library()
        #expect(try Fixtures.library() === library)
        #expect(library.version.hasPrefix("1."))
        #expect(library.path.hasPrefix(Fixtures.build))
        // By the folder into which pip installed, by its own folder, and by its file.
        let folder = library.path.split(separator: "/").dropLast().map { "/" + $0 }.joined()
        #expect(try ONNXLibrary.open(ONNXLibraryLocations(named: folder)) === library)
        #expect(try ONNXLibrary.open(ONNXLibraryLocations(named: library.path)) === library)
    }

    @Test func isLookedForInFoldersInTheirOrder() throws {
        let folder = try Fixtures.library().path.split(separator: "/").dropLast().map { "/" + $0 }.joined()
        let found = try ONNXLibrary.open(ONNXLibraryLocations(folders: ["/no/such/folder", "/tmp", folder]))
        #expect(try found === Fixtures.library())
    }

    @Test(arguments: ["/no/such/folder", "/tmp", "no-such-file.so"])
    func aWrongNameIsToldWithTheWayToGetOne(_ name: String) throws {
        let error = try #require(throws: ModelLoadError.self) {
            try ONNXLibrary.open(ONNXLibraryLocations(named: name))
        }
        #expect(error.message.contains(name) && error.message.contains("pip install"), "\(error)")
    }

    @Test func whatIsNoLibraryIsTold() throws {
        try withTemporaryFile(Array("This is no library.\n".utf8)) { path in
            let error = try #require(throws: ModelLoadError.self) {
                try ONNXLibrary.open(ONNXLibraryLocations(named: path))
            }
            #expect(error.message.contains(path) && error.message.contains("pip install"), "\(error)")
        }
    }

    /// The C library is one that has no such function.
    @Test func anotherLibraryIsTold() throws {
        let error = try #require(throws: ModelLoadError.self) {
            try ONNXLibrary.open(ONNXLibraryLocations(named: "/lib/\(Self.triple)/libm.so.6"))
        }
        #expect(error.message.contains("is not ONNX Runtime"), "\(error)")
    }

    #if arch(arm64)
        private static let triple = "aarch64-linux-gnu"
    #else
        private static let triple = "x86_64-linux-gnu"
    #endif
}
