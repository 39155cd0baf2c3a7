"""What a rule is: a code, a name, a severity; its module's docstring is its page in the docs.

A rule module has `RULE` and `check(picture)`, which yields findings. Nothing is found here.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from jido_cli.lint.picture import Picture
from jido_cli.topology.diagnostics import Diagnostic, Severity
from jido_cli.topology.positions import Pos

MAX_NOTES: Final = 5


class Rule(NamedTuple):
    """A rule of the linter.

    `needs_whole`: the rule counts what is used, so it says nothing about a part of a topology.
    """

    code: str
    name: str
    severity: Severity
    needs_whole: bool = False

    def found(
        self,
        picture: Picture,
        pos: Pos,
        message: str,
        *,
        hint: str | None = None,
        notes: tuple[str, ...] = (),
    ) -> Diagnostic:
        """Return a finding of this rule at *pos*."""
        return Diagnostic(
            picture.file_of(pos),
            pos.line,
            pos.column,
            pos.end_line,
            pos.end_column,
            self.code,
            self.name,
            message,
            hint=hint,
            severity=self.severity,
            notes=_few(notes),
        )


def _few(notes: tuple[str, ...]) -> tuple[str, ...]:
    if len(notes) <= MAX_NOTES:
        return notes
    return (*notes[: MAX_NOTES - 1], f"and {len(notes) - MAX_NOTES + 1} more")
