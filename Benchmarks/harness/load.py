"""One run of the load client, and what it measured."""

import json
from dataclasses import dataclass

from .paths import IRIS_SAMPLES, PROGRAMS
from .processes import ProcessFailed, run_to_end

FINISHED = (0, 2)  # 2: with wrong, lost or doubled answers, which its report counts


@dataclass(frozen=True)
class Sample:
    """One measured window. Times in microseconds; `processor` is per request, by the name of who used it."""

    rate: float
    median: float
    p99: float
    longest: float
    processor: dict
    requests: int
    faults: int
    first_fault: str

    @property
    def total_processor(self):
        return sum(self.processor.values())


def parse_sample(text):
    """What the load client printed."""
    report = json.loads(text)
    return Sample(
        rate=report["rate"],
        median=report["latency_us"]["p50"],
        p99=report["latency_us"]["p99"],
        longest=report["latency_us"]["max"],
        processor=report["cpu_us"],
        requests=report["requests"],
        faults=report["missing"] + report["failed"] + report["duplicates"] + report["strangers"],
        first_fault=report["first_failure"],
    )


def measure(system, in_flight, seconds):
    """Loads a system for `seconds` with iris inputs, so that all systems carry the same messages."""
    command = load_command(system, in_flight, seconds)
    sample = parse_sample(run_to_end(command, seconds=seconds * 2 + 30, accept=FINISHED))
    if sample.rate == 0:
        raise ProcessFailed(f"{system.name} answered nothing at {in_flight} in flight. {sample.first_fault}")
    return sample


def load_command(system, in_flight, seconds, requests=None, priority="interactive", watched=None):
    """The load client; it ends after `requests` or, without, after `seconds`, and then exits with one of FINISHED."""
    ceiling = 100_000 if in_flight == 1 else 1_500_000  # more a second than any system here can do
    command = [PROGRAMS / "load_client", "--connect", system.endpoint, "--model", system.model]
    command += ["--samples", IRIS_SAMPLES, "--check", system.check, "--in-flight", in_flight, "--priority", priority]
    command += ["--seconds", seconds, "--requests", requests or seconds * ceiling]
    for name, pids in (watched or system.watched()).items():
        command += ["--watch", f"{name}={','.join(map(str, pids))}"]
    return command + ["--warm-up", min(20 * in_flight + 200, 5000)]


def first_reply_command(endpoint, model, check):
    command = [PROGRAMS / "first_reply", "--connect", endpoint, "--model", model]
    return command + ["--samples", IRIS_SAMPLES, "--check", check]
