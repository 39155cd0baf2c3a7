"""What is wrong with a file: one located finding, as a value, and the rules it can come from.

Findings are collected, never raised. How they are printed is in `report`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Severity = Literal["error", "warning"]


class Diagnostic(msgspec.Struct, frozen=True):
    """One finding, with its place, its rule, and what to do about it.

    `notes` are consequences, one line each; `hint` says what to write instead.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    code: str
    name: str
    message: str
    hint: str | None = None
    severity: Severity = "error"
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        fact = f"{self.message}; {self.hint}" if self.hint else self.message
        place = f"{self.file}:{self.line}:{self.column}"
        return f"{place}: {self.severity}: {fact} [{self.code} {self.name}]"
