"""Sends many requests over one DEALER, kills a worker process half way, and checks every answer.

    killed-worker.py ENDPOINT PROCESS COUNT DATA PREDICTIONS

Exit status 0 only if each request was answered exactly once, and as scikit-learn answers it.
"""
import json
import os
import signal
import sys
import time

import zmq

IN_FLIGHT = 256
PATIENCE = 30_000  # milliseconds of silence after which nothing more comes


def read(data, predictions):
    fields, *rows = [line.split(",") for line in open(data).read().split()]
    inputs = [json.dumps(dict(zip(fields[:4], map(float, row)))).encode() for row in rows]
    return inputs, open(predictions).read().split()[1:]


def main():
    endpoint, process, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    inputs, species = read(*sys.argv[4:6])
    answers = [0] * count
    wrong = failed = sent = received = 0
    killed_at = None
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        socket.linger = 0
        socket.connect(endpoint)
        begin = time.monotonic()
        while received < count:
            while sent < count and sent - received < IN_FLIGHT:
                envelope = b'{"op":"predict","model":"iris_model","id":%d}' % sent
                socket.send_multipart([envelope, inputs[sent % len(inputs)]])
                sent += 1
            if killed_at is None and received >= count // 2:
                os.kill(process, signal.SIGKILL)
                killed_at = received
            if not socket.poll(PATIENCE):
                break
            frames = socket.recv_multipart()
            reply = json.loads(frames[0])
            received += 1
            answers[reply["id"]] += 1
            if reply["status"] != "ok":
                failed += 1
            elif json.loads(frames[1])["species"] != species[reply["id"] % len(species)]:
                wrong += 1
        seconds = time.monotonic() - begin
        # Anything that comes now would be an answer too many.
        while socket.poll(200):
            answers[json.loads(socket.recv_multipart()[0])["id"]] += 1
    missing, doubled = answers.count(0), sum(answer > 1 for answer in answers)
    print(f"killed process {process} after {killed_at} answers")
    print(f"{count} requests in {seconds:.2f} s: {answers.count(1)} answered once, {missing} missing, "
          f"{doubled} answered twice, {failed} failed, {wrong} wrong")
    sys.exit(1 if missing or doubled or failed or wrong else 0)


main()
