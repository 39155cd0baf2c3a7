"""What stdout is attached to: its size, its colours, its encoding. Nothing is printed here."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

SMALLEST = (60, 16)


@dataclass(frozen=True, slots=True)
class Screen:
    """A terminal, or none: then there is no size."""

    columns: int | None
    rows: int | None
    colours: str
    encoding: str

    @property
    def is_utf8(self) -> bool:
        """Whether the product's signs can be written."""
        return self.encoding == "UTF-8"

    @property
    def is_small(self) -> bool:
        """Whether the dashboard has too little room."""
        if self.columns is None or self.rows is None:
            return False
        return self.columns < SMALLEST[0] or self.rows < SMALLEST[1]


def detect(environ: Mapping[str, str]) -> Screen:
    """Return what this process's stdout is attached to."""
    columns = rows = None
    try:
        if sys.stdout.isatty():
            columns, rows = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):  # closed, or a stand-in that only says it is one
        columns = rows = None
    return Screen(columns, rows, colours(environ), _encoding(sys.stdout.encoding))


def colours(environ: Mapping[str, str]) -> str:
    """Return how many colours the environment promises."""
    kind = environ.get("TERM", "")
    if environ.get("NO_COLOR"):
        return "no colour (NO_COLOR)"
    if kind in ("", "dumb"):
        return "no colour"
    if environ.get("COLORTERM") in ("truecolor", "24bit") or kind.endswith("-direct"):
        return "true colour"
    return "256 colours" if "256" in kind else "8 colours"


def _encoding(name: str | None) -> str:
    spelled = (name or "unknown").upper().replace("_", "-")
    return "UTF-8" if spelled in ("UTF-8", "UTF8") else spelled
