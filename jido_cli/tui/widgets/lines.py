"""A widget that shows lines and paints only those that changed."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from jido_cli.tui.look import Look
from jido_cli.tui.text import EMPTY, Line


class LinesWidget(Widget):
    """Shows what it was given last.

    Args:
        look: how lines reach the terminal.
        id: the widget's id.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    LinesWidget { height: 1; width: 100%; background: $background; color: $foreground; }
    """

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - textual's word
        super().__init__(id=id)
        self.look = look
        self.lines: list[Line] = []
        self.painted = 0  # how many lines were painted since the start

    def show(self, lines: Sequence[Line]) -> None:
        """Show *lines* from the top; lines that are as they were are not painted again."""
        before, self.lines = self.lines, list(lines)
        number = max(len(before), len(self.lines))
        changed = [at for at in range(number) if _at(before, at) != _at(self.lines, at)]
        if changed:
            width = self.size.width
            self.refresh(*(Region(0, at, width, 1) for at in changed))

    def render_line(self, y: int) -> Strip:
        """Return one line; textual asks for it when it has to be painted."""
        self.painted += 1
        return self.look.strip(_at(self.lines, y), self.size.width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - textual's shape
        """Return the height that the lines need."""
        return len(self.lines)


def _at(lines: Sequence[Line], index: int) -> Line:
    return lines[index] if index < len(lines) else EMPTY
