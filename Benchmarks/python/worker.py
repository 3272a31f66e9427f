"""A worker of the Python system: the iris model in onnxruntime, behind proxy.py.

    worker.py --connect ENDPOINT --model iris.onnx [--batch 32]

It takes up to `--batch` requests that have come already and runs the model once for them all: a run costs much the
same for one row as for 32. `--batch 1` is the loop that most would write first.
"""

import argparse

import numpy
import onnxruntime
import orjson
import zmq

FEATURES = ("sepal_length", "sepal_width", "petal_length", "petal_width")
SPECIES = ("setosa", "versicolor", "virginica")
PAYLOADS = tuple(orjson.dumps({"species": name}) for name in SPECIES)


def load(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a worker process a core: threads would only fight
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    label, name = session.get_outputs()[0].name, session.get_inputs()[0].name
    return lambda rows: session.run([label], {name: numpy.array(rows, dtype=numpy.float32)})[0].tolist()


def row_of(payload):
    """The four numbers of an input, checked as the model's schema asks."""
    value = orjson.loads(payload)
    if not isinstance(value, dict):
        raise ValueError("expected an object")
    row = []
    for feature in FEATURES:
        number = value.get(feature)
        if type(number) not in (float, int) or not 0 < number <= 30:
            raise ValueError(f"{feature}: expected a number above 0 and at most 30")
        row.append(number)
    return row


def error_reply(request_id, code, message):
    error = {"code": code, "message": message, "retryable": False}
    return orjson.dumps({"v": 1, "id": request_id, "status": "error", "error": error})


def ok_reply(request_id):
    return orjson.dumps(
        {
            "v": 1,
            "id": request_id,
            "status": "ok",
            "model": "iris_model",
            "version": "0.1.0",
            "content_type": "application/json",
        }
    )


def receive(socket, limit):
    """The requests that are there, at least one and at most `limit`."""
    messages = [socket.recv_multipart()]
    try:
        while len(messages) < limit:
            messages.append(socket.recv_multipart(zmq.NOBLOCK))
    except zmq.Again:
        pass
    return messages


def answer(socket, predict, messages):
    routes, ids, rows = [], [], []
    for route, envelope, payload in messages:
        request = orjson.loads(envelope)
        try:
            rows.append(row_of(payload))
            routes.append(route)
            ids.append(request.get("id"))
        except ValueError as error:
            socket.send_multipart((route, error_reply(request.get("id"), "invalid_input", str(error))))
    if rows:
        for route, request_id, label in zip(routes, ids, predict(rows)):
            socket.send_multipart((route, ok_reply(request_id), PAYLOADS[label]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connect", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--batch", type=int, default=32)
    options = parser.parse_args()

    predict = load(options.model)
    socket = zmq.Context().socket(zmq.DEALER)
    socket.set_hwm(4096)
    socket.linger = 0
    socket.connect(options.connect)
    print("ready", flush=True)
    while True:
        answer(socket, predict, receive(socket, options.batch))


if __name__ == "__main__":
    main()
