"""Steps outside of commands, marked for the watchdog as a command's own step is.

Without it an `async def` that spins would keep the loop for ever: nothing says whose it is, and
nothing may interrupt it (runtime.md 9). Here is also where a suspended coroutine stands.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Coroutine, Generator
from typing import Any, TypeVar

from jido_cli.core.signals import Signal
from jido_cli.runtime.watching.watch import ActionHung, Steppable, Watch

T = TypeVar("T")


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

    def _step(self, sent: object, thrown: BaseException | None) -> object:
        coroutine = self._coroutine
        return run_marked(
            self._watch,
            self._running,
            self._signal,
            self._monotonic(),
            lambda: coroutine.send(sent) if thrown is None else coroutine.throw(thrown),
        )


def run_marked(
    watch: Watch, running: Steppable, signal: Signal | None, now: float, work: Callable[[], T]
) -> T:
    """Call *work* while *watch* says that *running* does; `ActionHung` if it was interrupted."""
    watch.since = now
    watch.signal = signal
    watch.running = running
    try:
        try:
            return work()
        finally:
            watch.running = None
            if watch.is_injecting:
                watch.swallow_late()
    except ActionHung:  # also one that came as late as in the lines above
        watch.swallow_late()
        raise


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
