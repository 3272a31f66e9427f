import Glibc
import SibylTesting

// Runs seeds until one breaks a rule: `mutant FIRST LAST`. Exit status 1 and one line for that, 0 when all hold.
let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
guard numbers.count == 2, numbers[0] <= numbers[1] else { fatalError("usage: mutant FIRST LAST") }

var status: Int32 = 0
for seed in numbers[0]...numbers[1] {
    guard let violation = Simulation.run(seed: seed).violation else { continue }
    print("\(violation.rule.rawValue), seed \(seed): \(violation.text)")
    status = 1
    break
}
exit(status)
