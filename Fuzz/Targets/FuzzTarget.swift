internal import CLibFuzzer
internal import Glibc
internal import SibylJSON

/// Something that takes any bytes at all: it must neither crash nor hang on them, and what it says must hold.
struct FuzzTarget: Sendable {
    let name: String
    let run: @Sendable (UnsafeRawBufferPointer) -> Void

    static let all = [
        json, numbers, codable, schema, request, reply, workerMessage, batchSize, inference, openInference,
    ]
}

/// Ends the process with a message, so that the fuzzer keeps the input.
func fuzzExpect(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError("the fuzzer has found: " + message()) }
}

/// A text as a value; nil for what is not JSON.
func parsed(_ bytes: UnsafeRawBufferPointer) -> JSONValue? {
    try? JSONDocument().withParsed(bytes) { JSONValue($0) }
}

func parsed(_ bytes: [UInt8]) -> JSONValue? {
    bytes.withUnsafeBytes(parsed)
}

/// What libFuzzer calls with each input. Its library wants a function of this name even where the driver is told one.
@c(LLVMFuzzerTestOneInput)
func runTarget(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    FuzzMain.target.run(UnsafeRawBufferPointer(start: data, count: size))
    return 0
}

/// `SIBYL_FUZZ_TARGET=NAME sibyl-fuzz [libFuzzer's options and folders]`, or `sibyl-fuzz --list`.
///
/// The name is no argument since the fuzzer starts its own program anew with its own arguments, as when it shrinks an
/// input.
@main
struct FuzzMain {
    // Set once, before the fuzzer starts; it calls back on the thread that started it.
    nonisolated(unsafe) static var target = FuzzTarget.all[0]

    static func main() {
        let names = FuzzTarget.all.map(\.name).joined(separator: " ")
        if CommandLine.arguments.dropFirst() == ["--list"] {
            print(names)
            exit(0)
        }
        let name = getenv("SIBYL_FUZZ_TARGET").map { String(cString: $0) } ?? ""
        guard let chosen = FuzzTarget.all.first(where: { $0.name == name }) else {
            print("SIBYL_FUZZ_TARGET is '\(name)', and there are \(names)")
            exit(2)
        }
        target = chosen
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(LLVMFuzzerRunDriver(&count, &arguments, runTarget))
    }
}
