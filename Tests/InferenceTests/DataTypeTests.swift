import SibylInference
import Testing

@Suite struct DataTypeTests {
    /// The names and sizes of the Open Inference Protocol, version 2; BF16 is Triton's.
    @Test func namesAndSizesAreThoseOfTheProtocol() {
        let table = [
            "BOOL": 1, "UINT8": 1, "UINT16": 2, "UINT32": 4, "UINT64": 8, "INT8": 1, "INT16": 2, "INT32": 4,
            "INT64": 8, "FP16": 2, "BF16": 2, "FP32": 4, "FP64": 8, "BYTES": nil,
        ]
        let types = Dictionary(uniqueKeysWithValues: DataType.allCases.map { ($0.openInferenceName, $0.byteCount) })
        #expect(types == table)
    }
}
