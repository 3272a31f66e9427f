/// Keeps the first rule that was broken: what follows from it tells nothing more.
final class Checker {
    private(set) var violation: Violation?
    var coverage = Coverage()

    /// - Parameter text: what happened instead; made only when the rule is broken.
    func require(_ holds: Bool, _ rule: Rule, _ text: @autoclosure () -> String) {
        if holds || violation != nil { return }
        violation = Violation(rule: rule, text: text())
    }

    func fail(_ rule: Rule, _ text: String) {
        require(false, rule, text)
    }
}
