/// A version of a model: `1.2.3`, with a pre-release part if need be, `1.2.3-beta.1` (semver.org 2.0.0; build metadata,
/// which orders nothing, is not taken).
public struct SemanticVersion: Sendable, Hashable, CustomStringConvertible, LosslessStringConvertible {
    public let major: Int
    public let minor: Int
    public let patch: Int
    /// What stands behind the hyphen; empty for a release.
    public let prerelease: String

    public init(_ major: Int, _ minor: Int, _ patch: Int, prerelease: String = "") {
        self.major = major
        self.minor = minor
        self.patch = patch
        self.prerelease = prerelease
    }

    /// Nil for what is no semantic version.
    public init?(_ text: String) {
        guard text.utf8.count <= 128 else { return nil }
        let halves = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = halves[0].split(separator: ".", omittingEmptySubsequences: false).map { Self.number($0) }
        guard numbers.count == 3, let major = numbers[0], let minor = numbers[1], let patch = numbers[2] else {
            return nil
        }
        let prerelease = halves.count == 2 ? String(halves[1]) : ""
        if halves.count == 2 && !Self.isPrerelease(prerelease) { return nil }
        self.init(major, minor, patch, prerelease: prerelease)
    }

    /// Digits without a leading zero.
    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return text.count > 1 && text.hasPrefix("0") ? nil : Int(text)
    }

    private static func isPrerelease(_ text: String) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            let isNumber = part.utf8.allSatisfy { (48...57).contains($0) }
            return !part.isEmpty && part.utf8.allSatisfy(Self.isIdentifier) && (!isNumber || number(part) != nil)
        }
    }

    private static func isIdentifier(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"): true
        default: false
        }
    }

    public var description: String {
        let release = "\(major).\(minor).\(patch)"
        return prerelease.isEmpty ? release : release + "-" + prerelease
    }
}

/// By precedence, as section 11 of the specification has it.
extension SemanticVersion: Comparable {
    public static func < (left: SemanticVersion, right: SemanticVersion) -> Bool {
        let (one, other) = ([left.major, left.minor, left.patch], [right.major, right.minor, right.patch])
        if one != other { return one.lexicographicallyPrecedes(other) }
        // A pre-release comes before its release.
        if left.prerelease.isEmpty || right.prerelease.isEmpty {
            return !left.prerelease.isEmpty && right.prerelease.isEmpty
        }
        return left.prerelease.split(separator: ".").lexicographicallyPrecedes(
            right.prerelease.split(separator: "."), by: Self.precedes)
    }

    /// Numbers come before words.
    private static func precedes(_ left: Substring, _ right: Substring) -> Bool {
        switch (UInt64(left), UInt64(right)) {
        case (let left?, let right?): left < right
        case (nil, nil): left < right
        case (let left, _): left != nil
        }
    }
}

extension SemanticVersion: ExpressibleByStringLiteral {
    /// - Precondition: the literal is a semantic version.
    public init(stringLiteral value: String) {
        guard let version = SemanticVersion(value) else {
            preconditionFailure("\"\(value)\" is no semantic version such as 1.2.0")
        }
        self = version
    }
}
