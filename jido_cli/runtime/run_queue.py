"""One run queue for everything that has mail: agents' places and supervisors' runners.

An agent without mail is no task, no callback and no entry here. A turn of the queue works off a
bounded number of messages, then lets the event loop breathe.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final, Protocol

MESSAGES_PER_ENTRY: Final = 32
MESSAGES_PER_TURN: Final = 256


class Runnable(Protocol):
    """Something that works off its mail when its turn comes."""

    def run(self, limit: int) -> int:
        """Handle at most *limit* messages, push itself again if more wait; return the number."""
        ...


class RunQueue:
    """The queue of one engine; only its loop touches it."""

    __slots__ = ("_is_scheduled", "_loop", "_ready", "turns")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ready: deque[Runnable] = deque()
        self._is_scheduled = False
        self.turns = 0

    def __len__(self) -> int:
        return len(self._ready)

    def push(self, entry: Runnable) -> None:
        """Give *entry* a turn; the caller sees to it that it is in the queue once."""
        self._ready.append(entry)
        if not self._is_scheduled:
            self._is_scheduled = True
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        ready = self._ready
        budget = MESSAGES_PER_TURN
        self.turns += 1
        try:
            while ready and budget > 0:
                budget -= ready.popleft().run(MESSAGES_PER_ENTRY) or 1
        finally:  # a fault in one entry must not leave the others without a turn
            if ready:
                self._loop.call_soon(self._turn)
            else:
                self._is_scheduled = False
