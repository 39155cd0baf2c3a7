"""Pane 2: the selected node: its state as a tree, or one of the other tabs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from jido_cli.tui.look import Look
from jido_cli.tui.model.changes import Path
from jido_cli.tui.model.value_tree import ValueRow
from jido_cli.tui.model.watched import Watched
from jido_cli.tui.text import Line, display_json
from jido_cli.tui.view.state_agent import StateHead, StateRow
from jido_cli.tui.view.values import value_column, value_row
from jido_cli.tui.widgets.rows import RowsPane

FRESH_S = 1.0


class StatePane(RowsPane):
    """Rows of the selected node; the cursor is a row, kept by the path of a value.

    Args:
        look: how lines reach the terminal.
        rows: makes the rows for the pane's width.
        watched: returns the selected node.
        now: wall time.
    """

    def __init__(
        self,
        look: Look,
        rows: Callable[[int], Sequence[StateRow]],
        watched: Callable[[], Watched],
        now: Callable[[], float],
    ) -> None:
        super().__init__(look, id="state")
        self._make_rows = rows
        self._watched = watched
        self._now = now
        self._rows: Sequence[StateRow] = ()
        self._column = 0
        self._cursor = 0
        self._at: Path | None = None

    def paint(self) -> None:
        """Show the node as it is now; the cursor stays on its value."""
        self._rows = self._make_rows(self.size.width)
        is_wide = self.app.size.width >= 120
        least, gap = (21, 3) if is_wide else (19, 1)
        values = [row for row in self._rows if isinstance(row, ValueRow)]
        self._column = value_column(values, self.size.width, least, gap)
        self._cursor = self._found()
        super().paint()

    def _found(self) -> int:
        if self._at is not None:
            for index, row in enumerate(self._rows):
                if _path(row) == self._at:
                    return index
        return max(0, min(self._cursor, len(self._rows) - 1))

    def reset(self) -> None:
        """Begin at the top: another node is shown."""
        self._cursor, self._at, self.top = 0, None, 0

    def row_count(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    def row(self, index: int) -> Line:
        """Return a row."""
        row = self._rows[index]
        is_selected = self.has_focus and index == self._cursor
        match row:
            case Line():
                return Line(row.spans, "selection") if is_selected else row
            case StateHead():
                return Line(row.line.spans, "selection") if is_selected else row.line
            case ValueRow():
                is_fresh = self._now() - self._watched().changed_at < FRESH_S
                return value_row(
                    row, self.size.width, self._column, is_selected=is_selected, is_fresh=is_fresh
                )

    def cursor(self) -> int:
        """Return the row of the cursor."""
        return self._cursor

    def move_to(self, index: int) -> None:
        """Put the cursor on a row."""
        self._cursor = index
        self._at = _path(self._rows[index])

    def fold(self, *, folded: bool) -> None:
        """Fold or unfold the value under the cursor; folding a leaf folds what holds it."""
        row = self._rows[self._cursor] if self._rows else None
        path = _path(row) if row is not None else None
        if path is None:
            return
        is_leaf = isinstance(row, ValueRow) and (not row.is_container or row.is_folded)
        if folded and is_leaf and path:
            path = path[:-1]
            self._at = path
        self._watched().fold(path, folded=folded)
        self.paint()

    def toggle(self) -> None:
        """Fold or unfold the container under the cursor."""
        row = self._rows[self._cursor] if self._rows else None
        is_folded = isinstance(row, ValueRow | StateHead) and row.is_folded
        self.fold(folded=not is_folded)

    def copied(self) -> str:
        """Return the value under the cursor as JSON, or the row's text."""
        row = self._rows[self._cursor] if self._rows else None
        match row:
            case ValueRow() if not row.hidden:
                value = row.value
            case StateHead():
                value = self._watched().state
            case _:
                return super().copied()
        return display_json(json.dumps(value, ensure_ascii=False, indent=2))

    def on_focus(self) -> None:
        """Show the cursor."""
        self.paint()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.paint()


def _path(row: StateRow) -> Path | None:
    match row:
        case StateHead():
            return ()
        case ValueRow() if not row.hidden:
            return row.path
        case _:
            return None
