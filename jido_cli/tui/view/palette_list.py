"""How the command palette looks: what is typed, what fits, what the chosen one would do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from jido_cli.tui.model.commands import Command
from jido_cli.tui.model.field import TextField
from jido_cli.tui.text import Line, Row, display
from jido_cli.tui.view.fields import field_spans

WIDTH: Final = 76
ROWS: Final = 5
_WHERE: Final = 32
_KEY_END: Final = 4


def palette_lines(
    field: TextField, found: Sequence[Command], chosen: int, falls_with: str, *, rows: int = ROWS
) -> list[Line]:
    """Return the body of the palette.

    Args:
        field: what is typed.
        found: what fits.
        chosen: the index of the one that enter would run.
        falls_with: what the chosen one takes with it, if anything.
        rows: how many entries are in sight.
    """
    inside = WIDTH - 2
    lines = [Line(((" > ", "busy"), *field_spans(field, inside - 5))), Line()]
    top = max(0, min(chosen - rows + 1, len(found) - rows)) if chosen >= rows else 0
    lines += [
        _entry(found[at], inside, is_chosen=at == chosen) if at < len(found) else Line()
        for at in range(top, top + rows)
    ]
    if not found:
        lines[2] = Row(inside).put(3, "nothing fits", "dim").line()
    row = Row(inside)
    if found and found[chosen].line:
        row.put(3, found[chosen].line, "busy")
        if falls_with:
            row.put(max(_WHERE, row.at + 2), f"falls with it: {falls_with}", "dim")
    return [*lines, Line(), row.line()]


def _entry(command: Command, inside: int, *, is_chosen: bool) -> Line:
    row = Row(inside).put(1, "►" if is_chosen else " ", "busy")
    row.put(3, command.title, "text", room=_WHERE - 4)
    where = display(command.where)
    row.put(_WHERE, where, "dim", room=inside - _WHERE - _KEY_END - 4)
    row.put_right(inside - (_KEY_END - len(command.key[:1])), command.key, "busy")
    return row.line("selection" if is_chosen else "")
