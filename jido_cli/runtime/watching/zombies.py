"""Zombies: tasks and threads that go on after their incarnation was revoked.

A coroutine can survive any number of cancellations, a thread cannot be ended at all: what they
do is refused (fencing), and as long as one lives, everybody can see it (runtime.md 17).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jido_cli.observe.events import EventLog
    from jido_cli.runtime.clock import Clock
    from jido_cli.runtime.supervising.place import Place

GRACE_S: Final = 0.1  # an obedient task needs a few turns of the loop to be gone


class Zombies:
    """The living zombies of one engine."""

    __slots__ = ("_clock", "_events", "alive", "total")

    def __init__(self, clock: Clock, events: EventLog) -> None:
        self._clock = clock
        self._events = events
        self.alive: dict[asyncio.Future[Any], tuple[Place, str]] = {}
        self.total = 0

    def watch(
        self, task: asyncio.Future[Any], place: Place, stack: Callable[[], Sequence[str]]
    ) -> None:
        """Look at a cancelled *task* after the grace; if it goes on, it is a zombie.

        *stack* tells where it is, outermost frame first.
        """
        self._clock.call_later(GRACE_S, self._look, task, place, stack)

    def _look(
        self, task: asyncio.Future[Any], place: Place, stack: Callable[[], Sequence[str]]
    ) -> None:
        if task.done():
            return
        self.total += 1
        frames = list(stack())
        where = frames[-1] if frames else "an unknown place"
        self.alive[task] = (place, where)
        place.kernel.revision += 1
        self._events.fact("zombie", place, f"goes on after it was ended, in {where}", stack=frames)
        task.add_done_callback(self._gone)

    def _gone(self, task: asyncio.Future[Any]) -> None:
        place, _ = self.alive.pop(task)
        place.kernel.revision += 1
        if not task.cancelled():
            task.exception()  # said to be looked at: a zombie's error concerns nobody any more
        path = place.path
        self._events.fact("zombie_gone", None, f"a zombie of {path} ended", path=path)

    def of(self, place: Place) -> int:
        """Return how many live that came from *place*; for any thread."""
        if not self.alive:
            return 0
        return sum(1 for owner, _ in list(self.alive.values()) if owner is place)
