"""Where the processor time of zmq_proxy and of the broker goes, by perf (Debian: linux-perf)."""

import re
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from ..load import FINISHED, load_command, parse_sample
from ..processes import Fleet, ProcessFailed, run_to_end
from ..results import SuiteResult, Table
from ..systems import EchoBehindProxy, EchoBehindSibyl

IN_FLIGHT = 256
SECONDS = 5
HERTZ = 1999
LARGEST = 20  # functions told
LINE = re.compile(r"\s*(?P<share>[\d.]+)%\s+(?P<thread>\S+)\s+(?P<library>\S+)\s+\[.\]\s+(?P<function>.+?)\s*$")


def run(settings):
    result = SuiteResult("profile", f"where the broker's processor time goes, tcp, {IN_FLIGHT} in flight")
    if not shutil.which("perf"):
        result.notes.append("Not measured: perf is missing (Debian: linux-perf).")
        return result
    free = settings.endpoints.free
    proxy = EchoBehindProxy(free("tcp"), free("tcp"))
    sibyl = EchoBehindSibyl(settings.sibyl, free("tcp"), free("tcp"))
    profiles = {system.name: _profile(system, settings, result) for system in (proxy, sibyl)}
    own = [line for line in profiles[sibyl.name] if line["library"].startswith((settings.sibyl.name, "libc."))]
    result.figures = [{"system": name, "lines": lines} for name, lines in profiles.items()]
    result.tables = [
        table("by library, µs a request", "library", profiles),
        table("by thread, µs a request", "thread", profiles),
        table("the broker's own functions and those of libc, µs a request", "function", {sibyl.name: own}),
    ]
    return result


def _profile(system, settings, result):
    """What perf found, each line with its `microseconds` a request."""
    settings.progress(f"profile: {system.name}")
    with Fleet() as fleet, tempfile.TemporaryDirectory() as directory:
        fleet.enter_context(system)
        record = Path(directory) / "perf.data"
        load = fleet.start(*load_command(system, IN_FLIGHT, SECONDS + 1), listen=True)
        perf = ["perf", "record", "-F", HERTZ, "-p", system.broker.pid, "-o", record, "--", "sleep", SECONDS]
        run_to_end(perf, seconds=SECONDS + 30)
        output, _ = load.popen.communicate(timeout=30)
        if load.popen.returncode not in FINISHED:
            raise ProcessFailed(f"the load client failed. {load.error_text()}")
        report = run_to_end(["perf", "report", "-i", record, "--stdio", "-F", "overhead,comm,dso,sym"], seconds=120)
    sample = parse_sample(output)
    result.note_faults(f"profile of {system.name}", [sample])
    return parse(_demangled(report), sample.processor["broker"])


def _demangled(report):
    if not shutil.which("swift"):
        return report
    command = ["swift", "demangle", "--simplified", "--compact"]
    return subprocess.run(command, input=report, capture_output=True, text=True, timeout=60, check=True).stdout


def parse(report, microseconds):
    """Lines of a perf report about a process that takes so many microseconds a request."""
    matches = [match.groupdict() for match in map(LINE.match, report.splitlines()) if match]
    return [{**match, "microseconds": float(match["share"]) / 100 * microseconds} for match in matches]


def table(title, key, profiles):
    """Sums by `key`, one column a system, the largest of the last system first."""
    sums = []
    for lines in profiles.values():
        sums.append(Counter())
        for line in lines:
            sums[-1][line[key]] += line["microseconds"]
    names = [name for name, _ in (sums[-1] + sums[0]).most_common(LARGEST)]
    rows = [[f"`{name}`", *(f"{each[name]:.3f}" for each in sums)] for name in names]
    return Table(title, [key, *profiles], rows)
