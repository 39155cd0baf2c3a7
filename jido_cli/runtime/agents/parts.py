"""What most agents never need: timers, sensors, a family, instructions, open commits...

One record, made when the first of them is used, so that 100,000 idle agents do not carry them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jido_cli.runtime.agents.commits import PendingCommits
from jido_cli.runtime.agents.failures import ErrorWindow
from jido_cli.runtime.agents.family import Family
from jido_cli.runtime.agents.instructions import Instructions, Perform
from jido_cli.runtime.agents.own_directives import OwnDirectives
from jido_cli.runtime.agents.sensors import Sensors
from jido_cli.runtime.agents.timers import Timers

if TYPE_CHECKING:
    from jido_cli.runtime.agents.emitting import Sending
    from jido_cli.runtime.agents.server import AgentServer


class Parts:
    """The parts of one incarnation; `waiting_directives` wait for room in a mailbox."""

    __slots__ = (
        "_server",
        "commits",
        "family",
        "instructions",
        "is_kept",
        "own_directives",
        "sendings",
        "sensors",
        "timers",
        "waiting_directives",
        "window",
    )

    def __init__(self, server: AgentServer) -> None:
        self._server = server
        self.commits: PendingCommits | None = None
        self.family: Family | None = None
        self.instructions: Instructions | None = None
        self.own_directives: OwnDirectives | None = None
        self.sensors: Sensors | None = None
        self.timers: Timers | None = None
        self.window: ErrorWindow | None = None
        self.waiting_directives = 0
        self.is_kept: bool | None = None  # its last state; None: nobody has asked yet
        self.sendings: set[Sending] = set()

    def need_commits(self) -> PendingCommits:
        """Return the open commits."""
        if self.commits is None:
            self.commits = PendingCommits(self._server)
        return self.commits

    def need_family(self) -> Family:
        """Return the family."""
        if self.family is None:
            self.family = Family(self._server)
        return self.family

    def need_instructions(self, perform: Perform) -> Instructions:
        """Return the instructions beside the mailbox; *perform* carries out what they ask."""
        if self.instructions is None:
            self.instructions = Instructions(self._server, perform)
        return self.instructions

    def need_own_directives(self) -> OwnDirectives:
        """Return what is under way of directives of users' own."""
        if self.own_directives is None:
            self.own_directives = OwnDirectives(self._server)
        return self.own_directives

    def need_sensors(self) -> Sensors:
        """Return the sensors."""
        if self.sensors is None:
            self.sensors = Sensors(self._server)
        return self.sensors

    def need_timers(self) -> Timers:
        """Return the timers."""
        if self.timers is None:
            self.timers = Timers(self._server)
        return self.timers

    def need_window(self) -> ErrorWindow:
        """Return the error window."""
        if self.window is None:
            self.window = ErrorWindow()
        return self.window

    @property
    def is_resting(self) -> bool:
        """Whether nothing is under way, and nothing will come by itself."""
        return (
            self.waiting_directives == 0
            and (self.window is None or self.window.open_until < self._server.kernel.monotonic())
            and not (self.commits is not None and self.commits.is_open)
            and (self.timers is None or self.timers.is_empty)
            and (self.instructions is None or self.instructions.is_empty)
            and self.sensors is None
        )

    def is_quiet(self, called_later: Callable[[], None]) -> bool:
        """Whether nothing is left that an orderly exit waits for; else *called_later* will be."""
        if self.timers is not None:
            self.timers.cancel_all()
        if self.sensors is not None and not self.sensors.end(called_later):
            return False
        if self.commits is not None and self.commits.is_open:
            return False
        if self.own_directives is not None and not self.own_directives.is_empty:
            return False  # they were asked for by what is committed
        if self.instructions is not None:
            self.instructions.end()
        return self.family is None or self.family.stop(called_later)

    def end(self, *, is_killed: bool) -> None:
        """The incarnation is over: cancel, abandon, wait for nothing.

        What its commands asked for before is still delivered when there is room, unless it was
        killed: then it speaks for nobody any more (runtime.md 17).
        """
        if is_killed:
            for sending in [*self.sendings]:
                sending.cancel()
            if self.own_directives is not None:
                self.own_directives.cancel_all()
        if self.timers is not None:
            self.timers.cancel_all()
        if self.instructions is not None:
            self.instructions.end()
        if self.sensors is not None:
            self.sensors.end(_wait_for_nothing)
        if self.family is not None:
            self.family.stop(_wait_for_nothing)
        if self.commits is not None:
            self.commits.abandon()


def _wait_for_nothing() -> None:
    """Take the news that the family is gone, after its agent."""
