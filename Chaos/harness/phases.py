"""The phases of a run: what serves, who asks, and what goes wrong meanwhile."""

import time
from dataclasses import dataclass

from .clients import TIMEOUT, make_clients
from .cluster import LIVENESS, Cluster
from .endpoints import endpoint
from .faults import Injector
from .processes import ProgramFailed, wait_until
from .schedule import Kind, Plan, draw
from .verdict import Outcome, Report, judge

WORKERS = 4
# Beyond its planned time a phase may take so much longer: a request that never ends does so by its timeout.
OVERTIME = TIMEOUT / 1000 + 10

WORKER_FAULTS = (
    Kind("kill", "worker", (0.0, 0.5), recovery=1.0, weight=3),
    Kind("pause", "worker", (0.02, 0.6 * LIVENESS), recovery=0.2, weight=2),
    Kind("stall", "worker", (1.5 * LIVENESS, 5 * LIVENESS), recovery=1.0, weight=3),
    Kind("drain", "worker", (0.0, 0.5), recovery=1.5, weight=2),
)
BROKER_FAULTS = (
    Kind("kill", "broker", (0.0, 1.0), recovery=3.0, weight=2),
    Kind("pause", "broker", (0.02, 0.6 * LIVENESS), recovery=0.5),
)
# What only another broker can make up for. A client of a broker that is stopped learns of it by ZMTP's heartbeats, within
# four seconds; one that drains turns its clients away, and may have to wait for a worker that was stopped.
BROKER_ABSENCES = (
    Kind("stall", "broker", (1.5 * LIVENESS, 5.0), recovery=3.0),
    Kind("drain", "broker", (0.0, 1.0), recovery=6.0),
)


@dataclass(frozen=True)
class Phase:
    name: str
    title: str
    # The transports of each broker's frontend and backend.
    brokers: tuple[tuple[str, str], ...]
    clients: tuple[str, ...]
    plan: Plan


# One worker is untouched at any time, and one of two brokers; a broker that comes back waits for its workers. So nobody
# has a reason to refuse anything.
RAW = Phase(
    "raw",
    "one broker, any ZeroMQ client",
    (("tcp", "ipc"),),
    ("raw", "raw", "swift"),
    Plan(WORKER_FAULTS, gap=0.4, spare={"worker": 1}),
)
ONE_BROKER = Phase(
    "one-broker",
    "one broker, killed too",
    (("tcp", "tcp"),),
    ("swift",) * 4,
    Plan(WORKER_FAULTS + BROKER_FAULTS, gap=0.5, spare={"worker": 1, "broker": 0}),
)
TWO_BROKERS = Phase(
    "two-brokers",
    "two brokers, killed in turn",
    (("tcp", "ipc"), ("ipc", "tcp")),
    ("swift",) * 4,
    Plan(WORKER_FAULTS + BROKER_FAULTS + BROKER_ABSENCES, gap=0.4, spare={"worker": 1, "broker": 1}),
)


def run(phase, settings, directory, requests, seconds):
    """A phase with brokers and workers of its own."""
    with Cluster(settings, directory) as cluster:
        backends = [endpoint(backend, directory, f"backend-{n}") for n, (_, backend) in enumerate(phase.brokers)]
        for n, (frontend, _) in enumerate(phase.brokers):
            cluster.start_broker(endpoint(frontend, directory, f"frontend-{n}"), backends[n])
        for _ in range(WORKERS):
            cluster.start_worker(backends)
        cluster.wait_for_workers(WORKERS)
        targets = {"worker": list(cluster.workers), "broker": list(cluster.brokers)}
        faults = draw(phase.plan, targets, seconds, f"{settings.seed} {phase.name}", settings.slowness)
        clients = make_clients(settings, directory, cluster.frontends, requests, seconds, phase.clients)
        injector = Injector(faults, {**cluster.workers, **cluster.brokers}, directory / "faults.log")
        return observe(phase.title, cluster, clients, injector, seconds)


def observe(title, cluster, clients, injector, seconds, enter=()):
    """Lets the clients ask while the faults strike, and judges what came of it."""
    begin = time.monotonic()
    for client in clients:
        cluster.programs.add(client.program).start()
    complaints = []
    # Ends with the clients; without them when something crashed, or they should have ended long ago.
    while not all(client.has_ended for client in clients) and time.monotonic() - begin < seconds + OVERTIME:
        injector.advance()
        complaints = list(cluster.crashed())
        if complaints:
            break
        time.sleep(0.005)
    taken = time.monotonic() - begin
    injector.heal()
    report = sum((client.report() for client in clients), Report())
    complaints += injector.complaints + list(judge(report))
    complaints += end(cluster, enter)
    return Outcome(title, taken, report, injector.count, cluster.requeued(), complaints)


def end(cluster, enter):
    """Once all is healed and every client gone, nothing may be left, and everybody leaves in peace."""
    complaints = []
    try:
        cluster.wait_for_workers(WORKERS, enter)
        wait_until(lambda: not list(cluster.leftovers(enter)), 10, "the brokers to be empty")
    except ProgramFailed as failure:
        complaints += [str(failure), *cluster.leftovers(enter)]
    return complaints + list(cluster.stop())
