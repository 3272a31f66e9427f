"""The iris model end to end: against an echo through the same broker, and against the same model served from Python."""

from ..comparison import compare, processor_table, rate_table
from ..processes import Fleet
from ..results import SuiteResult, Target
from ..systems import EchoBehindSibyl, IrisInPython, SibylServe

SERVE, ECHO = SibylServe.name, EchoBehindSibyl.name


def run(settings):
    result = SuiteResult("iris", "sibyl serve with the iris model: JSON parsed, validated, predicted and written")
    for transport in settings.transports:
        with Fleet() as fleet:
            systems = [fleet.enter_context(system) for system in _systems(transport, settings)]
            comparisons = list(compare(systems, transport, settings, result, in_flight=(1, 256)))
        names = [name for name in comparisons[0].names if name != SERVE]
        pairs = [(SERVE, name) for name in names]
        result.tables.append(rate_table(f"{transport}: requests a second", comparisons, pairs))
        for name in names[:2]:
            table = processor_table(f"{transport}: CPU against {name}, µs a request", comparisons, (SERVE, name))
            result.tables.append(table)
        for comparison in comparisons:
            result.targets += _targets(comparison, names)
    return result


def _systems(transport, settings):
    """The workers of the echo are reached over ipc, as those of `sibyl serve` are."""
    free = settings.endpoints.free
    yield SibylServe(settings.sibyl, free(transport))
    yield EchoBehindSibyl(settings.sibyl, free(transport), free("ipc"))
    if settings.python:
        yield IrisInPython(free(transport), free("ipc"))
        yield IrisInPython(free(transport), free("ipc"), batch=1)
        yield IrisInPython(free(transport), free("ipc"), native=True)


def _targets(comparison, names):
    if comparison.in_flight != 256:
        return
    where = f"{comparison.transport}, 256 in flight"
    yield Target(f"iris against the echo, {where}", comparison.rate_ratio(SERVE, ECHO).median, 0.6)
    for name in names[1:2]:
        yield Target(f"iris against {name}, {where}", comparison.rate_ratio(SERVE, name).median, 5)
