"""The phase in which `sibyl serve` rolls: SIGHUP replaces its workers one by one, and no client may notice."""

import os
import signal
import time
from collections import Counter
from contextlib import suppress
from random import Random

from .clients import make_clients
from .cluster import THREADS, Cluster
from .endpoints import endpoint
from .paths import PLUGIN
from .phases import WORKERS, observe

TITLE = "sibyl serve, rolled by SIGHUP"
CLIENTS = ("raw", "swift", "swift")
ROLLS = 3
LIMIT = 30  # seconds for one roll: each of four workers has a request of 200 ms at most to finish


def run(settings, directory, requests, seconds):
    with Cluster(settings, directory) as cluster:
        frontend = endpoint("tcp", directory, "frontend")
        serve = cluster.start(
            "serve", "serve", "--frontend", frontend, "--workers", WORKERS, "--plugin", PLUGIN,
            environment={"SIBYL_WORKER_THREADS": str(THREADS)},
        )
        cluster.brokers["serve"] = serve
        cluster.frontends.append(frontend)
        cluster.wait_for_workers(WORKERS)
        clients = make_clients(settings, directory, cluster.frontends, requests, seconds, CLIENTS)
        rolls = Rolls(serve, Random(f"{settings.seed} rolling"), seconds)
        return observe(TITLE, cluster, clients, rolls, seconds)


class Rolls:
    """Sends SIGHUP, watches the workers being replaced, and sends it again: what `Injector` is to other phases."""

    def __init__(self, serve, random, seconds):
        self.count = Counter()
        self.complaints = []
        self._serve = serve
        self._random = random
        self._longest_pause = seconds / ROLLS / 4
        self._old = set()  # the workers that have to go
        self._next = time.monotonic() + random.uniform(0.2, self._longest_pause)
        self._deadline = 0.0

    def advance(self):
        workers = children(self._serve.process.pid)
        if self._old:
            self._watch(workers)
        elif self.count["roll"] < ROLLS and time.monotonic() >= self._next:
            self._old = workers
            self._deadline = time.monotonic() + LIMIT
            self._serve.signal(signal.SIGHUP)

    def _watch(self, workers):
        if len(workers) < WORKERS - 1:
            self._complain(f"{WORKERS - len(workers)} of {WORKERS} workers were gone at once")
        if not workers & self._old and len(workers) == WORKERS:
            self._end_roll()
        elif time.monotonic() > self._deadline:
            self._complain(f"{len(workers & self._old)} workers were not replaced within {LIMIT} s")
            self._end_roll()

    def _complain(self, complaint):
        if complaint not in self.complaints:
            self.complaints.append(complaint)

    def _end_roll(self):
        self.count["roll"] += 1
        self._old = set()
        self._next = time.monotonic() + self._random.uniform(0, self._longest_pause)

    def heal(self):
        """Sees the rolls through, should the clients have ended before."""
        while self.count["roll"] < ROLLS and self._serve.is_running:
            self.advance()
            time.sleep(0.01)


def children(pid):
    """The processes that it started and that have not ended."""
    found = set()
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                found |= {int(child) for child in file.read().split()}
    return {child for child in found if not is_zombie(child)}


def is_zombie(pid):
    with suppress(FileNotFoundError, ProcessLookupError):
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(") ")[2].startswith("Z")
    return True
