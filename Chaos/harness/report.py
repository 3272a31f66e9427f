"""What a person reads."""

COLUMNS = {
    "phase": 30, "requests": 9, "right": 8, "wrong": 6, "lost": 6, "twice": 6, "failed": 7, "asked again": 12,
    "requeued": 9, "longest": 9, "took": 7,
}


def heading():
    return _row(COLUMNS)


def rows(outcome):
    """A phase's line of the table, with its faults and complaints below it."""
    if outcome.skipped:
        return f"{outcome.title}: skipped: {outcome.skipped}"
    report = outcome.report
    counts = (report.asked, report.right, report.wrong, report.lost, report.twice, report.failed.total())
    lines = [
        _row(
            (outcome.title, *counts, report.retried.total(), outcome.requeued)
            + (f"{report.longest_ms} ms", f"{outcome.seconds:.0f} s")
        )
    ]
    lines.append("  " + ", ".join(f"{count} x {name}" for name, count in sorted(outcome.faults.items())))
    if report.retried:
        lines.append("  asked again: " + ", ".join(f"{count} x {code}" for code, count in report.retried.items()))
    if outcome.complaints:
        lines += [f"  FAULT: {complaint}" for complaint in outcome.complaints]
        lines += [f"    such as {example}" for example in report.examples[:5]]
    return "\n".join(lines)


def closing(outcomes, seconds):
    """The last line: the verdict."""
    ran = [outcome for outcome in outcomes if not outcome.skipped]
    requests = sum(outcome.report.asked for outcome in ran)
    faults = sum(sum(outcome.faults.values()) for outcome in ran)
    what = f"{requests:,} requests, {faults} faults, {seconds:.0f} s"
    if any(outcome.complaints for outcome in outcomes):
        bad = ", ".join(outcome.title for outcome in outcomes if outcome.complaints)
        return f"verdict: NOT CLEAN ({bad}); {what}"
    if len(ran) < len(outcomes):
        what += ", skipped: " + ", ".join(outcome.title for outcome in outcomes if outcome.skipped)
    if not ran:
        return f"verdict: none; {what}"
    return f"verdict: clean: nothing lost, nothing answered twice, nothing wrong; {what}"


def _row(cells):
    (first, width), *others = zip(map(str, cells), COLUMNS.values())
    return first.ljust(width) + "".join(cell.rjust(width) for cell, width in others)
