"""Whether the broker grows: as many requests as 10,000 a second are in an hour, with its memory told on the way."""

import time

from ..load import FINISHED, load_command, parse_sample
from ..processes import Fleet, resident_bytes, run_to_end
from ..results import SuiteResult, Table, Target
from ..systems import EchoBehindSibyl

HOUR = 36_000_000
PARTS = 10
IN_FLIGHT = 256
MEGABYTE = 1e6


def run(settings):
    parts = min(settings.rounds, PARTS)
    result = SuiteResult("soak", f"{HOUR // PARTS * parts:,} requests through sibyl broker, by one client after another")
    free = settings.endpoints.free
    with Fleet() as fleet:
        system = fleet.enter_context(EchoBehindSibyl(settings.sibyl, free("tcp"), free("tcp")))
        rows, figures = [], []
        for part in range(parts + 1):  # the first warms up
            settings.progress(f"soak: part {part} of {parts}")
            sample = _run_part(system)
            result.note_faults(f"part {part}", [sample])
            figures.append((sample.rate, _memory(system)))
            rows.append([f"{HOUR // PARTS * (part + 1):,}", f"{sample.rate:,.0f}", f"{figures[-1][1] / MEGABYTE:.2f}"])
    result.figures = [{"rate": rate, "resident_bytes": size} for rate, size in figures]
    result.tables.append(Table("tcp, 256 in flight", ["requests so far", "requests a second", "broker, resident MB"], rows))
    growth = (figures[-1][1] - figures[0][1]) / MEGABYTE
    text = f"the broker grows over {HOUR // PARTS * parts:,} requests"
    result.targets.append(Target(text, growth, 1, at_most=True, unit=" MB"))
    return result


def _run_part(system):
    command = load_command(system, IN_FLIGHT, seconds=120, requests=HOUR // PARTS)
    return parse_sample(run_to_end(command, seconds=180, accept=FINISHED))


def _memory(system):
    time.sleep(0.5)  # the client's connection is closed, and what belonged to it is given back
    return resident_bytes(system.broker.pid)[0]
