"""The engine: a tree of supervisors and agents at work on one event loop.

Here the parts are put together, started, stopped and watched. What clients may ask is in `port`;
how a process is made of it (socket, signals, files) is the command line's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from jido_cli.core.signals import Signal
from jido_cli.errors import StartError
from jido_cli.observe.text import measures
from jido_cli.runtime.agents.addressing import check_data
from jido_cli.runtime.agents.calling import SOURCE, ask_named, outside_signal
from jido_cli.runtime.agents.calls import DEFAULT_CALL_TIMEOUT_S, Answer, Delivery
from jido_cli.runtime.agents.mailbox import dead_letter_mail, deliver
from jido_cli.runtime.committer import Committer
from jido_cli.runtime.kernel import DEFAULT_MAX_HOPS, Kernel, StartHook
from jido_cli.runtime.pools import DEFAULT_MAX_WAITING, Pool
from jido_cli.runtime.serving.port import Port
from jido_cli.runtime.supervising.attempts import StartAttempt, StartIgnored, StartRefused
from jido_cli.runtime.supervising.crash_reports import describe
from jido_cli.runtime.supervising.mounts import has_mounts
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import AgentProgram, AgentStart, SupervisorStart
from jido_cli.runtime.supervising.story import Story, StoryKeeper
from jido_cli.runtime.supervising.supervisor import SupervisorRunner
from jido_cli.runtime.waiting import (
    DEFAULT_WAIT_S,
    Until,
    WaitResult,
    wait_all,
    wait_any,
    wait_for_arrival,
)
from jido_cli.runtime.watching.watch import Stall, Watchdog
from jido_cli.store.checkpoints import CheckpointStore
from jido_cli.supervision import events as on
from jido_cli.supervision.reasons import SHUTDOWN, ExitReason

ROOT: Final = "root"
DEFAULT_STALL_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class EngineEnd:
    """How an engine ended; `story` is there when its root gave up."""

    kind: Literal["stopped", "gave_up"]
    reason: ExitReason
    why: str
    story: Story | None = None


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What an engine is told beside its tree."""

    name: str = "engine"
    file: str = ""
    programs: Mapping[str, AgentProgram] = field(default_factory=dict)
    committer: Committer | None = None
    start_hook: StartHook | None = None
    store: CheckpointStore | None = None  # None: in memory, for as long as the engine lives
    max_hops: int = DEFAULT_MAX_HOPS
    stall_s: float = DEFAULT_STALL_S
    is_watched: bool = True  # by the watchdog thread, which lives in real time


class Engine:
    """One engine. Make it on the loop that it will run on."""

    def __init__(self, root: SupervisorStart, options: EngineOptions = EngineOptions()) -> None:
        loop = asyncio.get_running_loop()
        self.options = options
        self.loop = loop
        self.kernel = Kernel(
            loop,
            programs=options.programs,
            committer=options.committer,
            start_hook=options.start_hook,
            store=options.store,
            max_hops=options.max_hops,
            has_mounts=has_mounts(root),
        )
        self.started_at = self.kernel.wall_ns() / 1e9
        self.root = Place(self.kernel, ROOT, None, root)
        self.kernel.tree.root = self.root
        self.kernel.place_added(self.root)
        self.watchdog: Watchdog | None = None
        self._start = root
        self._booted: asyncio.Future[None] = loop.create_future()
        self._ended: asyncio.Future[EngineEnd] = loop.create_future()
        self._story = StoryKeeper(self.kernel)
        self._why_stopping: str | None = None
        self._began = self.kernel.monotonic()  # of what is told when it is over: boot, shutdown
        self._nodes = 0
        self.port = Port(self)

    # -- life

    async def boot(self) -> None:
        """Start the tree and wait until all of it is up.

        Raises:
            StartError: a child did not start; the others were stopped in reverse order.
        """
        if self.options.is_watched:
            self.watchdog = Watchdog(
                self.loop, self.kernel.watch, self.options.stall_s, self._stalled
            )
            self.watchdog.start()
        self._began = self.kernel.monotonic()
        root = self.root
        root.generation += 1
        root.set_status("starting")
        runner = SupervisorRunner(self.kernel, root, 1, self, self._start)
        root.process = runner
        if self.kernel.start_hook is not None:
            await self._ask_hook(self.kernel.start_hook)
        runner.boot()
        await self._booted

    async def _ask_hook(self, hook: StartHook) -> None:
        try:
            verdict = hook(StartAttempt(self.root, self.root.generation, None))
            if verdict is not None:
                await verdict
        except (StartIgnored, StartRefused) as refusal:
            self.root.process = None
            raise StartError(f"the root did not start: {refusal}") from refusal

    def post(self, event: on.Event) -> None:
        """Hear of the root: it is up, did not start, or exited."""
        match event:
            case on.ChildStarted():
                self._tell_ready()
                self._booted.set_result(None)
            case on.StartFailed(_, reason):
                self._stop_watching()
                self._booted.set_exception(self._start_error(reason))
                self._ended.set_result(EngineEnd("stopped", reason, "it did not start"))
            case on.ChildExited(_, reason):
                self._stop_watching()
                self._end_mail()
                asked = self._why_stopping
                if asked is not None:
                    self._tell_stopped()
                    end = EngineEnd("stopped", reason, asked)
                else:
                    end = EngineEnd("gave_up", reason, describe(reason), self._story.tell())
                self._ended.set_result(end)

    def _end_mail(self) -> None:
        """What still waits somewhere is lost; that is told, and callers are answered."""
        for place in self.kernel.tree.walk():
            if place.mail_depth:
                dead_letter_mail(place, "the engine ended")

    def _tell_ready(self) -> None:
        kernel = self.kernel
        places = list(kernel.tree.walk())
        up = sum(1 for place in places if place.process is not None)
        ms = (kernel.monotonic() - self._began) * 1000
        self._nodes = up
        text = f"{up} of {len(places)} nodes in {measures.milliseconds(ms)}"
        kernel.events.fact("ready", None, text, up=up, nodes=len(places), ms=ms)

    def _tell_stopped(self) -> None:
        kernel = self.kernel
        left = sum(1 for place in kernel.tree.walk() if place.process is not None)
        ms = (kernel.monotonic() - self._began) * 1000
        stopped = self._nodes - left
        text = f"{stopped} of {self._nodes} nodes in {measures.milliseconds(ms)}"
        kernel.events.fact("stopped", None, text, stopped=stopped, nodes=self._nodes, ms=ms)

    def summary(self) -> dict[str, int]:
        """Return the counts that are told at the end."""
        kernel = self.kernel
        return {
            "signals": kernel.events.commands.head,
            "restarts": kernel.restarts,
            "failed_directives": kernel.failed_directives,
            "dead_letters": kernel.dead_letters.total,
        }

    def _start_error(self, reason: ExitReason) -> StartError:
        failed = self._story.first_failed_start()
        if failed is None:
            return StartError(f"the tree did not start: {describe(reason)}")
        place, why, origin = failed
        where = f"{origin.file}:{origin.line}:{origin.column}" if origin else place
        return StartError(f"{place} failed to start", where=where, why=why)

    async def shutdown(self, why: str) -> EngineEnd:
        """Stop everything in reverse order of its start, and wait for that."""
        self.begin_shutdown(why)
        return await self.wait_ended()

    def begin_shutdown(self, why: str) -> None:
        """Order the stop; `wait_ended` tells when it is done."""
        if self._why_stopping is None and not self._ended.done():
            self._why_stopping = why
            self._began = self.kernel.monotonic()
            process = self.root.process
            living = sum(1 for place in self.kernel.tree.walk() if place.process is not None)
            self._nodes = living
            text = f"{living} nodes in reverse order: {why}"
            self.kernel.events.fact("stopping", None, text, nodes=living, why=why)
            if process is not None:
                process.terminate(SHUTDOWN)

    async def wait_ended(self) -> EngineEnd:
        """Wait until the root has exited."""
        return await asyncio.shield(self._ended)

    @property
    def is_booted(self) -> bool:
        """Whether the whole tree came up."""
        return self._booted.done() and self._booted.exception() is None

    @property
    def is_ended(self) -> bool:
        """Whether the root has exited."""
        return self._ended.done()

    def _stop_watching(self) -> None:
        if self.watchdog is not None:
            self.watchdog.stop()

    def _stalled(self, stall: Stall, is_over: bool) -> None:
        """Tell of a stall; of one that is over its timeout it is not known yet how it will end."""
        place = None if stall.agent is None else self.kernel.tree.find(stall.agent)
        held = measures.milliseconds_or_more(stall.ms / 1000)
        what = f"{stall.action or 'a callback'} has kept the loop for {held}"
        if is_over and stall.timeout_s is not None:
            timeout = measures.setting(stall.timeout_s * 1000)
            what = f"{stall.action} ran over its timeout of {timeout}"
        kind = "hung" if is_over else "stalled"
        self.kernel.events.fact(kind, place, what, stack=list(stall.stack), ms=stall.ms)
        self.port.wake_readers()  # the loop, which does it otherwise, may not turn

    # -- use in process

    async def call(
        self,
        ident: str,
        signal_type: str,
        data: object = None,
        *,
        timeout_s: float = DEFAULT_CALL_TIMEOUT_S,
    ) -> Answer:
        """Send a signal to the agent that *ident* names, and wait for what comes of it.

        Raises:
            ControlError: `no-node` or `ambiguous-node`.
        """
        return await ask_named(self.kernel, ident, self.signal(signal_type, data), timeout_s)

    def cast(self, ident: str, signal_type: str, data: object = None) -> Delivery:
        """Send a signal without waiting; `accepted` dies with the engine.

        Raises:
            ControlError: `no-node` or `ambiguous-node`; `invalid-signal` for data that is not
                what the catalogue promises.
        """
        signal = self.signal(signal_type, data)
        place = self.kernel.keyed.find(ident, signal) or self.kernel.tree.resolve(ident)
        start = place.start
        if type(start) is AgentStart and start.program.definition.catalogue:
            check_data(start.program.definition, signal_type, signal.data)
        return deliver(place, signal)

    async def wait(
        self,
        ident: str,
        until: Until = None,
        *,
        timeout_s: float = DEFAULT_WAIT_S,
        may_come: bool = False,
    ) -> WaitResult:
        """Wait until a condition holds for the node that *ident* names.

        Args:
            ident: id or path of the node.
            until: CEL over its `state`, `status`, `facts` and `restarts`, or a function of the
                state; None waits until an agent has completed: its strategy is done, or
                `state.status` is `completed` or `failed`.
            timeout_s: how long; then the result says that it is not met, and what the node is at.
            may_come: whether the node need not be there yet; then, without a condition, it is
                waited for until it runs.

        Raises:
            ControlError: `no-node`, `ambiguous-node`, `no-state`, `no-path`, `bad-expression`.
        """
        if may_come:
            return await wait_for_arrival(self.kernel, ident, until, timeout_s)
        return (await self.wait_all([ident], until, timeout_s=timeout_s))[0]

    async def wait_all(
        self, idents: Iterable[str], until: Until = None, *, timeout_s: float = DEFAULT_WAIT_S
    ) -> Sequence[WaitResult]:
        """Wait until it holds for all nodes; a result for each, in order.

        Raises:
            ControlError: as `wait`.
        """
        places = [self.kernel.keyed.resolve(ident) for ident in idents]
        return await wait_all(self.kernel, places, until, timeout_s)

    async def wait_any(
        self, idents: Iterable[str], until: Until = None, *, timeout_s: float = DEFAULT_WAIT_S
    ) -> Sequence[WaitResult]:
        """Wait until it holds for one node; its result alone, or all of them if it was in vain.

        Raises:
            ControlError: as `wait`.
        """
        places = [self.kernel.keyed.resolve(ident) for ident in idents]
        return await wait_any(self.kernel, places, until, timeout_s)

    def pool(self, ident: str, *, max_waiting: int = DEFAULT_MAX_WAITING) -> Pool:
        """Return the pool of a group of replicas, or of a dynamic supervisor's children.

        Args:
            ident: the group's name, or as much of its path as makes it the only one.
            max_waiting: so many callers may wait for a member.

        Raises:
            PoolError: there is no such pool, or it has never had a member.
        """
        return self.kernel.pools.pool(ident, SOURCE, max_waiting=max_waiting)

    def signal(self, signal_type: str, data: object = None) -> Signal:
        """Return a new signal from outside the tree."""
        return outside_signal(self.kernel, signal_type, data)

    # -- idleness

    @property
    def is_idle(self) -> bool:
        """Whether no mail, command, commit and one-shot timer is left to wait for."""
        kernel = self.kernel
        return (
            not len(kernel.queue)
            and kernel.armed_timers == 0
            and kernel.running_effects == 0
            and kernel.open_commits == 0
            and not any(place.mail_depth for place in kernel.tree.walk())
        )
