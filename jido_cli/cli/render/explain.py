"""`jido explain`: the page of a rule, and the list of all rules."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from jido_cli.lint.pages import TOPOLOGY, Page
from jido_cli.observe.text.display import Paint, Role, plain

_WIDTH = 96


def page_lines(page: Page, paint: Paint = plain) -> list[str]:
    """Return one page, in the order of the docs."""
    role: Role = "bad" if page.severity == "error" else "warn"
    lines = [f"{page.code} {page.name}  {paint(role, page.severity)}", "", *_wrapped(page.summary)]
    lines += ["", *_wrapped(f"why: {page.why}")]
    lines += _example(page.bad, paint("bad", "wrong"))
    lines += _example(page.good, paint("ok", "right"))
    return [*lines, "", *_wrapped(f"to mend it: {page.fix}")]


def index_lines(pages: Sequence[Page], paint: Paint = plain) -> list[str]:
    """Return one line a rule: code, name, severity, summary."""
    width = max(len(page.name) for page in pages)
    lines = []
    for page in pages:
        role: Role = "bad" if page.severity == "error" else "warn"
        severity = paint(role, page.severity) + " " * (len("warning") - len(page.severity))
        lines.append(f"{page.code}  {page.name.ljust(width)}  {severity}  {page.summary}")
    return lines


def _example(files: Mapping[str, str], label: str) -> list[str]:
    if not any(files.values()) or files == {TOPOLOGY: "\n"}:
        return []
    lines = []
    for name, text in files.items():
        head = label if name == TOPOLOGY else f"with {name}"
        lines += ["", head, "", *textwrap.indent(text.rstrip("\n"), "    ").split("\n")]
    return lines


def _wrapped(text: str) -> list[str]:
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        plain_text = " ".join(paragraph.split())
        lines += ["", *textwrap.wrap(plain_text, _WIDTH, break_on_hyphens=False)]
    return lines[1:]
