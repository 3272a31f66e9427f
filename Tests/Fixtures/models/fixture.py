"""Writes a model's fixture: NAME.onnx, and what it must give: NAME.json, whose tensors stand in NAME.bin.

    {"cases": [{"inputs": [TENSOR, ...], "outputs": [TENSOR, ...]}, ...], "original": [TENSOR, ...]}

`outputs` is what ONNX Runtime gives in Python for those inputs; `original` is what the model's own library gives for the
inputs of the first case. A TENSOR is {"name", "type", "shape"} with its "offset" and "bytes" in NAME.bin, or with "strings".
"""
import ctypes
import json
import math

import ml_dtypes
import numpy
import onnxruntime
from onnx import helper

TYPES = {
    "bool": "BOOL", "uint8": "UINT8", "uint16": "UINT16", "uint32": "UINT32", "uint64": "UINT64", "int8": "INT8",
    "int16": "INT16", "int32": "INT32", "int64": "INT64", "float16": "FP16", "bfloat16": "BF16", "float32": "FP32",
    "float64": "FP64", "object": "BYTES",
}


class Tensors:
    """Tensors on their way into a file of bytes."""

    def __init__(self):
        self.data = bytearray()

    def add(self, name, array):
        # Not ascontiguousarray, which makes a scalar a tensor of one dimension.
        array = numpy.asarray(array, order="C")
        if array.dtype.kind == "U":
            array = array.astype(object)
        tensor = {"name": name, "type": TYPES[array.dtype.name], "shape": list(array.shape)}
        if array.dtype == object:
            return tensor | {"strings": array.flatten().tolist()}
        self.data += bytes(-len(self.data) % 8)
        tensor |= {"offset": len(self.data), "bytes": array.nbytes}
        self.data += array.tobytes()
        return tensor


def write(folder, name, model, cases, original=None):
    """Writes a model of bytes or a ModelProto. `cases` are dictionaries of inputs by name, `original` one of outputs."""
    data = model if isinstance(model, bytes) else model.SerializeToString()
    (folder / f"{name}.onnx").write_bytes(data)
    expect(folder, name, folder / f"{name}.onnx", cases, original)


def expect(folder, name, model, cases, original=None):
    """Writes what the model in that file gives for each case."""
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    # Maps have no tensors; Sibyl refuses them.
    names = [output.name for output in session.get_outputs() if output.type.startswith("tensor")]
    tensors = Tensors()
    written = []
    for inputs in cases:
        outputs = run(session, names, inputs)
        written.append({
            "inputs": [tensors.add(*item) for item in inputs.items()],
            "outputs": [tensors.add(*item) for item in zip(names, outputs)],
        })
    texts = {"cases": written, "original": [tensors.add(*item) for item in (original or {}).items()]}
    (folder / f"{name}.bin").write_bytes(tensors.data)
    (folder / f"{name}.json").write_text(json.dumps(texts))


def run(session, names, inputs):
    """What ONNX Runtime gives. Its Python takes and gives no bfloat16 but through values that say so."""
    if all(array.dtype != ml_dtypes.bfloat16 for array in inputs.values()):
        return session.run(names, {name: numpy.asarray(array) for name, array in inputs.items()})
    number = helper.np_dtype_to_tensor_dtype(numpy.dtype(ml_dtypes.bfloat16))
    make = onnxruntime.OrtValue.ortvalue_from_numpy_with_onnx_type
    values = {name: make(array.view(numpy.uint16), number) for name, array in inputs.items()}
    return [bfloats(value) for value in session.run_with_ort_values(names, values)]


def bfloats(value):
    elements = (ctypes.c_uint16 * math.prod(value.shape())).from_address(value.data_ptr())
    return numpy.array(elements, numpy.uint16).view(ml_dtypes.bfloat16).reshape(value.shape())
