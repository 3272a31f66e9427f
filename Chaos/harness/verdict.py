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


def judge(report, may_be_retried):
    """Everything that should not be, in words; empty for a clean run.

    `may_be_retried` names the errors that a client may meet and get over by asking again."""
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
        if code not in may_be_retried:
            yield f"{count} times {code} had to be got over, which this phase gives no reason for"
    if report.right + report.wrong + report.lost + report.failed.total() < report.asked:
        yield "the counts do not add up to the requests"
