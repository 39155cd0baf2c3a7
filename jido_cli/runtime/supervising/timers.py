"""The timers that a supervisor's machine asks for, and the backoffs that some of them are.

When a timer is due its machine is told; what follows is the machine's decision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jido_cli.supervision import effects as do
from jido_cli.supervision import events as on

if TYPE_CHECKING:
    import asyncio

    from jido_cli.runtime.supervising.supervisor import SupervisorRunner


class SupervisorTimers:
    """What is armed for one incarnation of a supervisor."""

    __slots__ = ("_armed", "_runner", "_waiting_restarts")

    def __init__(self, runner: SupervisorRunner) -> None:
        self._runner = runner
        self._armed: dict[int, asyncio.TimerHandle] = {}
        self._waiting_restarts: dict[int, str] = {}  # timers of backoffs

    def arm(self, effect: do.ArmTimer) -> None:
        """Arm a timer; a child whose restart it delays is `backing_off` meanwhile."""
        kernel = self._runner.kernel
        delay_s = effect.delay_ms / 1000
        if effect.restart_of is not None:
            self._restart_waits(effect.restart_of)
            self._waiting_restarts[effect.timer] = effect.restart_of
        if effect.jitter:
            delay_s *= 1 + effect.jitter * (2 * kernel.random() - 1)
        self._armed[effect.timer] = kernel.clock.call_later(delay_s, self._fired, effect.timer)

    def _restart_waits(self, child_id: str) -> None:
        place = self._runner.place.child(child_id)
        if place is None:
            return
        log = place.log
        if log.ran_s >= (self.backoff_reset_s(child_id) or 0.0):  # quiet for long: it counts anew
            log.backoffs = 0
        log.ran_s = 0.0
        log.backoffs += 1
        place.set_status("backing_off")

    def backoff_reset_s(self, child_id: str) -> float | None:
        """Return how long a child must be up to begin its backoff anew, None without one."""
        start = self._runner.start
        is_dynamic = start.flags.strategy == "dynamic"
        for spec in start.specs:
            if (is_dynamic or spec.id == child_id) and spec.backoff is not None:
                reset_ms = spec.backoff.reset_after_ms
                return (spec.backoff.max_ms if reset_ms is None else reset_ms) / 1000
        return None

    def _fired(self, timer: int) -> None:
        self._armed.pop(timer, None)
        self._waiting_restarts.pop(timer, None)
        self._runner.post(on.TimerFired(timer))

    def cancel(self, effect: do.CancelTimer) -> None:
        """Cancel a timer; a child whose restart waited for it stays stopped."""
        handle = self._armed.pop(effect.timer, None)
        if handle is not None:
            handle.cancel()
        place = self._runner.place.child(self._waiting_restarts.pop(effect.timer, ""))
        if place is not None and place.status == "backing_off":
            place.set_status("stopped")

    def end(self) -> None:
        """The supervisor is gone."""
        for handle in self._armed.values():
            handle.cancel()
        self._armed.clear()
