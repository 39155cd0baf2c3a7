"""The one pattern of errors: what happened, where, why, what became of the data, what to try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jido_cli.cli.render.story import story_lines
from jido_cli.observe.text.display import Paint, cut, display, plain
from jido_cli.observe.text.measures import Times

_LABEL = 6
_LONGEST = 1000  # texts of users' errors have no end of their own; `--json` has all of them


@dataclass(frozen=True, slots=True)
class Report:
    """An error ready to be shown.

    `kept` is what became of data, under its own label; `story` is how an engine's root gave up.
    """

    message: str
    code: str
    exit: int
    where: str | None = None
    why: str | None = None
    kept: tuple[str, str] | None = None
    hints: Sequence[str] = ()
    story: Mapping[str, Any] | None = None


def error_lines(report: Report, paint: Paint = plain, *, times: Times | None = None) -> list[str]:
    """Return the lines of an error, with its story if it has one; what is not known has no line."""
    rows = [
        ("where", report.where),
        ("why", report.why),
        report.kept or ("state", None),
    ]
    lines = [f"{paint('bad', 'error:')} {cut(display(report.message), _LONGEST)}"]
    if report.story is not None and times is not None:
        lines += [*story_lines(report.story, times), ""]
    lines += [_row(label, line, at) for label, text in rows if text for at, line in _lines(text)]
    lines += [_row("try", hint, at) for at, hint in enumerate(report.hints)]
    return lines


def error_object(report: Report) -> dict[str, Any]:
    """Return the same for programs."""
    fields: dict[str, Any] = {
        "code": report.code,
        "message": report.message,
        "where": report.where,
        "why": report.why,
    }
    if report.kept:
        fields[report.kept[0]] = report.kept[1]
    if report.story is not None:
        fields["story"] = report.story
    return {"error": fields | {"try": list(report.hints), "exit": report.exit}}


def _lines(text: str) -> list[tuple[int, str]]:
    return list(enumerate(text.split("\n")))


def _row(label: str, text: str, at: int) -> str:
    return f"  {(label if at == 0 else '').ljust(_LABEL)} {cut(display(text), _LONGEST)}"
