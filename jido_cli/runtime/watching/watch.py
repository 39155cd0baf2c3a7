"""The watchdog: whose step runs since when, a stalled loop told, a hung action interrupted.

The loop marks each step in `Watch` by plain assignments; a thread looks at them a few times a
second. Interrupting is by an exception injected into the loop's thread, once for one step. The
handshake below rests on the order of two assignments on each side: the loop clears `running`,
then looks at `is_injecting`; the watchdog sets `is_injecting`, then looks at `running`. So one of
the two always sees the other, and a step pays no lock (runtime.md 9, rules.md 34).

By the same handshake a stall is written into the stream of events while it lasts: until the
watchdog is done with that, the loop cannot get past the end of its step, where it writes itself.
"""

from __future__ import annotations

import asyncio
import ctypes
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from signal import SIGINT, default_int_handler, getsignal
from typing import Final, Protocol

from jido_cli.core.signals import Signal

POLL_S: Final = 0.1
STACK_LINES: Final = 12


class ActionHung(BaseException):
    """Raised inside an action that ran over its timeout; no action should catch it."""

    def __str__(self) -> str:
        return "hung: it ran over its timeout"


def is_from_keyboard(error: BaseException) -> bool:
    """Whether *error* may be a person's ^C rather than something that an action raised.

    An engine's process handles ^C itself; there nobody but an action raises KeyboardInterrupt.
    """
    is_pythons = getsignal(SIGINT) is default_int_handler
    return isinstance(error, KeyboardInterrupt) and is_pythons


class Steppable(Protocol):
    """Whose step runs."""

    @property
    def source(self) -> str:
        """The path of the agent."""
        ...

    def describe_step(self, signal: Signal) -> tuple[str, float]:
        """Return the names of the actions that *signal* runs, and their timeout in seconds."""
        ...


class Watch:
    """The step that runs on the loop right now; written by the loop, read by the watchdog."""

    __slots__ = ("_lock", "is_injecting", "running", "signal", "since", "thread_id")

    def __init__(self) -> None:
        self.running: Steppable | None = None
        self.signal: Signal | None = None
        self.since = 0.0
        self.is_injecting = False
        self.thread_id = threading.get_ident()
        self._lock = threading.Lock()

    def swallow_late(self) -> None:
        """End an injection: whether its exception has come or is still on its way.

        It is sent once more and taken here. To take it back instead would leave CPython's flag
        for it set, and with that flag a debugger or tracer turns in circles (seen with 3.11).
        """
        while True:
            try:
                self.running = None
                with self._lock:
                    if not self.is_injecting:
                        return
                    self.is_injecting = False
                    _send_hung(self.thread_id)  # replaces one that has not come yet
                while True:  # it comes with one of these turns
                    pass
            except ActionHung:
                continue

    def inject(
        self, running: Steppable, since: float, first: Callable[[], None] = lambda: None
    ) -> bool:
        """Interrupt the step *running* that began at *since*, if it still runs.

        *first* is called before it is, as `within` would.
        """
        with self._lock:
            if self.is_injecting:
                return False
            self.is_injecting = True
            if self.running is running and self.since == since:
                first()
                _send_hung(self.thread_id)
                return True
            self.is_injecting = False
            return False

    def within(self, running: Steppable, since: float, work: Callable[[], None]) -> bool:
        """Do *work*, in which the step *running* that began at *since* cannot end, if it runs."""
        with self._lock:
            if self.is_injecting:
                return False
            self.is_injecting = True
            try:
                still_runs = self.running is running and self.since == since
                if still_runs:
                    work()
                return still_runs
            finally:
                self.is_injecting = False


def _send_hung(thread_id: int) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread_id), ctypes.py_object(ActionHung)
    )


@dataclass(frozen=True, slots=True)
class Stall:
    """The loop has not turned: since when (monotonic seconds), whose step, where it is
    (outermost frame first)."""

    since: float
    agent: str | None
    action: str | None
    timeout_s: float | None
    stack: tuple[str, ...]

    @property
    def ms(self) -> int:
        """How long by now."""
        return round((time.monotonic() - self.since) * 1000)


class Watchdog:
    """The thread that watches one loop. It runs in real time, whatever clock the engine has."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        watch: Watch,
        stall_s: float,
        told: Callable[[Stall, bool], None],
    ) -> None:
        """Watch *loop*.

        *told* hears of each stall, and (True) of each that is about to be interrupted: in the
        watchdog's thread while the step lasts that is the cause, else on the loop, afterwards.
        """
        self._loop = loop
        self._watch = watch
        self._stall_s = stall_s
        self._told = told
        self._stop = threading.Event()
        self._answered = threading.Event()
        self._pinged_at = time.monotonic()
        self._told_since = -1.0
        self._thread = threading.Thread(target=self._run, name="jido-watchdog", daemon=True)
        self.stall: Stall | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._answered.set()
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; returns at once."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.wait(POLL_S):
            try:
                self._look(time.monotonic())
            except RuntimeError:  # the loop was closed under us: nothing is left to watch
                if not self._loop.is_closed():
                    raise
                return

    def _look(self, now: float) -> None:
        if self._answered.is_set():
            self.stall = None
            self._answered.clear()
            self._pinged_at = now
            self._loop.call_soon_threadsafe(self._answered.set)
            return
        if now - self._pinged_at < self._stall_s:
            return
        running, since, signal = self._watch.running, self._watch.since, self._watch.signal
        agent = action = timeout_s = None
        if running is not None and signal is not None:
            agent = running.source
            action, timeout_s = running.describe_step(signal)
        else:
            since = self._pinged_at
            agent = self._task_path()
        self.stall = Stall(since, agent, action, timeout_s, self._stack())
        if self._told_since != self._pinged_at:
            self._told_since = self._pinged_at
            self._tell(self.stall, running)
        is_over = running is not None and timeout_s is not None and now - since > timeout_s
        if is_over and running is not None:
            stall = self.stall
            self._watch.inject(running, since, lambda: self._told(stall, True))

    def _tell(self, stall: Stall, running: Steppable | None) -> None:
        """Tell of a stall at once where a step is its cause, else when the loop turns again."""
        is_told = running is not None and self._watch.within(
            running, stall.since, lambda: self._told(stall, False)
        )
        if not is_told:
            self._loop.call_soon_threadsafe(self._told, stall, False)

    def _task_path(self) -> str | None:
        """Return the path of the service whose task runs, if one does."""
        task = asyncio.current_task(self._loop)
        name = "" if task is None else task.get_name()
        return name.split(":")[1] if name.startswith("jido:") else None

    def _stack(self) -> tuple[str, ...]:
        return thread_stack(self._watch.thread_id)


def thread_stack(thread_id: int | None) -> tuple[str, ...]:
    """Return where a thread is just now, outermost frame first; empty if it has ended."""
    frame = sys._current_frames().get(thread_id or 0)  # noqa: SLF001 - the only way
    if frame is None:
        return ()
    frames = traceback.extract_stack(frame)
    return tuple(f"{f.filename}:{f.lineno} in {f.name}" for f in frames)[-STACK_LINES:]
