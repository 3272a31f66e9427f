#!/usr/bin/env python3
"""Records the bodies of infer requests as Triton's Python client makes them, for `TritonClientTests`.

    pip install 'tritonclient[http]'
    python Tests/Fixtures/triton/record.py > Tests/Fixtures/triton/requests.json

Each has a name, the body in base64, how many bytes of it are JSON, and what was put in: the tensors with their elements
as Triton packs them, and whether each output is asked for as binary.
"""
import base64
import json

import numpy as np
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import serialize_byte_tensor

TYPES = {
    "BOOL": np.bool_, "UINT8": np.uint8, "UINT16": np.uint16, "UINT32": np.uint32, "UINT64": np.uint64,
    "INT8": np.int8, "INT16": np.int16, "INT32": np.int32, "INT64": np.int64, "FP16": np.float16,
    "FP32": np.float32, "FP64": np.float64, "BYTES": np.object_,
}


def values(datatype):
    if datatype == "BYTES":
        return np.array([[b"", b"abc"], ["\u00e9\n\"".encode(), b"x" * 300]], dtype=np.object_)
    if datatype == "BOOL":
        return np.array([[True, False], [False, True]])
    if datatype in ("FP16", "FP32", "FP64"):
        return np.array([[0.1, -2.5], [0, 65504]], dtype=TYPES[datatype])
    limits = np.iinfo(TYPES[datatype])
    return np.array([[limits.min, limits.max], [0, 7]], dtype=TYPES[datatype])


def packed(datatype, array):
    if datatype == "BYTES":
        return serialize_byte_tensor(array).item() if array.size else b""
    return array.tobytes()


def record(name, tensors, outputs=None, binary=True, **options):
    """`tensors` are names, datatypes, arrays and whether they go as binary."""
    inputs = []
    for tensor, datatype, array, is_binary in tensors:
        inputs.append(InferInput(tensor, list(array.shape), datatype))
        inputs[-1].set_data_from_numpy(array, binary_data=is_binary)
    asked = outputs and [InferRequestedOutput(output, binary_data=is_binary) for output, is_binary in outputs]
    body, length = InferenceServerClient.generate_request_body(inputs, outputs=asked, **options)
    return {
        "name": name, "body": base64.b64encode(bytes(body)).decode(),
        "json_length": len(body) if length is None else length,
        "inputs": [
            {"name": tensor, "datatype": datatype, "shape": list(array.shape),
             "elements": base64.b64encode(packed(datatype, array)).decode()}
            for tensor, datatype, array, _ in tensors],
        "outputs": [{"name": output, "binary": is_binary} for output, is_binary in outputs or []],
    }


def requests():
    for datatype in TYPES:
        yield record(f"{datatype} as binary", [("x", datatype, values(datatype), True)])
        # Which the client itself refuses in JSON.
        if datatype != "FP16":
            yield record(f"{datatype} as JSON", [("x", datatype, values(datatype), False)])
    numbers, texts = values("INT32"), values("BYTES")
    yield record(
        "both kinds, with an id", [("a", "INT32", numbers, True), ("b", "BYTES", texts, False), ("c", "INT32", numbers, True)],
        [("y", True), ("z", False)], request_id="7\"\u00e9")
    yield record("parameters", [("a", "INT32", numbers, True)], priority=3, timeout=1000, parameters={"other": "x"})
    yield record("nothing in it", [("a", "FP32", np.zeros([0, 3], np.float32), True), ("b", "BYTES", np.array([], np.object_), True)])


if __name__ == "__main__":
    print("[\n" + ",\n".join(json.dumps(request) for request in requests()) + "\n]")
