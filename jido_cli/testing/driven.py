"""A topology that a test drives: on virtual time, with a script in place of effects.

Here time passes, signals are sent and nodes end. How the engine is driven is in `virtual_engine`,
what is remembered in `recorder`; looking and expecting are in `topology_run`.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Final, Self

from jido_cli.core.idents import IdSource
from jido_cli.core.timestamps import parse_time
from jido_cli.errors import ControlError, StartError, UsageError
from jido_cli.runtime.agents.server import AgentServer
from jido_cli.runtime.assembly import assemble
from jido_cli.runtime.engine import Engine
from jido_cli.runtime.waiting import Until, WaitResult, diagnose
from jido_cli.supervision.reasons import crash
from jido_cli.testing.endless import endless
from jido_cli.testing.failures import (
    ExpectationError,
    UnscriptedEffectError,
    hold_outcome,
    whole,
)
from jido_cli.testing.guard import Guard
from jido_cli.testing.recorder import Recorder
from jido_cli.testing.scripting import Answers, Script
from jido_cli.testing.starting import with_states
from jido_cli.testing.tree_checks import TreeChecks
from jido_cli.testing.virtual_engine import VirtualEngine
from jido_cli.testing.virtual_time import EPOCH_NS
from jido_cli.topology import durations
from jido_cli.topology.model import Topology

LONGEST_BOOT_S: Final = 3600.0
LONGEST_ORDER_S: Final = 3600.0
Span = float | str
"""A span of time: seconds, or text as in a file: `250ms`, `5m`."""


class CrashedByTest(Exception):
    """The error with which `crash` ends an agent."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a call: `state` is the agent's after it, `error` says why it is not ok."""

    ok: bool
    seq: int
    state: Any
    output: Any
    error: Mapping[str, Any] | None
    outcome: str
    why: str | None

    def reason(self) -> str:
        """Return why it is not ok, in one line."""
        told = self.why if self.error is None else self.error["message"]
        return str(told or self.outcome)


class DrivenTopology(VirtualEngine):
    """A topology at work. Use it as a context manager, or `close` it.

    Args:
        topology: what to run.
        script: what effectful actions answer, by the name of the action.
        state: initial states, over those in the file, by the id or path of the child.
        at: RFC 3339 text of the time at which the virtual wall clock starts.
        seed: of random numbers and ids; the same run has the same ones.

    Raises:
        UsageError: the script, a state or the time is none.
        StartError: it does not start.
    """

    def __init__(
        self,
        topology: Topology,
        *,
        script: Mapping[str, Answers] | None = None,
        state: Mapping[str, Mapping[str, object]] | None = None,
        at: str | None = None,
        seed: int = 0,
    ) -> None:
        def make() -> Engine:
            return assemble(
                topology, is_watched=False, change=lambda built: with_states(built, state or {})
            )

        self.script = Script(script or {}, topology.actions)
        super().__init__(make, epoch_ns=_epoch_ns(at))
        self.topology = topology
        self._told_unscripted = 0
        kernel = self.kernel
        kernel.stand_in = self.script.stand_in
        numbers = random.Random(seed)  # noqa: S311 - it is to be the same in every run
        kernel.ids = IdSource(numbers.getrandbits)
        kernel.seed = numbers.getrandbits(64) << 40
        kernel.random = numbers.random
        self.record = Recorder(kernel)
        self.checks = TreeChecks(topology, kernel, self.record)
        self._guard = Guard(kernel.watch)
        self._boot()

    def _boot(self) -> None:
        try:
            self.begin_boot()
            booting = self.booting
            assert booting is not None
            self._drive(booting.done, LONGEST_BOOT_S)
            if not booting.done():
                raise StartError(f"{self.topology.name} is not up after {LONGEST_BOOT_S:g}s")
            booting.result()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End what still runs; no callback may have failed.

        Raises:
            AssertionError: one has.
        """
        self._guard.stop()
        super().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
        if error is None:
            self._refuse_unscripted()

    # -- time

    def advance(self, seconds: Span) -> None:
        """Let time pass: seconds, or text such as `10m`; timers fire in their order.

        Raises:
            UnscriptedEffectError: an action acted on the world, and the script has no answer.
            ExpectationError: signals cause signals for ever.
        """
        __tracebackhide__ = True
        self._refuse_endless()
        super().advance(_seconds(seconds))
        self._refuse()

    def settle(self) -> None:
        """Run what is ready without moving the clock.

        Raises:
            UnscriptedEffectError: an action acted on the world, and the script has no answer.
            ExpectationError: signals cause signals for ever.
        """
        __tracebackhide__ = True
        self._refuse_endless()
        super().settle()
        self._refuse()

    def wait_until(self, holds: str | Callable[[], object], within: Span = 10.0) -> float:
        """Let time pass until a condition is true; return the seconds that it took.

        Args:
            holds: CEL as in the `expect` of a scenario, or a function. It is asked whenever
                nothing is left to do at an instant.
            within: how much virtual time it has.

        Raises:
            ExpectationError: it is not true in time; says what the agents are at.
        """
        __tracebackhide__ = True
        began = self.now
        is_true = holds if callable(holds) else partial(self.checks.holds, holds)
        self.settle()
        self._drive(lambda: bool(is_true()), _seconds(within))
        if is_true():
            return self.now - began
        after = f"after {self.now - began:g}s"
        if callable(holds):
            name = getattr(holds, "__name__", "the condition")
            raise ExpectationError(name, f"not so {after}", self.busy())
        raise self.checks.refusal(holds, after, tuple(self.busy()))

    def wait_for(
        self, *idents: str, until: Until = None, within: Span = 10.0, is_any: bool = False
    ) -> list[WaitResult]:
        """Wait as `jido wait` does, for all nodes, or with *is_any* for one; return the results.

        Args:
            idents: the nodes.
            until: CEL over `state`, `status`, `facts`, `restarts`, a function of the state, or
                None: until the agents have completed.
            within: how much virtual time they have; a result says whether it was met.
            is_any: whether one is enough; its result comes alone.

        Raises:
            ControlError: no such node, or a condition that is none.
        """
        wait = self.engine.wait_any if is_any else self.engine.wait_all
        seconds = _seconds(within)
        waiting = self.loop.create_task(_gathered(wait(idents, until, timeout_s=seconds)))
        self.settle()
        self._drive(waiting.done, seconds + 1.0)
        return waiting.result()

    def _drive(self, is_done: Callable[[], bool], limit_s: float) -> None:
        """Jump from timer to timer until *is_done*, at most *limit_s*."""
        until = self.now + limit_s
        while not is_done() and self.loop.run_next(until):
            self._refuse()
        self._refuse()

    # -- signals

    def send(
        self, to: str, signal_type: str, data: object = None, *, subject: str | None = None
    ) -> str:
        """Send a signal to the agent that *to* names and run what follows at once; its id.

        Raises:
            ControlError: no such agent, no route for the signal, a param it does not know.
        """
        told = self.order("send", to=to, type=signal_type, data=data, subject=subject)
        return str(told["id"])

    def call(
        self,
        to: str,
        signal_type: str,
        data: object = None,
        *,
        subject: str | None = None,
        timeout: Span = 5.0,
        fails: str | None = None,
    ) -> Answered:
        """Call an agent and return the answer; time passes as far as it must.

        Args:
            to: id or path of the agent.
            signal_type: what it is asked.
            data: the signal's data.
            subject: the signal's subject.
            timeout: how long to wait for the answer.
            fails: text that stands in the reason of the failure that is expected.

        Raises:
            ExpectationError: it failed, or did not as it should.
        """
        __tracebackhide__ = True
        args = {"to": to, "type": signal_type, "data": data, "subject": subject}
        try:
            told = self.order("call", timeout_ms=round(_seconds(timeout) * 1000), **args)
        except ControlError as error:
            hold_outcome(f"{signal_type} to {to}", fails, whole(error))
            return Answered(False, 0, None, None, {"message": error.message}, error.code, None)
        keys = ("ok", "seq", "state", "output", "error", "outcome", "why")
        answer = Answered(**{key: told[key] for key in keys})
        hold_outcome(f"{signal_type} to {to}", fails, None if answer.ok else answer.reason())
        return answer

    # -- steering

    def order(self, name: str, **args: object) -> Any:
        """Give an order as the command line does (`stop`, `start`, `restart`); return its answer.

        Raises:
            ControlError: it is refused.
        """
        future = self.port.order(name, args)
        self.settle()
        self._drive(future.done, LONGEST_ORDER_S)
        return future.result(timeout=0)

    def crash(self, ident: str) -> tuple[str, ...]:
        """Let a node exit with an error of its own; return the paths of what started again.

        A supervisor is killed: it has no code of a user's that could fail.
        """
        return self._end(ident, is_crash=True)

    def kill(self, ident: str) -> tuple[str, ...]:
        """Kill a node, as `jido kill` does; return the paths of what started again."""
        return self._end(ident, is_crash=False)

    def _end(self, ident: str, *, is_crash: bool) -> tuple[str, ...]:
        place = self.kernel.keyed.awake(ident)
        process = place.process
        if process is None:
            raise ControlError(
                f"{place.id} does not run: it is {place.status}",
                code="wrong-state",
                where=place.path,
            )
        mark = self.record.mark
        if is_crash and isinstance(process, AgentServer):
            process.exit(crash(CrashedByTest("crashed by the test")))
        else:
            process.kill()
        self.settle()
        return self.record.restarted(mark)

    # -- what is going on

    def busy(self) -> list[str]:
        """Return a line for each agent that has work, or does not run: where to look."""
        lines = []
        for place in self.kernel.tree.walk():
            told = diagnose(self.kernel, place)
            parts = [] if told.running is None else [f"runs {told.running}"]
            if told.mailbox:
                parts.append(f"{told.mailbox} signals wait")
            if told.status != "running":
                parts.append(f"is {told.status}")
            if parts:
                last = f"; last {told.last}" if told.last else ""
                lines.append(f"{place.path} {', '.join(parts)}{last}")
        return lines or ["no agent has work to do"]

    def _refuse(self) -> None:
        __tracebackhide__ = True
        self._refuse_unscripted()
        self._refuse_endless()

    def _refuse_endless(self) -> None:
        __tracebackhide__ = True
        if self.record.is_full:
            raise endless(self.record)

    def _refuse_unscripted(self) -> None:
        __tracebackhide__ = True
        told = self.script.unscripted[self._told_unscripted :]
        if told:
            self._told_unscripted += len(told)
            raise UnscriptedEffectError("; ".join(told))


def _seconds(span: Span) -> float:
    if not isinstance(span, str):
        return span
    found = durations.milliseconds(span)
    if found is None:
        raise UsageError(f"{span!r} is not a span of time", hints=("write it as 250ms, 5s or 2m",))
    return found / 1000


def _epoch_ns(at: str | None) -> int:
    if at is None:
        return EPOCH_NS
    try:
        return parse_time(at)
    except ValueError as error:
        raise UsageError(f"at: {error}", hints=("write it as 2026-03-29T00:59:00Z",)) from None


async def _gathered(results: Awaitable[Sequence[WaitResult]]) -> list[WaitResult]:
    return list(await results)
