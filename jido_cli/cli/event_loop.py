"""The event loop that an engine runs on: uvloop's where it installs, else Python's own."""

from __future__ import annotations

import asyncio


def new_loop() -> asyncio.AbstractEventLoop:
    """Return a new loop."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


def is_uvloop() -> bool:
    """Return whether a new loop would be uvloop's."""
    try:
        import uvloop  # noqa: F401 - whether it can be had is the question
    except ImportError:
        return False
    return True
