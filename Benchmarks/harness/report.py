"""Results as text for a terminal and as Markdown for docs/performance.md."""

import re


def as_text(result):
    lines = [f"== {result.name}: {result.about}"]
    for table in result.tables:
        lines += ["", table.title, *_aligned([table.columns, *table.rows])]
    if result.targets:
        lines += ["", "Targets", *(f"  {target.line()}" for target in result.targets)]
    lines += [f"  note: {note}" for note in result.notes]
    lines += [f"  FAULT: {fault}" for fault in result.faults]
    return "\n".join(lines) + "\n"


def as_markdown(result, command, machine):
    """The block of one suite. It names its command and machine: blocks may be of different days."""
    lines = [f"`{command}` on {machine}.", ""]
    for table in result.tables:
        rule = ["---"] + ["---:"] * (len(table.columns) - 1)
        lines += [f"**{table.title}**", "", *map(_row, [table.columns, rule, *table.rows]), ""]
    lines += [f"- {target.line()}" for target in result.targets]
    lines += [f"- {note}" for note in result.notes]
    return "\n".join(lines).rstrip() + "\n"


def write_page(path, blocks):
    """Puts each suite's block between its markers `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`; the words around the
    markers are written by people and stay."""
    page = path.read_text(encoding="utf-8")
    for name, block in blocks.items():
        pattern = re.compile(rf"(<!-- bench:{name} -->\n).*?(<!-- /bench:{name} -->)", re.DOTALL)
        page, count = pattern.subn(lambda match: match[1] + block + match[2], page)
        if count != 1:
            raise ValueError(f"{path} needs the markers <!-- bench:{name} --> and <!-- /bench:{name} --> once each")
    path.write_text(page, encoding="utf-8")


def _row(cells):
    return "| " + " | ".join(cells) + " |"


def _aligned(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  " + "  ".join(_cell(row, column, widths) for column in range(len(row))).rstrip() for row in rows]


def _cell(row, column, widths):
    return row[column].ljust(widths[column]) if column == 0 else row[column].rjust(widths[column])
