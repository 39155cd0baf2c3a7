"""The dashboard: the panes, what can be done in them, and the way out."""

from __future__ import annotations

import json

from jido_cli.observe.text.names import last_part
from jido_cli.tui.desk import Desk
from jido_cli.tui.keymap import bindings
from jido_cli.tui.look import Look
from jido_cli.tui.messages import LeaveDashboard, NextTheme, Reconnect, Watched
from jido_cli.tui.model.commands import Command, CommandList
from jido_cli.tui.model.entries import DirectiveEntry, Entry, EventEntry
from jido_cli.tui.options import Options
from jido_cli.tui.screens.help import HelpScreen
from jido_cli.tui.screens.leave import Choice, LeaveScreen
from jido_cli.tui.screens.ordering import OrderingScreen
from jido_cli.tui.screens.pager import PagerScreen
from jido_cli.tui.screens.palette import PaletteScreen
from jido_cli.tui.steering import Steering
from jido_cli.tui.text import display
from jido_cli.tui.view.log_rows import record_lines
from jido_cli.tui.widgets.bars import Footer
from jido_cli.tui.widgets.lines import LinesWidget
from jido_cli.tui.widgets.rows import RowsPane


class DashboardScreen(OrderingScreen, inherit_bindings=False):
    """The screen that the dashboard opens with.

    Args:
        look: how lines reach the terminal.
        desk: what is known of the engine.
        steering: gives the orders.
        options: how the dashboard behaves.
    """

    BINDINGS = bindings()  # type: ignore[assignment]  # a list of textual's own

    def __init__(self, look: Look, desk: Desk, steering: Steering, options: Options) -> None:
        super().__init__(look, desk, steering, options.engine_flag)
        self._options = options
        self._owns_engine = options.owns_engine
        self._is_stopping = False

    def selected(self) -> None:
        """Watch the node that is selected now."""
        super().selected()
        self.post_message(Watched(self.desk.tree.selected))

    # -- opening and copying

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.focus_on == "tree":
            self.focus_pane("state")
        elif self.focus_on == "log":
            self._open_entry(self.log_pane.entry())
        else:
            self.state_pane.toggle()

    def on_rows_pane_opened(self, message: RowsPane.Opened) -> None:
        """Open the row that was clicked."""
        self.focus_pane(message.pane.id)  # type: ignore[arg-type]  # panes are named so
        self.action_open()

    def _open_entry(self, entry: Entry | None) -> None:
        if isinstance(entry, EventEntry):
            self.select(entry.path)
        elif isinstance(entry, DirectiveEntry):
            lines = record_lines(entry, self.desk.times)
            copied = json.dumps(entry._asdict(), ensure_ascii=False, indent=2)
            command = f"jido directives --agent {display(self.name_of(entry.agent))}"
            title = f"Directive {entry.seq:,}"
            self.app.push_screen(
                PagerScreen(
                    self.look, title, lines, copied=copied, command=command + self.engine_flag
                )
            )

    def action_copy(self) -> None:
        """Copy the row or the value under the cursor."""
        text = self.focused_pane.copied()
        if self.focus_on == "tree" and self.desk.tree.selected is not None:
            text = self.desk.tree.selected
        self._copy(text)

    def action_copy_command(self) -> None:
        """Copy the command line that shows what is under the cursor."""
        path = self.desk.tree.selected
        if path is not None:
            verbs = {"tree": "inspect", "state": "state", "log": "directives --agent"}
            self._copy(self.command_for(verbs[self.focus_on], path))

    def _copy(self, text: str) -> None:
        self.app.copy_to_clipboard(text)
        first = text.split("\n")[0]
        self.desk.say(f"copied {display(first)}", "text")
        self.repaint()

    # -- trouble

    def action_trouble(self) -> None:
        """Go to the newest trouble; again, to the next one."""
        troubles = [one for one in self.desk.troubles() if one.path in self.desk.tree.nodes]
        if not troubles:
            self.desk.say("● no trouble", "ok")
            self.repaint()
            return
        paths = [one.path for one in troubles]
        selected = self.desk.tree.selected
        at = paths.index(selected) + 1 if selected in paths else 0
        self.select(paths[at % len(paths)])
        if self.focus_on == "log":
            self.focus_pane("tree")

    # -- help, palette, colours

    def action_help(self) -> None:
        """Show the keys and signs."""
        node = self.desk.node
        kind = node["kind"] if node is not None else ""
        self.app.push_screen(HelpScreen(self.look, self.focus_on, self.desk.tree.selected, kind))

    def action_palette(self) -> None:
        """Find a command by a few letters."""
        commands = CommandList(self.desk.tree, self.engine_flag)
        self.app.push_screen(PaletteScreen(self.look, commands, self._falls_with), self._run)

    def _falls_with(self, command: Command) -> str:
        if command.path is None or command.action not in ("kill", "restart", "stop_or_start"):
            return ""
        tree = self.desk.tree
        below = tree.falls_with(command.path) if command.action == "kill" else None
        paths = below if below is not None else list(tree.below(command.path))
        return ", ".join(display(last_part(one)) for one in paths)

    async def _run(self, command: Command | None) -> None:
        if command is None:
            return
        if command.path is not None:
            self.select(command.path)
        if command.action != "go":
            await self.run_action(command.action)

    def action_theme(self) -> None:
        """Take the next colours."""
        self.post_message(NextTheme())

    def action_reconnect(self) -> None:
        """Try a lost engine now."""
        self.post_message(Reconnect())

    def action_paint_again(self) -> None:
        """Paint everything, also what is believed to be on the terminal."""
        for widget in self.query(LinesWidget):
            widget.refresh()

    def action_to_shell(self) -> None:
        """Go to the shell; `fg` comes back."""
        self.app.action_suspend_process()

    async def on_footer_pressed(self, message: Footer.Pressed) -> None:
        """Do what a key of the footer does."""
        await self.run_action(message.action)

    # -- the way out

    def action_leave(self) -> None:
        """Leave; a dashboard that opened its engine asks whether it goes on."""
        status = self.desk.link.status
        if not self._owns_engine:
            self.post_message(LeaveDashboard("left"))
        elif status == "ended":
            self.post_message(LeaveDashboard("ended"))
        elif self._is_stopping:
            self.post_message(LeaveDashboard("stopped"))
        else:
            nodes = len(self.desk.tree.nodes)
            pid = self.desk.engine.get("pid", "?")
            self.app.push_screen(LeaveScreen(self.look, self.desk.name, nodes, pid), self._leave)

    def _leave(self, choice: Choice | None) -> None:
        if choice == "detach":
            self.post_message(LeaveDashboard("detached"))
        elif choice == "stop" and self.desk.is_lost:
            self.post_message(LeaveDashboard("stopped"))
        elif choice == "stop":
            self._is_stopping = True
            self.desk.say("□ stopping everything in reverse order", "text")
            self.steering.shutdown()
            self.repaint()

    def link_changed(self) -> None:
        """Close when the engine has ended as it was asked to."""
        if self.desk.link.is_other:
            self._owns_engine = False  # somebody else started this one
        if self.desk.link.status not in ("ended", "lost"):
            return
        if self._is_stopping:
            self.post_message(LeaveDashboard("stopped"))
        elif self.desk.link.status == "ended" and self._closes_with_it():
            self.post_message(LeaveDashboard("ended"))

    def _closes_with_it(self) -> bool:
        """Whether the end of the engine is this one's too: who opened it, runs as long as it.

        That the root gave up stays to be looked at, unless the run was bounded.
        """
        told = self.desk.link.last_exit or {}
        in_order = self._owns_engine and told.get("kind") == "stopped"
        return in_order or self._options.leave_at_end
