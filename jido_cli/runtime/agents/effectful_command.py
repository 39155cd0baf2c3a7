"""A command that waits for its effectful instructions, one after the other.

The agent's mailbox waits meanwhile, nothing else does (runtime.md 9). What runs the instruction
is in `effectful`; what becomes of the finished command is the server's matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jido_cli.core.command import resume
from jido_cli.core.outcomes import Done, Raised, Suspended
from jido_cli.core.signals import Signal
from jido_cli.runtime.agents.calls import Mail
from jido_cli.runtime.agents.effectful import EffectRun, Outcome
from jido_cli.runtime.agents.performing import MAX_DIRECTIVES, too_many
from jido_cli.runtime.watching.watch import ActionHung
from jido_cli.supervision.reasons import crash

if TYPE_CHECKING:
    from jido_cli.runtime.agents.server import AgentServer


class EffectfulCommand:
    """One command of one incarnation, from its first effectful instruction to its end."""

    __slots__ = ("_mail", "_now_ns", "_server", "_signal", "_started")

    def __init__(
        self, server: AgentServer, signal: Signal, mail: Mail, now_ns: int, started: float
    ) -> None:
        self._server = server
        self._signal = signal
        self._mail = mail
        self._now_ns = now_ns
        self._started = started

    def wait_for(self, suspended: Suspended) -> None:
        """Let the instruction run that the command waits for; the mailbox waits with it."""
        server = self._server
        server.is_held = True
        run = EffectRun(
            server.kernel,
            server.place,
            suspended.call,
            self._mail,
            lambda outcome: self._came_to(suspended, run, outcome),
        )
        server.running = run
        run.begin()

    def _came_to(self, suspended: Suspended, run: EffectRun, outcome: Outcome) -> None:
        server = self._server
        if server.running is not run:
            server.kernel.note_late(server.place, f"a result of {suspended.call.action.name}")
            return
        server.running = None
        error = outcome.error.exception if isinstance(outcome, Raised) else None
        if isinstance(error, ActionHung):
            server.exit(crash(error), self._mail)
        elif server.stopping is not None:
            server.lose(self._mail, server.stopping)
            server.stop_when_quiet()
        else:
            self._go_on(suspended, outcome)

    def _go_on(self, suspended: Suspended, outcome: Outcome) -> None:
        server = self._server
        watch = server.kernel.watch
        watch.since = server.kernel.monotonic()
        watch.signal = self._signal
        watch.running = server
        try:
            try:
                result = resume(suspended.command, outcome)
            finally:
                watch.running = None
                if watch.is_injecting:
                    watch.swallow_late()
        except BaseException as error:  # noqa: BLE001 - an Exception would be a failed command
            server.broken(error, self._mail)
            return
        if isinstance(result, Done):
            if len(result.directives) > MAX_DIRECTIVES:
                result = too_many(server.agent, self._signal, result)
            server.finish(result, self._signal, self._mail, self._now_ns, self._started)
            server.release()
        else:
            self.wait_for(result)
