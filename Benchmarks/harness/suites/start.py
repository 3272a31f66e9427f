"""How long `sibyl serve` takes from its start to its first right prediction."""

import json
import statistics
import time

from ..load import first_reply_command
from ..paths import ROOT
from ..processes import Fleet
from ..results import SuiteResult, Table, Target
from ..systems import WORKERS, SibylServe


def run(settings):
    result = SuiteResult("start", "from starting sibyl serve to the first right prediction, milliseconds")
    rows = []
    for transport in settings.transports:
        settings.progress(f"start: {transport}")
        times = [_start_once(transport, settings) for _ in range(max(3, settings.rounds))]
        middle = statistics.median(times)
        rows.append([transport, str(len(times)), *(f"{value:.0f}" for value in (middle, min(times), max(times)))])
        result.figures.append({"transport": transport, "milliseconds": times})
        text = f"first right prediction, {transport}"
        result.targets.append(Target(text, middle, 150, at_most=True, unit=" ms"))
    result.tables.append(Table("milliseconds", ["transport", "starts", "median", "fastest", "slowest"], rows))
    return result


def _start_once(transport, settings):
    """The client asks already when the server starts, and again at once while it is refused."""
    endpoint = settings.endpoints.free(transport)
    with Fleet() as fleet:
        client = fleet.start(*first_reply_command(endpoint, SibylServe.model, SibylServe.check), listen=True)
        client.read_line(seconds=10)
        start = time.monotonic_ns()
        fleet.start(settings.sibyl, "serve", "--frontend", endpoint, "--workers", WORKERS, cwd=ROOT)
        return (json.loads(client.read_line(seconds=60))["at_ns"] - start) / 1e6
