"""The life line: a pipe by which an engine notices that the one who started it is gone.

The starter holds the writing end, the engine watches the other. It closes without a word when the
starter is killed or its terminal goes away; a starter that leaves on purpose says so first. Plain
functions over descriptors; what "told to stop" means is the engine's.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable

_DETACH = b"d"


def open_lifeline() -> tuple[int, int]:
    """Return (reader, writer); pass the reader to the engine (`pass_fds`), keep the writer.

    Neither is inherited by other programs: a writer that leaked would keep the engine alive.
    """
    return os.pipe()


def detach(writer: int) -> None:
    """Say that the engine shall live on, and let go."""
    with contextlib.suppress(BrokenPipeError):  # the engine has ended already
        os.write(writer, _DETACH)
    os.close(writer)


def watch_lifeline(
    reader: int, on_cut: Callable[[], None], *, loop: asyncio.AbstractEventLoop
) -> Callable[[], None]:
    """Call *on_cut* on the loop, once, when the writer is gone without having detached.

    Returns:
        How to stop watching; it closes the reader. May be called more than once.
    """
    os.set_blocking(reader, False)
    os.set_inheritable(reader, False)
    is_open = True

    def stop() -> None:
        nonlocal is_open
        if is_open:
            is_open = False
            loop.remove_reader(reader)
            os.close(reader)

    def look() -> None:
        try:
            said = os.read(reader, 1)
        except BlockingIOError:
            return
        stop()
        if said != _DETACH:
            on_cut()

    loop.add_reader(reader, look)
    return stop
