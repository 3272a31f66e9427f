import Foundation
import Glibc
import Testing

/// A folder that goes with its owner.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/sibyl-repository-XXXXXX".utf8CString)
        let made = try #require(mkdtemp(&template))
        path = String(cString: made)
    }

    deinit {
        Self.remove(path)
    }

    static func remove(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }

    func makeFolder(_ name: String) {
        var folder = path
        for part in name.split(separator: "/") {
            folder += "/" + part
            mkdir(folder, 0o755)
        }
    }

    /// Puts a whole file into its place at once, in folders that are made if need be.
    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
        let parts = name.split(separator: "/")
        if parts.count > 1 { makeFolder(parts.dropLast().joined(separator: "/")) }
        try overwrite(name + ".tmp", bytes)
        try rename(name + ".tmp", to: name)
    }

    /// Writes a file where it stands.
    func overwrite(_ name: String, _ bytes: some Sequence<UInt8>) throws {
        let file = try #require(fopen(path + "/" + name, "w"))
        defer { fclose(file) }
        let bytes = Array(bytes)
        try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }

    func write(_ name: String, _ text: String) throws {
        try write(name, text.utf8)
    }

    func copy(_ file: String, to name: String) throws {
        try write(name, try Self.read(file))
    }

    /// Has a file look as if it was written at another time.
    func touch(_ name: String) throws {
        try #require(utimes(path + "/" + name, [timeval(), timeval()]) == 0)
    }

    /// Makes a symbolic link.
    func link(_ name: String, to target: String) throws {
        try #require(symlink(target, path + "/" + name) == 0)
    }

    func rename(_ old: String, to new: String) throws {
        try #require(Glibc.rename(path + "/" + old, path + "/" + new) == 0)
    }

    func remove(_ name: String) {
        Self.remove(path + "/" + name)
    }

    static func read(_ path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"), "\(path) is missing; run `make fixtures` first")
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: ftell(file))
        rewind(file)
        try #require(fread(&bytes, 1, bytes.count, file) == bytes.count)
        return bytes
    }
}
