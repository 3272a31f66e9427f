import SibylInference
import SibylModel
import Testing

@Suite struct ModelDescriptionTests {
    @Test func readsEveryMember() throws {
        let description = try ModelDescription(json: [
            "display_name": "Iris species", "description": "Tells irises apart.", "runtime": "onnx",
            "file": "model.onnx", "batch": true,
            "inputs": [
                [
                    "tensor": "X",
                    "features": [
                        [
                            "name": "sepal_length", "description": "Length", "unit": "cm", "minimum": 0,
                            "maximum": 10.5, "default": 5,
                        ],
                        "sepal_width",
                        ["name": "petal_length", "nullable": true],
                    ],
                ],
                ["tensor": "image", "name": "picture", "minimum": 0, "maximum": 1],
                "mask",
            ],
            "outputs": [
                ["tensor": "label", "name": "species", "labels": ["setosa", "versicolor"]],
                ["tensor": "score", "description": "How sure", "unit": "%", "nullable": true],
                "raw",
            ],
            "settings": ["threads": 1],
            "batching": ["maximum": 32, "delay_us": 0, "preferred": [16, 8], "instances": 2],
            "samples": [["input": ["a": 1], "output": ["b": 2], "tolerance": 0.5], ["input": nil]],
            "cache": ["entries": 10], "log": ["path": "p.ndjson", "sample": 0.1, "bytes": 2000, "files": 3],
            "contract": "strict",
        ])
        #expect(description == Self.expected)
    }

    private static var expected: ModelDescription {
        var description = ModelDescription()
        description.displayName = "Iris species"
        description.description = "Tells irises apart."
        description.runtime = "onnx"
        description.file = "model.onnx"
        description.batch = true
        description.inputs = inputs
        description.outputs = outputs
        description.settings = ["threads": 1]
        description.batching.maximum = 32
        description.batching.delayMicroseconds = 0
        description.batching.preferred = [8, 16]
        description.batching.instances = 2
        description.samples = [
            SampleDescription(input: ["a": 1], output: ["b": 2], tolerance: 0.5), SampleDescription(input: .null),
        ]
        description.cache = CacheDescription()
        description.cache?.entries = 10
        description.log = LogDescription(path: "p.ndjson")
        description.log?.sample = 0.1
        description.log?.bytes = 2000
        description.log?.files = 3
        description.contract = .strict
        return description
    }

    private static var inputs: [InputDescription] {
        var length = FeatureDescription("sepal_length")
        length.description = "Length"
        length.unit = "cm"
        length.minimum = 0
        length.maximum = 10.5
        length.defaultValue = 5
        var petal = FeatureDescription("petal_length")
        petal.isNullable = true
        var picture = FeatureDescription("picture")
        picture.minimum = 0
        picture.maximum = 1
        return [
            InputDescription(tensor: "X", fields: .features([length, FeatureDescription("sepal_width"), petal])),
            InputDescription(tensor: "image", fields: .whole(picture)), InputDescription(tensor: "mask"),
        ]
    }

    private static var outputs: [OutputDescription] {
        var label = OutputDescription(tensor: "label")
        label.name = "species"
        label.labels = ["setosa", "versicolor"]
        var score = OutputDescription(tensor: "score")
        score.description = "How sure"
        score.unit = "%"
        score.isNullable = true
        return [label, score, OutputDescription(tensor: "raw")]
    }

    @Test(arguments: [.null, [:]] as [JSONValue])
    func nothingIsRequired(_ json: JSONValue) throws {
        let description = try ModelDescription(json: json)
        #expect(description == ModelDescription())
        #expect(description.batching.maximum == 64 && description.batching.delayMicroseconds == nil)
        #expect(description.contract == .major && description.cache == nil)
    }

    @Test func membersThatAreEmptyAreMissing() throws {
        let description = try ModelDescription(json: ["display_name": nil, "batching": nil, "inputs": nil])
        #expect(description == ModelDescription())
    }

    @Test func tellsEveryMistakeWithItsPlace() {
        let error = #expect(throws: ModelLoadError.self) {
            try ModelDescription(json: [
                "displayname": "x", "batch": "yes",
                "inputs": [
                    ["tensor": "X", "features": [["nmae": "a"], ["name": "b", "minimum": "0"]]], ["name": "c"],
                ],
                "outputs": ["y", ["tensor": "z", "labels": [1, "two"]]],
                "batching": ["maximum": 8, "preferred": [4, 16], "delay_us": -1],
                "samples": [["output": 1]], "log": "predictions.ndjson", "contract": "lenient", "settings": [1],
            ])
        }
        let lines = error?.message.split(separator: "\n  ").map(String.init) ?? []
        #expect(
            lines == [
                "the model's description has 13 mistakes:",
                #"batch must be true or false, but is "yes""#,
                "inputs[0].features[0].name is missing",
                "inputs[0].features[0].nmae is unknown here; there may be name, description, unit, minimum, maximum, "
                    + "default, nullable",
                #"inputs[0].features[1].minimum must be a number, but is "0""#,
                "inputs[1].tensor is missing",
                "outputs[1].labels[0] must be text: put it in quotes, but is 1",
                "settings must hold members of its own, but is a list of 1",
                "batching.delay_us must be a whole number from 0 to 1000000, but is -1",
                "batching.preferred[1] must be a whole number from 1 to 8, but is 16",
                "samples[0].input is missing",
                #"log must hold members of its own, but is "predictions.ndjson""#,
                #"contract must be one of strict, major, off, but is "lenient""#,
                "displayname is unknown here; there may be display_name, description, runtime, file, batch, inputs, "
                    + "outputs, settings, batching, samples, cache, log, contract",
            ])
    }

    @Test func aDescriptionIsAnObject() {
        let error = #expect(throws: ModelLoadError.self) { try ModelDescription(json: ["a"]) }
        #expect(
            error?.message
                == "the model's description has a mistake: the description must hold members of its own, but is a list of 1"
        )
    }

    @Test func featuresLeaveNothingElseToSayOfTheTensor() {
        let error = #expect(throws: ModelLoadError.self) {
            try ModelDescription(json: ["inputs": [["tensor": "X", "features": ["a"], "name": "b"]]])
        }
        #expect(
            error?.message
                == "the model's description has a mistake: inputs[0].name is unknown here; there may be tensor, features"
        )
    }
}
