/// Text as a terminal shows it. What a server sends may come from strangers.
enum DisplayText {
    /// Control characters become spaces, so that no text can break a table or move the cursor.
    static func printable(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: " "
            default: scalar
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    /// How many cells the text takes.
    static func width(_ text: String) -> Int {
        text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.reduce(0) { $0 + width($1) }
    }

    /// The text, or as much of it as fits before an `…`.
    static func cut(_ text: String, to limit: Int) -> String {
        if width(text) <= limit { return text }
        var kept = ""
        var used = 0
        for character in text {
            used += width(character)
            if used > limit - 1 { break }
            kept.append(character)
        }
        return kept + "…"
    }

    /// The text in lines of at most that many cells, broken between words; a word that is longer by itself is cut.
    static func wrapped(_ text: String, to limit: Int) -> [String] {
        if width(text) <= limit { return [text] }
        var lines: [String] = []
        for word in text.split(separator: " ").map({ cut(String($0), to: limit) }) {
            if let last = lines.last, width(last) + 1 + width(word) <= limit {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(word)
            }
        }
        return lines
    }

    /// How many cells the longest word takes.
    static func widestWord(_ text: String) -> Int {
        text.split(separator: " ").map { width(String($0)) }.max() ?? 0
    }

    private static func width(_ character: Character) -> Int {
        character.unicodeScalars.first.map(isWide) == true ? 2 : 1
    }

    /// East Asian wide letters and pictures: the blocks that a name is likely to come from.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
