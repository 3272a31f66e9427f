"""Many peers at once: what 500 workers and 10,000 connected clients take of a broker's memory and time."""

import resource
import time

from ..comparison import Comparison
from ..load import measure
from ..pairing import interleave, median
from ..paths import IRIS_SAMPLES, PROGRAMS
from ..processes import Fleet, processor_seconds, resident_bytes
from ..results import SuiteResult, Table
from ..systems import EchoBehindProxy, EchoBehindSibyl

CLIENTS, WORKERS = 10_000, 500
PROGRAMS_OF_CLIENTS = 4  # share them: each client takes two descriptors
IN_FLIGHT = 256
IDLE_SECONDS = 3
MEGABYTE = 1e6


def run(settings):
    clients = _raise_descriptor_limit()
    result = SuiteResult("crowd", f"{WORKERS} workers and {clients:,} connected clients")
    free = settings.endpoints.free
    with Fleet() as fleet:
        systems = [
            fleet.enter_context(EchoBehindProxy(free("tcp"), free("tcp"))),
            fleet.enter_context(EchoBehindSibyl(settings.sibyl, free("tcp"), free("tcp"))),
        ]
        sizes, speeds = [], [_speed("two workers, one client", systems, settings, result)]
        for what, count, add in (("workers", WORKERS, _add_workers), ("clients", clients, _add_clients)):
            settings.progress(f"crowd: {count} {what}")
            sizes += [_grow(system, what, count, lambda: add(fleet, system, count)) for system in systems]
            speeds.append(_speed(f"and {count:,} idle {what}", systems, settings, result))
    result.tables.append(Table("memory", ["broker", "added", "resident MB before", "after", "KB each"], sizes))
    columns = ["connected", *(f"{system.name}, {what}" for what in ("requests a second", "idle") for system in systems)]
    title = f"speed with {IN_FLIGHT} in flight of one client, and processor time with none, in parts of a core"
    result.tables.append(Table(title, [*columns, "ratio of rates", "ratio of CPU a request"], speeds))
    if clients < CLIENTS:
        result.notes.append(f"The descriptors of this machine (ulimit -Hn) allow {clients:,} clients, not {CLIENTS:,}.")
    return result


def _raise_descriptor_limit():
    """What is started inherits the limit. The number of clients that it allows; the broker needs one for each peer."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return min(CLIENTS, most - WORKERS - 200)


def _grow(system, what, count, add):
    before = resident_bytes(system.broker.pid)[0]
    add()
    time.sleep(1)  # heartbeats included
    after = resident_bytes(system.broker.pid)[0]
    sizes = (before / MEGABYTE, after / MEGABYTE, (after - before) / count / 1000)
    return [system.name, f"{count:,} {what}", *(f"{size:.1f}" for size in sizes)]


def _add_workers(fleet, system, count):
    program = PROGRAMS / ("sibyl_echo_worker" if isinstance(system, EchoBehindSibyl) else "echo_worker")
    fleet.start(program, "--connect", system.backend, "--workers", count)
    time.sleep(2)


def _add_clients(fleet, system, count):
    each = count // PROGRAMS_OF_CLIENTS
    crowd = [PROGRAMS / "client_crowd", "--connect", system.endpoint, "--model", system.model, "--clients", each]
    crowd += ["--samples", IRIS_SAMPLES, "--check", system.check]
    for _ in range(PROGRAMS_OF_CLIENTS):
        fleet.start(*crowd, listen=True).read_line(seconds=60)


def _speed(title, systems, settings, result):
    idle = [f"{share:.1%}" for share in _idle_shares(systems)]
    samples = interleave(systems, min(settings.rounds, 5), lambda system: measure(system, IN_FLIGHT, settings.seconds))
    names = [system.name for system in systems]
    for name, of_one in zip(names, samples):
        result.note_faults(f"{name}, {title}", of_one)
    comparison = Comparison("tcp", IN_FLIGHT, names, samples)
    result.figures.append({"connected": title, **comparison.as_json()})
    rates = [f"{median(of_one, lambda sample: sample.rate):,.0f}" for of_one in samples]
    ratios = [comparison.rate_ratio(*reversed(names)).text(), comparison.processor_ratio(*reversed(names)).text()]
    return [title, *rates, *idle, *ratios]


def _idle_shares(systems):
    before = [processor_seconds(system.broker.pid) for system in systems]
    time.sleep(IDLE_SECONDS)
    return [(processor_seconds(system.broker.pid) - then) / IDLE_SECONDS for system, then in zip(systems, before)]
