"""Comparing systems on a machine that drifts: rounds that interleave them, ratios within a round, medians over all."""

import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """The median, and between which values the middle half lies: a machine that is busy for one round moves neither."""

    median: float
    lower: float
    upper: float

    @classmethod
    def of(cls, values):
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        return cls(statistics.median(values), *statistics.quantiles(values, n=4, method="inclusive")[::2])

    def text(self):
        return f"{self.median:.2f} ({self.lower:.2f} to {self.upper:.2f})"


def interleave(systems, rounds, measure):
    """Measures each system once a round, in turns forwards and backwards (A B, B A, A B, ...), so that a drift of the
    machine falls on all alike. Returns each system's samples, in the order of `systems`."""
    samples = [[] for _ in systems]
    for round_number in range(rounds):
        order = list(range(len(systems)))
        for index in order if round_number % 2 == 0 else reversed(order):
            samples[index].append(measure(systems[index]))
    return samples


def ratio(subject, baseline, value):
    """How the subject's `value` compares with the baseline's in the same round, over all rounds."""
    return Spread.of([value(ours) / value(theirs) for ours, theirs in zip(subject, baseline, strict=True)])


def median(samples, value):
    return statistics.median(value(sample) for sample in samples)
