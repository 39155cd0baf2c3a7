"""Pane 3: the directive log, with the line in which a filter is typed."""

from __future__ import annotations

from collections.abc import Callable

from jido_cli.observe.text.measures import Times
from jido_cli.tui.look import Look
from jido_cli.tui.model.entries import Entry
from jido_cli.tui.model.field import TextField
from jido_cli.tui.model.log import LogModel
from jido_cli.tui.text import EMPTY, Line
from jido_cli.tui.view import log_rows
from jido_cli.tui.view.fields import field_spans
from jido_cli.tui.widgets.rows import RowsPane


class LogPane(RowsPane):
    """The log: it follows what comes, or stays where the cursor was put.

    Args:
        look: how lines reach the terminal.
        log: what is shown.
        times: how moments are spelled now.
        is_old: whether the engine is lost.
    """

    def __init__(
        self, look: Look, log: LogModel, times: Callable[[], Times], is_old: Callable[[], bool]
    ) -> None:
        super().__init__(look, id="log")
        self._log = log
        self._times = times
        self._is_old = is_old
        self.is_following = True
        self.filter_field: TextField | None = None
        self.filter_problem = ""
        self._cursor = 0  # a row's number, which stays the same while older rows leave

    @property
    def below(self) -> int:
        """How many rows are below what is in sight."""
        return max(0, self.row_count() - self.top - self.room)

    def follow(self) -> None:
        """Show the newest rows from now on."""
        self.is_following = True
        self.paint()

    def _columns(self) -> log_rows.LogColumns:
        return log_rows.columns_for(self.size.width, self.app.size.width)

    def heads(self) -> list[Line]:
        """Return the heads of the columns."""
        return [log_rows.heading(self._columns())]

    @property
    def room(self) -> int:
        """How many rows are in sight; the filter takes one line while it is typed."""
        return max(0, super().room - self._prompt_height())

    def _prompt_height(self) -> int:
        if self.filter_field is None:
            return 0
        return 2 if self.filter_problem else 1

    def row_count(self) -> int:
        """Return how many rows there are."""
        return len(self._log.rows)

    def entry(self) -> Entry | None:
        """Return the entry under the cursor."""
        return self._log.rows[self.cursor()] if self._log.rows else None

    def row(self, index: int) -> Line:
        """Return a row."""
        is_selected = self.has_focus and index == self.cursor() and not self._hides_cursor()
        entry = self._log.rows[index]
        return log_rows.log_row(
            entry, self._columns(), self._times(), is_selected=is_selected, is_old=self._is_old()
        )

    def _hides_cursor(self) -> bool:
        return self.filter_field is not None

    def blank(self) -> list[Line]:
        """Return what is shown while nothing has come."""
        if self._log.is_narrowed and self._log.entries:
            return []
        return log_rows.empty_rows(self.size.width, self.size.height)

    def paint(self) -> None:
        """Show the newest rows, or those around the cursor."""
        if self.is_following:
            self._cursor = self._log.first_row + max(0, self.row_count() - 1)
            self.top = max(0, self.row_count() - self.room)
        super().paint()

    def in_sight(self) -> list[Line]:
        """Return the lines that are in sight, the line in which a filter is typed at the end."""
        lines = super().in_sight()
        if self.filter_field is None:
            return lines
        room = self.size.height - self._prompt_height()
        return [*[*lines, *[EMPTY] * self.size.height][:room], *self._prompt(self.filter_field)]

    def _prompt(self, field: TextField) -> list[Line]:
        width = self.size.width
        lines = [Line((("/ ", "busy"), *field_spans(field, width - 3)))]
        if self.filter_problem:
            lines.append(Line(((f"× {self.filter_problem}", "bad"),)))
        return lines

    def cursor(self) -> int:
        """Return the row of the cursor."""
        return max(0, min(self.row_count() - 1, self._cursor - self._log.first_row))

    def move_to(self, index: int) -> None:
        """Put the cursor on a row; on the last one, follow."""
        self._cursor = self._log.first_row + index
        self.is_following = index >= self.row_count() - 1

    def on_focus(self) -> None:
        """Show the cursor."""
        self.paint()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.paint()
