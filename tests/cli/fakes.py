"""Engines without an engine: answers as the control API would give them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from jido_cli.cli.main import app
from jido_cli.cli.session import Session
from jido_cli.cli.terminal import Terminal
from jido_cli.control.engines import FoundEngine
from jido_cli.control.handle import EngineHandle, Missed
from jido_cli.control.peer import Peer
from jido_cli.control.state_dir import EnginePlace, EngineRecord
from jido_cli.errors import ControlError
from tests.cli import shop


class FakeStream:
    """Events that come, then the reader's ^C."""

    last_seq = 0
    end_reason = None

    def __init__(self, items: Sequence[Any]) -> None:
        self._items = items
        self.is_closed = False

    def __iter__(self) -> Iterator[Any]:
        yield from self._items
        raise KeyboardInterrupt

    def close(self) -> None:
        self.is_closed = True


@dataclass
class FakeHandle:
    """An engine's answers, and what it was asked to do."""

    answer: dict[str, Any] = field(default_factory=shop.tree)
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    states: dict[tuple[str, str | None], Any] = field(default_factory=dict)
    call_answer: dict[str, Any] = field(default_factory=dict)
    wait_answer: dict[str, Any] = field(default_factory=dict)
    past: list[dict[str, Any]] = field(default_factory=list)
    coming: list[Any] = field(default_factory=list)
    directive_pages: list[dict[str, Any]] = field(default_factory=list)
    letters: list[dict[str, Any]] = field(default_factory=list)
    commands: dict[str, dict[str, Any]] = field(default_factory=dict)
    schedule_rows: list[dict[str, Any]] = field(default_factory=list)
    orders: list[tuple[Any, ...]] = field(default_factory=list)
    refusal: ControlError | None = None

    def tree(self) -> dict[str, Any]:
        return copy.deepcopy(self.answer)

    def node(self, ident: str) -> dict[str, Any]:
        if ident in self.nodes:
            return self.nodes[ident]
        found = [one for one in self.answer["nodes"] if ("/" + one["path"]).endswith("/" + ident)]
        if not found:
            raise ControlError(
                f"no node {ident!r} in shop; did you mean 'orders'?",
                code="no-node",
                where="shop, 15 nodes",
                hints=("jido ps",),
            )
        return {"routes": []} | found[0]

    def state(self, ident: str, select: str | None = None) -> dict[str, Any]:
        return {
            "path": ident,
            "seq": 7,
            "select": select,
            "state": self.states[ident, select],
        }

    def call(
        self, to: str, signal: Mapping[str, object], *, timeout_ms: int, unrouted: bool
    ) -> dict[str, Any]:
        self.orders.append(("call", to, dict(signal), timeout_ms))
        return self.call_answer

    def send(
        self, to: str, signal: Mapping[str, object], *, unrouted: bool = False
    ) -> dict[str, Any]:
        self.orders.append(("send", to, dict(signal), unrouted))
        return {"ack": "accepted", "id": "0199f2a1-7c44-7d02-8f11-0b6a4c1d9e55", "to": to}

    def steer(self, verb: str, ident: str, *, timeout_ms: int) -> dict[str, Any]:
        if self.refusal is not None:
            raise self.refusal
        self.orders.append((verb, ident, timeout_ms))
        return {"path": ident}

    def wait(
        self, ident: str, until: str | None, *, timeout_ms: int, may_come: bool
    ) -> dict[str, Any]:
        if self.refusal is not None:
            raise self.refusal
        self.orders.append(("wait", ident, until, timeout_ms, may_come))
        return self.wait_answer

    def scale(self, ident: str, count: int, *, timeout_ms: int) -> dict[str, Any]:
        if self.refusal is not None:
            raise self.refusal
        self.orders.append(("scale", ident, count, timeout_ms))
        was = 3
        changed = [f"w-{n}" for n in range(min(was, count) + 1, max(was, count) + 1)]
        grows = count > was
        return {
            "path": f"root/{ident}",
            "was": was,
            "count": count,
            "started": changed if grows else [],
            "stopped": [] if grows else changed[::-1],
        }

    def events_page(self, *, after: int, kinds: Any, agent: Any, limit: int) -> dict[str, Any]:
        found = [
            one for one in self.past if one["seq"] > after and (not kinds or one["kind"] in kinds)
        ][:limit]
        return {
            "events": found,
            "missed": 0,
            "next": max([after, *(one["seq"] for one in found)]),
        }

    def events(self, *, after: int, kinds: Any, agent: Any) -> FakeStream:
        self.orders.append(("events", after, tuple(kinds), agent))
        return FakeStream(self.coming)

    def directives(self, **asked: Any) -> dict[str, Any]:
        self.orders.append(("directives", asked))
        if not self.directive_pages:
            raise KeyboardInterrupt
        return self.directive_pages.pop(0)

    def dead_letters(self, *, after: int, limit: int) -> dict[str, Any]:
        found = [one for one in self.letters if one["number"] > after][:limit]
        return {"dead_letters": found, "counts": {"total": len(self.letters), "forgotten": 0}}

    def command(self, ident: str, *, agent: str | None = None) -> dict[str, Any]:
        if self.refusal is not None:
            raise self.refusal
        return self.commands[ident] | {"path": agent or "root/pipeline/inventory"}

    def cancel(self, ident: str, *, agent: str | None, timeout_ms: int) -> dict[str, Any]:
        if self.refusal is not None:
            raise self.refusal
        self.orders.append(("cancel", ident, agent, timeout_ms))
        return {"command": ident, "path": "root/intake", "action": "fetch", "ms": 1900}

    def schedules(self) -> dict[str, Any]:
        return {"schedules": self.schedule_rows}

    def steer_schedule(self, verb: str, ident: str, *, timeout_ms: int) -> dict[str, Any]:
        if self.refusal is not None:
            raise self.refusal
        self.orders.append((verb, ident, timeout_ms))
        did = {"run": "sent a tick of", "pause": "paused", "resume": "was not paused"}[verb]
        next_at = None if verb == "pause" else shop.NOW + 60
        return {"schedule": f"root/pipeline/{ident}", "did": did, "next_at": next_at}

    def close(self) -> None:
        pass

    def __enter__(self) -> FakeHandle:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


@dataclass
class FakeEngines:
    """One engine that is there, or the reason why none is."""

    handle: FakeHandle = field(default_factory=FakeHandle)
    problem: ControlError | None = None
    picked: list[tuple[str | None, str]] = field(default_factory=list)
    others: list[FoundEngine] = field(default_factory=list)

    def found(self) -> list[FoundEngine]:
        return [found_engine("shop"), *self.others]

    def pick(self, name: str | None, command: str) -> FoundEngine:
        self.picked.append((name, command))
        if self.problem is not None:
            raise self.problem
        return found_engine("shop")

    def connect(self, engine: FoundEngine) -> EngineHandle:
        return self.handle  # type: ignore[return-value] # has what the commands use


def found_engine(name: str, status: Any = "alive") -> FoundEngine:
    place = EnginePlace(Path("/project/.jido") / name, Path("/run/jido"))
    record = EngineRecord(
        name=name,
        pid=4127,
        version="0.1.0",
        protocol=1,
        file=f"/project/topologies/{name}.yaml",
        started_at=shop.NOW - shop.UP,
        folder=str(place.folder),
        socket=str(place.socket),
    )
    return FoundEngine(place, status, record, Peer(4127, 1000))


def jido(
    *words: str,
    handle: FakeHandle | None = None,
    engines: FakeEngines | None = None,
    columns: int | None = None,
    is_ascii: bool = False,
) -> Result:
    """Run one command line against fake engines, at 14:02:11.204 UTC."""
    source = engines or FakeEngines(handle or FakeHandle())
    session = Session(
        Terminal(columns=columns, is_ascii=is_ascii),
        source,
        now=lambda: shop.NOW,
        zone=UTC,
    )
    return CliRunner().invoke(app, list(words), obj=session, env={"JIDO_ENGINE": None})


def missed(count: int) -> Missed:
    return Missed(count, 0)
