internal import Crypto

/// One key that the configuration admits, known by its hash alone.
package struct APIKey: Sendable, Equatable {
    /// SHA-256 of the key's text.
    package let hash: [UInt8]
    /// Whose requests these are, for the broker's fair shares.
    package let tenant: String?
    /// Requests a second, and at once; nil for no limit.
    package let rate: Int?
    package let burst: Int?

    /// - Parameter line: as in the configuration: `sha256:HEX tenant=web rate=100 burst=200`; only the hash must be.
    package init(_ line: String) throws(APIKeyError) {
        let words = line.split(separator: " ")
        guard let hash = words.first.flatMap(Self.hash) else {
            throw APIKeyError(
                "an API key begins with sha256: and 64 hexadecimal digits, those of SHA-256 of its text")
        }
        var settings: [Substring: Substring] = [:]
        for word in words.dropFirst() {
            let parts = word.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, ["tenant", "rate", "burst"].contains(parts[0]) else {
                throw APIKeyError("\"\(word)\" is none of tenant=NAME, rate=REQUESTS_PER_SECOND and burst=REQUESTS")
            }
            settings[parts[0]] = parts[1]
        }
        self.hash = hash
        tenant = settings["tenant"].map(String.init)
        rate = try Self.number("rate", settings)
        burst = try Self.number("burst", settings)
    }

    /// A new key of 256 random bits, to give away once, and the line that admits it.
    package static func make() -> (key: String, line: String) {
        let random = SymmetricKey(size: .bits256).withUnsafeBytes(hexadecimal)
        let key = "sibyl_" + random
        return (key, "sha256:" + SHA256.hash(data: Array(key.utf8)).withUnsafeBytes(hexadecimal))
    }

    private static func hash(_ word: Substring) -> [UInt8]? {
        guard word.hasPrefix("sha256:") else { return nil }
        let digits = Array(word.utf8.dropFirst(7))
        guard digits.count == 64 else { return nil }
        let values = digits.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard values.count == 64 else { return nil }
        return (0..<32).map { UInt8(values[2 * $0] * 16 + values[2 * $0 + 1]) }
    }

    private static func number(_ name: Substring, _ settings: [Substring: Substring]) throws(APIKeyError) -> Int? {
        guard let text = settings[name] else { return nil }
        guard let number = Int(text), (1...1_000_000).contains(number) else {
            throw APIKeyError("\(name)=\(text) is not a whole number from 1 to 1000000")
        }
        return number
    }

    private static func hexadecimal(_ bytes: UnsafeRawBufferPointer) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// What is wrong with a line of `http.api_keys`.
package struct APIKeyError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
