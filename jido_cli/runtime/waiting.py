"""Waiting for what a node comes to: event-driven, for a time, and what to do when it is in vain.

Whoever waits is told at the commit, or at the change of status, after which his condition holds;
nothing is asked again and again. What can only change by itself (crash looping that clears) has a
timer. The condition of a wait never changes anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from jido_cli.core.expressions import EvaluationError, ExpressionError, TreeScope
from jido_cli.core.tree_expressions import compile_node_condition
from jido_cli.core.values import thaw
from jido_cli.errors import ControlError
from jido_cli.runtime.agents.server import AgentServer
from jido_cli.runtime.keyed.places import RestingPlace
from jido_cli.runtime.serving import view_places
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import AgentStart
from jido_cli.runtime.wait_hints import wait_command

if TYPE_CHECKING:
    from jido_cli.runtime.kernel import Kernel

DEFAULT_WAIT_S: Final = 10.0
COMMANDS_LOOKED_AT: Final = 2_000
COMPLETED: Final = ("completed", "failed")
Until = str | Callable[[Mapping[str, Any]], object] | None
"""CEL over `state`, `status`, `facts`, `restarts`; a function of the state; None: completion."""


@dataclass(frozen=True, slots=True)
class WaitDiagnostic:
    """What a node is at when a wait for it was in vain.

    `running` is the action that runs, `running_ms` for how long; `last` the newest command.
    """

    status: str
    mailbox: int
    running: str | None
    running_ms: int | None
    last: str | None
    why: str | None
    hint: str


@dataclass(frozen=True, slots=True)
class WaitResult:
    """How a wait ended; `diagnostic` is there when it was in vain.

    `has_ended` says that the node's place is gone, so that waiting on makes no sense.
    """

    is_met: bool
    path: str
    status: str
    seq: int
    state: Any
    restarts: int
    waited_s: float
    has_ended: bool = False
    diagnostic: WaitDiagnostic | None = None


class Wait:
    """One wait for one place; `future` is its result.

    Raises:
        ControlError: `bad-expression`; `no-state` without a condition where there is no state.
    """

    def __init__(self, kernel: Kernel, place: Place, until: Until, timeout_s: float) -> None:
        self._kernel = kernel
        self._place = place
        self._holds = _condition(place, until)
        self._began = kernel.monotonic()
        self._why: str | None = None
        self._timers: list[asyncio.TimerHandle] = []
        self.future: asyncio.Future[WaitResult] = kernel.loop.create_future()
        self.future.add_done_callback(lambda _: self.give_up())
        self._attach()
        self.look()
        if not self.future.done():
            self._timers.append(kernel.clock.call_later(timeout_s, self._timed_out))

    def look(self) -> None:
        """See whether the condition holds now."""
        if self.future.done():
            return
        if self._place.has_ended and not self._is_asleep():
            self.future.set_result(self._result(is_met=False))
            return
        place = self._place
        try:
            is_met = self._holds(place)
            self._why = None
        except EvaluationError as error:
            is_met, self._why = False, error.message
        if is_met:
            self.future.set_result(self._result(is_met=True))
        elif place.has_log and (left_s := place.log.looping_until - self._kernel.monotonic()) > 0:
            self._timers.append(self._kernel.clock.call_later(left_s, self.look))

    def give_up(self) -> None:
        """Watch the place no longer; nobody waits."""
        for timer in self._timers:
            timer.cancel()
        self._detach()

    # -- keyed agents, whose places come and go

    def _attach(self) -> None:
        if isinstance(self._place, RestingPlace):
            self._kernel.arrivals = (*self._kernel.arrivals, self._arrived)
        else:
            log = self._place.log
            log.watchers = (*log.watchers, self.look)

    def _detach(self) -> None:
        if isinstance(self._place, RestingPlace):
            others = [one for one in self._kernel.arrivals if one != self._arrived]
            self._kernel.arrivals = tuple(others)
        elif self._place.has_log:
            log = self._place.log
            log.watchers = tuple(one for one in log.watchers if one != self.look)

    def _is_asleep(self) -> bool:
        """Whether the place that ended is that of a key, which may come again."""
        if not self._place.is_keyed:
            return False
        path = self._place.path
        self._detach()
        try:
            self._place = self._kernel.keyed.resolve(path)
        except ControlError:
            return False  # nobody has the key any more
        self._attach()
        return True

    def _arrived(self, place: Place) -> None:
        if place.path == self._place.path:
            self._detach()
            self._place = place
            self._attach()

    def _timed_out(self) -> None:
        if not self.future.done():
            self.future.set_result(self._result(is_met=False))

    def _result(self, *, is_met: bool) -> WaitResult:
        kernel, place, process = self._kernel, self._place, self._place.process
        server = process if isinstance(process, AgentServer) else None
        state = view_places.state_of(place)
        waited_s = kernel.monotonic() - self._began
        return WaitResult(
            is_met,
            place.path,
            view_places.status_of(place, kernel.monotonic()),
            place.handled if server is None else server.committed_seq,
            None if state is None else thaw(state),
            place.restarts,
            waited_s,
            place.has_ended,
            None if is_met else diagnose(kernel, place, self._why),
        )


def _condition(place: Place, until: Until) -> Callable[[Place], bool]:
    start = place.start
    definition = start.program.definition if isinstance(start, AgentStart) else None
    if until is None or callable(until):
        if definition is None:
            raise ControlError(
                f"{place.id} is a {start.kind}: it has no state to wait for",
                code="no-state",
                where=place.path,
                hints=(wait_command(place.path, None),),
            )
        return _completion(place) if until is None else _asking(until)
    schema = (
        None if definition is None or definition.state_schema is None else definition.state_schema
    )
    try:
        run = compile_node_condition(
            until, None if schema is None else schema.source, has_state=definition is not None
        ).run
    except ExpressionError as error:
        raise ControlError(
            f"until: {error.message}",
            code="bad-expression",
            where=f"column {error.offset_column} of {until!r}",
            hints=error.hints,
        ) from None

    def holds(place: Place) -> bool:
        kernel = place.kernel
        return (
            run(
                TreeScope(
                    state=view_places.state_of(place),
                    status=view_places.status_of(place, kernel.monotonic()),
                    facts=view_places.facts_of(place, False),
                    restarts=place.restarts,
                )
            )
            is True
        )

    return holds


def _completion(place: Place) -> Callable[[Place], bool]:
    """Return whether an agent's work is done: its strategy says so, or its `status`."""
    start = place.start
    assert isinstance(start, AgentStart)
    definition = start.program.definition
    fsm, schema = definition.fsm, definition.state_schema
    if fsm is None and schema is not None and "status" not in schema.properties:
        raise ControlError(
            f"the state of {place.id} has no 'status' that could say that it is done",
            code="no-path",
            where=f"{place.path} has {', '.join(schema.properties) or 'nothing'}",
            hints=(wait_command(place.path, schema.source),),
        )

    def is_done(place: Place) -> bool:
        state = view_places.state_of(place)
        if state is None:
            return False
        return fsm.snapshot(state).is_done if fsm is not None else state.get("status") in COMPLETED

    return is_done


def _asking(function: Callable[[Mapping[str, Any]], object]) -> Callable[[Place], bool]:
    def holds(place: Place) -> bool:
        state = view_places.state_of(place)
        return state is not None and bool(function(state))

    return holds


async def wait_for_arrival(
    kernel: Kernel, ident: str, until: Until, timeout_s: float
) -> WaitResult:
    """Wait for a node that need not be there yet; without a condition, until it runs.

    Raises:
        ControlError: as `Wait`; `ambiguous-node`.
    """
    began = kernel.monotonic()
    place = await _arrived(kernel, ident, timeout_s)
    waited_s = kernel.monotonic() - began
    if place is None:
        hint = "no node of that name came"
        told = WaitDiagnostic("unknown", 0, None, None, None, None, hint)
        return WaitResult(False, ident, "unknown", 0, None, 0, waited_s, False, told)
    wait = Wait(kernel, place, until or 'status == "running"', timeout_s - waited_s)
    try:
        found = await wait.future
    finally:
        wait.future.cancel()
    return replace(found, waited_s=kernel.monotonic() - began)


async def _arrived(kernel: Kernel, ident: str, timeout_s: float) -> Place | None:
    """Return the node that *ident* names, as soon as there is one; None when time is up."""
    try:
        return kernel.keyed.resolve(ident)
    except ControlError as error:
        if error.code != "no-node":
            raise
    future: asyncio.Future[Place | None] = kernel.loop.create_future()

    def tell(place: Place) -> None:
        if not future.done() and f"/{place.path}".endswith(f"/{ident}"):
            future.set_result(place)

    def give_up() -> None:
        if not future.done():
            future.set_result(None)

    timer = kernel.clock.call_later(timeout_s, give_up)
    kernel.arrivals = (*kernel.arrivals, tell)
    try:
        return await future
    finally:
        timer.cancel()
        kernel.arrivals = tuple(one for one in kernel.arrivals if one is not tell)


async def wait_all(
    kernel: Kernel, places: Iterable[Place], until: Until, timeout_s: float
) -> Sequence[WaitResult]:
    """Wait until it holds for all; return the results in order, once all ended or time is up."""
    waits = [Wait(kernel, place, until, timeout_s) for place in places]
    try:
        return [await wait.future for wait in waits]
    finally:
        for wait in waits:
            wait.future.cancel()


async def wait_any(
    kernel: Kernel, places: Iterable[Place], until: Until, timeout_s: float
) -> Sequence[WaitResult]:
    """Wait until it holds for one; return its result alone, or all of them when it was in vain.

    A node whose place ends does not end the wait for the others.
    """
    waits = [Wait(kernel, place, until, timeout_s) for place in places]
    pending = {wait.future for wait in waits}
    try:
        while pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            met = [wait.future.result() for wait in waits if wait.future in done]
            first = next((one for one in met if one.is_met), None)
            if first is not None:
                return [first]
        return [wait.future.result() for wait in waits]
    finally:
        for wait in waits:
            wait.future.cancel()


# -- what to say when it was in vain


def diagnose(kernel: Kernel, place: Place, why: str | None = None) -> WaitDiagnostic:
    """Return what a node is at, and what to do about it."""
    process = place.process
    running = process.running if isinstance(process, AgentServer) else None
    running_ms = None
    if running is not None:
        running_ms = round((kernel.monotonic() - running.since) * 1000)
    status = view_places.status_of(place, kernel.monotonic())
    return WaitDiagnostic(
        status,
        place.mail_depth,
        None if running is None else running.action,
        running_ms,
        _last_command(kernel, place),
        why,
        _hint(place, status, None if running is None else running.action, why),
    )


def _hint(place: Place, status: str, running: str | None, why: str | None) -> str:
    if place.has_ended:
        return "its place ended: it will not come back"
    if isinstance(place, RestingPlace):
        is_new = place.checkpoint is None
        return f"it {'has not begun' if is_new else 'sleeps'}: its next signal wakes it"
    if running is not None:
        return f"it runs {running}: its mailbox waits for that"
    if status not in ("running", "degraded"):
        return f"it is {status}"
    if place.mail_depth:
        return f"{place.mail_depth} signals wait: the loop is busy, or held"
    if why is not None:
        return f"the condition cannot be asked of this state: {why}"
    return "nothing waits and nothing runs: no signal came that makes it so"


def _last_command(kernel: Kernel, place: Place) -> str | None:
    """Return the newest command of a place in a few words, if the ring still has it."""
    ring = kernel.events.commands
    for number in range(ring.head, max(ring.oldest, ring.head - COMMANDS_LOOKED_AT) - 1, -1):
        record = ring.get(number)
        if record is not None and record[2] is place:
            _, wall_ns, _, signal_type, is_ok, _, failed = record
            ago = f"{(kernel.wall_ns() - wall_ns) / 1e9:.1f}s ago"
            return f"{signal_type} {'ok' if is_ok else f'failed in {failed}'} {ago}"
    return None
