"""One attempt to start a child: the start hook, then the launch by kind.

The attempt ends in exactly one call to its supervisor: up, ignored or failed. Whether and when
to try again is the machine's decision.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jido_cli.runtime.agents.dedupe import new_server
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.sensor import SensorProcess
from jido_cli.runtime.supervising.service import ServiceProcess
from jido_cli.runtime.supervising.starts import (
    AgentStart,
    SensorStart,
    ServiceStart,
    SupervisorStart,
)
from jido_cli.supervision.effects import StartChild
from jido_cli.supervision.reasons import ExitReason, crash

if TYPE_CHECKING:
    from jido_cli.runtime.kernel import Kernel
    from jido_cli.runtime.supervising.supervisor import SupervisorRunner

CANCELLED = crash("the start was cancelled")


class StartIgnored(Exception):
    """Raised by a start hook: leave this child out, which is no failure."""


class StartRefused(Exception):
    """Raised by a start hook: this attempt fails, with *reason*."""

    def __init__(self, reason: ExitReason) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class StartAttempt:
    """What a start hook is told of the attempt that it may hold, fail or leave out."""

    place: Place
    generation: int
    args: object


class Attempt:
    """A running attempt."""

    __slots__ = ("_effect", "_is_over", "_kernel", "_place", "_runner", "_service", "_task")

    def __init__(
        self, kernel: Kernel, runner: SupervisorRunner, place: Place, effect: StartChild
    ) -> None:
        self._kernel = kernel
        self._runner = runner
        self._place = place
        self._effect = effect
        self._task: asyncio.Task[None] | None = None
        self._service: ServiceProcess | SupervisorRunner | None = None
        self._is_over = False

    def begin(self) -> None:
        """Ask the hook, if there is one, and launch."""
        hook = self._kernel.start_hook
        if hook is None:
            self._launch()
            return
        try:
            verdict = hook(StartAttempt(self._place, self._place.generation, self._effect.args))
        except (StartIgnored, StartRefused) as refusal:
            self._refused(refusal)
            return
        if verdict is None:
            self._launch()
        else:
            self._task = self._kernel.loop.create_task(
                self._wait(verdict), name=f"jido:{self._place.path}:start"
            )

    def cancel(self) -> None:
        """End the attempt now; it counts as failed (runtime.md 35)."""
        if self._is_over:
            return
        if self._task is not None and not self._task.done():
            self._is_over = True
            self._task.cancel()
            self._runner.child_failed(self._effect.ref, self._place, CANCELLED)
        elif self._service is not None:
            self._service.cancel()

    async def _wait(self, verdict: Awaitable[None]) -> None:
        try:
            await verdict
        except (StartIgnored, StartRefused) as refusal:
            if not self._is_over:
                self._refused(refusal)
            return
        if not self._is_over:
            self._task = None
            self._launch()

    def _refused(self, refusal: StartIgnored | StartRefused) -> None:
        self._is_over = True
        if isinstance(refusal, StartRefused):
            self._runner.child_failed(self._effect.ref, self._place, refusal.reason)
        else:
            self._runner.child_ignored(self._effect.ref, self._place)

    def _launch(self) -> None:
        start = self._effect.spec.start
        ref, args, place, runner = self._effect.ref, self._effect.args, self._place, self._runner
        if isinstance(start, AgentStart):
            server = new_server(place, ref, runner)
            failure = server.begin(args)
            if failure is None:
                runner.child_up(ref, server)
            else:
                runner.child_failed(ref, place, failure)
        elif isinstance(start, SupervisorStart):
            nested = runner.nested(place, ref, runner, start)
            self._service = nested
            runner.child_booting(ref, nested)
            nested.boot()
        elif isinstance(start, SensorStart):
            SensorProcess(self._kernel, place, ref, runner, start).begin(args)
        else:
            assert isinstance(start, ServiceStart)
            service = ServiceProcess(self._kernel, place, ref, runner, start)
            self._service = service
            service.begin(args)
