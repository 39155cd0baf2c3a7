"""The demo topology of the drawings, `shop`, as an engine would answer for it."""

from __future__ import annotations

import copy
from typing import Any

NOW = 1_763_906_531.204  # 14:02:11.204 UTC
UP = 2 * 3600 + 14 * 60 + 5

ENGINE: dict[str, Any] = {
    "name": "shop",
    "pid": 4127,
    "version": "0.1.0",
    "protocol": 1,
    "file": "topologies/shop.yaml",
    "started_at": NOW - UP,
    "uptime_s": UP,
    "loop": "uvloop",
    "python": "3.11.7",
    "socket": ".jido/shop/engine.sock",
}
CRASH = {
    "at": NOW - 1.2,
    "reason": "crash(KeyError: 'sku')",
    "kind": "crash",
    "signal": "order.created",
    "frame": "shop/stock.py:48 in reserve",
    "trace": [],
}


def node(path: str, kind: str = "agent", **more: Any) -> dict[str, Any]:
    parent = path.rpartition("/")[0] or None
    base = {
        "path": path,
        "id": path.rsplit("/", 1)[-1],
        "parent": parent,
        "kind": kind,
        "agent": path.rsplit("/", 1)[-1] if kind == "agent" else None,
        "strategy": None,
        "status": "running",
        "since": NOW - UP,
        "uptime_s": UP,
        "facts": [],
        "restarts": 0,
        "window": None,
        "generation": 1,
        "mailbox": 0 if kind == "agent" else None,
        "persist": "none" if kind == "agent" else None,
        "last_exit": None,
        "boundary": [],
    }
    return base | more


def supervisor(path: str, strategy: str, used: int = 0) -> dict[str, Any]:
    window = {"used": used, "max_restarts": 3, "max_seconds": 5}
    return node(path, "supervisor", strategy=strategy, window=window)


def tree() -> dict[str, Any]:
    inventory = node(
        "root/pipeline/inventory",
        status="crash_looping",
        restarts=9,
        mailbox=128,
        uptime_s=1.2,
        generation=10,
        persist="checkpoint",
        last_exit=CRASH,
        boundary=["root/pipeline/inventory/stock_feed", "root/pipeline/shipping"],
    )
    nodes = [
        supervisor("root", "one_for_one"),
        node("root/intake"),
        supervisor("root/pipeline", "rest_for_one", used=2),
        node("root/pipeline/orders", mailbox=3),
        inventory,
        node("root/pipeline/inventory/stock_feed", "sensor", restarts=9, uptime_s=1.2),
        node("root/pipeline/shipping", restarts=9, uptime_s=1.2, generation=10),
        supervisor("root/support", "one_for_all"),
        node("root/support/triage"),
        node("root/support/billing"),
        supervisor("root/crawlers", "dynamic"),
        node("root/crawlers/w1"),
        node("root/crawlers/w2"),
        node("root/crawlers/w3", uptime_s=41 * 60 + 3),
        node("root/ledger", "process", mailbox=None),
    ]
    return {
        "engine": dict(ENGINE),
        "revision": 31,
        "counts": {"running": 14, "crash_looping": 1},
        "restarts": 9,
        "nodes": nodes,
        "stalled": None,
    }


def find(answer: dict[str, Any], ident: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        one for one in answer["nodes"] if ("/" + one["path"]).endswith("/" + ident)
    )
    return found


def inspect_inventory() -> dict[str, Any]:
    exits = [
        CRASH | {"at": NOW - 1.26},
        CRASH | {"at": NOW - 2.894},
        CRASH
        | {
            "at": NOW - 192.103,
            "reason": "crash(HTTPError: 503)",
            "frame": "shop/feed.py:22 in poll",
        },
    ]
    older = [CRASH | {"at": NOW - 1000 - index} for index in range(6)]
    return copy.deepcopy(find(tree(), "inventory")) | {
        "declared": {"file": "topologies/shop.yaml", "line": 44},
        "child": {
            "restart": "permanent",
            "shutdown": 5000,
            "backoff": None,
            "significant": False,
        },
        "supervisor": {
            "path": "root/pipeline",
            "strategy": "rest_for_one",
            "window": {"used": 2, "max_restarts": 3, "max_seconds": 5},
        },
        "agent_declared": 17,
        "parent_agent": None,
        "mailbox_detail": {
            "depth": 128,
            "max": 10_000,
            "overflow": "reject",
            "oldest_ms": 1200,
            "rejected": 0,
            "dropped": 0,
        },
        "commands": {"ok": 9118, "failed": 9, "p50_ms": 0.2, "p95_ms": 1.8, "p99_ms": 9.1},
        "routes": [
            {"pattern": "order.created", "actions": ["reserve"], "params": None},
            {"pattern": "stock.level", "actions": ["set_level"], "params": None},
            {"pattern": "stock.recount", "actions": ["recount"], "params": None},
        ],
        "schedules": [{"name": "recount", "spec": "*/5 * * * *", "next_at": NOW + 168.796}],
        "state": {},
        "seq": 9118,
        "exits": exits + older,
        "running": None,
        "dead_letters": 0,
    }
