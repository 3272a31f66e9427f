import Testing

@testable import sibyl

@Suite struct TableTests {
    private func table() -> Table {
        var table = Table([.init("MODEL"), .init("VERSION", .right), .init("DESCRIPTION")])
        table.add(["iris_model", "0.1.0", "Tells three species of iris apart"])
        table.add(["a", "12.0.0", ""])
        return table
    }

    @Test func alignsColumns() {
        #expect(
            table().rendered() == """
                MODEL       VERSION  DESCRIPTION
                iris_model    0.1.0  Tells three species of iris apart
                a            12.0.0
                """)
    }

    @Test func theLastColumnWrapsInTheTerminal() {
        #expect(
            table().rendered(width: 46) == """
                MODEL       VERSION  DESCRIPTION
                iris_model    0.1.0  Tells three species of
                                     iris apart
                a            12.0.0
                """)
    }

    @Test func columnsStayReadableInATerminalThatIsTooNarrow() {
        let lines = table().rendered(width: 5).split(separator: "\n")
        #expect(lines[1] == "iris_mo…    0.1.0  Tells")
        #expect(lines.last?.hasSuffix("12.0.0") == true)
    }

    @Test func headingsWrapAndNumbersAreCut() {
        var table = Table([.init("NAME"), .init("LATENCY US P50", .right)])
        table.add(["a-worker-of-some-length", "417"])
        #expect(
            table.rendered(width: 36) == """
                NAME                      LATENCY US
                                                 P50
                a-worker-of-some-length          417
                """)
        #expect(table.fits(32) && !table.fits(31))
        #expect(table.rendered(width: 20).split(separator: "\n").last == "a-worker-o…      417")
    }

    @Test func aTableWithoutRowsIsItsHeader() {
        #expect(Table([.init("A"), .init("B")]).rendered() == "A  B")
    }

    @Test func noTextBreaksTheTable() {
        var table = Table([.init("A"), .init("B")])
        table.add(["x\ny\u{1B}[31m", "z"])
        #expect(table.rendered() == "A         B\nx y [31m  z")
    }

    @Test func wideLettersTakeTwoCells() {
        var table = Table([.init("A"), .init("B")])
        table.add(["日本", "x"])
        table.add(["abcd", "y"])
        #expect(table.rendered() == "A     B\n日本  x\nabcd  y")
        #expect(DisplayText.cut("日本語", to: 5) == "日本…")
    }
}
