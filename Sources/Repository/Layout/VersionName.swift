internal import SibylModel

/// How versions are written in a repository.
enum VersionName {
    /// The version that a folder of that name holds: a semantic version, or a number N for N.0.0.
    static func version(ofFolder name: String) -> SemanticVersion? {
        SemanticVersion(name) ?? SemanticVersion(name + ".0.0")
    }

    /// Whether a text is a version or the beginning of one up to a dot.
    static func isPrefix(_ text: String) -> Bool {
        SemanticVersion(text) != nil || SemanticVersion(text + ".0") != nil || SemanticVersion(text + ".0.0") != nil
    }

    /// Whether a name can stand for versions and is never taken for one.
    static func isAlias(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 128 else { return false }
        let isLetter = { (byte: UInt8) in (65...90).contains(byte) || (97...122).contains(byte) }
        return isLetter(first)
            && name.utf8.allSatisfy {
                isLetter($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
            }
    }
}
