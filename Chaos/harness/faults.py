"""Makes the faults of a schedule happen, and heals them."""

import heapq
import itertools
import signal
import time
from collections import Counter
from datetime import UTC, datetime

DRAIN_LIMIT = 20  # seconds in which a drained worker must have left: twice what it takes for its last requests


class Injector:
    """Runs through a schedule as time passes, and writes down what it does.

    `targets` are programs or links by the names that the schedule uses."""

    def __init__(self, faults, targets, log):
        self.targets = targets
        self.count = Counter()
        self.complaints = []
        self._log = log
        self._order = itertools.count()
        self._steps = []
        for fault in faults:
            self._plan(fault.at, self._strike, fault)
        self._begin = time.monotonic()

    def _plan(self, at, step, *arguments):
        heapq.heappush(self._steps, (at, next(self._order), step, arguments))

    def advance(self):
        """Does what is due."""
        while self._steps and self._steps[0][0] <= self._now():
            _, _, step, arguments = heapq.heappop(self._steps)
            step(*arguments)

    def heal(self):
        """Ends the faults that are under way, and begins no other."""
        self._steps = [step for step in self._steps if step[2] != self._strike]
        heapq.heapify(self._steps)
        while self._steps:
            self.advance()
            time.sleep(0.01)

    def _now(self):
        return time.monotonic() - self._begin

    def _strike(self, fault):
        self.count[fault.kind.label] += 1
        with self._log.open("a") as log:
            print(f"{datetime.now(UTC):%H:%M:%S.%f} {fault}", file=log)
        target = self.targets[fault.target]
        end = self._now() + fault.lasts
        match fault.kind.name:
            case "kill":
                target.kill()
                self._plan(end, target.start)
            case "pause" | "stall":
                target.signal(signal.SIGSTOP)
                self._plan(end, target.signal, signal.SIGCONT)
            case "drain":
                target.ask_to_end()
                self._plan(end, self._restart, target, self._now() + DRAIN_LIMIT)
            case "cut":
                target.take_down()
                self._plan(end, target.bring_up)
            case "silence":
                target.silence()
                self._plan(end, target.restore)

    def _restart(self, program, deadline):
        """Starts a drained program again once it has left by itself."""
        if program.is_running and self._now() < deadline:
            return self._plan(self._now() + 0.02, self._restart, program, deadline)
        if program.is_running:
            self.complaints.append(f"{program.name} did not leave within {DRAIN_LIMIT} s of SIGTERM")
            program.kill()
        elif program.status != 0:
            self.complaints.append(f"{program.name} was drained and ended with status {program.status}")
        program.start()
