"""What a suite found: tables for people, targets with their verdict, raw figures for programs."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    title: str
    columns: list
    rows: list  # of lists of text, as long as `columns`


@dataclass(frozen=True)
class Target:
    """A figure that the project aims at. `limit` is the least, or with `at_most` the most, that `measured` may be."""

    text: str
    measured: float
    limit: float
    at_most: bool = False
    unit: str = ""

    @property
    def met(self):
        return self.measured <= self.limit if self.at_most else self.measured >= self.limit

    @property
    def verdict(self):
        """Whether it is met, and if not, what part of the limit is missing or too much."""
        if self.met:
            return "met"
        return f"not met: {abs(self.measured / self.limit - 1):.0%} {'over' if self.at_most else 'short'}"

    def cells(self):
        bound = "at most" if self.at_most else "at least"
        return [self.text, f"{bound} {self.limit:g}{self.unit}", f"{self.measured:.2f}{self.unit}", self.verdict]

    def line(self):
        text, bound, measured, verdict = self.cells()
        return f"{text}: {measured} ({bound}: {verdict})"

    def as_json(self):
        return {
            "text": self.text,
            "measured": self.measured,
            "limit": self.limit,
            "at_most": self.at_most,
            "unit": self.unit,
            "met": self.met,
        }


@dataclass
class SuiteResult:
    name: str
    about: str
    tables: list = field(default_factory=list)
    targets: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    faults: list = field(default_factory=list)  # wrong, lost or doubled answers: a fast wrong answer is no result
    figures: list = field(default_factory=list)  # dictionaries, for programs
    intruders: float = 0  # what part of the machine's processor time other programs took meanwhile

    def note_faults(self, where, samples):
        for sample in samples:
            if sample.faults:
                self.faults.append(f"{where}: {sample.faults} of {sample.requests} answers: {sample.first_fault}")

    def as_json(self):
        return {
            "name": self.name,
            "targets": [target.as_json() for target in self.targets],
            "notes": self.notes,
            "faults": self.faults,
            "intruders": round(self.intruders, 4),
            "figures": self.figures,
        }
