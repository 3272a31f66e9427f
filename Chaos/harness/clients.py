"""The clients: processes that ask, check every answer, and tell what came of it."""

import json
import sys
from collections import Counter
from dataclasses import dataclass, field

from .cluster import MODEL
from .paths import RAW_CLIENT
from .processes import Program

IN_FLIGHT = 128
TIMEOUT = 60_000  # milliseconds for a request: far longer than any fault of a schedule lasts


@dataclass
class Report:
    """What came of the requests of one client, or of several together."""

    asked: int = 0
    right: int = 0
    wrong: int = 0
    lost: int = 0
    twice: int = 0
    failed: Counter = field(default_factory=Counter)
    retried: Counter = field(default_factory=Counter)
    longest_ms: int = 0
    examples: list[str] = field(default_factory=list)

    def __add__(self, other):
        return Report(
            *(getattr(self, name) + getattr(other, name) for name in ("asked", "right", "wrong", "lost", "twice")),
            self.failed + other.failed,
            self.retried + other.retried,
            max(self.longest_ms, other.longest_ms),
            self.examples + other.examples,
        )


class Client:
    """One client process with its share of the requests."""

    def __init__(self, name, command, order, directory, enter=()):
        self.order = order
        self.program = Program(name, [*enter, *command, json.dumps(order)], directory)

    @property
    def has_ended(self):
        return not self.program.is_running

    def report(self):
        """What it printed. A client that said nothing has lost all that it was to ask."""
        asked = self.order["count"]
        if self.program.is_running:
            self.program.kill()
            return Report(asked, lost=asked, examples=[f"{self.program.name} did not come to an end"])
        if self.program.status != 0:
            return Report(asked, lost=asked, examples=[f"{self.program.name}: {self.program.last_words()}"])
        told = json.loads(self.program.log.read_text().splitlines()[-1])
        answered = told["right"] + told["wrong"] + sum(told["failed"].values())
        return Report(
            asked,
            told["right"],
            told["wrong"],
            # The Swift library ends every call once, so nothing is lost or doubled that adds up.
            told.get("lost", asked - answered),
            told.get("twice", 0),
            Counter(told["failed"]),
            Counter(told["retried"]),
            told["longest_ms"],
            told["examples"],
        )


def make_clients(settings, directory, frontends, requests, seconds, kinds, enter=()):
    """One client for each of `kinds`, "swift" or "raw", which share the requests. Every other one prefers the last
    broker to the first."""
    share = requests // len(kinds)
    commands = {"swift": [settings.client], "raw": [sys.executable, RAW_CLIENT]}
    clients = []
    for place, kind in enumerate(kinds):
        order = {
            "endpoints": frontends if place % 2 == 0 else frontends[::-1],
            "model": MODEL,
            "first": place * share,
            "count": share,
            "per_second": share / seconds,
            "in_flight": IN_FLIGHT,
            "timeout_ms": TIMEOUT,
        }
        clients.append(Client(f"client {place + 1} {kind}", commands[kind], order, directory, enter))
    return clients
