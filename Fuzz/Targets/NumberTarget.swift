internal import Glibc
internal import SibylJSON

extension FuzzTarget {
    /// A number's double is the one that the C library reads, its integers are those that its decimals spell, and it is
    /// refused exactly when the C library finds it infinite. A document keeps of it what the parser has read.
    static let numbers = FuzzTarget(name: "numbers") { bytes in
        try? JSONDocument().withParsed(bytes) { node in
            for node in [node] + Array(node.elements) {
                if let number = node.number { expect(number) }
            }
        }
        var parser = JSONParser(bytes)
        do throws(JSONError) {
            expect(try parser.number())
        } catch {
            guard error.code == .range else { return }
            let text = String(decoding: bytes[error.offset...], as: UTF8.self)
            fuzzExpect(strtod(text, nil).isInfinite, "\(text) refused as infinite")
        }
    }

    private static func expect(_ number: JSONNumberText) {
        let text = String(decoding: number.raw, as: UTF8.self)
        let nearest = strtod(text, nil)
        fuzzExpect(number.double == nearest, "\(text) read as \(number.double)")
        fuzzExpect(number.double.sign == nearest.sign, "\(text) read with another sign")
        let whole = wholeDigits(of: text)
        fuzzExpect(number.int64 == whole.flatMap { Int64($0) }, "\(text) read as the integer \(number.int64 as Any)")
        fuzzExpect(number.uint64 == whole.flatMap { UInt64($0) }, "\(text) read as \(number.uint64 as Any)")
        fuzzExpect(number.isInteger == text.allSatisfy { !".eE".contains($0) }, "\(text) is written as an integer")
    }

    /// What a number would be if it was written without point and exponent; nil where it can't be, or is far too long.
    private static func wholeDigits(of text: String) -> String? {
        let parts = text.split(maxSplits: 1) { "eE".contains($0) }
        let mantissa = parts[0].drop { $0 == "-" }.split(separator: ".")
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        let digits = mantissa[0] + fraction
        guard digits.contains(where: { $0 != "0" }) else { return "0" }
        // An exponent that is too long for the standard library moves the point out of sight.
        let exponent = parts.count > 1 ? Int(parts[1]) ?? (parts[1].hasPrefix("-") ? -1 << 40 : 1 << 40) : 0
        let (point, overflow) = mantissa[0].count.addingReportingOverflow(exponent)
        if overflow || point > digits.count + 64 { return nil }
        if digits.dropFirst(max(0, point)).contains(where: { $0 != "0" }) { return nil }
        let zeros = String(repeating: "0", count: max(0, point - digits.count))
        return (text.hasPrefix("-") ? "-" : "") + digits.prefix(max(0, point)) + zeros
    }
}
