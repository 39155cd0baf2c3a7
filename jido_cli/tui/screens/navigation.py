"""Moving about: panes, rows, folding, tabs, how the log is shown."""

from __future__ import annotations

from jido_cli.tui.model.filters import Filter
from jido_cli.tui.screens.filtering import FilteringScreen
from jido_cli.tui.view.layout import PANES, Pane
from jido_cli.tui.view.state_tabs import TABS
from jido_cli.tui.widgets.rows import RowsPane


class NavigationScreen(FilteringScreen, inherit_bindings=False):
    """The panes, and the keys that change nothing but the view."""

    # -- panes and rows

    def action_pane(self, name: Pane) -> None:
        """Go to a pane."""
        self.focus_pane(name)

    def action_next_pane(self, step: int) -> None:
        """Go to the next pane."""
        shown = [one for one in PANES if self.zoomed or self._can_show(one)]
        at = shown.index(self.focus_on) if self.focus_on in shown else 0
        self.focus_pane(shown[(at + step) % len(shown)])

    def _can_show(self, name: Pane) -> bool:
        return self.arranged is not None and not self.arranged.is_words and name in PANES

    def action_step(self, rows: int) -> None:
        """Move the cursor."""
        self.focused_pane.step(rows)

    def action_page(self, halves: int) -> None:
        """Move the cursor by half pages."""
        self.focused_pane.page(halves)

    def action_ends(self, last: bool) -> None:
        """Move the cursor to the first or last row."""
        self.focused_pane.go(last=last)

    def on_rows_pane_moved(self, message: RowsPane.Moved) -> None:
        """Show what belongs to the row that was moved to."""
        if message.pane is self.tree_pane:
            self.selected()
        self.repaint()

    def selected(self) -> None:
        """Watch the node that is selected now."""
        if self.desk.watch(self.desk.tree.selected):
            self.state_pane.reset()
            if self.desk.log.scope is not None:
                self.desk.log.set_scope(self.desk.tree.selected)

    def select(self, path: str) -> None:
        """Select a node."""
        self.desk.tree.select(path)
        self.selected()
        self.repaint()

    # -- folding

    def action_fold(self) -> None:
        """Fold what the cursor is on, or go to what holds it."""
        if self.focus_on == "state":
            self.state_pane.fold(folded=True)
            return
        tree, path = self.desk.tree, self.desk.tree.selected
        if path is None:
            return
        if tree.children(path) and not tree.is_folded(path):
            tree.fold(path, folded=True)
            self.repaint()
        else:
            above = next(tree.ancestors(path), None)
            if above is not None:
                self.select(above)

    def action_unfold(self) -> None:
        """Unfold what the cursor is on, or go to its first child."""
        if self.focus_on == "state":
            self.state_pane.fold(folded=False)
            return
        tree, path = self.desk.tree, self.desk.tree.selected
        if path is None or not tree.children(path):
            return
        if tree.is_folded(path):
            tree.fold(path, folded=False)
            self.repaint()
        else:
            self.select(tree.children(path)[0])

    def action_fold_all(self, folded: bool) -> None:
        """Fold or unfold the whole tree."""
        self.desk.tree.fold_all(folded=folded)
        self.selected()
        self.repaint()

    def action_boundary(self) -> None:
        """Show also what falls if the supervisor gives up, or not."""
        self.desk.tree.shows_outer = not self.desk.tree.shows_outer
        self.repaint()

    def action_tab(self, step: int) -> None:
        """Show another tab of the state pane."""
        self.tab = TABS[(TABS.index(self.tab) + step) % len(TABS)]
        self.state_pane.reset()
        self.repaint()

    def action_zoom(self) -> None:
        """Give this pane everything, or divide again."""
        self.zoomed = None if self.zoomed else self.focus_on
        self.repaint()

    def action_back(self) -> None:
        """Leave what is narrowest: filter, zoom, attention line."""
        log = self.desk.log
        if self.zoomed is not None:
            self.zoomed = None
        elif log.filter.tests:
            log.set_filter(Filter())
            self.log_pane.follow()
        elif not self.desk.dismiss():
            self.focus_pane("tree")
        self.repaint()

    # -- the log

    def action_pause(self) -> None:
        """Hold the log back, or let it go on."""
        log = self.desk.log
        if log.is_paused:
            log.resume()
        else:
            log.pause()
        self.repaint()

    def action_follow(self) -> None:
        """Show the newest rows from now on."""
        self.log_pane.follow()
        self.repaint()

    def action_events(self) -> None:
        """Show supervision events between the directives, or not."""
        self.desk.log.show_events(shown=not self.desk.log.shows_events)
        self.log_pane.follow()
        self.repaint()

    def action_only_trouble(self) -> None:
        """Show only what went wrong, or everything."""
        self.desk.log.show_only_trouble(only=not self.desk.log.only_trouble)
        self.log_pane.follow()
        self.repaint()

    def action_scope(self) -> None:
        """Show only what the selected node and those below it ask for, or everything."""
        log = self.desk.log
        log.set_scope(self.desk.tree.selected if log.scope is None else None)
        self.log_pane.follow()
        self.repaint()

    def action_mark(self) -> None:
        """Draw a line into the log."""
        now = self.desk.now()
        self.desk.log.note(now, f"-- mark {self.desk.times.clock(now)} --")
        self.repaint()
