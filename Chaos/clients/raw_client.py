"""Asks over a bare DEALER as its one argument says, and counts the answers to each request.

Takes what Chaos/Client takes and prints what that prints, with two counts more: requests that nobody answered (`lost`)
and those that were answered more than once (`twice`). It never asks again, so it stands for any ZeroMQ program.
"""
import json
import sys
import time
from collections import Counter

import zmq

STRAGGLERS = 500  # milliseconds after the last answer in which a second one to the same request would come


def question(number):
    """The input, which is also the answer: see Question in Chaos/Client."""
    slow = 50 + number % 150 if number % 40 == 0 else number % 2
    return {"number": number, "sleep_ms": slow, "padding": "x" * 16 * 1024 if number % 50 == 7 else ""}


def message(order, number):
    """One frame or two, by turns: the two shapes that a request may have."""
    envelope = {"op": "predict", "model": order["model"], "id": number, "timeout_ms": order["timeout_ms"]}
    if number % 4 == 0:
        envelope["priority"] = "bulk"
    if number % 2:
        return [json.dumps(envelope | {"input": question(number)}).encode()]
    return [json.dumps(envelope).encode(), json.dumps(question(number)).encode()]


class Load:
    def __init__(self, order, socket):
        self.order = order
        self.socket = socket
        self.sent_at = []
        self.answers = Counter()
        self.failed = Counter()
        self.wrong = 0
        self.longest = 0.0
        self.examples = []

    def run(self, stragglers=STRAGGLERS):
        begin = time.monotonic()
        count, patience = self.order["count"], self.order["timeout_ms"] / 1000 + 5
        heard = begin
        # Ends with the last answer, or when nothing came for longer than a request may take.
        while len(self.answers) < count and time.monotonic() - heard < patience:
            self.send_what_is_due(begin)
            if self.socket.poll(2):
                self.receive(self.socket.recv_multipart())
                heard = time.monotonic()
        while self.socket.poll(stragglers):
            self.receive(self.socket.recv_multipart())
        return self.outcome()

    def send_what_is_due(self, begin):
        due = min(self.order["count"], int((time.monotonic() - begin) * self.order["per_second"]) + 1)
        while len(self.sent_at) < due and len(self.sent_at) - len(self.answers) < self.order["in_flight"]:
            self.socket.send_multipart(message(self.order, self.order["first"] + len(self.sent_at)))
            self.sent_at.append(time.monotonic())

    def receive(self, frames):
        reply = json.loads(frames[0])
        number = reply["id"]
        self.answers[number] += 1
        self.longest = max(self.longest, time.monotonic() - self.sent_at[number - self.order["first"]])
        if reply["status"] != "ok":
            self.failed[reply["error"]["code"]] += 1
            if len(self.examples) < 5:
                self.examples.append(f"request {number}: {reply['error']}")
        elif (json.loads(frames[1]) if len(frames) > 1 else reply["output"]) != question(number):
            self.wrong += 1

    def outcome(self):
        count = self.order["count"]
        failed = sum(self.failed.values())
        return {
            "right": sum(self.answers.values()) - self.wrong - failed,
            "wrong": self.wrong,
            "lost": count - len(self.answers),
            "twice": sum(times > 1 for times in self.answers.values()),
            "failed": self.failed,
            "retried": {},
            "longest_ms": int(self.longest * 1000),
            "examples": self.examples,
        }


def main():
    order = json.loads(sys.argv[1])
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        socket.linger = 0
        socket.connect(order["endpoints"][0])
        print(json.dumps(Load(order, socket).run()))


if __name__ == "__main__":
    main()
