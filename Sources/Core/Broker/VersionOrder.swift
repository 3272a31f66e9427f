/// A version as the broker compares it: the numbers between its dots, and a pre-release's mark behind a hyphen.
///
/// A worker in any language may announce any text, so nothing is refused: what is no number counts as 0.
package struct VersionOrder: Sendable, Comparable {
    private let text: String
    private let numbers: [UInt64]
    private let preRelease: String?

    package init(_ text: String) {
        self.text = text
        let core = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        let parts = core.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        numbers = (parts.first ?? "").split(separator: ".").map { UInt64($0) ?? 0 }
        preRelease = parts.count > 1 ? String(parts[1]) : nil
    }

    /// The number at that place, from 0; 0 where there is none.
    package func number(at index: Int) -> UInt64 { index < numbers.count ? numbers[index] : 0 }

    /// Whether `prefix` is the version itself or ends at one of its dots; the empty one matches every version.
    package func matches(prefix: String) -> Bool {
        if prefix.isEmpty || text == prefix { return true }
        return text.hasPrefix(prefix) && text.utf8.dropFirst(prefix.utf8.count).first == UInt8(ascii: ".")
    }

    package static func == (left: VersionOrder, right: VersionOrder) -> Bool { left.text == right.text }

    package static func < (left: VersionOrder, right: VersionOrder) -> Bool {
        for index in 0..<max(left.numbers.count, right.numbers.count) {
            let (one, other) = (left.number(at: index), right.number(at: index))
            if one != other { return one < other }
        }
        switch (left.preRelease, right.preRelease) {
        case (nil, nil): return left.text < right.text
        case (nil, _?): return false
        case (_?, nil): return true
        case (let one?, let other?): return one < other
        }
    }
}
