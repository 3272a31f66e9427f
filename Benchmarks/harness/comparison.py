"""Several systems under the same load, side by side: the part that the suites over ZeroMQ share."""

from dataclasses import dataclass

from .load import measure
from .pairing import Spread, interleave, median, ratio
from .results import Table


@dataclass(frozen=True)
class Comparison:
    """All rounds of one load. `samples` holds one list for each system, in the order of `names`."""

    transport: str
    in_flight: int
    names: list
    samples: list

    def of(self, name):
        return self.samples[self.names.index(name)]

    def rate_ratio(self, subject, baseline) -> Spread:
        return ratio(self.of(subject), self.of(baseline), lambda sample: sample.rate)

    def processor_ratio(self, subject, baseline) -> Spread:
        return ratio(self.of(subject), self.of(baseline), lambda sample: sample.total_processor)

    def broker_ratio(self, subject, baseline) -> Spread:
        return ratio(self.of(subject), self.of(baseline), lambda sample: sample.processor["broker"])

    def latency_ratio(self, subject, baseline) -> Spread:
        return ratio(self.of(subject), self.of(baseline), lambda sample: sample.median)

    def as_json(self):
        systems = {
            name: {
                "rate": median(samples, lambda sample: sample.rate),
                "p50_us": median(samples, lambda sample: sample.median),
                "p99_us": median(samples, lambda sample: sample.p99),
                "cpu_us": {who: median(samples, lambda sample: sample.processor[who]) for who in samples[0].processor},
                "rounds": [{"rate": sample.rate, "cpu_us": sample.processor} for sample in samples],
            }
            for name, samples in zip(self.names, self.samples)
        }
        return {"transport": self.transport, "in_flight": self.in_flight, "systems": systems}


def compare(systems, transport, settings, result, in_flight):
    """Yields a Comparison for each number of requests in flight, and notes wrong answers in `result`. What the user asked
    for goes before the suite's own choice `in_flight`."""
    names = [system.name for system in systems]
    for in_flight in settings.in_flight or in_flight:
        settings.progress(f"{result.name}: {transport}, {in_flight} in flight")
        samples = interleave(systems, settings.rounds, lambda system: measure(system, in_flight, settings.seconds))
        for name, of_one in zip(names, samples):
            result.note_faults(f"{name}, {transport}, {in_flight} in flight", of_one)
        comparison = Comparison(transport, in_flight, names, samples)
        result.figures.append(comparison.as_json())
        yield comparison


def rate_table(title, comparisons, ratios):
    """Requests a second of each system and, for each (subject, baseline) in `ratios`, how their rates compare."""
    names = comparisons[0].names
    columns = ["in flight", *names, *(f"{a} / {b}" for a, b in ratios)]
    rows = [
        [
            str(comparison.in_flight),
            *(f"{median(samples, lambda sample: sample.rate):,.0f}" for samples in comparison.samples),
            *(comparison.rate_ratio(*pair).text() for pair in ratios),
        ]
        for comparison in comparisons
    ]
    return Table(title, columns, rows)


def latency_table(title, comparisons, pair):
    subject, baseline = pair
    columns = ["in flight", *(f"{name}, {which} µs" for name in pair for which in ("p50", "p99")), "ratio of p50"]
    rows = [
        [
            str(comparison.in_flight),
            *(
                f"{median(comparison.of(name), value):,.0f}"
                for name in pair
                for value in (lambda sample: sample.median, lambda sample: sample.p99)
            ),
            comparison.latency_ratio(subject, baseline).text(),
        ]
        for comparison in comparisons
    ]
    return Table(title, columns, rows)


def processor_table(title, comparisons, pair):
    """CPU time a request: of all processes, and of the broker alone."""
    subject, baseline = pair
    columns = ["in flight", *(f"{name}, {which}" for which in ("all", "broker") for name in pair)]
    columns += ["ratio, all", "ratio, broker"]
    rows = [
        [
            str(comparison.in_flight),
            *(f"{median(comparison.of(name), lambda sample: sample.total_processor):.2f}" for name in pair),
            *(f"{median(comparison.of(name), lambda sample: sample.processor['broker']):.2f}" for name in pair),
            comparison.processor_ratio(subject, baseline).text(),
            comparison.broker_ratio(subject, baseline).text(),
        ]
        for comparison in comparisons
    ]
    return Table(title, columns, rows)
