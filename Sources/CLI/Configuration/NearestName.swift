/// Finds what somebody who misspelt a name may have meant.
enum NearestName {
    /// The candidate that takes the fewest edits; the first of them when several do.
    static func of(_ name: String, among candidates: [String]) -> String? {
        candidates.map { (name: $0, distance: distance(name, $0)) }.min { $0.distance < $1.distance }?.name
    }

    /// Edits between two dotted names. A right last part in the wrong section counts as one edit.
    private static func distance(_ name: String, _ candidate: String) -> Int {
        let whole = editDistance(folded(name), folded(candidate))
        let parts = editDistance(lastPart(name), lastPart(candidate)) + 1
        return min(whole, parts)
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn one into the other.
    static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }

    /// Case and the choice of `-` or `_` are no difference that anybody means.
    private static func folded(_ name: String) -> [UInt8] {
        name.lowercased().utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
    }

    private static func lastPart(_ name: String) -> [UInt8] {
        folded(String(name.split(separator: ".").last ?? ""))
    }
}
