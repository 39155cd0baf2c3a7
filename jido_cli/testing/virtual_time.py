"""An asyncio event loop on virtual time: when nothing is ready, the clock jumps to the next timer.

Code under test uses the loop as ever (`call_later`, `asyncio.sleep`, `loop.time`), so user code
needs no change; nothing ever waits for real time, except for threads that are announced with
`hold`. Knows nothing of agents.
"""

from __future__ import annotations

import asyncio
import contextlib
import selectors
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

T = TypeVar("T")
EPOCH_NS = 1_767_225_600_000_000_000  # 2026-01-01T00:00:00Z, where the virtual wall clock starts


class _JumpingSelector(selectors.DefaultSelector):
    """A selector that never waits while the loop may jump instead."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout > 0:
            ready = super().select(0)
            if ready:
                return ready
            if self.loop.holds:
                return super().select(timeout if timeout is None else min(timeout, 0.05))
            self.loop.on_idle(timeout)
            return []
        return super().select(timeout)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose `time()` is virtual and starts at zero.

    `run_until_idle` ends when no callback is ready and no timer is armed; `advance` moves on by
    a span and fires what is due in it. The wall clock starts at *epoch_ns*, in ns since 1970.
    """

    def __init__(self, epoch_ns: int = EPOCH_NS) -> None:
        selector = _JumpingSelector()
        super().__init__(selector)
        selector.loop = self
        self._epoch_ns = epoch_ns
        self._now = 0.0
        self._limit: float | None = None
        self._jumps_left: int | None = None
        self._stop_when_idle = False
        self.holds = 0

    def time(self) -> float:
        """Return the virtual monotonic time in seconds."""
        return self._now

    def wall_ns(self) -> int:
        """Return the virtual wall clock in nanoseconds since 1970."""
        return self._epoch_ns + round(self._now * 1e9)

    def on_idle(self, timeout: float | None) -> None:
        """Jump to the next timer, or stop when there is none within the limit."""
        if timeout is None:
            if not self._stop_when_idle:
                raise RuntimeError("the virtual loop waits for something that will never come")
            self.stop()
            return
        if self._jumps_left == 0:
            self.stop()
            return
        target = self._now + timeout
        if self._limit is not None and target > self._limit:
            self._now = max(self._now, self._limit)
            self.stop()
            return
        if self._jumps_left is not None:
            self._jumps_left -= 1
        self._now = target

    def spend(self, seconds: float) -> None:
        """Let the callback that runs take time, also beyond the limit of `advance`.

        No timer can fire meanwhile.
        """
        self._now += seconds

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Wait in real time for a thread that will call back, instead of jumping."""
        self.holds += 1
        try:
            yield
        finally:
            self.holds -= 1

    def run_until_idle(self) -> None:
        """Run until no callback is ready and no timer is armed, jumping over all waits."""
        self._stop_when_idle = True
        try:
            self.run_forever()
        finally:
            self._stop_when_idle = False

    def settle(self) -> None:
        """Run what is ready now, without moving the clock."""
        self.advance(0.0)

    def advance(self, seconds: float) -> None:
        """Run for *seconds* of virtual time, firing every timer that falls due."""
        until = self._now + seconds
        self._run_until(until)
        self._now = max(self._now, until)

    def _run_until(self, until: float) -> None:
        self._limit = until
        self._stop_when_idle = True
        try:
            self.run_forever()
        finally:
            self._limit = None
            self._stop_when_idle = False

    def run_next(self, until: float) -> bool:
        """Run what is ready, jump to the next timer that is due by *until*, run what it fires.

        Returns False if there was no such timer: the clock then stands at *until*.
        """
        self._jumps_left = 1
        try:
            self._run_until(max(self._now, until))
            has_jumped = not self._jumps_left
        finally:
            self._jumps_left = None
        if not has_jumped:
            self._now = max(self._now, until)
        return has_jumped


def run_virtual(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run the coroutine function *main* on a virtual loop of its own and return its result."""
    loop = VirtualLoop()
    try:
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(main())
    finally:
        asyncio.set_event_loop(None)
        loop.close()
