"""Whether what the clients saw is what Sibyl promises."""

from dataclasses import dataclass, field

from .clients import Report


@dataclass
class Outcome:
    """What a phase has shown."""

    title: str
    seconds: float
    report: Report
    faults: dict[str, int] = field(default_factory=dict)
    requeued: int = 0
    complaints: list[str] = field(default_factory=list)
    skipped: str = ""


def judge(report):
    """Everything that should not be, in words; empty for a clean run.

    That includes errors that a client got over by asking again: nobody should have had to."""
    for count, what in (
        (report.wrong, "answers were wrong"),
        (report.lost, "requests were lost"),
        (report.twice, "requests were answered twice"),
    ):
        if count:
            yield f"{count} {what}"
    for code, count in sorted(report.failed.items()):
        yield f"{count} requests failed with {code}"
    for code, count in sorted(report.retried.items()):
        yield f"{count} times {code} had to be got over by asking again"
    if report.right + report.wrong + report.lost + report.failed.total() < report.asked:
        yield "the counts do not add up to the requests"
