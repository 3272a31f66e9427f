"""Sends everything that is wrong to a server of the iris model, over a DEALER and a REQ side by side, and checks that
each is answered with the protocol's error, that strangers and rude clients harm nobody else, and that the server is as
well afterwards as before.

    bad_inputs.py ENDPOINT        tcp://HOST:PORT
"""
import json
import re
import socket as sockets
import struct
import sys
import time

import zmq

FLOWER = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}
PREDICT = {"op": "predict", "model": "iris_model"}
PATIENCE = 20_000  # milliseconds; a bound for a test that fails


def envelope(**fields):
    return json.dumps({**PREDICT, **fields}).encode()


def flower(**fields):
    return json.dumps({**FLOWER, **fields}).encode()


def with_number(text):
    return flower().replace(b"5.1", text)


def nested(levels):
    return b"[" * levels + b"]" * levels


def one_frame(payload):
    """The payload inside the envelope, as it stands."""
    return b'{"op":"predict","model":"iris_model","input":' + payload + b"}"


# What is sent, and the code that answers it; None is a right answer.
ENVELOPES = {
    "no frames": ([b""], "malformed_envelope"),
    "an empty envelope": ([b"", b""], "malformed_envelope"),
    "three frames": ([envelope(), b"1", b"2"], "malformed_envelope"),
    "five frames": ([envelope(), b"1", b"2", b"3", b"4"], "malformed_envelope"),
    "not JSON": ([b"{nonsense"], "malformed_envelope"),
    "not an object": ([b"[1]"], "malformed_envelope"),
    "not UTF-8": ([b'{"op": "\xff"}'], "malformed_envelope"),
    "a byte order mark": ([b"\xef\xbb\xbf" + envelope(), flower()], "malformed_envelope"),
    "zero bytes": ([bytes(1000)], "malformed_envelope"),
    "something behind it": ([envelope() + b" {}", flower()], "malformed_envelope"),
    "half a surrogate pair": ([b'{"op":"list","tenant":"\\ud800"}'], "malformed_envelope"),
    "over 64 KiB": ([envelope(pad="x" * 70_000), flower()], "malformed_envelope"),
    "100 levels deep where nobody looks": ([b'{"op":"list","x":' + nested(100) + b"}"], "malformed_envelope"),
    "no op": ([b"{}"], "malformed_envelope"),
    "unknown op": ([b'{"op": "fly"}'], "unknown_operation"),
    "op a number": ([b'{"op": 3}'], "malformed_envelope"),
    "op null": ([b'{"op": null}'], "malformed_envelope"),
    "no model": ([b'{"op": "predict"}', flower()], "malformed_envelope"),
    "no model to describe": ([b'{"op": "metadata"}'], "malformed_envelope"),
    "model a number": ([envelope(model=3), flower()], "malformed_envelope"),
    "model null": ([envelope(model=None), flower()], "malformed_envelope"),
    "model too long": ([envelope(model="x" * 513), flower()], "malformed_envelope"),
    "version a number": ([envelope(version=1), flower()], "malformed_envelope"),
    "id a list": ([envelope(id=[1]), flower()], "malformed_envelope"),
    "id a fraction": ([envelope(id=1.5), flower()], "malformed_envelope"),
    "id too long": ([envelope(id="x" * 129), flower()], "malformed_envelope"),
    "timeout of 0": ([envelope(timeout_ms=0), flower()], "malformed_envelope"),
    "timeout of two days": ([envelope(timeout_ms=172_800_000), flower()], "malformed_envelope"),
    "timeout a text": ([envelope(timeout_ms="1"), flower()], "malformed_envelope"),
    "timeout a fraction": ([envelope(timeout_ms=1.5), flower()], "malformed_envelope"),
    "batch a text": ([envelope(batch="yes"), flower()], "malformed_envelope"),
    "priority unknown": ([envelope(priority="now"), flower()], "malformed_envelope"),
    "tenant a number": ([envelope(tenant=1), flower()], "malformed_envelope"),
    "traceparent a list": ([envelope(traceparent=[]), flower()], "malformed_envelope"),
    "content type a number": ([envelope(content_type=1), flower()], "malformed_envelope"),
    "version 2 of the protocol": ([envelope(v=2), flower()], "unsupported_version"),
    "version of the protocol a text": ([envelope(v="1"), flower()], "malformed_envelope"),
    "cancel without an id": ([b'{"op": "cancel"}'], "malformed_envelope"),
    "unknown model": ([envelope(model="nobody"), flower()], "model_not_found"),
    "unknown model to describe": ([b'{"op": "metadata", "model": "nobody"}'], "model_not_found"),
    "unknown version": ([envelope(version="7"), flower()], "version_not_found"),
    "version that is none": ([envelope(version="a/b"), flower()], "version_not_found"),
    "further fields": ([envelope(whatever=1), flower(color="blue")], None),
    "escapes": ([envelope().replace(b"iris", b"\\u0069ris"), flower()], None),
}
PAYLOADS = {
    "no payload": ([envelope()], "malformed_payload"),
    "payload empty": ([envelope(), b""], "malformed_payload"),
    "payload twice": ([envelope(input=FLOWER), flower()], "malformed_envelope"),
    "payload not JSON": ([envelope(), b"{nonsense"], "malformed_payload"),
    "payload not UTF-8": ([envelope(), b'{"color": "\xff"}'], "malformed_payload"),
    "something behind the payload": ([envelope(), flower() + b" 1"], "malformed_payload"),
    "NaN": ([envelope(), with_number(b"NaN")], "malformed_payload"),
    "NaN in one frame": ([one_frame(with_number(b"NaN"))], "malformed_envelope"),
    "infinity": ([envelope(), with_number(b"-Infinity")], "malformed_payload"),
    "1e999": ([envelope(), with_number(b"1e999")], "malformed_payload"),
    "1e999 in one frame": ([one_frame(with_number(b"1e999"))], "malformed_envelope"),
    "a number of a million digits": ([envelope(), with_number(b"1" * 1_000_000)], "malformed_payload"),
    "100 levels deep": ([envelope(), nested(100)], "malformed_payload"),
    "100 levels deep in one frame": ([one_frame(nested(100))], "malformed_envelope"),
    "a million levels deep": ([envelope(), nested(1_000_000)], "malformed_payload"),
    "payload null": ([envelope(), b"null"], "invalid_input"),
    "payload a list": ([envelope(), b"[1, 2, 3, 4]"], "invalid_input"),
    "not of the schema": ([envelope(), flower(sepal_width=-1, petal_width="x")], "invalid_input"),
    "not of the schema, in one frame": ([envelope(input={"sepal_length": 1})], "invalid_input"),
    "batch that is no array": ([envelope(batch=True), flower()], "invalid_input"),
    "batch of a million and one": ([envelope(batch=True), b"[" + b"0," * 1_000_000 + b"0]"], "payload_too_large"),
    "batch of none": ([envelope(batch=True), b"[]"], None),
    "another content type": ([envelope(content_type="text/plain"), flower()], "unsupported_content_type"),
    "10 MB": ([envelope(), flower(pad="x" * 10_000_000)], None),
    "10 MB in one frame": ([envelope(input={**FLOWER, "pad": "x" * 10_000_000})], None),
    "70 MB": ([envelope(), b" " * 70_000_000], "payload_too_large"),
    "70 MB in one frame": ([one_frame(b" " * 70_000_000 + b"1")], "payload_too_large"),
}
CASES = {**ENVELOPES, **PAYLOADS}


def receive(socket):
    if not socket.poll(PATIENCE):
        raise TimeoutError("no reply")
    return socket.recv_multipart()


def reply_of(frames):
    # An empty first frame that a DEALER sent was a delimiter, and is mirrored.
    return json.loads(frames[0] or frames[1])


def ask(socket, *frames):
    socket.send_multipart(frames)
    return reply_of(receive(socket))


def code(reply):
    return reply["error"]["code"] if reply["status"] == "error" else None


def every_case(dealer, req):
    """Each case over both sockets, both in flight at once."""
    for name, (frames, expected) in CASES.items():
        for socket in (dealer, req):
            socket.send_multipart(frames)
        for kind, socket in (("DEALER", dealer), ("REQ", req)):
            try:
                reply = reply_of(receive(socket))
            except TimeoutError as fault:
                sys.exit(f"{name} ({kind}): {fault}")
            if code(reply) != expected:
                yield f"{name} ({kind}): {code(reply)} and not {expected}"
            elif expected and not reply["error"]["message"]:
                yield f"{name} ({kind}): no message"


def every_violation(dealer):
    reply = ask(dealer, envelope(id="v"), flower(sepal_width=-1, petal_width="x"))
    paths = sorted(detail["path"] for detail in reply["error"].get("details", []))
    if reply["id"] != "v" or paths != ["/petal_width", "/sepal_width"]:
        yield f"not every violation is told: {reply}"


def one_bad_item(dealer):
    dealer.send_multipart([envelope(batch=True), json.dumps([FLOWER, {}, FLOWER]).encode()])
    head, payload = receive(dealer)
    errors = json.loads(head)["errors"]
    setosa = {"species": "setosa"}
    if json.loads(payload) != [setosa, None, setosa] or [error["index"] for error in errors] != [1]:
        yield f"a bad item harms its neighbours: {payload} {errors}"


def among_good_ones(dealer, req):
    """Good and bad requests, all in flight at once, and a REQ between them: each gets its own answer."""
    expected = {number: None if number % 3 else "invalid_input" for number in range(300)}
    for number, wanted in expected.items():
        dealer.send_multipart([envelope(id=number), flower() if wanted is None else b"{}"])
    for number in range(20):
        if ask(req, envelope(id=number, input=FLOWER)).get("output") != {"species": "setosa"}:
            yield "a REQ beside a busy DEALER gets no answer"
    found = {}
    for _ in expected:
        reply = reply_of(receive(dealer))
        found[reply["id"]] = code(reply)
    if found != expected:
        yield "requests in flight at once get each other's answers"


def vanish(context, endpoint):
    """Clients that are gone before their replies."""
    for kind in (zmq.DEALER, zmq.REQ):
        with context.socket(kind) as socket:
            socket.connect(endpoint)
            for _ in range(100 if kind == zmq.DEALER else 1):
                socket.send_multipart([envelope(), flower()])
            socket.linger = 100


def strangers(endpoint):
    """Connections that don't speak ZeroMQ, or begin to and then don't."""
    host, port = re.fullmatch(r"tcp://(.+):(\d+)", endpoint).groups()
    greeting = b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(16) + b"\x00" + bytes(31)
    ready = b"\x04\x1c\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER"
    huge = b"\x02" + struct.pack(">Q", 1 << 62)
    no_zeromq = (b"", b"GET / HTTP/1.1\r\n\r\n", bytes(5000))
    for words in (*no_zeromq, greeting[:20], greeting + huge, greeting + ready + huge):
        with sockets.create_connection((host, int(port))) as connection:
            connection.sendall(words)


def not_reading(context, endpoint):
    """A client that asks and asks, and never reads."""
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    socket.connect(endpoint)
    for number in range(5000):
        socket.send_multipart([envelope(id=number, timeout_ms=5000), flower()])
    return socket


def as_well_as_before(req):
    """No worker was lost over any of this, and nothing stays behind."""
    deadline = time.monotonic() + PATIENCE / 1000
    stats = output(req, "stats")
    while (stats["queued"] or stats["in_flight"]) and time.monotonic() < deadline:
        time.sleep(0.02)
        stats = output(req, "stats")
    health = output(req, "health")
    if stats["workers_lost"] or stats["queued"] or stats["in_flight"] or health["status"] != "ready":
        yield f"afterwards: {health} {stats}"
    reply = ask(req, envelope(id="x", input=FLOWER))
    if reply["id"] != "x" or reply.get("output") != {"species": "setosa"}:
        yield f"afterwards: {reply}"


def output(socket, operation):
    return ask(socket, json.dumps({"op": operation}).encode())["output"]


def main():
    endpoint = sys.argv[1]
    with zmq.Context() as context:
        dealer, req = context.socket(zmq.DEALER), context.socket(zmq.REQ)
        for socket in (dealer, req):
            socket.linger = 0
            socket.connect(endpoint)
        faults = [*every_case(dealer, req), *every_violation(dealer), *one_bad_item(dealer)]
        strangers(endpoint)
        vanish(context, endpoint)
        rude = not_reading(context, endpoint)
        faults += [*among_good_ones(dealer, req), *as_well_as_before(req)]
        for socket in (dealer, req, rude):
            socket.close()
    print("\n".join(faults) or f"{len(CASES)} cases, each over DEALER and REQ")
    sys.exit(bool(faults))


main()
