"""The command line: which phases, from which seed."""

import argparse
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from . import partition, phases, report, rolling
from .clients import Report
from .paths import PLUGIN, SIBYL, SWIFT_CLIENT
from .processes import ProgramFailed
from .settings import Settings
from .verdict import Outcome


@dataclass(frozen=True)
class Entry:
    """A phase of the command line: what runs it, and how many requests it asks in how many seconds."""

    run: Callable
    full: tuple[int, int]
    quick: tuple[int, int]


PHASES = {
    "raw": Entry(partial(phases.run, phases.RAW), (45_000, 16), (3_000, 3)),
    "one-broker": Entry(partial(phases.run, phases.ONE_BROKER), (200_000, 70), (10_000, 4)),
    "two-brokers": Entry(partial(phases.run, phases.TWO_BROKERS), (200_000, 70), (10_000, 4)),
    "rolling": Entry(rolling.run, (30_000, 12), (4_500, 3)),
    "partition": Entry(partition.run, (40_000, 25), (6_000, 6)),
}
EXAMPLES = """examples:
  Chaos/run                        every phase, about four minutes
  Chaos/run --quick                every phase, half a minute
  Chaos/run two-brokers --seed 7   one phase, with the faults of an earlier run
  Chaos/run raw --attempts 1       fails, as it should: a lost worker now costs its requests
"""


def main(arguments):
    options = _parse(arguments)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what it runs behind with SIGINT ignored
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that every `with` ends its processes
    settings = Settings(
        options.seed, options.sibyl.absolute(), options.client.absolute(), options.attempts, options.slowness)
    missing = [path for path in (settings.sibyl, settings.client, PLUGIN) if not path.exists()]
    if missing:
        print(f"Chaos/run: {missing[0]} is missing; `make chaos` builds it", file=sys.stderr)
        return 2
    try:
        return _run(options, settings)
    except KeyboardInterrupt:
        return 130


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="Chaos/run",
        description="Sibyl under faults: real processes that are killed, stopped and drained while clients ask.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("phases", nargs="*", metavar="PHASE", help=f"of {', '.join(PHASES)}; default: all")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="of the faults (a random one)")
    parser.add_argument("--quick", action="store_true", help="few requests in little time")
    parser.add_argument("--attempts", type=int, default=20, help="broker.attempts (20: no request meets so many kills)")
    parser.add_argument("--slowness", type=float, default=1, help="of the programs, against a release build (1)")
    parser.add_argument("--sibyl", type=Path, default=SIBYL, help="the program (.build/release/sibyl)")
    parser.add_argument("--client", type=Path, default=SWIFT_CLIENT, help="the Swift client (Chaos/Client)")
    parser.add_argument("--keep", action="store_true", help="keep the logs of a clean run too")
    options = parser.parse_args(arguments[1:])
    for name in options.phases:
        if name not in PHASES:
            parser.error(f"no phase {name!r}; there are {', '.join(PHASES)}")
    return options


def _run(options, settings):
    print(f"seed {settings.seed}\n{report.heading()}", flush=True)
    begin = time.monotonic()
    directory = Path(tempfile.mkdtemp(prefix="sibyl-chaos-"))
    outcomes = []
    try:
        for name in options.phases or PHASES:
            outcomes.append(_run_phase(name, options, settings, directory / name))
            print(report.rows(outcomes[-1]), flush=True)
    finally:
        is_clean = bool(outcomes) and not any(outcome.complaints for outcome in outcomes)
        if is_clean and not options.keep:
            shutil.rmtree(directory)
        else:
            print(f"logs are in {directory}")
    print(report.closing(outcomes, time.monotonic() - begin))
    return 0 if is_clean else 1


def _run_phase(name, options, settings, directory):
    directory.mkdir()
    entry = PHASES[name]
    try:
        return entry.run(settings, directory, *(entry.quick if options.quick else entry.full))
    except ProgramFailed as failure:
        return Outcome(name, 0, Report(), complaints=[str(failure)])


if __name__ == "__main__":
    sys.exit(main(sys.argv))
