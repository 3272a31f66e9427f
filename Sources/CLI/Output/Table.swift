/// Columns of text for people. In a terminal that is too narrow the headings wrap, and so does the last column if it is
/// text; what is too wide even so is cut in the widest column, marked by `…`.
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
    /// The same for a column that wraps: a tower of single words is hard to read.
    private static let narrowestWrapped = 24

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

    /// - Parameter width: the terminal's; nil, when the output is no terminal, cuts and wraps nothing.
    func rendered(width: Int? = nil) -> String {
        let widths = width.map(widths(in:)) ?? naturalWidths
        let header = hasHeader ? lines(zip(columns, widths).map { DisplayText.wrapped($0.title, to: $1) }, widths) : []
        return (header + rows.flatMap { lines(cells($0, widths), widths) }).joined(separator: "\n")
    }

    /// Whether all of it can be read in a terminal of that width; nil is no terminal.
    func fits(_ width: Int?) -> Bool {
        width.map { Self.sum(tightWidths) <= $0 } ?? true
    }

    // MARK: - Widths

    private var wrapsLast: Bool { columns.last?.alignment == .left }

    private var naturalWidths: [Int] {
        zip(columns, cellWidths).map { column, cells in
            max(hasHeader ? DisplayText.width(column.title) : 0, cells)
        }
    }

    /// With headings that wrap, and the last column as narrow as may be.
    private var tightWidths: [Int] {
        var cells = cellWidths
        if wrapsLast, let last = cells.popLast() { cells.append(min(last, Self.narrowestWrapped)) }
        return zip(columns, cells).map { column, cells in
            max(hasHeader ? DisplayText.widestWord(column.title) : 0, cells)
        }
    }

    private var cellWidths: [Int] {
        columns.indices.map { column in rows.map { DisplayText.width($0[column]) }.max() ?? 0 }
    }

    private func widths(in limit: Int) -> [Int] {
        let natural = naturalWidths
        if Self.sum(natural) <= limit { return natural }
        let tight = tightWidths
        return fits(limit) ? Self.widened(tight, to: natural, in: limit) : Self.narrowed(tight, to: limit)
    }

    /// What is left goes to the last column, which wraps, then to headings, from left to right.
    private static func widened(_ widths: [Int], to natural: [Int], in limit: Int) -> [Int] {
        var widths = widths
        for column in [widths.count - 1] + Array(widths.indices) {
            widths[column] += min(natural[column] - widths[column], limit - sum(widths))
        }
        return widths
    }

    private static func narrowed(_ widths: [Int], to limit: Int) -> [Int] {
        var widths = widths
        var excess = sum(widths) - limit
        while excess > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }) {
            if widths[widest] <= narrowest { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private static func sum(_ widths: [Int]) -> Int {
        widths.reduce(0, +) + gap * (widths.count - 1)
    }

    // MARK: - Lines

    /// The lines of each cell of a row.
    private func cells(_ row: [String], _ widths: [Int]) -> [[String]] {
        columns.indices.map { column in
            let isWrapped = wrapsLast && column == columns.count - 1
            return isWrapped
                ? DisplayText.wrapped(row[column], to: widths[column])
                : [DisplayText.cut(row[column], to: widths[column])]
        }
    }

    private func lines(_ cells: [[String]], _ widths: [Int]) -> [String] {
        (0..<(cells.map(\.count).max() ?? 0)).map { number in
            line(cells.map { number < $0.count ? $0[number] : "" }, widths)
        }
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for column in columns.indices {
            let padding = String(repeating: " ", count: max(0, widths[column] - DisplayText.width(cells[column])))
            if column > 0 { line += String(repeating: " ", count: Self.gap) }
            line += columns[column].alignment == .left ? cells[column] + padding : padding + cells[column]
        }
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }
}
