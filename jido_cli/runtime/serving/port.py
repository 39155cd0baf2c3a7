"""What an engine offers to its control server: reads for any thread, orders for its loop.

Reads never wait for the agents' loop, so that an action that spins or sleeps freezes neither
`ps` nor a probe (control-and-tui.md).
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import platform
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from jido_cli import __version__
from jido_cli.core.suggestions import did_you_mean
from jido_cli.core.values import thaw
from jido_cli.errors import ControlError, JidoCliError
from jido_cli.runtime.agents.server import AgentServer
from jido_cli.runtime.keyed.places import RestingPlace
from jido_cli.runtime.serving import commands, view, view_places, view_records, view_schedules
from jido_cli.runtime.serving.orders import Orders
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import SensorStart

if TYPE_CHECKING:
    from jido_cli.runtime.engine import Engine

Data = dict[str, Any]
WAKE_EVERY_S = 0.05


class EnginePort(Protocol):
    """The seam between an engine and whoever serves it to clients."""

    def engine(self) -> Data:
        """Return who the engine is."""
        ...

    def tree(self) -> Data:
        """Return the whole tree."""
        ...

    def node(self, ident: str) -> Data:
        """Return everything of one node; ControlError `no-node`, `ambiguous-node`."""
        ...

    def state(self, ident: str, select: str | None) -> Data:
        """Return an agent's committed state or a part of it; `no-state`, `no-path`."""
        ...

    def command(self, ident: str, agent: str | None) -> Data:
        """Return what is known of a command; `no-command`, `ambiguous-command`."""
        ...

    def health(self) -> Data:
        """Return whether the process is alive."""
        ...

    def ready(self) -> Data:
        """Return whether every node is ready."""
        ...

    def events_after(
        self, seq: int, limit: int, kinds: frozenset[str] | None, path: str | None
    ) -> Data:
        """Return events above *seq*, how many were missed, where to go on."""
        ...

    def directives(
        self,
        *,
        agent: str | None,
        type: str | None,  # noqa: A002 - the API's word
        outcome: str | None,
        after: int,
        limit: int,
    ) -> Data:
        """Return a page of the directive log."""
        ...

    def dead_letters(self, *, after: int, limit: int) -> Data:
        """Return a page of the dead letters."""
        ...

    def schedules(self) -> Data:
        """Return the schedules and timers of all agents."""
        ...

    def wake(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call *callback* from any thread when there are new events; returns how to stop."""
        ...

    def order(self, name: str, args: Mapping[str, Any]) -> concurrent.futures.Future[Data]:
        """Run an order on the loop; cancel the future before the loop took it to withdraw it."""
        ...


class Port:
    """The port of one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kernel = engine.kernel
        self._orders = Orders(engine)
        self._listeners: tuple[Callable[[], None], ...] = ()
        self._seen = (0, 0)
        self._is_ticking = False

    # -- reads

    def _stall(self) -> Data | None:
        watchdog = self._engine.watchdog
        return view_records.stall(None if watchdog is None else watchdog.stall)

    def engine(self) -> Data:
        """Return who the engine is."""
        engine = self._engine
        return {
            "name": engine.options.name,
            "status": "degraded" if self._kernel.zombies.alive else "running",
            "pid": os.getpid(),
            "version": __version__,
            "file": engine.options.file,
            "started_at": engine.started_at,
            "uptime_s": self._kernel.wall_ns() / 1e9 - engine.started_at,
            "loop": type(engine.loop).__module__.split(".")[0],
            "python": platform.python_version(),
        }

    def tree(self) -> Data:
        """Return the whole tree."""
        watchdog = self._engine.watchdog
        found = None if watchdog is None else watchdog.stall
        return {
            "engine": self.engine(),
            **view.tree(self._kernel, found),
            "stalled": view_records.stall(found),
        }

    def node(self, ident: str) -> Data:
        """Return everything of one node."""
        watchdog = self._engine.watchdog
        found = None if watchdog is None else watchdog.stall
        place = self._kernel.keyed.resolve(ident)
        return {**view.inspect(self._kernel, place, found), "stalled": view_records.stall(found)}

    def state(self, ident: str, select: str | None) -> Data:
        """Return an agent's committed state, or a part of it."""
        place = self._kernel.keyed.resolve(ident)
        process = place.process
        if place.start.kind != "agent":
            raise ControlError(
                f"{place.id} is a {place.start.kind}: it has no state",
                code="no-state",
                where=place.path,
            )
        state = view_places.state_of(place)
        if state is None and isinstance(place, RestingPlace):
            raise ControlError(
                f"{place.id} has not begun: its first signal starts it",
                code="wrong-state",
                where=place.path,
            )
        if state is None:
            raise ControlError(
                f"{place.id} does not run: it is {place.status}",
                code="wrong-state",
                where=place.path,
                hints=(f"jido start {place.id}",),
            )
        value: object = state
        if select:
            try:
                value = view_records.select(state, select)
            except KeyError as error:
                known = list(state)
                near = did_you_mean(select.split(".")[0], known)
                raise ControlError(
                    f"no {error.args[0]!r} in the state of {place.id}"
                    + (f"; {near}" if near else ""),
                    code="no-path",
                    where=f"{place.path} has {', '.join(known) or 'nothing'}",
                ) from None
        return {
            "path": place.path,
            "seq": process.committed_seq if isinstance(process, AgentServer) else place.handled,
            "state": thaw(value),
            "select": select,
            "stalled": self._stall(),
        }

    def command(self, ident: str, agent: str | None) -> Data:
        """Return what is known of a command."""
        return {**commands.look_up(self._kernel, ident, agent), "stalled": self._stall()}

    def health(self) -> Data:
        """Return whether the loop turns, or may still be expected to."""
        watchdog = self._engine.watchdog
        found = None if watchdog is None else watchdog.stall
        is_over = found is not None and found.ms / 1000 > (found.timeout_s or 0.0) + 5.0
        return {"ok": not is_over, "stalled": view_records.stall(found)}

    def ready(self) -> Data:
        """Return whether every node is ready (runtime.md 19)."""
        watchdog = self._engine.watchdog
        found = None if watchdog is None else watchdog.stall
        now = self._kernel.monotonic()
        not_ready: list[Data] = []
        for place in self._kernel.tree.walk():
            why = _why_not_ready(place, now)
            if why is not None and not _is_ignored(place):
                status = view_places.status_of(place, now)
                not_ready.append({"path": place.path, "status": status, "why": why})
        if found is not None:
            not_ready.append(
                {"path": found.agent, "status": "hung", "why": f"the loop is kept for {found.ms}ms"}
            )
        return {
            "ok": not not_ready and self._engine.is_booted,
            "not_ready": not_ready,
            "stalled": view_records.stall(found),
        }

    def events_after(
        self, seq: int, limit: int, kinds: frozenset[str] | None, path: str | None
    ) -> Data:
        """Return events above *seq*."""
        path = self._whole_path(path)
        found, missed, following = self._kernel.events.after(seq, limit, kinds=kinds, path=path)
        return {
            "events": [view_records.event(one) for one in found],
            "missed": missed,
            "next": following,
        }

    def directives(
        self,
        *,
        agent: str | None,
        type: str | None,  # noqa: A002 - the API's word
        outcome: str | None,
        after: int,
        limit: int,
    ) -> Data:
        """Return a page of the directive log."""
        below = self._whole_path(agent)
        records, missed = self._kernel.directives.after(after, limit)
        rows = []
        for number, record in records:
            row = view_records.directive(number, record)
            if type is not None and row["type"] != type:
                continue
            if outcome is not None and row["outcome"] != outcome:
                continue
            path = row["agent"]
            if below is None or path == below or path.startswith(below + "/"):
                rows.append(row)
        following = records[-1][0] if records else max(after, 0)
        return {"directives": rows, "missed": missed, "next": following}

    def dead_letters(self, *, after: int, limit: int) -> Data:
        """Return a page of the dead letters."""
        letters = self._kernel.dead_letters
        records, missed = letters.ring.after(after, limit)
        return {
            "dead_letters": [view_records.dead_letter(letter) for _, letter in records],
            "missed": missed,
            "next": records[-1][0] if records else after,
            "counts": {
                "total": letters.total,
                "forgotten": letters.forgotten,
                "by_reason": dict(letters.by_reason),
            },
        }

    def schedules(self) -> Data:
        """Return the schedules and timers of all agents."""
        return {**view_schedules.schedules(self._kernel), "stalled": self._stall()}

    def _whole_path(self, ident: str | None) -> str | None:
        """Return the path that *ident* names; the text itself for a node that has ended."""
        if ident is None:
            return None
        matching = self._kernel.tree.matching(ident)  # not `find`: that is the loop's own
        return matching[0].path if len(matching) == 1 else ident

    # -- wake

    def wake(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call *callback* at most every 50 ms while there are new events or directives."""
        self._listeners = (*self._listeners, callback)
        self._engine.loop.call_soon_threadsafe(self._tick)

        def stop() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not callback)

        return stop

    def wake_readers(self) -> None:
        """Call them now, in whatever thread this is."""
        for callback in self._listeners:
            callback()

    def _tick(self) -> None:
        if not self._is_ticking:
            self._is_ticking = True
            self._look()

    def _look(self) -> None:
        if not self._listeners:
            self._is_ticking = False
            return
        self._kernel.clock.call_later(WAKE_EVERY_S, self._look)
        seen = (self._kernel.events.head, self._kernel.directives.head)
        if seen != self._seen:
            self._seen = seen
            self.wake_readers()

    # -- orders

    def order(self, name: str, args: Mapping[str, Any]) -> concurrent.futures.Future[Data]:
        """Run an order on the loop."""
        future: concurrent.futures.Future[Data] = concurrent.futures.Future()

        def take() -> None:
            if future.set_running_or_notify_cancel():
                task = self._engine.loop.create_task(
                    _answered(self._orders.run(name, args), future)
                )
                task.add_done_callback(lambda done: _given_up(done, future))

        try:
            self._engine.loop.call_soon_threadsafe(take)
        except RuntimeError:
            future.set_exception(ControlError("the engine has ended", code="engine-gone"))
        return future


async def _answered(
    order: Coroutine[Any, Any, Data], future: concurrent.futures.Future[Data]
) -> None:
    """Carry out *order* and answer in the same step: what it set off may keep the loop."""
    try:
        result = await order
    except JidoCliError as error:
        future.set_exception(error)
    else:
        future.set_result(result)


def _given_up(task: asyncio.Task[None], future: concurrent.futures.Future[Data]) -> None:
    """Answer for an order that did not come to its end: the engine ends, or has a fault."""
    if task.cancelled():
        future.set_exception(ControlError("the engine is ending", code="engine-gone"))
    elif (error := task.exception()) is not None:
        future.set_exception(error)


def _is_ignored(place: Place) -> bool:
    """Whether readiness does not look at a node: nor at the sensors of an agent then."""
    one: Place | None = place
    if isinstance(place.start, SensorStart) and place.parent is not None:
        one = place.parent.parent
    return one is not None and one.start.readiness_ignored


def _why_not_ready(place: Place, now: float) -> str | None:
    status = view_places.status_of(place, now)
    if status in ("failed", "crash_looping"):
        return status
    if status == "backing_off" and place.log.backoffs >= 3:
        return f"in backoff {place.log.backoffs}"
    return None
