internal import ArgumentParser
internal import SibylClient

/// `sibyl list`: which models there are.
struct ListCommand: AskingCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Tells which models there are.",
        discussion: """
            EXAMPLES:
              sibyl list
              sibyl list --connect tcp://models:5555 --json

            \(ExitStatus.hint)
            """)

    @OptionGroup var client: ClientOptions

    func run() throws {
        try Self.list(client)
    }

    static func list(_ client: ClientOptions) throws {
        let models = try client.ask { try await $0.list() }
        if client.json {
            let list = try JSONCoding.encode(["models": models])
            return Terminal.print(String(decoding: list, as: UTF8.self))
        }
        if models.isEmpty { return Terminal.print("no model is served") }
        var table = Table([
            .init("MODEL"), .init("VERSION"), .init("STATE"), .init("NAME"), .init("DESCRIPTION"),
        ])
        for model in models {
            let others = model.versions.filter { $0 != model.version }
            let version = others.isEmpty ? model.version : "\(model.version) (also \(others.joined(separator: ", ")))"
            table.add([model.qualifiedName, version, model.state, model.displayName, model.description])
        }
        Terminal.print(table.rendered(width: Terminal.width))
        for model in models {
            for absence in model.absences ?? [] {
                let outcome = absence.message.map { "can't be loaded: " + $0 } ?? "is \(absence.state)"
                Terminal.print(DisplayText.printable("\(model.qualifiedName) \(absence.version) \(outcome)"))
            }
        }
    }
}
