"""Results as text for a terminal and as Markdown for docs/performance.md."""

import re

DISTURBED = 0.05  # of the machine's time: from here on ratios move by more than what they are to show


def as_text(result):
    lines = [f"== {result.name}: {result.about}"]
    for table in result.tables:
        lines += ["", table.title, *_aligned([table.columns, *table.rows])]
    if result.targets:
        lines += ["", "Targets", *(f"  {target.line()}" for target in result.targets)]
    lines += ["", f"  note: {_intruders(result)}", *(f"  note: {note}" for note in result.notes)]
    lines += [f"  FAULT: {fault}" for fault in result.faults]
    return "\n".join(lines) + "\n"


def as_markdown(result, command, machine):
    """The block of one suite. It names its command and machine: blocks may be of different days."""
    lines = [f"`{command}` on {machine}. {_intruders(result)}", ""]
    for table in result.tables:
        rule = ["---"] + ["---:"] * (len(table.columns) - 1)
        lines += [f"**{table.title}**", "", *map(_row, [table.columns, rule, *table.rows]), ""]
    lines += [f"- {note}" for note in result.notes]
    lines += [f"- Fault: {fault}" for fault in result.faults]
    return "\n".join(lines).rstrip() + "\n"


class PageFault(Exception):
    """The page has no place for a block."""


def check_page(path, names):
    """To be asked before a long run. PageFault when a marker is missing."""
    page = path.read_text(encoding="utf-8")
    for name in names:
        _split(path, page, name)


def write_page(path, blocks):
    """Puts each suite's block between its markers `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`; the words around the
    markers are written by people and stay."""
    page = path.read_text(encoding="utf-8")
    for name, block in blocks.items():
        before, _, after = _split(path, page, name)
        page = before + block + after
    path.write_text(page, encoding="utf-8")


def write_targets(path, results, are_all):
    """Puts the table of targets between the markers named `targets`. Targets of suites that were not run keep their rows;
    when all suites were run, none are kept, so that a target that was dropped goes."""
    _, old, _ = _split(path, path.read_text(encoding="utf-8"), "targets")
    kept = [] if are_all else [line for line in old.splitlines()[2:] if line]
    rows = {row.split("|")[1].strip(): row for row in kept}
    rows |= {target.text: _row(target.cells()) for result in results for target in result.targets}
    heading = [_row(["target", "aim", "measured", "verdict"]), _row(["---", "---:", "---:", "---"])]
    write_page(path, {"targets": "\n".join([*heading, *rows.values()]) + "\n"})


def _split(path, page, name):
    """What stands before, between and behind a pair of markers; the markers belong to the outer parts."""
    pattern = rf"(.*<!-- bench:{name} -->\n)(.*?)(<!-- /bench:{name} -->.*)"
    match = re.fullmatch(pattern, page, re.DOTALL)
    if not match or page.count(f"<!-- bench:{name} -->") != 1:
        raise PageFault(f"{path} needs the markers <!-- bench:{name} --> and <!-- /bench:{name} --> once each")
    return match.groups()


def _intruders(result):
    doubt = "" if result.intruders < DISTURBED else ": too much for figures that count"
    return f"Meanwhile other programs took {result.intruders:.0%} of the machine{doubt}."


def _row(cells):
    return "| " + " | ".join(cells) + " |"


def _aligned(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  " + "  ".join(_cell(row, column, widths) for column in range(len(row))).rstrip() for row in rows]


def _cell(row, column, widths):
    return row[column].ljust(widths[column]) if column == 0 else row[column].rjust(widths[column])
