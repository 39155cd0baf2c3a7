"""One thing in full: everything known of a node, or the whole record of a directive."""

from __future__ import annotations

from collections.abc import Sequence

from jido_cli.tui.look import Look
from jido_cli.tui.text import Line, Row
from jido_cli.tui.view.dialog import dialog_lines
from jido_cli.tui.widgets.dialog import DialogScreen

_FAR = 10**9
_STEPS = {
    **dict.fromkeys(("j", "down"), 1),
    **dict.fromkeys(("k", "up"), -1),
    **dict.fromkeys(("g", "home"), -_FAR),
    **dict.fromkeys(("G", "upper_g", "end"), _FAR),
}


class PagerScreen(DialogScreen[None]):
    """Lines of text over the whole terminal, with keys to scroll and to copy.

    Args:
        look: how lines reach the terminal.
        title: of the box.
        lines: the text.
        copied: what `y` copies.
        command: what `Y` copies.
    """

    def __init__(
        self, look: Look, title: str, lines: Sequence[str], *, copied: str, command: str
    ) -> None:
        super().__init__(look)
        self._title = title
        self._lines = list(lines)
        self._copied = copied
        self._command = command
        self._top = 0
        self._left = 0

    def replace(self, lines: Sequence[str]) -> None:
        """Show newer lines in the place of these."""
        self._lines = list(lines)
        self._copied = "\n".join(self._lines)
        self.paint()

    def box_width(self) -> int:
        """Return all there is, up to what is comfortable to read."""
        return min(120, self.app.size.width)

    def box_lines(self, width: int, height: int) -> list[Line]:
        """Return the part that is in sight."""
        room = max(1, min(len(self._lines) + 1, height - 6))
        self._top = max(0, min(self._top, len(self._lines) - room))
        body = [
            Row(width - 2).put(1, one[self._left :]).line()
            for one in self._lines[self._top : self._top + room]
        ]
        keys = (("j k", "scroll"), ("y", "copy"), ("Y", "copy as command"), ("esc", "back"))
        left = len(self._lines) - self._top - room
        note = f"{left:,} below" if left > 0 else ""
        return dialog_lines(self._title, body, keys, width, height=room + 4, note=note)

    def pressed(self, key: str, character: str | None) -> None:
        """Scroll, copy or close."""
        half = max(1, self.app.size.height // 2 - 3)
        steps = _STEPS | dict.fromkeys(("ctrl+d", "pagedown"), half)
        steps |= dict.fromkeys(("ctrl+u", "pageup"), -half)
        if key in steps:
            self._top = max(0, self._top + steps[key])
        elif key in ("h", "left", "l", "right"):
            self._left = max(0, self._left + (8 if key in ("l", "right") else -8))
        elif character == "y":
            self.app.copy_to_clipboard(self._copied)
        elif character == "Y":
            self.app.copy_to_clipboard(self._command)
        elif key in ("escape", "q", "i", "enter", "ctrl+c"):
            self.dismiss(None)
            return
        self.paint()
