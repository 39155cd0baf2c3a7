"""The question when the dashboard that opened its engine is left: detach or stop."""

from __future__ import annotations

from typing import Literal, TypeAlias

from jido_cli.tui.look import Look
from jido_cli.tui.text import Line, display
from jido_cli.tui.view.dialog import dialog_lines
from jido_cli.tui.view.questions import leaving
from jido_cli.tui.widgets.dialog import DialogScreen

Choice: TypeAlias = Literal["detach", "stop", "stay"]
WIDTH = 62


class LeaveScreen(DialogScreen[Choice]):
    """Asks whether the engine goes on; a second ctrl+c detaches.

    Args:
        look: how lines reach the terminal.
        name: the topology's.
        nodes: how many run.
        pid: of the engine.
    """

    def __init__(self, look: Look, name: str, nodes: int, pid: object) -> None:
        super().__init__(look)
        self._body = leaving(name, nodes, pid, "detach")
        self._title = f"Leave {display(name)}"

    def box_width(self) -> int:
        """Return the width of the drawing."""
        return WIDTH

    def box_lines(self, width: int, height: int) -> list[Line]:
        """Return the question."""
        keys = (("d", "detach"), ("s", "stop"), ("esc", "stay"))
        room = min(len(self._body) + 4, height)
        return dialog_lines(self._title, self._body, keys, width, height=room)

    def pressed(self, key: str, character: str | None) -> None:  # noqa: ARG002 - one shape
        """Answer."""
        match key:
            case "d" | "enter" | "ctrl+c":
                self.dismiss("detach")
            case "s":
                self.dismiss("stop")
            case "escape":
                self.dismiss("stay")
