"""What a flood of bulk requests does to somebody who asks interactively, one request at a time."""

import time

from ..load import FINISHED, load_command, measure, parse_sample
from ..pairing import Spread, interleave
from ..processes import Fleet, ProcessFailed
from ..results import SuiteResult, Table, Target
from ..systems import PoolBehindSibyl, SibylServe

MILLISECONDS = 5  # that the slow model takes: all that a flood may add, since no computation is broken off
FLOOD = 1000  # bulk requests in flight
SECONDS = 2  # some hundred requests to the slow model, so that a p99 is one
ALONE, FLOODED = "alone", "under the flood"


def run(settings):
    result = SuiteResult("flood", f"one interactive request at a time, alone and beside {FLOOD} bulk requests in flight")
    free = settings.endpoints.free
    slow = PoolBehindSibyl(settings.sibyl, free("tcp"), free("tcp"), workers=4, milliseconds=MILLISECONDS, capacity=1)
    rows = []
    for title, system in ((f"4 workers of {MILLISECONDS} ms", slow), ("sibyl serve", SibylServe(settings.sibyl, free("tcp")))):
        settings.progress(f"flood: {title}")
        pairs = _measure(system, settings, result)
        rows += [[title, name, *_cells(pairs[name])] for name in pairs]
        result.figures.append({"system": title, "p99_us": {name: [s.p99 for s, _ in pairs[name]] for name in pairs}})
        added = Spread.of([(b.p99 - a.p99) / 1000 for (a, _), (b, _) in zip(pairs[ALONE], pairs[FLOODED])])
        result.notes.append(f"{title}: the flood adds {added.text()} ms to the p99.")
        if system is slow:
            text = f"a bulk flood adds to the interactive p99, model of {MILLISECONDS} ms"
            result.targets.append(Target(text, added.median, MILLISECONDS, at_most=True, unit=" ms"))
    columns = ["workers", "interactive requests", "p50 ms", "p99 ms", "a second", "bulk a second"]
    result.tables.append(Table("tcp, one interactive request in flight", columns, rows))
    return result


def _measure(system, settings, result):
    """For each of the two conditions, in rounds that interleave, the interactive client's sample and the flood's."""
    measures = {ALONE: _alone, FLOODED: _flooded}
    seconds = SECONDS * settings.seconds
    with system:
        samples = interleave(list(measures), min(settings.rounds, 5), lambda name: measures[name](system, seconds))
    for name, of_one in zip(measures, samples):
        result.note_faults(f"{system.name} {name}", [sample for pair in of_one for sample in pair if sample])
    return dict(zip(measures, samples))


def _alone(system, seconds):
    return measure(system, 1, seconds), None


def _flooded(system, seconds):
    """The flood begins before the interactive client and ends after it; then all of it must be answered."""
    with Fleet() as fleet:
        command = load_command(system, FLOOD, seconds + 2, priority="bulk")
        flood = fleet.start(*command, listen=True)
        time.sleep(0.5)
        sample = measure(system, 1, seconds)
        output, _ = flood.popen.communicate(timeout=seconds + 60)
        if flood.popen.returncode not in FINISHED:
            raise ProcessFailed(f"the flood failed. {flood.error_text()}")
        return sample, parse_sample(output)


def _cells(pairs):
    interactive = [sample for sample, _ in pairs]
    bulk = [sample.rate for _, sample in pairs if sample]
    values = [[s.median / 1000 for s in interactive], [s.p99 / 1000 for s in interactive], [s.rate for s in interactive]]
    middle, late, rate = (Spread.of(value).median for value in values)
    return [f"{middle:.2f}", f"{late:.2f}", f"{rate:,.0f}", f"{Spread.of(bulk).median:,.0f}" if bulk else ""]
