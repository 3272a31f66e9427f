"""The broker against zmq_proxy: the same C client and C workers, the same messages."""

from ..comparison import compare, latency_table, processor_table, rate_table
from ..processes import Fleet
from ..results import SuiteResult, Target
from ..systems import EchoBehindProxy, EchoBehindSibyl

PAIR = (EchoBehindSibyl.name, EchoBehindProxy.name)


def run(settings):
    result = SuiteResult("broker", "sibyl broker against zmq_proxy, C client and two C echo workers on both")
    for transport in settings.transports:
        comparisons = _measure(transport, settings, result)
        result.tables.append(rate_table(f"{transport}: requests a second", comparisons, [PAIR]))
        result.tables.append(latency_table(f"{transport}: latency", comparisons, PAIR))
        result.tables.append(processor_table(f"{transport}: CPU, µs a request", comparisons, PAIR))
        for comparison in comparisons:
            result.targets += _targets(comparison)
    return result


def _measure(transport, settings, result):
    free = settings.endpoints.free
    with Fleet() as fleet:
        proxy = fleet.enter_context(EchoBehindProxy(free(transport), free(transport)))
        sibyl = fleet.enter_context(EchoBehindSibyl(settings.sibyl, free(transport), free(transport)))
        return list(compare([proxy, sibyl], transport, settings, result, in_flight=(1, 16, 256, 1024)))


def _targets(comparison):
    where = f"{comparison.transport}, {comparison.in_flight} in flight"
    if comparison.in_flight == 256:
        rate, processor = comparison.rate_ratio(*PAIR).median, comparison.processor_ratio(*PAIR).median
        yield Target(f"rate against zmq_proxy, {where}", rate, 0.8)
        yield Target(f"CPU a request against zmq_proxy, {where}", processor, 1.3, at_most=True)
        if comparison.transport == "tcp":
            yield Target(f"rate against zmq_proxy, {where}, next aim", rate, 0.95)
            yield Target(f"CPU a request against zmq_proxy, {where}, next aim", processor, 1.15, at_most=True)
    if comparison.in_flight == 1:
        latency = comparison.latency_ratio(*PAIR).median
        yield Target(f"median latency against zmq_proxy, {where}", latency, 1.1, at_most=True)
