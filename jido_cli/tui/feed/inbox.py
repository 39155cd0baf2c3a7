"""The inbox between the feeding threads and the dashboard's loop: frames, at most ten a second.

Threads put news in at any time; the loop is woken once for all of them and takes them as one
frame. While nothing is put in, nobody is woken.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Final

from jido_cli.tui.feed.frames import Frame

FRAME_S: Final = 0.1


class Inbox:
    """Collects news and hands it over on a loop.

    Args:
        deliver: takes a frame, on the loop.
        frame_s: the least time between two frames.
    """

    def __init__(self, deliver: Callable[[Frame], None], *, frame_s: float = FRAME_S) -> None:
        self._deliver = deliver
        self._frame_s = frame_s
        self._lock = threading.Lock()
        self._frame = Frame()
        self._is_waiting = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._last = 0.0
        self._is_closed = False

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hand over on *loop* from now on."""
        self._loop = loop

    def close(self) -> None:
        """Hand over nothing more."""
        self._is_closed = True

    def put(self, add: Callable[[Frame], None]) -> None:
        """Let *add* write news into the frame that is being made; from any thread."""
        with self._lock:
            add(self._frame)
            if self._is_waiting or self._loop is None or self._is_closed:
                return
            self._is_waiting = True
            loop = self._loop
        try:
            loop.call_soon_threadsafe(self._wake)
        except RuntimeError:  # the dashboard has just ended: nobody looks any more
            self._is_closed = True

    def _wake(self) -> None:
        assert self._loop is not None
        pause = self._last + self._frame_s - self._loop.time()
        if pause > 0:
            self._loop.call_later(pause, self.hand_over)
        else:
            self.hand_over()

    def hand_over(self) -> None:
        """Deliver what has come; on the loop."""
        with self._lock:
            frame, self._frame = self._frame, Frame()
            self._is_waiting = False
        if self._is_closed or frame.is_empty:
            return
        if self._loop is not None:
            self._last = self._loop.time()
        self._deliver(frame)
