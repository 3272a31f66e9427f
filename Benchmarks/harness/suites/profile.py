"""Where the broker's processor time goes, by perf (Debian: linux-perf)."""

import re
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from ..load import FINISHED, load_command, parse_sample
from ..processes import Fleet, ProcessFailed, run_to_end
from ..results import SuiteResult, Table
from ..systems import EchoBehindSibyl

IN_FLIGHT = 256
SECONDS = 5
HERTZ = 1999
LARGEST = 20  # functions told
LINE = re.compile(r"\s*(?P<share>[\d.]+)%\s+(?P<thread>\S+)\s+(?P<library>\S+)\s+\[.\]\s+(?P<function>.+?)\s*$")


def run(settings):
    result = SuiteResult("profile", "where the processor time of sibyl broker goes")
    if not shutil.which("perf"):
        result.notes.append("Not measured: perf is missing (Debian: linux-perf).")
        return result
    settings.progress("profile")
    lines = parse(_record(settings, result))
    own = [line for line in lines if line["library"] == settings.sibyl.name]
    result.tables = [
        table("threads", lines, "thread"),
        table("libraries", lines, "library"),
        table("the broker's own functions", own, "function"),
    ]
    result.figures = lines
    return result


def _record(settings, result):
    """perf's report of a broker under load, with Swift's names in clear."""
    free = settings.endpoints.free
    with Fleet() as fleet, tempfile.TemporaryDirectory() as directory:
        system = fleet.enter_context(EchoBehindSibyl(settings.sibyl, free("tcp"), free("tcp")))
        record = Path(directory) / "perf.data"
        load = fleet.start(*load_command(system, IN_FLIGHT, SECONDS + 1), listen=True)
        perf = ["perf", "record", "-F", HERTZ, "-p", system.broker.pid, "-o", record, "--", "sleep", SECONDS]
        run_to_end(perf, seconds=SECONDS + 30)
        output, _ = load.popen.communicate(timeout=30)
        if load.popen.returncode not in FINISHED:
            raise ProcessFailed(f"the load client failed. {load.error_text()}")
        result.note_faults("profile", [parse_sample(output)])
        report = run_to_end(["perf", "report", "-i", record, "--stdio", "-F", "overhead,comm,dso,sym"], seconds=120)
    return _demangled(report)


def _demangled(report):
    if not shutil.which("swift"):
        return report
    command = ["swift", "demangle", "--simplified", "--compact"]
    return subprocess.run(command, input=report, capture_output=True, text=True, timeout=60, check=True).stdout


def parse(report):
    matches = [match.groupdict() for match in map(LINE.match, report.splitlines()) if match]
    return [{**match, "share": float(match["share"])} for match in matches]


def table(title, lines, key):
    shares = Counter()
    for line in lines:
        shares[line[key]] += line["share"]
    rows = [[f"`{name}`", f"{share:.1f}%"] for name, share in shares.most_common(LARGEST) if share >= 0.1]
    return Table(title, [key, "of the broker's processor time"], rows)
