/// Columns of text for people. What is too wide for the terminal is cut in the widest column, marked by `…`.
struct Table {
    enum Alignment {
        case left, right
    }

    struct Column {
        var title: String
        var alignment: Alignment

        init(_ title: String, _ alignment: Alignment = .left) {
            self.title = title
            self.alignment = alignment
        }
    }

    private static let gap = 2
    /// Narrower than this a column tells nothing; the line is then too long instead.
    private static let narrowest = 8

    private let columns: [Column]
    private let hasHeader: Bool
    private var rows: [[String]] = []

    init(_ columns: [Column], hasHeader: Bool = true) {
        self.columns = columns
        self.hasHeader = hasHeader
    }

    var isEmpty: Bool { rows.isEmpty }

    /// Adds a row of one cell a column.
    mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row needs a cell for each column")
        rows.append(cells.map(DisplayText.printable))
    }

    /// - Parameter width: the terminal's; nil, when the output is no terminal, cuts nothing.
    func rendered(width: Int? = nil) -> String {
        let lines = (hasHeader ? [columns.map(\.title)] : []) + rows
        let natural = columns.indices.map { column in lines.map { DisplayText.width($0[column]) }.max() ?? 0 }
        let widths = fitted(natural, to: width)
        return lines.map { line($0, widths) }.joined(separator: "\n")
    }

    private func fitted(_ natural: [Int], to limit: Int?) -> [Int] {
        guard let limit else { return natural }
        var widths = natural
        var excess = widths.reduce(0, +) + Self.gap * (widths.count - 1) - limit
        while excess > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }) {
            if widths[widest] <= Self.narrowest { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for column in columns.indices {
            let cell = DisplayText.cut(cells[column], to: widths[column])
            let padding = String(repeating: " ", count: widths[column] - DisplayText.width(cell))
            if column > 0 { line += String(repeating: " ", count: Self.gap) }
            line += columns[column].alignment == .left ? cell + padding : padding + cell
        }
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }
}
