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

    def line(self):
        bound = "at most" if self.at_most else "at least"
        verdict = "met" if self.met else "not met"
        return f"{self.text}: {self.measured:.2f}{self.unit} ({bound} {self.limit:g}{self.unit}: {verdict})"

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
            "figures": self.figures,
        }
