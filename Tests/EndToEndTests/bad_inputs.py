"""Sends everything that is wrong to a server of the iris model, over a DEALER and a REQ side by side, and checks that each
is answered with the protocol's error, and that the server is as well afterwards as before.

    bad_inputs.py ENDPOINT
"""
import json
import sys

import zmq

FLOWER = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}
PREDICT = {"op": "predict", "model": "iris_model"}


def envelope(**fields):
    return json.dumps({**PREDICT, **fields}).encode()


def flower(**fields):
    return json.dumps({**FLOWER, **fields}).encode()


# What is sent, and the code that answers it; None is a right answer.
CASES = {
    "not JSON": ([b"{nonsense"], "malformed_envelope"),
    "not an object": ([b"[1]"], "malformed_envelope"),
    "not UTF-8": ([b'{"op": "\xff"}'], "malformed_envelope"),
    "an empty frame": ([b"", b""], "malformed_envelope"),
    "over 64 KiB": ([envelope(pad="x" * 70_000), b"{}"], "malformed_envelope"),
    "no op": ([b"{}"], "malformed_envelope"),
    "unknown op": ([b'{"op": "fly"}'], "unknown_operation"),
    "op of another type": ([b'{"op": 3}'], "malformed_envelope"),
    "no model": ([b'{"op": "predict"}', b"{}"], "malformed_envelope"),
    "model of another type": ([envelope(model=3), b"{}"], "malformed_envelope"),
    "id of another type": ([envelope(id=[1]), flower()], "malformed_envelope"),
    "id too long": ([envelope(id="x" * 129), flower()], "malformed_envelope"),
    "timeout of 0": ([envelope(timeout_ms=0), flower()], "malformed_envelope"),
    "timeout as text": ([envelope(timeout_ms="1"), flower()], "malformed_envelope"),
    "batch as text": ([envelope(batch="yes"), flower()], "malformed_envelope"),
    "unknown priority": ([envelope(priority="now"), flower()], "malformed_envelope"),
    "version 2 of the protocol": ([envelope(v=2), flower()], "unsupported_version"),
    "five frames": ([envelope(), b"1", b"2", b"3", b"4"], "malformed_envelope"),
    "input twice": ([envelope(input=FLOWER), flower()], "malformed_envelope"),
    "no payload": ([envelope()], "malformed_payload"),
    "payload not JSON": ([envelope(), b"{nonsense"], "malformed_payload"),
    "payload empty": ([envelope(), b""], "malformed_payload"),
    "NaN": ([envelope(), flower().replace(b"5.1", b"NaN")], "malformed_payload"),
    "1e999": ([envelope(), flower().replace(b"5.1", b"1e999")], "malformed_payload"),
    "100 levels deep": ([envelope(), b"[" * 100 + b"]" * 100], "malformed_payload"),
    "100 levels deep in the envelope": ([b'{"op":"predict","model":"iris_model","input":' + b"[" * 100 + b"]" * 100 + b"}"], "malformed_envelope"),
    "not of the schema": ([envelope(), flower(sepal_width=-1, petal_width="x")], "invalid_input"),
    "not of the schema, in one frame": ([envelope(input={"sepal_length": 1})], "invalid_input"),
    "batch that is no array": ([envelope(batch=True), flower()], "invalid_input"),
    "another content type": ([envelope(content_type="text/plain"), flower()], "unsupported_content_type"),
    "10 MB": ([envelope(), flower(pad="x" * 10_000_000)], None),
    "70 MB": ([envelope(), b" " * 70_000_000], "payload_too_large"),
    "unknown model": ([envelope(model="nobody"), flower()], "model_not_found"),
    "unknown version": ([envelope(version="7"), flower()], "version_not_found"),
    "further fields": ([envelope(whatever=1), flower(color="blue")], None),
    "escapes": ([envelope().replace(b"iris", b"\\u0069ris"), flower()], None),
}


def receive(socket):
    if not socket.poll(20_000):
        raise TimeoutError("no reply")
    return socket.recv_multipart()


def code(reply):
    # An empty first frame that a DEALER sent was a delimiter, and is mirrored.
    reply = json.loads(reply[0] or reply[1])
    return reply["error"]["code"] if reply["status"] == "error" else None


def details(socket):
    """Every violation is told, with its place."""
    socket.send_multipart([envelope(), flower(sepal_width=-1, petal_width="x")])
    paths = {detail["path"] for detail in json.loads(receive(socket)[0])["error"]["details"]}
    return paths == {"/sepal_width", "/petal_width"}


def vanish(context, endpoint):
    """A client that is gone before its reply."""
    socket = context.socket(zmq.DEALER)
    socket.connect(endpoint)
    for _ in range(100):
        socket.send_multipart([envelope(), flower()])
    socket.close(linger=100)


def main():
    endpoint = sys.argv[1]
    faults = []
    with zmq.Context() as context:
        dealer, req = context.socket(zmq.DEALER), context.socket(zmq.REQ)
        for socket in (dealer, req):
            socket.linger = 0
            socket.connect(endpoint)
        for name, (frames, expected) in CASES.items():
            for socket in (dealer, req):
                socket.send_multipart(frames)
                try:
                    found = code(receive(socket))
                except TimeoutError as fault:
                    sys.exit(f"{name}: {fault}")
                if found != expected:
                    faults.append(f"{name} ({socket.socket_type}): {found} and not {expected}")
        if not details(dealer):
            faults.append("not every violation is told")
        vanish(context, endpoint)
        req.send_json({**PREDICT, "id": "x", "input": FLOWER})
        reply = json.loads(receive(req)[0])
        if reply["id"] != "x" or reply["output"] != {"species": "setosa"}:
            faults.append(f"afterwards: {reply}")
        dealer.close()
        req.close()
    print("\n".join(faults) or f"{len(CASES)} cases, each over DEALER and REQ")
    sys.exit(bool(faults))


main()
