"""Whether somebody still reads what this command prints: `jido events -f | head -1` must end.

A pipe whose reader left says so only to who writes into it or asks. A command that waits for the
next record does neither, so a thread asks. What to print, and when, is the commands' business.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
from collections.abc import Callable, Iterator

_IS_GONE = select.POLLERR | select.POLLHUP if hasattr(select, "poll") else 0


class StdoutReader:
    """Who reads stdout; `has_left` is set once and for all."""

    def __init__(self) -> None:
        self._left = threading.Event()

    @property
    def has_left(self) -> bool:
        """Whether nobody reads any more."""
        return self._left.is_set()

    def check(self) -> None:
        """Raise `BrokenPipeError`, as a write would, when the reader has left."""
        if self.has_left:
            raise BrokenPipeError("the reader of stdout has left")

    def pause(self, seconds: float) -> None:
        """Wait; raise `BrokenPipeError` as soon as the reader has left."""
        self._left.wait(seconds)
        self.check()

    def leave(self) -> None:
        """Note that the reader has left."""
        self._left.set()


@contextlib.contextmanager
def watched_reader(told: Callable[[], None] = lambda: None) -> Iterator[StdoutReader]:
    """Watch the reader of stdout while this is entered.

    Args:
        told: called in another thread when the reader has left, to wake who waits.
    """
    reader = StdoutReader()
    descriptor = _descriptor()
    if descriptor is None or not _IS_GONE:
        yield reader
        return
    ends, end = os.pipe()
    thread = threading.Thread(
        target=_look, args=(descriptor, ends, reader, told), name="jido-stdout", daemon=True
    )
    thread.start()
    try:
        yield reader
    finally:
        os.close(end)
        thread.join()
        os.close(ends)


def _look(descriptor: int, ends: int, reader: StdoutReader, told: Callable[[], None]) -> None:
    poll = select.poll()
    poll.register(descriptor, 0)  # that the other side is gone is told unasked
    poll.register(ends, select.POLLIN)
    for found, what in poll.poll():
        if found == descriptor and what & _IS_GONE:
            reader.leave()
            told()


def _descriptor() -> int | None:
    """Return stdout's descriptor; a stand-in for it (a test's) has none."""
    try:
        return sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):
        return None
