import Glibc
import SibylClient

struct IrisInput: Encodable {
    var sepalLength, sepalWidth, petalLength, petalWidth: Double

    enum CodingKeys: String, CodingKey {
        case sepalLength = "sepal_length"
        case sepalWidth = "sepal_width"
        case petalLength = "petal_length"
        case petalWidth = "petal_width"
    }
}

struct IrisOutput: Decodable {
    var species: String
}

let endpoint = CommandLine.arguments.dropFirst().first ?? "tcp://127.0.0.1:5555"
let flower = IrisInput(sepalLength: 5.1, sepalWidth: 3.5, petalLength: 1.4, petalWidth: 0.2)
do {
    let client = try SibylClient(endpoint)
    let output: IrisOutput = try await client.predict("iris_model", flower, options: CallOptions(timeout: .seconds(5)))
    print(output.species)
} catch {
    // A SibylError: its code, and with `invalid_input` every place of the input that is off.
    print(error)
    exit(1)
}
