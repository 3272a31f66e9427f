import SibylInference
import SibylModel
import Testing

@Suite struct TensorSchemaTests {
    private func input(_ tensor: TensorSpec, _ description: JSONValue = [:]) throws -> JSONValue {
        try TensorInference(Echo(tensor), description).metadata.inputSchema.json
    }

    private func member(_ tensor: TensorSpec, _ description: JSONValue = [:]) throws -> JSONValue? {
        try input(tensor, description)["properties"]?[tensor.name]
    }

    @Test func aTableWithoutNamesIsAnArray() throws {
        let sums = try TensorInference(RowSums())
        #expect(
            sums.metadata.inputSchema.json == [
                "type": "object",
                "properties": ["X": ["type": "array", "items": ["type": "number"], "minItems": 3, "maxItems": 3]],
                "required": ["X"], "additionalProperties": false,
            ])
        // A column of its own is a scalar.
        #expect(
            sums.metadata.outputSchema.json == [
                "type": "object",
                "properties": [
                    "sum": ["type": "number"],
                    "count": ["type": "integer", "minimum": .integer(.min), "maximum": .integer(.max)],
                ],
                "required": ["sum", "count"],
            ])
        #expect(sums.metadata.displayName == "fake" && sums.metadata.description == "Gives sum, count for X.")
    }

    @Test func featuresAreMembersOfTheirOwn() throws {
        let description: JSONValue = [
            "display_name": "Sums", "description": "Adds.",
            "inputs": [
                [
                    "tensor": "X",
                    "features": [
                        [
                            "name": "a", "description": "The first", "unit": "cm", "minimum": 0, "maximum": 10.5,
                            "default": 5,
                        ],
                        "b", ["name": "c", "nullable": true],
                    ],
                ]
            ],
        ]
        let model = try TensorInference(RowSums(), description)
        #expect(
            model.metadata.inputSchema.json == [
                "type": "object",
                "properties": [
                    "a": [
                        "type": "number", "minimum": 0, "maximum": 10.5, "default": 5, "description": "The first",
                        "x-unit": "cm",
                    ],
                    "b": ["type": "number"],
                    "c": ["type": ["number", "null"]],
                ],
                "required": ["b"], "additionalProperties": false,
            ])
        #expect(model.metadata.displayName == "Sums" && model.metadata.description == "Adds.")
    }

    @Test(
        arguments: [
            (DataType.bool, ["type": "boolean"] as JSONValue), (.string, ["type": "string"]),
            (.uint8, ["type": "integer", "minimum": 0, "maximum": 255]),
            (.uint16, ["type": "integer", "minimum": 0, "maximum": 65535]),
            (.uint32, ["type": "integer", "minimum": 0, "maximum": 4_294_967_295]),
            (.uint64, ["type": "integer", "minimum": 0, "maximum": 18_446_744_073_709_551_616.0]),
            (.int8, ["type": "integer", "minimum": -128, "maximum": 127]),
            (.int16, ["type": "integer", "minimum": -32768, "maximum": 32767]),
            (.int32, ["type": "integer", "minimum": -2_147_483_648, "maximum": 2_147_483_647]),
            (.int64, ["type": "integer", "minimum": .integer(.min), "maximum": .integer(.max)]),
            (.float16, ["type": "number"]), (.bfloat16, ["type": "number"]), (.float32, ["type": "number"]),
            (.float64, ["type": "number"]),
        ] as [(DataType, JSONValue)])
    func everyTypeHasItsSchema(_ type: DataType, _ schema: JSONValue) throws {
        #expect(try member(TensorSpec("x", type, shape: [-1])) == schema)
        #expect(try member(TensorSpec("x", type, shape: [])) == schema)
    }

    @Test func arraysHaveTheLengthsOfTheShape() throws {
        let number: JSONValue = ["type": "number"]
        let numbers: JSONValue = ["type": "array", "items": number]
        let pair: JSONValue = ["type": "array", "items": numbers, "minItems": 2, "maxItems": 2]
        #expect(try member(TensorSpec("x", .float32, shape: [-1, 2, -1])) == pair)
        // Not batched, the first dimension is there too.
        #expect(try member(TensorSpec("x", .float32, shape: [2, -1])) == pair)
        #expect(try member(TensorSpec("x", .float32, shape: [-1]), ["batch": false]) == numbers)
    }

    @Test func boundsAndTheLikeAreThoseOfTheElements() throws {
        let picture = TensorSpec("image", .uint8, shape: [-1, 2])
        let description: JSONValue = [
            "inputs": [
                [
                    "tensor": "image", "name": "picture", "description": "Grey", "minimum": 5, "maximum": 1000,
                    "default": 7,
                ]
            ]
        ]
        #expect(
            try input(picture, description) == [
                "type": "object",
                "properties": [
                    "picture": [
                        "type": "array", "items": ["type": "integer", "minimum": 5, "maximum": 255], "minItems": 2,
                        "maxItems": 2, "description": "Grey",
                    ]
                ],
                "additionalProperties": false,
            ])
        let whole = try input(picture, ["inputs": [["tensor": "image", "default": [1, 2]]]])
        #expect(whole["properties"]?["image"]?["default"] == [1, 2])
    }

    @Test func outputsAreChosenRenamedAndLabelled() throws {
        let classifier = Fixed(gives: [
            TensorSpec("label", .int64, shape: [-1]), TensorSpec("probabilities", .float32, shape: [-1, 2]),
            TensorSpec("boxes", .float32, shape: [-1, -1, 4]),
        ]) { _ in }
        let model = try TensorInference(
            classifier,
            [
                "outputs": [
                    ["tensor": "probabilities", "labels": ["no", "yes"], "nullable": true, "description": "How sure"],
                    ["tensor": "label", "name": "answer", "labels": ["no", "yes"]],
                ]
            ])
        let share: JSONValue = ["type": ["number", "null"]]
        #expect(
            model.metadata.outputSchema.json == [
                "type": "object",
                "properties": [
                    "probabilities": [
                        "type": "object",
                        "properties": ["no": share, "yes": share],
                        "required": ["no", "yes"], "description": "How sure",
                    ],
                    "answer": ["type": "string", "enum": ["no", "yes"]],
                ],
                "required": ["probabilities", "answer"],
            ])
    }

    @Test func theDescriptionPutsShapesRight() throws {
        let model = try TensorInference(
            Fixed([1] as [Float], .float32, [1], says: []),
            ["batch": true, "outputs": [["tensor": "y", "shape": [-1, 4]]]])
        #expect(model.tensors.outputs == [TensorSpec("y", .float32, shape: [-1, 4])])
        let row: JSONValue = ["type": "array", "items": ["type": "number"], "minItems": 4, "maxItems": 4]
        #expect(model.metadata.outputSchema.json["properties"]?["y"] == row)
    }

    @Test(
        arguments: [
            (["inputs": [["tensor": "Y"]]], "inputs[0].tensor is Y, and the model has no such tensor; it has X"),
            (["inputs": ["X", "X"]], "inputs[1].tensor is X, which is described already"),
            (
                ["inputs": [["tensor": "X", "features": ["a", "b"]]]],
                "inputs[0].features has 2 names, but an item of X has the shape [3]"
            ),
            (["inputs": [["tensor": "X", "features": ["a", "b", "a"]]]], "inputs give two members the name a"),
            (["outputs": [["tensor": "sum", "name": "count"], "count"]], "outputs give two members the name count"),
            (["outputs": ["total"]], "outputs[0].tensor is total, and the model has no such tensor; it has sum, count"),
            (
                ["outputs": [["tensor": "count", "nullable": true]]],
                "outputs[0].nullable is for floating-point tensors, but count is int64"
            ),
            (
                ["outputs": [["tensor": "sum", "labels": ["a"]]]],
                "outputs[0].labels name integers, or the last dimension of an item, but sum has neither"
            ),
            (["outputs": [["tensor": "count", "labels": ["a", "a"]]]], "outputs[0].labels has a name twice"),
            (["inputs": [["tensor": "X", "minimum": 2, "maximum": 1]]], "inputs[0].minimum is above the maximum"),
            (
                ["inputs": [["tensor": "X", "default": ["a", 2, 3]]]],
                #"inputs[0].default can't be used: /0 must be a number, but is "a""#
            ),
            (
                ["inputs": [["tensor": "X", "features": ["a", "b", ["name": "c", "default": 3, "maximum": 2]]]]],
                "inputs[0].features[2].default can't be used: must be at most 2, but is 3"
            ),
        ] as [(JSONValue, String)])
    func whatDoesNotFitTheModelIsRefused(_ description: JSONValue, _ mistake: String) {
        let error = #expect(throws: ModelLoadError.self) { try TensorInference(RowSums(), description) }
        #expect(error?.message == "the model's description has a mistake: " + mistake)
    }

    /// A file that tells no shape looks like one that tells of a scalar.
    @Test func anOutputWithoutAShapeMayHaveAny() throws {
        let inputs = [TensorSpec("x", .float32, shape: [])]
        let any = try TensorInference(Fixed([1, 2] as [Float], .float32, [1, 2], says: [], for: inputs))
        let either: JSONValue = ["anyOf": [["type": "number"], ["type": "array"]]]
        #expect(any.metadata.outputSchema.json["properties"]?["y"] == either)
        #expect(any.answer(#"{"x":0}"#) == #"{"y":[[1.0,2.0]]}"#)
        let scalar = try TensorInference(Fixed([1] as [Float], .float32, [], says: [], for: inputs))
        #expect(scalar.answer(#"{"x":0}"#) == #"{"y":1.0}"#)
        let described = try TensorInference(
            Fixed([1, 2] as [Float], .float32, [1, 2], says: [], for: inputs),
            ["outputs": [["tensor": "y", "shape": []]]])
        #expect(described.metadata.outputSchema.json["properties"]?["y"] == ["type": "number"])
        #expect(described.answer(#"{"x":0}"#).hasPrefix("failed: the model gave y in the shape [1, 2], and says []"))
    }

    @Test func whatCanNotBatchIsRefused() {
        let error = #expect(throws: ModelLoadError.self) {
            try TensorInference(Echo(TensorSpec("x", .float32, shape: [1, 4])), ["batch": true])
        }
        #expect(error?.message.contains("batch can't be true: x has the shape [1, 4]") == true)
        #expect(throws: ModelLoadError.self) {
            try TensorInference(Fixed([1] as [Float], .float32, [], says: []), ["batch": true])
        }
    }

    @Test func stringsAndBoolsHaveNoBoundsAndNoNull() {
        for (type, key, value) in [
            (DataType.string, "minimum", 1), (.bool, "maximum", 1), (.string, "nullable", true),
            (.int8, "nullable", true),
        ] as [(DataType, String, JSONValue)] {
            var input: JSONObject = ["tensor": "x"]
            input[key] = value
            let error = #expect(throws: ModelLoadError.self) {
                try TensorInference(Echo(TensorSpec("x", type, shape: [-1])), ["inputs": [.object(input)]])
            }
            #expect(error?.message.contains("inputs[0].\(key) is for") == true)
        }
    }

    @Test func aNameThatNoURLTakesIsRefused() {
        #expect(throws: ModelLoadError.self) { try TensorInference(RowSums(), name: "a b", version: "1.0.0") }
    }
}
