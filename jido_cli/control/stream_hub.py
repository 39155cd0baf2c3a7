"""The event streams: one reader of the ring for each, woken together, ended together.

Here lives when a stream reads, what it writes and how it ends. There is no queue: a reader that
is slow leaves its events in the engine's ring, and is told how many were gone when it came back.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from jido_cli.control import sse
from jido_cli.control.answers import encode
from jido_cli.errors import JidoCliError

if TYPE_CHECKING:
    from jido_cli.runtime.serving.port import EnginePort

BATCH_S = 0.05
ALIVE_S = 15.0
_PAGE = 1000
_POLL_S = 1.0
"""While the agents' loop is stalled nobody wakes the streams; they look by themselves."""


class StreamHub:
    """All streams of one server; lives on the control loop.

    Args:
        port: where the events come from.
        batch_s: a stream writes at most this often.
        alive_s: a stream that has nothing to say says so this often.
    """

    def __init__(
        self, port: EnginePort, *, batch_s: float = BATCH_S, alive_s: float = ALIVE_S
    ) -> None:
        self._port = port
        self._batch_s = batch_s
        self._alive_s = alive_s
        self._bells: set[asyncio.Event] = set()
        self._unsubscribe: Callable[[], None] | None = None
        self._end_reason: str | None = None
        self._is_empty = asyncio.Event()
        self._is_empty.set()

    def latest(self) -> int:
        """Return the number of the newest event."""
        cursor = 0
        while True:
            page = self._port.events_after(cursor, _PAGE, None, None)
            advanced = page["next"] - cursor
            cursor = page["next"]
            if advanced < _PAGE:
                return int(cursor)

    async def stream(
        self, after: int, kinds: frozenset[str] | None, path: str | None
    ) -> AsyncIterator[bytes]:
        """Yield the text of one stream until its reader leaves or the hub ends."""
        loop = asyncio.get_running_loop()
        bell = asyncio.Event()
        self._enter(bell)
        cursor = after
        wrote = loop.time()
        try:
            yield b"retry: 1000\n\n"
            while True:
                bell.clear()
                is_last = self._end_reason is not None
                page = self._port.events_after(cursor, _PAGE, kinds, path)
                advanced, cursor = page["next"] - cursor, page["next"]
                text = _text(page)
                if text:
                    yield text
                if advanced >= _PAGE:
                    continue  # more is waiting already
                if is_last:
                    yield sse.encode("end", encode({"reason": self._end_reason}), cursor)
                    return
                if text:
                    wrote = loop.time()
                if await _rings(bell, min(self._alive_s, _POLL_S)):
                    if self._end_reason is None:
                        await asyncio.sleep(max(0.0, wrote + self._batch_s - loop.time()))
                elif loop.time() - wrote >= self._alive_s:
                    wrote = loop.time()
                    yield sse.encode("alive", b"{}", cursor)
        except JidoCliError as error:
            yield sse.encode("end", encode({"reason": error.message}), cursor)
        finally:
            self._leave(bell)

    def close(self, reason: str) -> None:
        """Tell every stream that it ends, after what it has still to say."""
        self._end_reason = self._end_reason or reason
        self._ring_all()

    async def wait_closed(self, timeout_s: float) -> bool:
        """Return whether all streams have ended in time."""
        return await _rings(self._is_empty, timeout_s)

    def _enter(self, bell: asyncio.Event) -> None:
        if not self._bells:
            loop = asyncio.get_running_loop()
            with contextlib.suppress(RuntimeError):  # the engine has ended: nothing more comes
                self._unsubscribe = self._port.wake(lambda: _call_soon(loop, self._ring_all))
        self._bells.add(bell)
        self._is_empty.clear()

    def _leave(self, bell: asyncio.Event) -> None:
        self._bells.discard(bell)
        if self._bells:
            return
        self._is_empty.set()
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def _ring_all(self) -> None:
        for bell in self._bells:
            bell.set()


def _text(page: dict[str, Any]) -> bytes:
    """Return the gap and the events of one page."""
    lines = [sse.encode("event", encode(event), event["seq"]) for event in page["events"]]
    if page["missed"]:
        first = page["events"][0]["seq"] if page["events"] else page["next"]
        gap = {"missed": page["missed"], "next": first}
        lines.insert(0, sse.encode("missed", encode(gap)))
    return b"".join(lines)


async def _rings(bell: asyncio.Event, timeout_s: float) -> bool:
    try:
        async with asyncio.timeout(timeout_s):
            await bell.wait()
    except TimeoutError:
        return False
    return True


def _call_soon(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has just been closed: nobody listens
        loop.call_soon_threadsafe(callback)
