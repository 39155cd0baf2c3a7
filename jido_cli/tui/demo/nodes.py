"""Nodes of the demo: what one of them is now, and how the control API would tell it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from jido_cli.tui.demo.shop import ROUTES, STATES, WINDOW, Place, agent_of


@dataclass(slots=True)
class DemoNode:
    """One node: its place, and what became of it."""

    place: Place
    since: float
    status: str = "running"
    generation: int = 1
    restarts: int = 0
    mailbox: int = 0
    ok: int = 0
    failed: int = 0
    exits: list[dict[str, Any]] = field(default_factory=list)
    window: list[float] = field(default_factory=list)  # of a supervisor: when it restarted
    own: list[float] = field(default_factory=list)  # restarts for exits of its own
    state: dict[str, Any] | None = None
    seq: int = 0

    def __post_init__(self) -> None:
        """Begin with the declared state."""
        if self.place.kind == "agent":
            self.state = copy.deepcopy(STATES[agent_of(self.path)])

    @property
    def path(self) -> str:
        """The path from the root."""
        return self.place.path

    @property
    def id(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def parent(self) -> str | None:
        """The path above; None for the root."""
        return self.path.rpartition("/")[0] or None

    @property
    def is_up(self) -> bool:
        """Whether it runs."""
        return self.status == "running"

    def used(self, now: float) -> int:
        """Return how much of its restart window a supervisor has used."""
        self.window = [at for at in self.window if at >= now - WINDOW["max_seconds"]]
        return len(self.window)

    def shown_status(self, now: float) -> str:
        """Return the status as it is told: crash loops are statuses of their own."""
        recent = [at for at in self.own if at >= now - WINDOW["max_seconds"]]
        return "crash_looping" if self.is_up and len(recent) >= 2 else self.status

    def begin(self, now: float) -> None:
        """Begin a new incarnation: the state is the declared one again."""
        self.status, self.since = "running", now
        self.generation += 1
        self.__post_init__()

    # -- as it is told

    def told(self, now: float) -> dict[str, Any]:
        """Return the node as it stands in a tree."""
        is_supervisor = self.place.kind == "supervisor"
        is_agent = self.place.kind == "agent"
        return {
            "path": self.path,
            "id": self.id,
            "parent": self.parent,
            "kind": self.place.kind,
            "agent": agent_of(self.path) if is_agent else None,
            "strategy": self.place.strategy,
            "status": self.shown_status(now),
            "since": self.since,
            "uptime_s": now - self.since if self.is_up else None,
            "facts": [],
            "restarts": self.restarts,
            "window": {"used": self.used(now), **WINDOW} if is_supervisor else None,
            "generation": self.generation,
            "mailbox": self.mailbox if is_agent else None,
            "persist": "none" if is_agent else None,
            "last_exit": self.exits[0] if self.exits else None,
        }

    def inspected(self, now: float, boundary: list[str]) -> dict[str, Any]:
        """Return everything known of the node."""
        answer = self.told(now) | {
            "boundary": boundary,
            "declared": {"file": "topologies/shop.yaml", "line": self.place.line},
            "child": None if self.parent is None else self._child(),
            "exits": list(self.exits),
            "why_failed": None,
            "stalled": None,
        }
        return answer | self._agent() if self.place.kind == "agent" else answer

    def _child(self) -> dict[str, Any]:
        shutdown: object = "infinity" if self.place.kind == "supervisor" else 5000
        return {
            "restart": "permanent",
            "shutdown": shutdown,
            "significant": False,
            "backoff": None,
        }

    def _agent(self) -> dict[str, Any]:
        return {
            "agent_declared": 12,
            "parent_agent": None,
            "mailbox_detail": {
                "depth": self.mailbox,
                "max": 10_000,
                "overflow": "reject",
                "oldest_ms": None,
                "rejected": 0,
                "dropped": 0,
            },
            "commands": {
                "ok": self.ok,
                "failed": self.failed,
                "p50_ms": 0.2,
                "p95_ms": 1.8,
                "p99_ms": 9.1,
            },
            "routes": [dict(route) for route in ROUTES[agent_of(self.path)]],
            "schedules": [],
            "state": copy.deepcopy(self.state),
            "seq": self.seq,
            "running": None,
            "dead_letters": 0,
        }
