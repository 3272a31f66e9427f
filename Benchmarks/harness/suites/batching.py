"""What batches gain: a cheap model, and one of 5 ms whose batch of 64 costs as much as 8 single inputs."""

from ..comparison import compare
from ..pairing import median
from ..processes import Fleet
from ..results import SuiteResult, Table, Target
from ..systems import BatchedModel

IN_FLIGHT = (1, 16, 64, 256)
OFF, FIXED, ADAPTIVE = "off", "2 ms", "adaptive"
BATCHING = {OFF: {"maximum": 1}, FIXED: {"delay_us": 2000}, ADAPTIVE: {}}
CHEAP, SLOW = "cheap model", "model of 5 ms"
# fixed + each = 5 ms, and fixed + 64 * each = 8 * 5 ms.
SETTINGS = {CHEAP: {"fixed_us": 0, "each_us": 0}, SLOW: {"fixed_us": 4444, "each_us": 556}}


def run(settings):
    result = SuiteResult("batching", "one worker of a model that computes several requests at once")
    for model in SETTINGS:
        with Fleet() as fleet:
            systems = [
                fleet.enter_context(
                    BatchedModel(name, settings.sibyl, settings.endpoints.free("tcp"), SETTINGS[model], batching)
                )
                for name, batching in BATCHING.items()
            ]
            comparisons = list(compare(systems, "tcp", settings, result, IN_FLIGHT))
        result.tables.append(_table(model, comparisons))
        if model == SLOW:
            result.targets += [target for comparison in comparisons for target in _targets(comparison)]
    return result


def _table(title, comparisons):
    columns = ["in flight", *(f"{name}, requests a second" for name in BATCHING), f"{ADAPTIVE} / {OFF}"]
    columns += [f"{name}, {which} ms" for which in ("p50", "p99") for name in BATCHING]
    rows = [
        [
            str(comparison.in_flight),
            *(f"{median(samples, lambda sample: sample.rate):,.0f}" for samples in comparison.samples),
            comparison.rate_ratio(ADAPTIVE, OFF).text(),
            *(f"{median(samples, lambda sample: sample.median) / 1000:.2f}" for samples in comparison.samples),
            *(f"{median(samples, lambda sample: sample.p99) / 1000:.2f}" for samples in comparison.samples),
        ]
        for comparison in comparisons
    ]
    return Table(title, columns, rows)


def _targets(comparison):
    if comparison.in_flight == 64:
        measured = comparison.rate_ratio(ADAPTIVE, OFF).median
        yield Target(f"rate with adaptive batches against none, {SLOW}, 64 in flight", measured, 4)
    if comparison.in_flight == 1:
        measured = comparison.latency_ratio(ADAPTIVE, OFF).median
        text = f"median latency with adaptive batches against none, {SLOW}, 1 in flight"
        yield Target(text, measured, 1.05, at_most=True)
