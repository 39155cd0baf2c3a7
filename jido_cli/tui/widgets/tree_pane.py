"""Pane 1: the supervision tree."""

from __future__ import annotations

from collections.abc import Callable

from jido_cli.tui.look import Look
from jido_cli.tui.model.tree import TreeModel
from jido_cli.tui.text import Line
from jido_cli.tui.view import tree_rows
from jido_cli.tui.view.tree_rows import TreeFace
from jido_cli.tui.widgets.rows import RowsPane


class TreePane(RowsPane):
    """The tree; the cursor is the selected node.

    Args:
        look: how lines reach the terminal.
        tree: what is shown.
        face: how it stands now.
    """

    def __init__(self, look: Look, tree: TreeModel, face: Callable[[], TreeFace]) -> None:
        super().__init__(look, id="tree")
        self._tree = tree
        self._make_face = face
        self._face = TreeFace(0.0)

    def paint(self) -> None:
        """Show the tree as it is now."""
        self._face = self._make_face()
        self._tree.set_room(self.room)
        super().paint()

    def _columns(self) -> tree_rows.Columns:
        return tree_rows.columns_for(self.size.width, self.app.size.width)

    def heads(self) -> list[Line]:
        """Return the heads of the columns."""
        return [tree_rows.heading(self._columns())]

    def row_count(self) -> int:
        """Return how many nodes are not folded away."""
        return len(self._tree.rows)

    def row(self, index: int) -> Line:
        """Return the row of a node."""
        path = self._tree.rows[index]
        return tree_rows.tree_row(self._tree, path, self._columns(), self._face)

    def blank(self) -> list[Line]:
        """Return what is shown before the first tree."""
        return tree_rows.empty_rows(self.size.width)

    def cursor(self) -> int:
        """Return the row of the selected node."""
        return self._tree.index()

    def move_to(self, index: int) -> None:
        """Select a node."""
        self._tree.select(self._tree.rows[index])
