"""The demo engine: an `EngineHandle` on the shop. Safe to use from several threads.

It holds the lock, lets the shop move on before each look, and answers what it is asked. What
happens in the shop is decided in `traffic` and `supervision`, what has happened is kept in `log`.
"""

from __future__ import annotations

import copy
import difflib
import threading
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Literal

from jido_cli import __version__
from jido_cli.control.handle import (
    DEFAULT_TIMEOUT_MS,
    DEFAULT_WAIT_MS,
    Answer,
    ScheduleVerb,
    Verb,
)
from jido_cli.errors import ControlError
from jido_cli.tui.demo.log import DemoLog, DemoStream
from jido_cli.tui.demo.nodes import DemoNode
from jido_cli.tui.demo.supervision import KILLED, DemoTree
from jido_cli.tui.demo.traffic import STEP_S, Asked, Traffic

_MOST_STEPS: Final = 2_000


class DemoEngine:
    """Answers as the engine of the shop would.

    Args:
        now: wall time; the shop moves on with it.
        is_busy: whether orders come in by themselves.
    """

    def __init__(self, now: Callable[[], float], *, is_busy: bool = True) -> None:
        self._now = now
        self._lock = threading.RLock()
        self._log = DemoLog(lambda: self.traffic.signals)
        self._opened = self._last = now()
        self.tree_of_nodes = DemoTree(self._opened, self._log.tell)
        self.traffic = Traffic(self.tree_of_nodes, self._log.record)
        self.is_busy = is_busy
        self.pid = 4127
        self.lost: ControlError | None = None

    # -- the shop moves on

    def _advance(self) -> float:
        """Let the shop live until now; return the moment."""
        if self.lost is not None:
            raise self.lost
        now = self._now()
        steps = int((now - self._last) / STEP_S) if self.is_busy else 0
        for number in range(min(steps, _MOST_STEPS)):
            self.traffic.step(self._last + (number + 1) * STEP_S)
        self._last = self._last + steps * STEP_S if self.is_busy else now
        if self.tree_of_nodes.has_given_up:
            self.lost = ControlError("the engine of shop is gone", code="engine-gone")
        return now

    # -- questions

    def engine(self) -> Answer:
        """Return who the engine is."""
        with self._lock:
            now = self._advance()
            return {
                "name": "shop",
                "pid": self.pid,
                "version": __version__,
                "protocol": 1,
                "file": "topologies/shop.yaml",
                "started_at": self._opened,
                "uptime_s": now - self._opened,
                "loop": "demo",
                "python": "demo",
                "socket": "demo",
            }

    def tree(self) -> Answer:
        """Return the whole tree."""
        with self._lock:
            now = self._advance()
            tree = self.tree_of_nodes
            nodes = [node.told(now) for node in tree.nodes.values()]
            counts: dict[str, int] = {}
            for node in nodes:
                counts[node["status"]] = counts.get(node["status"], 0) + 1
            return {
                "engine": self.engine(),
                "revision": tree.revision,
                "counts": counts,
                "restarts": tree.restarts,
                "nodes": nodes,
                "stalled": None,
            }

    def _find(self, ident: str) -> DemoNode:
        found = [n for n in self.tree_of_nodes.nodes.values() if f"/{n.path}".endswith(f"/{ident}")]
        if len(found) == 1:
            return found[0]
        ids = [node.id for node in self.tree_of_nodes.nodes.values()]
        near = difflib.get_close_matches(ident, ids, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise ControlError(f"no node {ident!r} in shop{meant}", code="no-node")

    def node(self, ident: str) -> Answer:
        """Return everything known of one node."""
        with self._lock:
            now = self._advance()
            node = self._find(ident)
            answer = node.inspected(now, self.tree_of_nodes.boundary(node))
            above = self.tree_of_nodes.nodes.get(node.parent or "")
            answer["supervisor"] = None
            if above is not None and above.place.kind == "supervisor":
                told = above.told(now)
                answer["supervisor"] = {key: told[key] for key in ("path", "strategy", "window")}
            return answer

    def state(self, ident: str, select: str | None = None) -> Answer:
        """Return an agent's state."""
        with self._lock:
            self._advance()
            node = self._find(ident)
            if node.state is None:
                kind = node.place.kind
                raise ControlError(f"{node.id} is a {kind}: it has no state", code="no-state")
            state = copy.deepcopy(node.state)
            value: Any = state
            for part in select.split(".") if select else ():
                value = value[part]
            return {"path": node.path, "seq": node.seq, "state": value, "select": select}

    def health(self) -> Answer:
        """Return that it is alive."""
        return {"ok": True, "stalled": None}

    def ready(self) -> Answer:
        """Return that it is ready."""
        return {"ok": True, "not_ready": [], "stalled": None}

    # -- orders

    def send(self, to: str, signal: Mapping[str, object], *, unrouted: bool = False) -> Answer:
        """Take a signal."""
        with self._lock:
            answer = self.call(to, signal, unrouted=unrouted)
            return {"ack": "accepted", "id": answer["command"], "to": self._find(to).path}

    def call(
        self,
        to: str,
        signal: Mapping[str, object],
        *,
        timeout_ms: int = DEFAULT_TIMEOUT_MS,  # noqa: ARG002 - the interface's
        unrouted: bool = False,
    ) -> Answer:
        """Let an agent handle a signal: it remembers what it was sent last."""
        with self._lock:
            now = self._advance()
            node = self._find(to)
            self._check(node, signal, unrouted=unrouted)
            data = signal.get("data")
            assert node.state is not None
            node.state["last_signal"] = {"type": signal["type"], "data": data}
            node.seq += 1
            node.ok += 1
            asked = Asked(node.path, "reply", f"{signal['type']} handled", str(signal["type"]))
            self._log.record(asked, now)
            return {
                "ok": True,
                "seq": node.seq,
                "state": copy.deepcopy(node.state),
                "output": {},
                "error": None,
                "outcome": "committed",
                "command": f"0199f2a1-7c44-7d02-8f11-{node.seq:012x}",
            }

    def _check(self, node: DemoNode, signal: Mapping[str, object], *, unrouted: bool) -> None:
        if node.place.kind != "agent":
            raise ControlError(f"{node.id} is a {node.place.kind}", code="no-route")
        if not node.is_up:
            raise ControlError(f"{node.id} does not run: it is {node.status}", code="wrong-state")
        patterns = [route["pattern"] for route in node.inspected(0.0, [])["routes"]]
        kind = str(signal["type"])
        fits = any(kind == one or kind.startswith(one.partition("*")[0]) for one in patterns)
        if not fits and not unrouted:
            raise ControlError(f"{node.id} has no route for {kind!r}", code="no-route")

    def steer(
        self,
        verb: Verb,
        ident: str,
        *,
        timeout_ms: int = DEFAULT_TIMEOUT_MS,  # noqa: ARG002 - the interface's
    ) -> Answer:
        """Stop, start, restart or kill a node."""
        with self._lock:
            now = self._advance()
            node, tree = self._find(ident), self.tree_of_nodes
            if node.parent is None and verb != "kill":
                raise ControlError(f"the root cannot be {_DONE[verb]} alone", code="wrong-state")
            if verb == "start":
                tree.start(node.path, now)
            elif verb == "stop":
                tree.stop(node.path, now)
            elif not node.is_up:
                text = f"{node.id} does not run: it is {node.status}"
                raise ControlError(text, code="wrong-state")
            elif verb == "kill":
                tree.exit(node.path, KILLED, now)
            else:
                tree.stop(node.path, now)
                tree.start(node.path, now)
            return {
                "path": node.path,
                "status": node.status,
                "generation": node.generation,
                "did": _DONE[verb],
            }

    def wait(
        self,
        ident: str,
        until: str | None = None,  # noqa: ARG002 - the interface's
        *,
        timeout_ms: int = DEFAULT_WAIT_MS,  # noqa: ARG002
        may_come: bool = False,  # noqa: ARG002
    ) -> Answer:
        """Refuse: nobody waits for a play."""
        raise ControlError(f"{ident} cannot be waited for", code="wrong-state")

    def scale(
        self,
        ident: str,
        count: int,  # noqa: ARG002 - the interface's
        *,
        timeout_ms: int = DEFAULT_TIMEOUT_MS,  # noqa: ARG002
    ) -> Answer:
        """Refuse: the shop stays as it is."""
        raise ControlError(f"{ident} stays as it is", code="wrong-state")

    def start_child(
        self,
        supervisor: str,
        *,
        ident: str | None = None,  # noqa: ARG002 - the interface's
        state: Mapping[str, object] | None = None,  # noqa: ARG002
        timeout_ms: int = DEFAULT_TIMEOUT_MS,  # noqa: ARG002
    ) -> Answer:
        """Refuse: the shop hires nobody."""
        raise ControlError(f"{supervisor} takes no more children", code="too-many")

    def terminate_child(
        self,
        ident: str,
        *,
        timeout_ms: int = DEFAULT_TIMEOUT_MS,  # noqa: ARG002 - the interface's
    ) -> Answer:
        """Refuse: the shop fires nobody."""
        raise ControlError(f"{ident} stays", code="wrong-state")

    # -- logs

    def events(
        self,
        *,
        after: int | Literal["latest"] = 0,
        kinds: Sequence[str] = (),
        agent: str | None = None,  # noqa: ARG002 - the interface's
    ) -> DemoStream:
        """Follow the events."""
        if after == "latest":
            after = self._log.newest
        return DemoStream(self.events_page, after, frozenset(kinds))

    def events_page(
        self,
        *,
        after: int = 0,
        kinds: Sequence[str] = (),
        agent: str | None = None,  # noqa: ARG002 - the interface's
        limit: int = 500,
    ) -> Answer:
        """Return kept events."""
        with self._lock:
            self._advance()
            return self._log.events_page(after, kinds, limit)

    def directives(
        self,
        *,
        agent: str | None = None,
        type_: str | None = None,
        outcome: str | None = None,
        after: int = 0,
        limit: int = 500,
    ) -> Answer:
        """Return a page of the directive log."""
        with self._lock:
            self._advance()
            return self._log.directives_page(agent, type_, outcome, after, limit)

    def dead_letters(self, *, after: int = 0, limit: int = 500) -> Answer:  # noqa: ARG002
        """Return that there are none."""
        return {"dead_letters": [], "counts": {"total": 0, "forgotten": 0}}

    def command(self, ident: str, *, agent: str | None = None) -> Answer:  # noqa: ARG002
        """Refuse: the shop keeps no commands."""
        raise ControlError(f"no command {ident!r} is known", code="no-command")

    def cancel(self, ident: str, *, agent: str | None = None, timeout_ms: int = 0) -> Answer:  # noqa: ARG002
        """Refuse: the shop runs none."""
        return self.command(ident)

    def schedules(self) -> Answer:
        """Return that there are none."""
        return {"schedules": []}

    def steer_schedule(self, verb: ScheduleVerb, ident: str, *, timeout_ms: int = 0) -> Answer:  # noqa: ARG002
        """Refuse: the shop has no schedules."""
        raise ControlError(f"no schedule {ident!r}", code="no-schedule")

    def shutdown(self, reason: str, *, timeout_ms: int = DEFAULT_TIMEOUT_MS) -> Answer:  # noqa: ARG002
        """Close the shop."""
        with self._lock:
            nodes = len(self.tree_of_nodes.nodes)
            self.lost = _Ended({"at": self._now(), "kind": "stopped", "reason": reason})
            return {"stopping": nodes}

    def close(self) -> None:
        """There is nothing to give back."""

    def __enter__(self) -> DemoEngine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


_DONE: Final[Mapping[str, str]] = {
    "stop": "stopped",
    "start": "started",
    "restart": "restarted",
    "kill": "killed",
}


class _Ended(ControlError):
    """Raised once the shop was closed; says how it ended."""

    default_code = "engine-gone"

    def __init__(self, last_exit: Mapping[str, object]) -> None:
        super().__init__("the engine of shop is gone: it ended")
        self.last_exit = last_exit
