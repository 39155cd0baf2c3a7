"""A pane of rows: a head that stays, a cursor, a place in the rows, keys and the mouse.

Only the rows that are in sight are ever made. What the rows are, subclasses say.
"""

from __future__ import annotations

from textual import events
from textual.message import Message

from jido_cli.tui.text import Line
from jido_cli.tui.widgets.lines import LinesWidget

WHEEL_ROWS = 3


class RowsPane(LinesWidget, can_focus=True):
    """Rows with a cursor; a subclass makes them."""

    DEFAULT_CSS = """
    RowsPane { height: 100%; width: 1fr; }
    """

    class Opened(Message):
        """The row under the cursor is to be opened."""

        def __init__(self, pane: RowsPane) -> None:
            super().__init__()
            self.pane = pane

    class Moved(Message):
        """The cursor or the place in the rows was moved by hand."""

        def __init__(self, pane: RowsPane) -> None:
            super().__init__()
            self.pane = pane

    top = 0

    # -- what a subclass says

    def heads(self) -> list[Line]:
        """Return the lines that stay above the rows."""
        return []

    def row_count(self) -> int:
        """Return how many rows there are."""
        return 0

    def row(self, index: int) -> Line:
        """Return a row."""
        raise NotImplementedError

    def blank(self) -> list[Line]:
        """Return what is shown when there is no row."""
        return []

    def cursor(self) -> int:
        """Return the row that the cursor is on."""
        return self.top

    def move_to(self, index: int) -> None:
        """Put the cursor on a row that exists."""
        raise NotImplementedError

    def copied(self) -> str:
        """Return the row under the cursor as text to copy."""
        return self.row(self.cursor()).plain.strip() if self.row_count() else ""

    # -- painting

    @property
    def room(self) -> int:
        """How many rows are in sight."""
        return max(0, self.size.height - len(self.heads()))

    def paint(self) -> None:
        """Show what is there now."""
        self.place()
        self.show(self.in_sight())

    def in_sight(self) -> list[Line]:
        """Return the lines that are in sight."""
        count = self.row_count()
        rows = [self.row(at) for at in range(self.top, min(count, self.top + self.room))]
        return [*self.heads(), *(rows if count else self.blank())]

    def place(self) -> None:
        """Move the rows so that the cursor is in sight and no room is wasted."""
        room, count, cursor = self.room, self.row_count(), self.cursor()
        self.top = max(0, min(self.top, cursor, count - room))
        if room and cursor >= self.top + room:
            self.top = cursor - room + 1

    def on_resize(self) -> None:
        """Make the rows for the new size."""
        self.paint()

    # -- moving

    def step(self, rows: int) -> None:
        """Move the cursor by hand."""
        count = self.row_count()
        if count:
            self.move_to(max(0, min(count - 1, self.cursor() + rows)))
            self.post_message(self.Moved(self))

    def page(self, halves: int) -> None:
        """Move the cursor by half pages."""
        self.step(halves * max(1, self.room // 2))

    def go(self, *, last: bool) -> None:
        """Move the cursor to the first or the last row."""
        self.step(self.row_count() if last else -self.row_count())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move on."""
        event.stop()
        self.step(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move back."""
        event.stop()
        self.step(-WHEEL_ROWS)

    def on_click(self, event: events.Click) -> None:
        """Select a row; on the selected one, open it."""
        event.stop()
        index = self.top + event.y - len(self.heads())
        if not 0 <= index < self.row_count() or event.y < len(self.heads()):
            return
        if index == self.cursor():
            self.post_message(self.Opened(self))
        else:
            self.step(index - self.cursor())
