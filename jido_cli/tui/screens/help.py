"""The help, for the pane that has the focus."""

from __future__ import annotations

from jido_cli.tui.keymap import Where
from jido_cli.tui.look import Look
from jido_cli.tui.text import Line
from jido_cli.tui.view.dialog import dialog_lines
from jido_cli.tui.view.help import PANEL_NAMES, WIDTH, help_lines
from jido_cli.tui.widgets.dialog import DialogScreen


class HelpScreen(DialogScreen[None]):
    """Keys and signs; scrolls where they do not fit.

    Args:
        look: how lines reach the terminal.
        panel: the pane that help is for.
        path: the selected node.
        kind: what it is.
    """

    def __init__(self, look: Look, panel: Where, path: str | None, kind: str) -> None:
        super().__init__(look)
        self._panel = panel
        self._body = help_lines(panel, path, kind=kind)
        self._top = 0

    def box_width(self) -> int:
        """Return the width of the drawing."""
        return WIDTH

    def box_lines(self, width: int, height: int) -> list[Line]:
        """Return the part of the help that is in sight."""
        room = max(1, min(len(self._body), height - 4))
        self._top = max(0, min(self._top, len(self._body) - room))
        body = self._body[self._top : self._top + room]
        keys = (("j k", "scroll"), ("esc", "close"))
        title = f"Help: {PANEL_NAMES.get(self._panel, 'keys')}"
        return dialog_lines(title, body, keys, width, note="jido tui --help")

    def pressed(self, key: str, character: str | None) -> None:  # noqa: ARG002 - one shape
        """Scroll or close."""
        match key:
            case "j" | "down":
                self._top += 1
                self.paint()
            case "k" | "up":
                self._top = max(0, self._top - 1)
                self.paint()
            case "escape" | "q" | "question_mark" | "ctrl+c":
                self.dismiss(None)
