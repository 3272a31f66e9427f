"""Asks the model "echo" without pause until SIGTERM, and checks that each answer is the request's own.

    steady-load.py ENDPOINT

It prints "answering" after the first answer, and the sums at its end. Exit status 0 only if each request was answered
once, with `ok` and with its own input.
"""
import json
import signal
import sys

import zmq

IN_FLIGHT = 32
LONGEST = 200_000  # requests after which it ends by itself, should nobody stop it
PATIENCE = 30_000  # milliseconds of silence after which nothing more comes


def main():
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    waiting, faults, sent = set(), {}, 0
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        socket.linger = 0
        socket.connect(sys.argv[1])
        while waiting or not stopping and sent < LONGEST:
            while not stopping and sent < LONGEST and len(waiting) < IN_FLIGHT:
                socket.send_multipart([b'{"op":"predict","model":"echo","id":%d}' % sent, b"%d" % sent])
                waiting.add(sent)
                sent += 1
            if not socket.poll(PATIENCE):
                break
            frames = socket.recv_multipart()
            reply = json.loads(frames[0])
            fault = fault_of(reply, frames, waiting)
            waiting.discard(reply["id"])
            if fault:
                faults[fault] = faults.get(fault, 0) + 1
            if len(waiting) == IN_FLIGHT - 1 and sent == IN_FLIGHT:
                print("answering", flush=True)
    print(f"{sent} requests, {len(waiting)} unanswered, {sum(faults.values())} wrong {faults}")
    sys.exit(1 if waiting or faults or sent == 0 else 0)


def fault_of(reply, frames, waiting):
    if reply["id"] not in waiting:
        return "answered twice"
    if reply["status"] != "ok":
        return reply["error"]["code"]
    return None if frames[1] == b"%d" % reply["id"] else "another's answer"


main()
