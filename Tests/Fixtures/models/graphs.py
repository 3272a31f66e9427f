"""Graphs of a few nodes for whatever a model can have: every type, scalars, nothing at all, state, and much to refuse."""
import ml_dtypes
import numpy
import onnx
from onnx import TensorProto as T
from onnx import helper, numpy_helper

import fixture

value = helper.make_tensor_value_info
node = helper.make_node


def model(nodes, inputs, outputs, constants={}, opset=21, ir=10, **fields):
    initializers = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "graph", inputs, outputs, initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir, **fields)


def types(folder):
    """Gives what it is given, in each type, for any number."""
    numbers = [-1, 0, 1, 2.5, 100]
    columns = {
        "bool": [True, False, True, True, False], "string": ["", "a", "Göteborg", "with \0 zero", "long " * 20],
        "uint8": [0, 1, 2, 127, 255], "uint16": [0, 1, 2, 3, 2**16 - 1], "uint32": [0, 1, 2, 3, 2**32 - 1],
        "uint64": [0, 1, 2, 3, 2**64 - 1], "int8": [-128, -1, 0, 1, 127], "int16": [-2**15, -1, 0, 1, 2**15 - 1],
        "int32": [-2**31, -1, 0, 1, 2**31 - 1], "int64": [-2**63, -1, 0, 1, 2**63 - 1],
        "float16": numbers, "bfloat16": numbers, "float32": [-0.0, 1e-45, 3.4e38, numpy.inf, numpy.nan],
        "float64": [-0.0, 5e-324, 1.7e308, -numpy.inf, numpy.nan],
    }
    dtypes = {name: getattr(ml_dtypes, name, None) or (object if name == "string" else name) for name in columns}
    arrays = {name: numpy.array(column, dtypes[name]) for name, column in columns.items()}
    numbers = {name: T.STRING if name == "string" else helper.np_dtype_to_tensor_dtype(array.dtype) for name, array in arrays.items()}
    for name, array in arrays.items():
        graph = model([node("Identity", ["x"], ["y"])], [value("x", numbers[name], ["N"])], [value("y", numbers[name], ["N"])])
        square = numpy.resize(array, 4)
        fixture.write(folder, f"type-{name}", graph, [{"x": array}, {"x": square}, {"x": array[:0]}])
    # All of them at once, but for text and bfloat16, which Python's ONNX Runtime takes in ways of their own.
    several = {name: array for name, array in arrays.items() if name not in ("string", "bfloat16")}
    graph = model(
        [node("Identity", [name], [f"{name}_out"]) for name in several],
        [value(name, numbers[name], ["N"]) for name in several],
        [value(f"{name}_out", numbers[name], ["N"]) for name in several])
    fixture.write(folder, "types", graph, [several, {name: array[:0] for name, array in several.items()}])


def shapes(folder):
    scalars = model(
        [node("Add", ["a", "b"], ["sum"]), node("ReduceMean", ["row"], ["mean"], keepdims=0)],
        [value("a", T.FLOAT, []), value("b", T.FLOAT, []), value("row", T.DOUBLE, ["N"])],
        [value("sum", T.FLOAT, []), value("mean", T.DOUBLE, [])])
    row = numpy.arange(5, dtype=numpy.float64)
    fixture.write(folder, "scalars", scalars, [{"a": numpy.float32(1.5), "b": numpy.float32(2), "row": row}])
    fixed = model(
        [node("MatMul", ["x", "weights"], ["y"])], [value("x", T.FLOAT, [2, 3])], [value("y", T.FLOAT, [2, 4])],
        {"weights": numpy.arange(12, dtype=numpy.float32).reshape(3, 4)})
    fixture.write(folder, "fixed-batch", fixed, [{"x": numpy.arange(6, dtype=numpy.float32).reshape(2, 3)}])
    # Rows of no columns, and as many outputs as there are positive numbers: maybe none.
    empty = model(
        [node("Concat", ["x", "x"], ["twice"], axis=1), node("NonZero", ["x"], ["places"])],
        [value("x", T.FLOAT, ["N", "M"])], [value("twice", T.FLOAT, ["N", "K"]), value("places", T.INT64, [2, "L"])])
    shapes = [(0, 3), (3, 0), (0, 0), (2, 2)]
    fixture.write(folder, "empty", empty, [{"x": numpy.zeros(shape, numpy.float32)} for shape in shapes])
    # Given a shape, it gives that: nobody can say before of how many dimensions.
    unranked = model(
        [node("Reshape", ["x", "shape"], ["y"])], [value("x", T.FLOAT, ["N"]), value("shape", T.INT64, ["K"])],
        [value("y", T.FLOAT, None)])
    cases = [[6], [2, 3], [1, 6, 1]]
    x = numpy.arange(6, dtype=numpy.float32)
    fixture.write(folder, "unranked", unranked, [{"x": x, "shape": numpy.array(case)} for case in cases])


def text(folder):
    graph = model(
        [node("StringConcat", ["left", "right"], ["joined"]), node("StringSplit", ["joined"], ["words", "counts"], delimiter=" ")],
        [value("left", T.STRING, ["N", 1]), value("right", T.STRING, ["N", 1])],
        [value("joined", T.STRING, ["N", 1]), value("words", T.STRING, ["N", 1, "K"]), value("counts", T.INT64, ["N", 1])])
    left = numpy.array([["a b"], [""], ["ü"]], dtype=object)
    right = numpy.array([[" c"], [""], ["x y z"]], dtype=object)
    fixture.write(folder, "text", graph, [{"left": left, "right": right}, {"left": left[1:2], "right": right[1:2]}])


def recurrent(folder, units=128, samples=64):
    """Audio in pieces: what it heard before comes in as state, [2, batch, 128], and goes out again."""
    random = numpy.random.default_rng(1)
    weights = lambda *shape: random.normal(0, 0.1, shape).astype(numpy.float32)
    constants = {
        "weights": weights(1, 4 * units, samples), "recurrence": weights(1, 4 * units, units),
        "dense": weights(units, 1), "one": numpy.array([0]),
    }
    nodes = [
        node("Unsqueeze", ["audio", "one"], ["sequence"]),
        node("Split", ["state"], ["hidden", "cell"], axis=0, num_outputs=2),
        node("LSTM", ["sequence", "weights", "recurrence", "", "", "hidden", "cell"], ["", "heard", "kept"], hidden_size=units),
        node("Concat", ["heard", "kept"], ["next_state"], axis=0),
        node("Squeeze", ["heard", "one"], ["flat"]),
        node("MatMul", ["flat", "dense"], ["score"]),
        node("Sigmoid", ["score"], ["speech"]),
    ]
    graph = model(
        nodes, [value("audio", T.FLOAT, ["batch", samples]), value("state", T.FLOAT, [2, "batch", units])],
        [value("speech", T.FLOAT, ["batch", 1]), value("next_state", T.FLOAT, [2, "batch", units])], constants)
    case = lambda batch: {"audio": weights(batch, samples), "state": weights(2, batch, units)}
    fixture.write(folder, "recurrent", graph, [case(1), case(5)])


def special(folder):
    x = numpy.arange(3, dtype=numpy.float32)
    vector, out = value("x", T.FLOAT, ["N"]), value("y", T.FLOAT, ["N"])
    add = [node("Add", ["x", "more"], ["y"])]
    more = {"more": numpy.array([10], numpy.float32)}
    # A constant that callers may override stands among the inputs, and is none that they must give.
    fixture.write(folder, "overridable", model(add, [vector, value("more", T.FLOAT, [1])], [out], more), [{"x": x}])
    fixture.write(folder, "no-input", model([node("Identity", ["more"], ["y"])], [], [out], more), [{}])
    gather = model([node("Gather", ["x", "at"], ["y"])], [vector, value("at", T.INT64, ["K"])], [out])
    fixture.write(folder, "gather", gather, [{"x": x, "at": numpy.array([2, 0, -1])}])
    described = model(add, [vector], [out], more, producer_name="hand", domain="org.example", model_version=7, doc_string="Adds ten.")
    described.graph.name, described.graph.doc_string = "adding", "One node."
    helper.set_model_props(described, {"author": "A. Uthor", "empty": "", "Größe": "klein"})
    fixture.write(folder, "described", described, [{"x": x}])
    # Weights in a file beside it, as PyTorch writes them.
    weights = model([node("Add", ["x", "more"], ["y"])], [value("x", T.FLOAT, [1000])], [value("y", T.FLOAT, [1000])], {"more": numpy.arange(1000, dtype=numpy.float32)})
    onnx.save(weights, str(folder / "external.onnx"), save_as_external_data=True, location="external.onnx.data", size_threshold=0)
    fixture.expect(folder, "external", folder / "external.onnx", [{"x": numpy.ones(1000, numpy.float32)}])


def refused(folder):
    """What can't be loaded, or has outputs that can't be given."""
    x, y = value("x", T.FLOAT, ["N"]), value("y", T.FLOAT, ["N"])
    identity = [node("Identity", ["x"], ["y"])]
    sequence = helper.make_tensor_sequence_value_info("s", T.FLOAT, ["N"])
    optional = helper.make_value_info("o", helper.make_optional_type_proto(helper.make_tensor_type_proto(T.FLOAT, ["N"])))
    small = value("small", T.FLOAT8E4M3FN, ["N"])
    models = {
        "opset-999": model(identity, [x], [y], opset=999),
        "ir-999": model(identity, [x], [y], ir=999),
        "unknown-operator": model([node("Frobnicate", ["x"], ["y"])], [x], [y]),
        "no-graph": onnx.ModelProto(ir_version=10),
        "sequence-input": model([node("ConcatFromSequence", ["s"], ["y"], axis=0)], [sequence], [y]),
        "sequence-output": model([node("SequenceConstruct", ["x"], ["s"])], [x], [sequence]),
        "odd-outputs": model(
            identity + [node("SequenceConstruct", ["x"], ["s"]), node("Optional", ["x"], ["o"]), node("Cast", ["x"], ["small"], to=T.FLOAT8E4M3FN)],
            [x], [sequence, y, optional, small]),
    }
    for name, graph in models.items():
        (folder / f"{name}.onnx").write_bytes(graph.SerializeToString())


def write(folder):
    types(folder)
    shapes(folder)
    text(folder)
    recurrent(folder)
    special(folder)
    refused(folder)
