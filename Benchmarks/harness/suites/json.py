"""The JSON layer against Foundation's, in one process: see Benchmarks/JSON."""

import json

from ..build import build_json_benchmark
from ..pairing import Spread, ratio
from ..paths import IRIS_SAMPLES
from ..processes import run_to_end
from ..results import SuiteResult, Table

MILLISECONDS = 50  # a round of one contender: some passes even over the largest array


def run(settings):
    result = SuiteResult("json", "the JSON layer against Foundation's; every output is checked")
    settings.progress("json: building Benchmarks/JSON")
    program = build_json_benchmark()
    settings.progress("json: measuring")
    output = run_to_end([program, IRIS_SAMPLES, settings.rounds, MILLISECONDS * settings.seconds], seconds=1800)
    result.figures = json.loads(output)
    result.tables = [_table(contest) for contest in result.figures]
    result.notes.append("JSONSerialization reads some numbers with all digits off in the last bit; that is let pass.")
    return result


def _table(contest):
    """The last contender is the one that the others are compared with."""
    baseline = contest["contenders"][-1]
    name = baseline["name"].partition(",")[0]
    unit, divisor = ("ms", 1e6) if "array" in contest["item"] else ("µs", 1e3)
    rows = [
        [
            contender["name"],
            f"{Spread.of(contender['nanoseconds']).median / divisor:.2f}",
            ratio(baseline["nanoseconds"], contender["nanoseconds"], float).text(),
        ]
        for contender in contest["contenders"]
    ]
    return Table(contest["title"], ["by", f"{unit} {contest['item']}", f"times as fast as {name}"], rows)
