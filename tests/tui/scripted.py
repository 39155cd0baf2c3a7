"""An engine that answers what a test wrote down: the shop of the drawings, at 14:02:11.204."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from jido_cli.errors import ControlError
from tests.cli import shop

NOW = shop.NOW
UP = shop.UP


def tree(**changes: dict[str, Any]) -> dict[str, Any]:
    """Return the shop with everything running; *changes* are by the last part of a path."""
    answer = shop.tree()
    answer["restarts"] = 7
    for node in answer["nodes"]:
        node |= {"status": "running", "restarts": 0, "uptime_s": UP, "last_exit": None}
        node |= {"mailbox": 0 if node["kind"] == "agent" else None, "generation": 1}
        node["persist"] = "journal" if node["kind"] == "agent" else None
        node.pop("boundary")
        if node["window"]:
            node["window"] = dict(node["window"], used=0)
        if node["id"] in ("inventory", "stock_feed", "shipping"):
            node["restarts"] = 7
        node |= changes.get(node["id"], {})
    counts: dict[str, int] = {}
    for node in answer["nodes"]:
        counts[node["status"]] = counts.get(node["status"], 0) + 1
    answer["counts"] = counts
    return answer


def inspect(node: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return a node of the tree with what is known beyond it."""
    found: dict[str, Any] = copy.deepcopy(dict(node)) | {
        "boundary": [],
        "declared": {"file": "topologies/shop.yaml", "line": 40},
        "child": {
            "restart": "permanent",
            "shutdown": "infinity" if node["kind"] == "supervisor" else 5000,
            "backoff": None,
            "significant": False,
        },
        "supervisor": None,
        "exits": [node["last_exit"]] if node["last_exit"] else [],
        "why_failed": None,
    }
    if node["kind"] == "agent":
        found |= {
            "mailbox_detail": {
                "depth": node["mailbox"],
                "max": 10_000,
                "overflow": "reject",
                "oldest_ms": None,
                "rejected": 0,
                "dropped": 0,
            },
            "commands": {"ok": 48_200, "failed": 11, "p50_ms": 0.2, "p95_ms": 1.8, "p99_ms": 9.1},
            "routes": [],
            "schedules": [],
            "state": {},
            "seq": 1,
            "running": None,
            "dead_letters": 0,
        }
    return found | more


def directive(seq: int, at: float, agent: str, kind: str, summary: str, **more: Any) -> Any:
    """Return a record of the directive log."""
    base = {
        "seq": seq,
        "at": at,
        "agent": agent,
        "type": kind,
        "summary": summary,
        "cause": "order.created",
        "outcome": "done",
        "ms": 0.3,
        "detail": None,
    }
    return base | more


def event(seq: int, at: float, kind: str, path: str | None, text: str = "", **data: Any) -> Any:
    """Return an event."""
    return {"seq": seq, "at": at, "kind": kind, "path": path, "text": text, "data": data}


class ScriptedEngine:
    """Answers from its attributes; remembers its orders."""

    def __init__(self, answer: dict[str, Any] | None = None) -> None:
        self.answer = answer if answer is not None else tree()
        self.inspected: dict[str, dict[str, Any]] = {}
        self.log: list[dict[str, Any]] = []
        self.happened: list[dict[str, Any]] = []
        self.missed = 0
        self.head = 0
        self.orders: list[tuple[Any, ...]] = []
        self.refusal: ControlError | None = None
        self.lost: ControlError | None = None
        self.call_answer: dict[str, Any] = {}
        self.schedule_rows: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.on_ask: Callable[[str], None] = lambda what: None

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        self.on_ask(what)
        if self.lost is not None:
            raise self.lost

    def engine(self) -> dict[str, Any]:
        self._ask("engine")
        return dict(self.answer["engine"])

    def tree(self) -> dict[str, Any]:
        self._ask("tree")
        return copy.deepcopy(self.answer)

    def node(self, ident: str) -> dict[str, Any]:
        self._ask("node")
        if ident in self.inspected:
            return copy.deepcopy(self.inspected[ident])
        for node in self.answer["nodes"]:
            if node["path"] == ident:
                return inspect(node)
        raise ControlError(f"no node {ident!r} in shop", code="no-node")

    def state(self, ident: str, select: str | None = None) -> dict[str, Any]:
        self._ask("state")
        node = self.node(ident)
        return {"path": ident, "seq": node["seq"], "state": node["state"], "select": select}

    def directives(self, *, after: int = 0, limit: int = 500, **_: Any) -> dict[str, Any]:
        self._ask("directives")
        found = [one for one in self.log if one["seq"] > after][:limit]
        following = found[-1]["seq"] if found else after
        return {"directives": copy.deepcopy(found), "missed": 0, "next": following}

    def events_page(self, *, after: int = 0, limit: int = 500, **_: Any) -> dict[str, Any]:
        self._ask("events")
        found = [one for one in self.happened if one["seq"] > after][:limit]
        head = max(self.head, self.happened[-1]["seq"] if self.happened else 0)
        return {"events": copy.deepcopy(found), "missed": self.missed, "next": max(after, head)}

    def schedules(self) -> dict[str, Any]:
        self._ask("schedules")
        return {"schedules": copy.deepcopy(self.schedule_rows)}

    def steer(self, verb: str, ident: str, *, timeout_ms: int) -> dict[str, Any]:
        return self._order((verb, ident), {"path": ident, "generation": 8, "did": verb})

    def send(self, to: str, signal: Mapping[str, object], *, unrouted: bool = False) -> Any:
        return self._order(
            ("send", to, dict(signal)), {"ack": "accepted", "id": "0199f2a1-7c44", "to": to}
        )

    def call(self, to: str, signal: Mapping[str, object], *, timeout_ms: int) -> dict[str, Any]:
        return self._order(("call", to, dict(signal)), self.call_answer)

    def shutdown(self, reason: str, *, timeout_ms: int) -> dict[str, Any]:
        return self._order(("shutdown", reason), {"stopping": 15})

    def _order(self, order: tuple[Any, ...], answer: dict[str, Any]) -> dict[str, Any]:
        if self.refusal is not None:
            raise self.refusal
        self._ask("order")
        self.orders.append(order)
        return answer
