"""zmq_proxy against itself: what the harness tells of two equal systems, and so how far its ratios can be trusted."""

from ..comparison import compare, processor_table, rate_table
from ..processes import Fleet
from ..results import SuiteResult
from ..systems import EchoBehindProxy


def run(settings):
    result = SuiteResult("baseline", "zmq_proxy against a second zmq_proxy: a ratio of 1 is right")
    for transport in settings.transports:
        free = settings.endpoints.free
        with Fleet() as fleet:
            systems = [fleet.enter_context(EchoBehindProxy(free(transport), free(transport))) for _ in range(2)]
            systems[1].name = "another"
            comparisons = list(compare(systems, transport, settings, result, in_flight=(256,)))
        pair = ("another", EchoBehindProxy.name)
        result.tables.append(rate_table(f"{transport}: requests a second", comparisons, [pair]))
        result.tables.append(processor_table(f"{transport}: CPU, µs a request", comparisons, pair))
    return result
