import Glibc
import SibylClient

// Asks as its one argument says, checks every answer, and prints what came of it as one line of JSON:
//
//     chaos-client '{"endpoints": ["tcp://127.0.0.1:5555"], "model": "echo", "first": 0, "count": 1000,
//         "per_second": 500, "in_flight": 64, "timeout_ms": 30000}'

do {
    let order = try JSONCoding.decode(Order.self, from: Array((CommandLine.arguments.dropFirst().first ?? "").utf8))
    let outcome = try await Load(order).run()
    print(String(decoding: try JSONCoding.encode(outcome), as: UTF8.self))
} catch {
    print("chaos-client: \(error)")
    exit(2)
}
