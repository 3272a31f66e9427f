/// `-40` is an input of some model, but the parser takes what begins with a dash for flags, of which none begins with a
/// digit. So a negative number goes to the end, behind the `--` after which there are no flags.
enum NegativeNumber {
    static func asInput(_ arguments: [String]) -> [String] {
        guard let index = arguments.firstIndex(where: isOne), !arguments.contains("--") else { return arguments }
        var arguments = arguments
        let number = arguments.remove(at: index)
        return arguments + ["--", number]
    }

    private static func isOne(_ argument: String) -> Bool {
        argument.first == "-" && argument.dropFirst().first?.isWholeNumber == true
    }
}
