#!/usr/bin/env python3
"""Many predictions in flight over one DEALER, in the two-frame shape.

    python pipelined.py [ENDPOINT] [COUNT]        default: tcp://127.0.0.1:5555 1000
"""

import collections
import json
import sys
import time

import zmq

IN_FLIGHT = 64  # below a socket's high-water mark (1000), so that sending never blocks
TIMEOUT = 5.0  # seconds that a request may take
GRACE = 1.0  # seconds more for the way there and back; then nobody is there

FIELDS = ("sepal_length", "sepal_width", "petal_length", "petal_width")
FLOWERS = [(5.1, 3.5, 1.4, 0.2), (7.0, 3.2, 4.7, 1.4), (6.3, 3.3, 6.0, 2.5)]


def send(socket, number, flower):
    """The envelope, and beside it the payload that the broker passes on unread."""
    envelope = {"op": "predict", "id": number, "model": "iris_model", "timeout_ms": int(TIMEOUT * 1000)}
    socket.send_multipart([json.dumps(envelope).encode(), json.dumps(dict(zip(FIELDS, flower))).encode()])


def receive(socket):
    """The id of a request, and its output or its error."""
    frames = socket.recv_multipart()
    reply = json.loads(frames[0])
    if reply["status"] == "error":  # always one frame
        return reply["id"], None, reply["error"]
    return reply["id"], json.loads(frames[1]), None


def predict_all(socket, flowers):
    """Yields (index, output, error) as the replies come, which is in any order."""
    waiting = {}  # id -> when it is given up, the oldest first
    sent = 0
    while sent < len(flowers) or waiting:
        while sent < len(flowers) and len(waiting) < IN_FLIGHT:
            send(socket, sent, flowers[sent])
            waiting[sent] = time.monotonic() + TIMEOUT + GRACE
            sent += 1
        left = next(iter(waiting.values())) - time.monotonic()
        if not socket.poll(max(0, left * 1000)):
            raise TimeoutError(f"no reply in time; {len(waiting)} requests are unanswered")
        number, output, error = receive(socket)
        if waiting.pop(number, None) is not None:
            yield number, output, error


def main():
    endpoint = sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5555"
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    flowers = [FLOWERS[index % len(FLOWERS)] for index in range(count)]
    species, errors = collections.Counter(), collections.Counter()
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        socket.linger = 0
        socket.connect(endpoint)
        begin = time.monotonic()
        try:
            for _, output, error in predict_all(socket, flowers):
                if error:
                    errors[f"{error['code']}: {error['message']}"] += 1
                else:
                    species[output["species"]] += 1
        except TimeoutError as fault:
            sys.exit(f"{endpoint}: {fault}")
        seconds = time.monotonic() - begin
    for name, number in sorted(species.items()):
        print(f"{name:<12}{number:>8}")
    print(f"{count} replies in {seconds:.2f} s")
    for message, number in errors.items():
        print(f"{number} errors: {message}", file=sys.stderr)
    sys.exit(1 if errors else 0)


if __name__ == "__main__":
    main()
