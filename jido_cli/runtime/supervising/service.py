"""A service child: a coroutine function of the user's under supervision.

It is ready when it says `ctx.ready()`, told to stop by cancellation; its return is `normal`,
its exception `crash(error)` (topology-format.md, `service`). A return before it was ready is
OTP's *ignore*: it had nothing to do.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from jido_cli.observe.text import measures
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import ServiceStart
from jido_cli.runtime.watching.marked_steps import coroutine_stack
from jido_cli.runtime.watching.watch import is_from_keyboard
from jido_cli.supervision.reasons import KILLED, NORMAL, ExitReason, crash

if TYPE_CHECKING:
    from jido_cli.runtime.kernel import Kernel
    from jido_cli.runtime.supervising.supervisor import SupervisorRunner


class ServiceExit(Exception):
    """Raised by a service to exit with a reason of its own choice."""

    def __init__(self, reason: ExitReason) -> None:
        super().__init__(str(reason))
        self.reason = reason


class ServiceContext:
    """What a service is given."""

    __slots__ = ("_process", "args")

    def __init__(self, process: ServiceProcess, args: object) -> None:
        self._process = process
        self.args = args

    @property
    def place(self) -> Place:
        """Its node in the tree."""
        return self._process.place

    @property
    def path(self) -> str:
        """Where it stands in the tree."""
        return self._process.place.path

    @property
    def generation(self) -> int:
        """The number of this incarnation, from 1."""
        return self._process.generation

    @property
    def stop_reason(self) -> ExitReason | None:
        """Why it is told to stop; None while it is not, and when it was killed.

        A service that finds None in its clean-up was killed: nobody waits for it, and what it
        does from then on counts for nothing.
        """
        return self._process.told

    def ready(self) -> None:
        """Say that the service is up: the next child may start."""
        self._process.mark_ready()


class ServiceProcess:
    """One incarnation of a service."""

    __slots__ = (
        "_is_ready",
        "_kernel",
        "_start",
        "_task",
        "_timeout",
        "generation",
        "is_alive",
        "place",
        "ref",
        "supervisor",
        "told",
    )

    def __init__(
        self,
        kernel: Kernel,
        place: Place,
        ref: int,
        runner: SupervisorRunner,
        start: ServiceStart,
    ) -> None:
        self._kernel = kernel
        self.supervisor = runner
        self._start = start
        self._task: asyncio.Task[None] | None = None
        self._timeout: asyncio.TimerHandle | None = None
        self._is_ready = False
        self.place = place
        self.ref = ref
        self.generation = place.generation
        self.is_alive = True
        self.told: ExitReason | None = None

    def begin(self, args: object) -> None:
        """Start the coroutine; the runner hears of its readiness or its failure."""
        self.place.process = self
        context = ServiceContext(self, args)
        self._task = self._kernel.loop.create_task(
            self._run(context), name=f"jido:{self.place.path}"
        )
        self._task.add_done_callback(self._ended)
        if self._start.start_timeout_s is not None:
            self._timeout = self._kernel.clock.call_later(
                self._start.start_timeout_s, self._start_timed_out
            )

    async def _run(self, context: ServiceContext) -> None:
        try:
            await self._start.function(context)
        except (SystemExit, KeyboardInterrupt) as error:  # out of a task it would end the loop
            if is_from_keyboard(error):
                raise
            raise ServiceExit(crash(error)) from error

    def mark_ready(self) -> None:
        """The service said that it is up."""
        if self.is_alive and not self._is_ready:
            self._is_ready = True
            if self._timeout is not None:
                self._timeout.cancel()
            self.supervisor.child_up(self.ref, self)

    def terminate(self, reason: ExitReason) -> None:
        """Cancel the coroutine; when its clean-up is over it exits with *reason*.

        Told once, it is not told again: that would cut its clean-up short.
        """
        if self.is_alive and self._task is not None and self.told is None:
            self.told = reason
            if self.place.process is self:
                self.place.set_status("stopping")
            self._task.cancel()

    def orphan(self) -> None:
        """The supervisor was killed: clean up alone, then exit with `killed`."""
        self.terminate(KILLED)

    def kill(self, detail: object = None) -> None:
        """Revoke this incarnation; a coroutine that goes on is a zombie."""
        if self.is_alive:
            self.told = None
            self._end(KILLED if detail is None else ExitReason("killed", detail))

    def cancel(self) -> None:
        """Give up a start that is under way; it counts as failed."""
        if self.is_alive and not self._is_ready:
            self._revoke()
            self.supervisor.child_failed(self.ref, self.place, crash("the start was cancelled"))

    def run(self, limit: int) -> int:  # noqa: ARG002 - the protocol's name
        """Take no mail: a service has no mailbox."""
        return 0

    def _start_timed_out(self) -> None:
        if self.is_alive and not self._is_ready:
            self._revoke()
            error = (
                f"not ready within {measures.setting((self._start.start_timeout_s or 0) * 1000)}"
            )
            self.supervisor.child_failed(self.ref, self.place, crash(error))

    def _revoke(self) -> None:
        self.is_alive = False
        if self._timeout is not None:
            self._timeout.cancel()
        if self.place.process is self:
            self.place.process = None
        if self._task is not None and not self._task.done():
            self._task.cancel()
            work = self._task.get_coro()
            self._kernel.zombies.watch(self._task, self.place, lambda: coroutine_stack(work)[1:])

    def _end(self, reason: ExitReason) -> None:
        self._revoke()
        self._note_exit(reason)
        self.supervisor.child_exited(self, reason)

    def _note_exit(self, reason: ExitReason) -> None:
        self._kernel.note_exit(self, reason)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """The coroutine is over; say so unless this incarnation was revoked before."""
        reason = self._reason_of(task)
        if not self.is_alive:
            return
        if self._is_ready:
            self._end(reason)
            return
        self._revoke()
        if reason.kind == "normal":
            self.supervisor.child_ignored(self.ref, self.place)
        else:
            self.supervisor.child_failed(self.ref, self.place, reason)

    def _reason_of(self, task: asyncio.Task[None]) -> ExitReason:
        if task.cancelled():
            return self.told or crash("cancelled from within")
        error = task.exception()
        if isinstance(error, ServiceExit):
            return error.reason
        if error is not None:
            return crash(error)
        return self.told or NORMAL
