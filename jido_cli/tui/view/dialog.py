"""How a dialog looks: a frame with a title, a body, a rule, and the keys that answer it."""

from __future__ import annotations

from collections.abc import Sequence

from jido_cli.tui.text import FRAME, Line, Row, Span, cells, line
from jido_cli.tui.view.frame import Title, rule

Keys = Sequence[tuple[str, str]]


def dialog_lines(
    title: str,
    body: Sequence[Line],
    keys: Sequence[Span] | Keys,
    width: int,
    *,
    height: int | None = None,
    note: str = "",
) -> list[Line]:
    """Return a dialog.

    Args:
        title: stands in the frame.
        body: its lines, without the frame.
        keys: what answers it, each with what it does.
        width: of the whole.
        height: of the whole; the body is cut or filled up to it.
        note: stands at the right of the keys.
    """
    inside = width - 2
    room = None if height is None else max(0, height - 4)
    shown = list(body if room is None else body[:room])
    shown += [Line()] * (0 if room is None else room - len(shown))
    return [
        rule(width, "┌─┐", left=(Title(title),)),
        *(boxed(one, inside) for one in shown),
        rule(width, "├─┤"),
        boxed(keys_line(keys, inside, note), inside),
        rule(width, "└─┘"),
    ]


def boxed(one: Line, inside: int) -> Line:
    """Return a line between the bars of a frame; what is too long is cut."""
    row = Row(inside)
    for text, style in one.spans:
        row.add(text, style)
    gap = " " * (inside - row.at)
    behind = "reverse" if one.ground == "selection" else ""
    spans = tuple((text, f"{style} {behind}".rstrip()) for text, style in row.line().spans)
    rest = ((gap, f"text {behind}".rstrip()),) if gap else ()
    return Line((("│", FRAME), *spans, *rest, ("│", FRAME)))


def keys_line(keys: Sequence[Span] | Keys, width: int, note: str = "") -> Line:
    """Return the line of keys."""
    row = Row(width).put(0, " ")
    for at, (key, does) in enumerate(keys):
        gap = "   " if at else ""
        if row.at + cells(gap) + cells(key) + 1 + cells(does) > width:
            break
        row.add(gap).add(key, "busy").add(f" {does}")
    return row.put_right(width - 1, note, "dim").line()


def text(value: str = "", style: str = "text", *, indent: int = 1) -> Line:
    """Return an indented line of a body."""
    return line((" " * indent + value, style)) if value else Line()


def pair(label: str, value: str, column: int, style: str = "text") -> Line:
    """Return a label and a value at a column."""
    return Row(400).put(1, label, "dim").put(column, value, style).line()
