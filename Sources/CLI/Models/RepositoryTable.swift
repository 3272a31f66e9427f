internal import SibylJSON
internal import SibylRepository

/// What a folder of models holds, for people and for programs.
struct RepositoryTable {
    let report: RepositoryReport

    var text: String {
        if report.lines.isEmpty { return "there is no model in the folder" }
        var table = Table([
            .init("MODEL"), .init("VERSION"), .init("CALLED"), .init("RUNTIME"), .init("STATE"), .init("WHAT TO KNOW"),
        ])
        for line in report.lines {
            let words = (line.problems + line.remarks).joined(separator: "; ")
            table.add([
                line.model, line.version, line.names.joined(separator: ", "), line.runtime, line.state.rawValue, words,
            ])
        }
        return table.rendered(width: Terminal.width)
    }

    var json: String {
        let models = report.lines.map { line -> JSONValue in
            [
                "model": .string(line.model), "version": line.version.isEmpty ? .null : .string(line.version),
                "called": .array(line.names.map { .string($0) }),
                "runtime": line.runtime.isEmpty ? .null : .string(line.runtime), "state": .string(line.state.rawValue),
                "problems": .array(line.problems.map { .string($0) }),
                "remarks": .array(line.remarks.map { .string($0) }),
            ]
        }
        return JSONValue.object(["ok": .bool(report.isSound), "models": .array(models)]).description
    }

    func print(asJSON: Bool) {
        Terminal.print(asJSON ? json : text)
    }
}
