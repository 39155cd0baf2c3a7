"""The docs page of every code: a rule's docstring, or a file in `pages/` for what the loader finds.

A page has a summary, why, an example that breaks the rule and one that does not, and what to do.
Its text is read here, never made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Final

from jido_cli.lint import registry
from jido_cli.topology import rules as loader
from jido_cli.topology.diagnostics import Severity

_FOLDER: Final = Path(__file__).with_name("pages")
_MARKS: Final = ("Why:", "FAIL:", "PASS:", "Fix:")
TOPOLOGY: Final = "topology.yaml"


class PageError(ValueError):
    """Raised for a page of ours that lacks a part."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page; the examples are files by name, the topology under `TOPOLOGY`."""

    code: str
    name: str
    severity: Severity
    is_found_by_loader: bool
    summary: str
    why: str
    bad: Mapping[str, str]
    good: Mapping[str, str]
    fix: str


def codes() -> tuple[str, ...]:
    """Return every code there is, in order."""
    return tuple(sorted(_known()))


@cache
def _known() -> Mapping[str, tuple[str, Severity, str | None]]:
    """Return name, severity and docstring by code; what the loader finds has no docstring."""
    known: dict[str, tuple[str, Severity, str | None]] = {
        rule.code: (rule.name, "error", None) for rule in loader.RULES
    }
    for module in registry.MODULES:
        rule = module.RULE
        known[rule.code] = (rule.name, rule.severity, module.__doc__)
    return known


def page(code: str) -> Page:
    """Return the page of a code or name.

    Raises:
        KeyError: there is no such rule.
    """
    known = _known()
    by_name = {name: code for code, (name, _, _) in known.items()}
    code = by_name.get(code.lower(), code.upper())
    name, severity, docstring = known[code]
    text = docstring
    if text is None:
        text = (_FOLDER / f"{code.lower()}.md").read_text(encoding="utf-8")
    parts = _parts(code, text)
    return Page(
        code,
        name,
        severity,
        docstring is None,
        " ".join(parts[""].split()),
        parts["Why:"],
        _files(parts["FAIL:"]),
        _files(parts["PASS:"]),
        parts["Fix:"],
    )


def _parts(code: str, text: str) -> dict[str, str]:
    """Return the text of each part by its mark, the summary under the empty one."""
    parts: dict[str, list[str]] = {"": []}
    here = ""
    for line in text.splitlines():
        mark = next((mark for mark in _MARKS if line.startswith(mark)), None)
        if mark is not None:
            here = mark
            line = line.removeprefix(mark).lstrip()
        parts.setdefault(here, []).append(line)
    if list(parts) != ["", *_MARKS]:
        raise PageError(f"the page of {code} has {list(parts)}, wanted are {_MARKS}")
    return {mark: "\n".join(lines).strip("\n") for mark, lines in parts.items()}


def _files(example: str) -> dict[str, str]:
    """Return the files of an example: a line `# path.py` begins another one."""
    files: dict[str, list[str]] = {TOPOLOGY: []}
    here = TOPOLOGY
    for line in dedent(example).splitlines():
        if line.startswith("# ") and line.endswith((".py", ".yaml")) and line.count(" ") == 1:
            here = line.removeprefix("# ")
            files[here] = []
        else:
            files[here].append(line)
    return {name: "\n".join(lines).strip("\n") + "\n" for name, lines in files.items()}
