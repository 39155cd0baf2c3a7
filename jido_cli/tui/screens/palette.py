"""The command palette: every action on every node, by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events

from jido_cli.tui.look import Look
from jido_cli.tui.model.commands import Command, CommandList
from jido_cli.tui.model.field import TextField
from jido_cli.tui.text import Line
from jido_cli.tui.view.dialog import dialog_lines
from jido_cli.tui.view.palette_list import ROWS, WIDTH, palette_lines
from jido_cli.tui.widgets.dialog import DialogScreen

_MORE_ROWS = 12


class PaletteScreen(DialogScreen[Command | None]):
    """Finds a command and returns it.

    Args:
        look: how lines reach the terminal.
        commands: what there is.
        falls_with: says what a command on a node takes with it.
    """

    def __init__(
        self, look: Look, commands: CommandList, falls_with: Callable[[Command], str]
    ) -> None:
        super().__init__(look)
        self._commands = commands
        self._falls_with = falls_with
        self._field = TextField()
        self._chosen = 0
        self._found: Sequence[Command] = commands.find("")

    def box_width(self) -> int:
        """Return the width of the drawing."""
        return WIDTH

    def box_lines(self, width: int, height: int) -> list[Line]:
        """Return what fits what is typed."""
        rows = _MORE_ROWS if height > 30 else ROWS
        falls = self._falls_with(self._found[self._chosen]) if self._found else ""
        body = palette_lines(self._field, self._found, self._chosen, falls, rows=rows)
        keys = (
            ("enter", "run"),
            ("ctrl+y", "copy as command"),
            ("↑ ↓", "choose"),
            ("esc", "close"),
        )
        return dialog_lines("Command palette", body, keys, width)

    def pressed(self, key: str, character: str | None) -> None:
        """Type, choose, run."""
        last = max(0, len(self._found) - 1)
        match key:
            case "escape" | "ctrl+c":
                self.dismiss(None)
                return
            case "enter":
                self.dismiss(self._found[self._chosen] if self._found else None)
                return
            case "down" | "tab" | "ctrl+n":
                self._chosen = min(last, self._chosen + 1)
            case "up" | "shift+tab" | "ctrl+p":
                self._chosen = max(0, self._chosen - 1)
            case "ctrl+y":
                if self._found and self._found[self._chosen].line:
                    self.app.copy_to_clipboard(self._found[self._chosen].line)
            case _ if self._field.key(key, character):
                self._search()
        self.paint()

    def on_paste(self, event: events.Paste) -> None:
        """Take pasted text as typed."""
        event.stop()
        self._field.insert(event.text)
        self._search()
        self.paint()

    def _search(self) -> None:
        self._found = self._commands.find(self._field.text)
        self._chosen = 0
