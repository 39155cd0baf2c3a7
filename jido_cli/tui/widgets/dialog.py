"""A dialog: a modal screen with one box of lines in the middle of the terminal."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

from jido_cli.tui.look import Look
from jido_cli.tui.text import Line
from jido_cli.tui.widgets.lines import LinesWidget

T = TypeVar("T")


class DialogScreen(ModalScreen[T], Generic[T], inherit_bindings=False):
    """A box over what was there; a subclass says what is in it and what keys do.

    Args:
        look: how lines reach the terminal.
    """

    DEFAULT_CSS = """
    DialogScreen { align: center middle; overflow: hidden hidden; }
    DialogScreen > #box { height: auto; }
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look
        self.box = LinesWidget(look, id="box")
        self.is_answered = False

    def compose(self) -> ComposeResult:
        """Hold the box."""
        yield self.box

    def box_lines(self, width: int, height: int) -> list[Line]:
        """Return the lines of the box for a terminal of some size."""
        raise NotImplementedError

    def box_width(self) -> int:
        """Return how wide the box wants to be."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Show the box."""
        self.paint()

    def on_resize(self) -> None:
        """Fit the box into the new size."""
        self.paint()

    def paint(self) -> None:
        """Show the box as it is now."""
        width = min(self.box_width(), self.app.size.width)
        lines = self.box_lines(width, self.app.size.height)
        before = (self.box.styles.width, len(self.box.lines))
        self.box.styles.width = width
        self.box.show(lines)
        if before != (self.box.styles.width, len(lines)):
            self.box.styles.height = min(len(lines), self.app.size.height)

    def pressed(self, key: str, character: str | None) -> None:
        """Do what a key does here."""
        raise NotImplementedError

    def on_key(self, event: events.Key) -> None:
        """Take every key: nothing that is under the dialog is reached."""
        event.stop()
        event.prevent_default()
        if not self.is_answered:  # keys typed ahead still come while the dialog is closing
            self.pressed(event.key, event.character)

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close the dialog with its answer; the first one counts."""
        if self.is_answered:
            return AwaitComplete()
        self.is_answered = True
        return super().dismiss(result)
