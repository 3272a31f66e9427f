internal import Glibc
internal import SibylModel

/// A model file of libsvm, read and checked. libsvm's own reader takes for granted that a file is whole, and ends the
/// process where one is not.
struct ModelFile {
    /// Some hundred times what a model of four features takes; a longer file is another one.
    private static let largest = 16 << 20

    let bytes: [UInt8]

    /// - Throws: `ModelLoadError` when the file can't be read or is no model file.
    init(path: String) throws(ModelLoadError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.unreadable(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        // Ends with the file, or beyond the largest.
        while bytes.count <= Self.largest {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 { throw Self.unreadable(path) }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        try self.init(bytes, name: path)
    }

    /// - Parameter name: what an error calls the file.
    init(_ bytes: [UInt8], name: String) throws(ModelLoadError) {
        if let fault = Self.fault(of: bytes) {
            throw ModelLoadError("\(name) is no libsvm model file: \(fault); write one with train/train.py")
        }
        self.bytes = bytes
    }

    private static func unreadable(_ path: String) -> ModelLoadError {
        ModelLoadError(
            "the parameters \(path) can't be read: \(String(cString: strerror(errno))); mend the setting `parameters`, "
                + "or leave it out for those that are built in")
    }

    // MARK: - What a file must hold

    /// What is wrong, if anything is: the header's counts must be those of what follows.
    private static func fault(of bytes: [UInt8]) -> String? {
        if bytes.count > largest { return "it is longer than \(largest) bytes" }
        guard let text = String(validating: bytes, as: UTF8.self), text.last == "\n" else { return "it does not end" }
        let lines = text.split(separator: "\n")
        guard let begin = lines.firstIndex(of: "SV") else { return "it has no line SV" }
        let header = lines[..<begin].map { $0.split(separator: " ") }
        let vectors = lines[(begin + 1)...]
        guard let classes = number("nr_class", header), classes >= 2, let total = number("total_sv", header) else {
            return "it does not say how many classes and vectors it has"
        }
        let counts = [("rho", classes * (classes - 1) / 2), ("label", classes), ("nr_sv", classes)]
        for (name, count) in counts where values(name, header)?.count != count {
            return "\(name) needs \(count) numbers"
        }
        let shares = values("nr_sv", header)?.compactMap { Int($0) } ?? []
        if shares.contains(where: { !(0...total).contains($0) }) || shares.reduce(0, +) != total {
            return "nr_sv does not share out the \(total) vectors"
        }
        if vectors.count != total { return "it has \(vectors.count) vectors and not \(total)" }
        return vectors.allSatisfy { isVector($0, coefficients: classes - 1) } ? nil : "a vector is incomplete"
    }

    private static func values(_ name: String, _ header: [[Substring]]) -> ArraySlice<Substring>? {
        header.first { $0.first == name[...] }?.dropFirst()
    }

    /// Bounded, since products of it are taken.
    private static func number(_ name: String, _ header: [[Substring]]) -> Int? {
        values(name, header)?.first.flatMap { Int($0) }.flatMap { (1...1_000_000).contains($0) ? $0 : nil }
    }

    /// Coefficients, and features as `index:value`.
    private static func isVector(_ line: Substring, coefficients: Int) -> Bool {
        let words = line.split(separator: " ")
        return words.count > coefficients
            && words.prefix(coefficients).allSatisfy { Double($0) != nil }
            && words.dropFirst(coefficients).allSatisfy { word in
                let parts = word.split(separator: ":", omittingEmptySubsequences: false)
                return parts.count == 2 && Int32(parts[0]) != nil && Double(parts[1]) != nil
            }
    }
}
