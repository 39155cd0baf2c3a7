"""Effectful instructions: coroutines and threads that run beside the loop's own work.

The agent's mailbox waits, nothing else does. The outcome comes back once; after a timeout, a
cancellation or a kill, what the coroutine or thread still does is nobody's (runtime.md 9, 17).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jido_cli.core.failures import failure_from
from jido_cli.core.outcomes import Call, Raised, Returned
from jido_cli.core.signals import Signal
from jido_cli.observe.text import measures
from jido_cli.runtime.agents.calling import CHAIN, effect_context
from jido_cli.runtime.agents.calls import CallRequest, Mail
from jido_cli.runtime.agents.progress import Progress
from jido_cli.runtime.watching.marked_steps import MarkedSteps, coroutine_stack
from jido_cli.runtime.watching.watch import is_from_keyboard, thread_stack

if TYPE_CHECKING:
    from jido_cli.runtime.kernel import Kernel
    from jido_cli.runtime.supervising.place import Place


Outcome = Returned | Raised


class EffectTimeout(TimeoutError):
    """Raised for an effectful action that ran over its timeout."""


class EffectCancelled(Exception):
    """Raised for an effectful action that was cancelled, or that cancelled itself."""


class EffectRun:
    """One effectful instruction under way."""

    __slots__ = (
        "_call",
        "_chain",
        "_done",
        "_is_over",
        "_is_revoked",
        "_kernel",
        "_place",
        "_task",
        "_thread",
        "_timer",
        "_work",
        "mail",
        "progress",
        "since",
    )

    def __init__(
        self,
        kernel: Kernel,
        place: Place,
        call: Call,
        mail: Mail | None,
        done: Callable[[Outcome], None],
    ) -> None:
        self.mail = mail
        self._chain = mail.chain if isinstance(mail, CallRequest) else ()
        self.since = kernel.monotonic()
        self.progress = Progress(kernel, place, call.action.name)
        self._kernel = kernel
        self._place = place
        self._call = call if kernel.stand_in is None else kernel.stand_in(place, call)
        self._done = done
        self._task: asyncio.Future[object] | None = None
        self._thread: threading.Thread | None = None
        self._work: Coroutine[Any, Any, object] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_over = False
        self._is_revoked = False

    @property
    def action(self) -> str:
        """The name of the action."""
        return self._call.action.name

    @property
    def source(self) -> str:
        """The path of its agent."""
        return self._place.path

    def describe_step(self, _signal: Signal) -> tuple[str, float]:
        """Return the name of the action and its timeout in seconds."""
        return self.action, self._call.action.timeout_s

    def begin(self) -> None:
        """Start it; `done` will be called once on the loop, never from in here."""
        loop = self._kernel.loop
        self._kernel.running_effects += 1
        if self._call.action.kind == "thread":
            self._task = loop.create_future()
            self._thread = threading.Thread(
                target=self._run_in_thread, args=(self._task,), name=self._name(), daemon=True
            )
            self._thread.start()
        else:
            self._task = loop.create_task(self._run(), name=self._name())
        self._task.add_done_callback(self._ended)
        self._timer = self._kernel.clock.call_later(self._call.action.timeout_s, self._timed_out)

    def cancel(self) -> None:
        """Ask it to end; its outcome is then `EffectCancelled`."""
        if isinstance(self._task, asyncio.Task) and not self._is_over:
            self._task.cancel()

    def give_up(self, error: Exception) -> None:
        """Let it have failed with *error* now; whatever still comes back is late."""
        if not self._is_over and not self._is_revoked:
            self._is_over = True
            self._abandon()
            self._raise(error)

    def revoke(self) -> None:
        """Its agent is gone: whatever comes back is refused and counted as late."""
        self._is_revoked = True
        self._abandon()

    def _name(self) -> str:
        return f"jido:{self._place.path}:{self._call.action.name}"

    async def _run(self) -> object:
        call = self._call
        CHAIN.set((*self._chain, self._place))  # a task has a context of its own
        context = effect_context(self._kernel, call.ctx, self.progress)
        kernel = self._kernel
        self._work = call.action.run(call.state, call.params, context)  # type: ignore[assignment]
        assert self._work is not None
        try:
            return await MarkedSteps(
                self._work, kernel.watch, self, call.ctx.signal, kernel.monotonic
            )
        except (SystemExit, KeyboardInterrupt) as error:  # out of a task it would end the loop
            if is_from_keyboard(error):
                raise
            return _Died(error)

    def _run_in_thread(self, future: asyncio.Future[object]) -> None:
        try:
            call = self._call
            context = effect_context(self._kernel, call.ctx, self.progress)
            result = call.action.run(call.state, call.params, context)
        except BaseException as error:  # noqa: BLE001 - the edge: an action may raise anything
            result = _Died(error)
        try:
            self._kernel.loop.call_soon_threadsafe(_resolve, future, result)
        except RuntimeError:  # the engine ended first: the result is nobody's
            if not self._kernel.loop.is_closed():
                raise

    def _stack(self) -> tuple[str, ...]:
        if self._thread is not None:
            return thread_stack(self._thread.ident)
        return coroutine_stack(self._work)

    def _timed_out(self) -> None:
        seconds = self._call.action.timeout_s
        self.give_up(EffectTimeout(f"timeout after {measures.setting(seconds * 1000)}"))

    def _abandon(self) -> None:
        self.progress.end()
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None and not self._task.done():
            if isinstance(self._task, asyncio.Task):
                self._task.cancel()
            self._kernel.zombies.watch(self._task, self._place, self._stack)

    def _ended(self, task: asyncio.Future[object]) -> None:
        self._kernel.running_effects -= 1
        if self._timer is not None:
            self._timer.cancel()
        error = EffectCancelled("cancelled") if task.cancelled() else task.exception()
        if self._is_revoked or self._is_over:
            if not isinstance(error, EffectCancelled):
                self._kernel.note_late(self._place, f"a result of {self._call.action.name}")
            return
        self._is_over = True
        self.progress.end()
        result = None if error is not None else task.result()
        if isinstance(result, _Died):
            error = result.error
        if error is None:
            self._done(Returned(result))
        else:
            self._raise(error)

    def _raise(self, error: BaseException) -> None:
        self._done(Raised(failure_from(self._call.action.name, error)))


@dataclass(frozen=True, slots=True)
class _Died:
    """What a future cannot carry as its exception: `SystemExit`, `StopIteration` and the like."""

    error: BaseException


def _resolve(future: asyncio.Future[object], result: object) -> None:
    if not future.done():
        future.set_result(result)
