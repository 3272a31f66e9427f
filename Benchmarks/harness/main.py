"""The command line: which suites, how long, and where the results go."""

import argparse
import json
import signal
import sys
import tempfile
from pathlib import Path

from . import build, machine, report
from .endpoints import TRANSPORTS, Endpoints
from .paths import PERFORMANCE_PAGE
from .processes import ProcessFailed
from .results import SuiteResult
from .settings import Settings
from .suites import baseline, batching, broker, crowd, flood, iris, loss, memory, profile, saturation, soak, start
from .suites import json as json_layer

SUITES = {
    "broker": broker,
    "iris": iris,
    "json": json_layer,
    "start": start,
    "memory": memory,
    "saturation": saturation,
    "batching": batching,
    "crowd": crowd,
    "flood": flood,
    "loss": loss,
    "soak": soak,
    "profile": profile,
    "baseline": baseline,
}
NEEDS_NO_SIBYL = {"baseline", "json"}
USES_PYTHON = {"iris", "memory"}

EXAMPLES = """examples:
  Benchmarks/run --quick                    a first look, some minutes
  Benchmarks/run broker --transport tcp     one suite
  Benchmarks/run --write                    everything, into docs/performance.md
"""


def main(arguments):
    options = _parse(arguments[1:])
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what it runs behind with SIGINT ignored
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that every `with` ends its processes
    try:
        results = _run(options)
    except KeyboardInterrupt:
        return 130
    except (build.NotBuilt, report.PageFault) as error:
        print(f"Benchmarks/run: {error}", file=sys.stderr)
        return 1
    return 1 if any(result.faults for result in results) else 0


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="Benchmarks/run",
        description="Sibyl's benchmarks: subject and baseline in one run, by interleaved rounds.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"of {', '.join(SUITES)}; default: all")
    parser.add_argument("--quick", action="store_true", help="two rounds, and 1 and 256 in flight")
    parser.add_argument("--rounds", type=_number(1, 100), help="how often each system is measured at each load (10)")
    parser.add_argument("--seconds", type=_number(1, 60), default=1, help="how long each time (1)")
    parser.add_argument("--in-flight", type=_number(1, 10000), nargs="+", help="requests in flight (each suite's own)")
    parser.add_argument("--transport", choices=TRANSPORTS, nargs="+", default=list(TRANSPORTS), help="(tcp ipc)")
    parser.add_argument("--sibyl", type=Path, help="the server's binary (.build/release/sibyl)")
    parser.add_argument("--no-python", action="store_true", help="leave the Python system out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures for programs")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    options = parser.parse_args(arguments)
    for name in options.suites:
        if name not in SUITES:
            parser.error(f"no suite {name!r}; there are {', '.join(SUITES)}")
    options.suites = options.suites or list(SUITES)
    options.command = " ".join(["Benchmarks/run", *arguments])
    return options


def _number(least, most):
    def parse(text):
        if not text.isdigit() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"want a number from {least} to {most}")
        return int(text)

    return parse


def _run(options):
    if options.write:
        report.check_page(PERFORMANCE_PAGE, ["targets", *options.suites])
    described = machine.describe()
    print(machine.text(described) + "\n")
    results = []
    with tempfile.TemporaryDirectory(prefix="sibyl-bench-") as directory:
        settings = _settings(options, directory)
        for name in options.suites:
            intruders = machine.Intruders()
            results.append(_finish(name, settings))
            results[-1].intruders = intruders.share()
            print(report.as_text(results[-1]), flush=True)
    _keep(options, described, results)
    return results


def _finish(name, settings):
    """A suite's result. What stops one suite is told as its fault, and the others go on."""
    try:
        return SUITES[name].run(settings)
    except ProcessFailed as error:
        return SuiteResult(name, "not finished", faults=[str(error)])


def _settings(options, directory):
    build.build_programs()
    python = not options.no_python and bool(USES_PYTHON & set(options.suites))
    if python:
        build.build_python_system()
    needs_sibyl = not NEEDS_NO_SIBYL.issuperset(options.suites)
    return Settings(
        sibyl=build.find_sibyl(options.sibyl) if needs_sibyl else None,
        endpoints=Endpoints(directory),
        rounds=options.rounds or (2 if options.quick else 10),
        seconds=options.seconds,
        in_flight=options.in_flight or ([1, 256] if options.quick else None),
        transports=options.transport,
        python=python,
    )


def _keep(options, described, results):
    if options.json:
        suites = [result.as_json() for result in results]
        document = {"command": options.command, "machine": described, "suites": suites}
        options.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    if options.write:
        text = machine.text(described)
        blocks = {result.name: report.as_markdown(result, options.command, text) for result in results}
        report.write_page(PERFORMANCE_PAGE, blocks)
        report.write_targets(PERFORMANCE_PAGE, results, are_all=set(options.suites) == set(SUITES))
