"""The steps of a coroutine, each marked for the watchdog as a command's own step is.

Without it an `async def` that spins would keep the loop for ever: nothing says whose it is, and
nothing may interrupt it (runtime.md 9). Here is also where a suspended coroutine stands.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Coroutine, Generator
from typing import Any

from jido_cli.core.signals import Signal
from jido_cli.runtime.watch import ActionHung, Steppable, Watch


class MarkedSteps:
    """Awaits *coroutine*; while it computes, *watch* says that *running* does."""

    __slots__ = ("_coroutine", "_monotonic", "_running", "_signal", "_watch")

    def __init__(
        self,
        coroutine: Coroutine[Any, Any, object],
        watch: Watch,
        running: Steppable,
        signal: Signal | None,
        monotonic: Callable[[], float],
    ) -> None:
        self._coroutine = coroutine
        self._watch = watch
        self._running = running
        self._signal = signal
        self._monotonic = monotonic

    def __await__(self) -> Generator[Any, Any, object]:
        sent: object = None
        thrown: BaseException | None = None
        try:
            while True:
                try:
                    waits_for = self._step(sent, thrown)
                except StopIteration as end:
                    return end.value
                sent, thrown = None, None
                try:
                    sent = yield waits_for
                except BaseException as error:  # noqa: BLE001 - the coroutine's own business
                    thrown = error
        except ActionHung:
            self._watch.swallow_late()
            raise

    def _step(self, sent: object, thrown: BaseException | None) -> object:
        watch = self._watch
        watch.since = self._monotonic()
        watch.signal = self._signal
        watch.running = self._running
        try:
            if thrown is None:
                return self._coroutine.send(sent)
            return self._coroutine.throw(thrown)
        finally:
            watch.running = None
            if watch.is_injecting:
                watch.swallow_late()


def coroutine_stack(coroutine: object) -> tuple[str, ...]:
    """Return where a suspended coroutine stands, outermost frame first."""
    lines: list[str] = []
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
        if frame is not None:
            here = traceback.extract_stack(frame, limit=1)[-1]
            lines.append(f"{here.filename}:{here.lineno} in {here.name}")
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)
    return tuple(lines)
