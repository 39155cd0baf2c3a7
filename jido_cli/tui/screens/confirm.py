"""The question before something that takes more with it than it seems: `y`, or not."""

from __future__ import annotations

from jido_cli.tui.look import Look
from jido_cli.tui.text import Line
from jido_cli.tui.view.dialog import dialog_lines
from jido_cli.tui.view.questions import WIDTH, Question
from jido_cli.tui.widgets.dialog import DialogScreen


class ConfirmScreen(DialogScreen[bool]):
    """Asks; the answer is `y`. Enter does nothing here, so that a habit kills nobody."""

    def __init__(self, look: Look, question: Question) -> None:
        super().__init__(look)
        self._question = question

    def box_width(self) -> int:
        """Return the width of the drawing."""
        return WIDTH

    def box_lines(self, width: int, height: int) -> list[Line]:
        """Return the question."""
        keys = (("y", self._question.does), ("Y", "copy as command"), ("n esc", "cancel"))
        room = min(len(self._question.body) + 4, height)
        return dialog_lines(self._question.title, self._question.body, keys, width, height=room)

    def pressed(self, key: str, character: str | None) -> None:
        """Answer."""
        if character == "Y":
            self.app.copy_to_clipboard(self._question.command)
        elif character == "y":
            self.dismiss(True)
        elif key in ("n", "escape", "ctrl+c"):
            self.dismiss(False)
