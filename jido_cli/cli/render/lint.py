"""`jido lint`: findings with their colours, and the line that sums them up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jido_cli.lint.reporters import Summary
from jido_cli.observe.text.display import Paint, Role, display, plain
from jido_cli.observe.text.measures import milliseconds_or_more, plural
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.report import render


def finding_lines(found: Diagnostic, texts: Mapping[str, str], paint: Paint = plain) -> list[str]:
    """Return one finding as it is drawn, its severity and carets coloured."""
    role: Role = "bad" if found.severity == "error" else "warn"
    lines = render([found], texts).split("\n")
    word = f": {found.severity}: "
    head, _, fact = lines[0].partition(word)
    lines[0] = f"{head}: {paint(role, f'{found.severity}:')} {fact}"
    return [_caret(line, paint, role) for line in lines]


def part_lines(parts: Sequence[str]) -> list[str]:
    """Return what is said about files without a tree of their own."""
    return [f"{display(part)}: a part, cannot be run" for part in parts]


def summary_lines(
    findings: Sequence[Diagnostic], counts: Summary, paint: Paint = plain
) -> list[str]:
    """Return the line of counts, and which rule to read about."""
    ignored = f", {counts.ignored:,} ignored" if counts.ignored else ""
    took = milliseconds_or_more(counts.seconds)
    files = plural(
        max(counts.files, counts.files_with_findings), "file"
    )  # mounted ones are read too
    if not findings:
        return [paint("ok", f"{files}, no findings{ignored} ({took})")]
    kinds = [
        plural(number, word)
        for number, word in ((counts.errors, "error"), (counts.warnings, "warning"))
        if number
    ]
    where = f"in {counts.files_with_findings:,} of {files}"
    line = f"{plural(counts.findings, 'finding')} {where}: {', '.join(kinds)}{ignored} ({took})"
    worst = next((each for each in findings if each.severity == "error"), findings[0])
    return [line, f"more on a rule: jido explain {worst.code}"]


def _caret(line: str, paint: Paint, role: Role) -> str:
    before, bar, rest = line.partition("| ")
    if bar and not before.strip() and rest.strip() and set(rest.strip()) == {"^"}:
        blank = rest[: len(rest) - len(rest.lstrip())]
        return f"{before}{bar}{blank}{paint(role, rest.strip())}"
    return line
