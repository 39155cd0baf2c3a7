"""The application: joins feed, desk and screen, and knows the colours. Thin on purpose."""

from __future__ import annotations

import asyncio
import signal

from textual import events
from textual.app import App

from jido_cli.control.handle import EngineHandle
from jido_cli.errors import InternalError
from jido_cli.tui.desk import Desk
from jido_cli.tui.feed.feed import Feed
from jido_cli.tui.feed.frames import Frame
from jido_cli.tui.look import Look
from jido_cli.tui.messages import Hurry, LeaveDashboard, NextTheme, OrderDone, Reconnect, Watched
from jido_cli.tui.options import Options, Outcome
from jido_cli.tui.palettes import CHOICES, PALETTES
from jido_cli.tui.screens.dashboard import DashboardScreen
from jido_cli.tui.screens.panes import TICK_S
from jido_cli.tui.steering import Done, Spawn, Steering, in_thread
from jido_cli.tui.widgets.dialog import DialogScreen


class DashboardApp(App[Outcome], inherit_bindings=False):
    """The dashboard of one engine.

    Args:
        handle: the engine.
        feed: where its news come from.
        options: how the dashboard behaves.
        spawn: runs orders; tests run them at once.
        takes_signals: SIGTERM and SIGHUP close it, and give the terminal back.
    """

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    TITLE = "jido"

    def __init__(
        self,
        handle: EngineHandle,
        feed: Feed,
        options: Options,
        *,
        spawn: Spawn = in_thread,
        takes_signals: bool = False,
    ) -> None:
        palette = PALETTES[options.theme]
        super().__init__(ansi_color=True if palette.is_ansi else None)
        self.animation_level = "none"
        self.look = Look(palette, options.is_ascii, options.only_ascii)
        for one in PALETTES.values():
            self.register_theme(one.theme())
        self.theme = palette.name
        self._feed = feed
        self._takes_signals = takes_signals
        self._watched: str | None = None
        self.fault: Exception | None = None
        self.desk = Desk(options.now, options.zone)
        steering = Steering(handle, self._report, spawn)
        self.dashboard = DashboardScreen(self.look, self.desk, steering, options)

    def get_default_screen(self) -> DashboardScreen:
        """Begin with the dashboard."""
        return self.dashboard

    def on_mount(self) -> None:
        """Let the news come."""
        self._feed.start(self._take)
        self.set_interval(TICK_S, self._listen)
        if self._takes_signals:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self.exit, "stopped")

    def on_unmount(self) -> None:
        """Ask for nothing more."""
        self._feed.stop()

    def on_key(self, event: events.Key) -> None:
        """Hand a key to the dialog that opened while it was on its way: nothing typed is lost."""
        if isinstance(self.screen, DialogScreen):
            event.prevent_default()
            self.screen.pressed(event.key, event.character)

    def _take(self, frame: Frame) -> None:
        if frame.fault is not None:
            self.fault = frame.fault
            self.exit()
            return
        self.dashboard.take(frame)
        self._watch(self.desk.tree.selected)
        if frame.link:
            self.dashboard.link_changed()

    def _listen(self) -> None:
        """Notice when the engine falls silent."""
        self.desk.heard_at = self._feed.heard_at

    def _watch(self, path: str | None) -> None:
        if path != self._watched:
            self._watched = path
            self._feed.watch(path)

    def _report(self, done: Done) -> None:
        self.dashboard.post_message(OrderDone(done))

    # -- what screens ask for

    def on_watched(self, message: Watched) -> None:
        """Ask for another node's state."""
        self._watch(message.path)

    def on_hurry(self, message: Hurry) -> None:  # noqa: ARG002 - textual's shape
        """Ask for everything now."""
        self._feed.hurry()

    def on_reconnect(self, message: Reconnect) -> None:  # noqa: ARG002 - textual's shape
        """Try a lost engine now."""
        self._feed.reconnect()

    def on_next_theme(self, message: NextTheme) -> None:  # noqa: ARG002 - textual's shape
        """Take the next palette."""
        names = CHOICES
        at = names.index(self.look.palette.name) if self.look.palette.name in names else -1
        self.look.palette = PALETTES[names[(at + 1) % len(names)]]
        self.theme = self.look.palette.name
        self.refresh_css(animate=False)
        self.dashboard.desk.say(f"theme {self.theme}", "text")
        self.dashboard.repaint()

    def on_leave_dashboard(self, message: LeaveDashboard) -> None:
        """Close."""
        self.exit(message.outcome)


def run(handle: EngineHandle, feed: Feed, options: Options) -> Outcome:
    """Run the dashboard until it is left; return how.

    Raises:
        InternalError: it failed; what failed was printed.
    """
    app = DashboardApp(handle, feed, options, takes_signals=True)
    outcome = app.run()
    if app.fault is not None:
        raise app.fault
    if outcome is None and app.return_code:
        raise InternalError("the dashboard has failed; what it printed above says where")
    return outcome or "left"
