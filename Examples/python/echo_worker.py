#!/usr/bin/env python3
"""A Sibyl worker in Python: a model called "echo" that answers with its input.

    python echo_worker.py [BACKEND]        default: tcp://127.0.0.1:5556

The bytes of each message are in docs/protocol.md, "Broker and workers".
"""

import json
import os
import signal
import struct
import sys
import time

import zmq

VERSION = 1
CAPACITY = 16  # requests that the broker may hand over before any is answered
SCHEMA = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
MODEL = {
    "qualified_name": "echo",
    "display_name": "Echo",
    "description": "Answers with its input.",
    "version": "1.0.0",
    "input_schema": SCHEMA,
    "output_schema": SCHEMA,
}
TWO_FRAMES, BATCH, FAILED = 1, 2, 4  # flags
MALFORMED_PAYLOAD = 4  # the only error that an echo knows


def predict(value):
    return value


def hello():
    header = struct.pack("<cBHIII", b"H", VERSION, 0, CAPACITY, os.getpid(), 0)
    return header + json.dumps({"name": f"python-{os.getpid()}", "models": [MODEL]}).encode()


def envelope_of(request_id, error=None, started=0, items=1):
    if error:
        body = {"code": "malformed_payload", "message": error, "retryable": False}
        return {"v": 1, "id": request_id, "status": "error", "error": body}
    timing = {"queue_us": 0, "compute_us": microseconds_since(started), "batch_size": items}
    return {
        "v": 1, "id": request_id, "status": "ok", "model": MODEL["qualified_name"], "version": MODEL["version"],
        "worker": f"python-{os.getpid()}", "timing": timing, "content_type": "application/json",
    }


def microseconds_since(moment):
    return int((time.monotonic() - moment) * 1e6)


def parse(text):
    return json.loads(text, parse_constant=reject)


def reject(name):
    raise ValueError(f"{name} is not JSON")


def encode(value):
    """Strict JSON: neither NaN nor half a surrogate pair leaves this worker."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def messages_of(frames):
    """The messages in what one receive gave, each as its frames: those of a bundle, or the one that it is."""
    if frames[0][:1] != b"B":
        yield frames
        return
    rest = frames[0][4:]
    while rest:
        length, = struct.unpack_from("<I", rest)
        yield [rest[4:4 + length]]
        rest = rest[4 + length:]


def parts_of(frames):
    """A dispatch's header, the client's envelope (empty in the one-frame shape), and its payload or whole message."""
    header, rest = frames[0][:32], frames[0][32:]
    if len(frames) == 2:
        return header, rest, frames[1]
    length, = struct.unpack_from("<H", header, 30)  # joined
    return header, rest[:length], rest[length:]


def answer(header, envelope_text, second):
    """The two frames that answer a dispatch. Whatever a client sent, it is answered: a worker that dies takes its
    requests to the next worker, and the one that kills it too."""
    started = time.monotonic()
    flags, _queued, request = struct.unpack_from("<HIQ", header, 2)
    two_frames, batch = flags & TWO_FRAMES, flags & BATCH
    envelope = parse(envelope_text if two_frames else second)  # the broker has checked it
    error, items, output = None, 1, b""
    try:
        value = parse(second) if two_frames else envelope["input"]
        if batch and not isinstance(value, list):
            raise ValueError("a batch is an array")
        items = len(value) if batch else 1
        output = encode([predict(item) for item in value] if batch else predict(value))
    except (ValueError, RecursionError) as fault:
        error = str(fault)
    reply = encode(envelope_of(envelope.get("id"), error, started, items))
    if not two_frames and not error:
        reply = reply[:-1] + b', "output": ' + output + b"}"
    code = MALFORMED_PAYLOAD if error else 0
    reply_flags = (FAILED if error else TWO_FRAMES if two_frames else 0) | (BATCH if batch else 0)
    first = struct.pack(
        "<cBHIQIIII", b"A", VERSION, reply_flags, code, request, 0, microseconds_since(started), items, 0)
    return [first + reply, output] if two_frames and not error else [first, reply]


def connect(context, endpoint):
    """A new connection is a new worker to the broker, so each begins with a hello."""
    socket = context.socket(zmq.DEALER)
    socket.linger = 1000  # milliseconds, so that the last words go out
    socket.connect(endpoint)
    socket.send(hello())
    return socket


def handle(socket, frames, silence):
    """Does what one message asks for; returns how many milliseconds of silence mean that the broker is gone."""
    kind, version = frames[0][:1], frames[0][1]
    if version != VERSION:
        return silence
    if kind == b"W":
        print("welcome", flush=True)
        return struct.unpack_from("<I", frames[0], 8)[0]
    if kind == b"P":
        socket.send(struct.pack("<cBH", b"O", VERSION, 0))
    elif kind == b"D":
        socket.send_multipart(answer(*parts_of(frames)))
    elif kind == b"I":
        socket.send(hello())
    # A cancel ("C") comes too late for a worker that answers each request before it reads the next message.
    return silence


def serve(context, endpoint, stopping):
    socket = connect(context, endpoint)
    silence = 2000  # until the welcome says better
    while not stopping:
        if socket.poll(silence):
            for frames in messages_of(socket.recv_multipart()):
                silence = handle(socket, frames, silence)
        else:  # the broker is gone, or was restarted and has not heard of us
            socket.close(linger=0)
            socket = connect(context, endpoint)
    socket.send(struct.pack("<cBH", b"Q", VERSION, 0))
    while socket.poll(0):  # ends with what has been handed over; the broker hands over no more
        for frames in messages_of(socket.recv_multipart()):
            handle(socket, frames, silence)
    socket.send(struct.pack("<cBH", b"G", VERSION, 0))
    socket.close()


def main():
    stopping = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.append(True))
    endpoint = sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5556"
    with zmq.Context() as context:
        serve(context, endpoint, stopping)


if __name__ == "__main__":
    main()
