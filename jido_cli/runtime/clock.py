"""Two clocks and timers, behind one small class, so that tests run on virtual time.

Durations, deadlines and windows use `monotonic`; timestamps and cron use `wall_ns`
(runtime.md 6). No other module of the runtime reads the time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


class Clock:
    """The clocks of one engine, on one event loop.

    A loop that has clocks of its own (the virtual one: `wall_ns` beside `time`) is asked; on
    any other the system's are used. `monotonic` is in seconds, `wall_ns` in ns since 1970.
    """

    __slots__ = ("_loop", "monotonic", "wall_ns")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        wall_ns: Callable[[], int] | None = getattr(loop, "wall_ns", None)
        self.monotonic: Callable[[], float] = time.monotonic if wall_ns is None else loop.time
        self.wall_ns: Callable[[], int] = time.time_ns if wall_ns is None else wall_ns

    def call_later(
        self, delay_s: float, callback: Callable[..., None], *args: object
    ) -> asyncio.TimerHandle:
        """Call *callback* after *delay_s* seconds, at once for a delay of zero or less."""
        return self._loop.call_later(max(0.0, delay_s), callback, *args)
