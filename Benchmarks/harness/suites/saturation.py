"""Whether the broker keeps many slow workers busy: 64 workers of a model that takes 10 ms."""

from ..load import measure
from ..pairing import Spread, interleave
from ..processes import Fleet
from ..results import SuiteResult, Table, Target
from ..systems import PoolBehindSibyl

WORKERS, MILLISECONDS = 64, 10
IDEAL = WORKERS * 1000 / MILLISECONDS
CAPACITIES = (1, 2, 4)  # with 1 a worker waits for its next request after each answer
IN_FLIGHT = 4 * WORKERS
SECONDS = 3  # filling and emptying the workers is part of the window, and must be a small one


def run(settings):
    result = SuiteResult("saturation", f"{WORKERS} workers whose model takes {MILLISECONDS} ms, behind sibyl broker")
    samples = _measure(settings, result)
    rows = []
    for capacity, of_one in zip(CAPACITIES, samples):
        share = Spread.of([sample.rate / IDEAL for sample in of_one])
        rate, latency = (Spread.of(values).median for values in zip(*((s.rate, s.median / 1000) for s in of_one)))
        rows.append([str(capacity), f"{rate:,.0f}", share.text(), f"{latency:.1f}"])
        result.figures.append({"capacity": capacity, "rates": [sample.rate for sample in of_one]})
        if capacity == 2:
            text = f"{WORKERS} workers of {MILLISECONDS} ms, of their ideal rate"
            result.targets.append(Target(text, share.median, 0.97))
    title = f"tcp, {IN_FLIGHT} in flight; the ideal is {IDEAL:,.0f} requests a second"
    columns = ["requests that a worker takes at once", "requests a second", "of the ideal", "p50 ms"]
    result.tables.append(Table(title, columns, rows))
    return result


def _measure(settings, result):
    free = settings.endpoints.free
    settings.progress("saturation")
    with Fleet() as fleet:
        pools = [
            fleet.enter_context(PoolBehindSibyl(settings.sibyl, free("tcp"), free("tcp"), WORKERS, MILLISECONDS, capacity))
            for capacity in CAPACITIES
        ]
        seconds = SECONDS * settings.seconds
        samples = interleave(pools, min(settings.rounds, 4), lambda pool: measure(pool, IN_FLIGHT, seconds))
    for capacity, of_one in zip(CAPACITIES, samples):
        result.note_faults(f"capacity {capacity}", of_one)
    return samples
