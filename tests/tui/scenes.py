"""The scenes of the drawings: what the engine says in each, at 14:02:11.204."""

from __future__ import annotations

import copy
from typing import Any

from tests.tui import scripted
from tests.tui.scripted import NOW, ScriptedEngine, directive, event

MIDNIGHT = NOW - 11.204 - 2 * 60 - 14 * 3600  # times are written as in the drawings
ORDERS = "root/pipeline/orders"
INVENTORY = "root/pipeline/inventory"
PIPELINE = "root/pipeline"
CRASH = {
    "reason": "crash(KeyError: 'sku')",
    "kind": "crash",
    "signal": "order.created",
    "frame": "shop/stock.py:48 in reserve",
    "trace": [
        "KeyError: 'sku'",
        "  shop/stock.py:48 in reserve",
        '    return state["levels"][params["sku"]]',
    ],
    "generation": 9,
}
FULL = {"max_restarts": 3, "max_seconds": 5}


def at(clock: str) -> float:
    """Return the moment of a time of day, `14:02:11.204`."""
    hours, minutes, seconds = clock.split(":")
    return MIDNIGHT + int(hours) * 3600 + int(minutes) * 60 + float(seconds)


_ROWS = (
    ("14:02:10.871", "root/crawlers/w2", "emit", "page.fetched → bus", "crawl.next", 0.3),
    ("14:02:10.872", "root/crawlers/w2", "schedule", "crawl.next in 2s", "crawl.next", 0.1),
    ("14:02:10.990", "root/crawlers/w1", "emit", "page.fetched → bus", "crawl.next", 0.3),
    ("14:02:11.012", "root/intake", "emit", "order.requested → bus", "webhook.order", 0.4),
    ("14:02:11.204", ORDERS, "emit", "order.created → bus", "order.requested", 0.4),
    ("14:02:11.204", ORDERS, "schedule", "order.timeout in 30s", "order.requested", 0.1),
    ("14:02:11.206", INVENTORY, "emit", "stock.reserved → bus", "order.created", 0.3),
    ("14:02:11.206", INVENTORY, "cron", "stock.recount */5 * * * *", "order.created", 0.2),
    (
        "14:02:11.209",
        "root/pipeline/shipping",
        "emit",
        "label.requested → http",
        "stock.reserved",
        41.2,
    ),
    ("14:02:11.260", "root/pipeline/shipping", "emit", "order.shipped → bus", "label.ready", 0.3),
    ("14:02:11.261", "root/support/triage", "spawn_agent", "worker, tag w1", "ticket.opened", 1.1),
    ("14:02:11.266", "root/support/billing", "reply", "invoice.total", "invoice.get", 0.2),
)


def well() -> ScriptedEngine:
    """Return the shop with everything running, its log, and the state of its orders."""
    engine = ScriptedEngine()
    engine.log = [
        directive(number + 1, at(clock), agent, kind, summary, cause=cause, ms=ms)
        for number, (clock, agent, kind, summary, cause, ms) in enumerate(_ROWS)
    ]
    orders = {f"o-{number}": {"cents": 900, "status": "paid"} for number in range(772, 1183)}
    state = {
        "status": "open",
        "last_order_id": "o-1182",
        "total_cents": 4_803_000,
        "orders": orders,
    }
    engine.inspected[ORDERS] = scripted.inspect(node(engine, ORDERS), state=state, seq=48_210)
    return engine


def node(engine: ScriptedEngine, path: str) -> Any:
    """Return a node of the engine's tree."""
    return next(one for one in engine.answer["nodes"] if one["path"] == path)


def order_comes(engine: ScriptedEngine) -> None:
    """Let one more order change the state of the orders."""
    found = copy.deepcopy(engine.inspected[ORDERS])
    found["state"]["orders"]["o-1183"] = {"cents": 9_050, "status": "pending"}
    found["state"] |= {"last_order_id": "o-1183", "total_cents": 4_812_050}
    engine.inspected[ORDERS] = found | {"seq": 48_211}


def with_labels() -> ScriptedEngine:
    """Return the shop with requests for labels that were not answered."""
    engine = well()
    shipping = "root/pipeline/shipping"
    rows = (
        ("14:01:02.000", "error", 3001.0),
        ("14:01:02.412", "retry", 412.0),
        ("14:01:40.900", "error", 3000.0),
        ("14:01:44.312", "dead_letter", 3000.0),
    )
    lost = [
        directive(number, at(clock), shipping, "emit", "label.requested → http", outcome=out, ms=ms)
        for number, (clock, out, ms) in enumerate(rows)
    ]
    engine.log = [one | {"seq": number + 1} for number, one in enumerate([*lost, *engine.log])]
    return engine


def flow(engine: ScriptedEngine, signals: int) -> None:
    """Let a second pass in which so many signals were handled."""
    engine.head += signals


def crash_looping() -> ScriptedEngine:
    """Return the shop with an inventory that crashed twice in two seconds."""
    back = {"restarts": 9, "uptime_s": 1.2, "generation": 10}
    last_exit = CRASH | {"at": at("14:02:09.944")}
    answer = scripted.tree(
        pipeline={"window": FULL | {"used": 2}},
        orders={"mailbox": 3},
        inventory=back
        | {
            "status": "crash_looping",
            "mailbox": 128,
            "persist": "checkpoint",
            "last_exit": last_exit,
            "since": NOW - 1.2,
        },
        stock_feed=back,
        shipping=back,
    )
    answer["restarts"] = 9
    engine = ScriptedEngine(answer)
    found = node(engine, INVENTORY)
    exits = [last_exit, CRASH | {"at": at("14:02:08.310")}]
    state = {"levels": {}, "reserved": 0, "wanted": 1}
    engine.inspected[INVENTORY] = scripted.inspect(found, exits=exits, state=state, seq=9118)
    mates = ["stock_feed", "shipping"]
    engine.happened = [
        *_crash(2, "14:02:08.310"),
        event(4, at("14:02:08.312"), "restarted", INVENTORY, group=mates, used=1, **FULL),
        *_crash(5, "14:02:09.944"),
        event(6, at("14:02:09.946"), "restarted", INVENTORY, group=mates, used=2, **FULL),
    ]
    unrouted = {"cause": "stock.lost", "outcome": "error", "ms": 0.1}
    rows = (
        ("14:02:07.612", "root/intake", "emit", "order.requested → bus", "webhook.order", 0.4),
        ("14:02:07.615", ORDERS, "emit", "order.created → bus", "order.requested", 0.4),
        ("14:02:09.940", ORDERS, "emit", "order.created → bus", "order.requested", 0.4),
    )
    engine.log = [
        directive(number + 1, at(clock), agent, kind, summary, cause=cause, ms=ms)
        for number, (clock, agent, kind, summary, cause, ms) in enumerate(rows)
    ]
    shipping = "root/pipeline/shipping"
    engine.log += [
        directive(4, at("14:02:10.002"), shipping, "error", "unrouted stock.lost", **unrouted),
        directive(
            5,
            at("14:02:10.871"),
            "root/crawlers/w2",
            "emit",
            "page.fetched → bus",
            cause="crawl.next",
        ),
    ]
    return engine


def _crash(seq: int, clock: str) -> list[Any]:
    return [event(seq, at(clock), "exited", INVENTORY, how="crash", reason=CRASH["reason"])]


def given_up() -> ScriptedEngine:
    """Return the shop two seconds after its pipeline gave up and was brought back."""
    back = {"uptime_s": 2.0, "restarts": 11, "since": NOW - 2}
    answer = scripted.tree(
        root={"window": FULL | {"used": 1}},
        pipeline={"uptime_s": 2.0, "restarts": 1, "generation": 2, "since": NOW - 2},
        orders=back | {"restarts": 1, "mailbox": 41},
        inventory=back,
        stock_feed=back,
        shipping=back | {"status": "starting", "uptime_s": None},
    )
    answer["restarts"] = 11
    engine = ScriptedEngine(answer)
    engine.inspected[PIPELINE] = scripted.inspect(node(engine, PIPELINE))
    mates = ["stock_feed", "shipping"]
    gone = {"how": "shutdown", "reason": "shutdown"}
    engine.happened = [
        *_crash(1, "14:02:05.002"),
        event(2, at("14:02:05.004"), "restarted", INVENTORY, group=mates, used=1, **FULL),
        *_crash(3, "14:02:06.900"),
        event(4, at("14:02:06.902"), "restarted", INVENTORY, group=mates, used=2, **FULL),
        *_crash(5, "14:02:08.424"),
        event(6, at("14:02:08.426"), "restarted", INVENTORY, group=mates, used=3, **FULL),
        *_crash(7, "14:02:09.202"),
        event(8, at("14:02:09.204"), "gave_up", PIPELINE, child="inventory", used=4, **FULL),
        event(9, at("14:02:09.205"), "exited", "root/pipeline/shipping", **gone),
        event(10, at("14:02:09.206"), "exited", ORDERS, **gone),
        event(11, at("14:02:09.207"), "exited", PIPELINE, **gone),
        event(12, at("14:02:09.208"), "restarted", PIPELINE, group=[], used=1, **FULL),
    ]
    engine.log = well().log[:2]
    return engine


def backing_off() -> ScriptedEngine:
    """Return the shop with an intake that waits for its restart."""
    last = CRASH | {
        "at": at("14:02:04.000"),
        "reason": "crash(ConnectError: refused)",
        "frame": "shop/intake.py:31 in listen",
        "signal": None,
        "trace": [],
    }
    answer = scripted.tree(
        intake={
            "status": "backing_off",
            "restarts": 3,
            "mailbox": 212,
            "last_exit": last,
            "uptime_s": None,
            "generation": 4,
            "since": last["at"],
        },
    )
    engine = ScriptedEngine(answer)
    found = node(engine, "root/intake")
    backoff = {"initial_ms": 1000, "max_ms": 60_000, "factor": 2.0, "jitter": 0.0}
    child = {"restart": "permanent", "shutdown": 5000, "significant": False, "backoff": backoff}
    engine.inspected["root/intake"] = scripted.inspect(found, child=child, seq=None, state=None)
    engine.happened = [
        event(
            1,
            last["at"],
            "exited",
            "root/intake",
            how="crash",
            reason="crash(ConnectError: refused)",
        )
    ]
    engine.log = well().log[-4:]
    return engine


def degraded() -> ScriptedEngine:
    """Return the shop with a lost sensor."""
    last = CRASH | {
        "at": at("13:58:59.100"),
        "reason": "crash(HTTPError: 503)",
        "frame": "shop/feed.py:22 in poll",
        "signal": None,
        "trace": [],
    }
    answer = scripted.tree(
        inventory={"status": "degraded", "restarts": 0, "since": last["at"]},
        shipping={"restarts": 0},
        stock_feed={
            "status": "failed",
            "restarts": 3,
            "last_exit": last,
            "uptime_s": None,
            "since": last["at"],
        },
    )
    engine = ScriptedEngine(answer)
    engine.log = well().log[-4:]
    return engine


def nothing() -> ScriptedEngine:
    """Return an engine whose tree is a dynamic supervisor without children."""
    answer = scripted.tree()
    root = dict(answer["nodes"][0], strategy="dynamic", uptime_s=3.0, since=NOW - 3)
    engine = {"name": "pool", "uptime_s": 3.0, "started_at": NOW - 3}
    answer |= {"nodes": [root], "counts": {"running": 1}, "revision": 1, "restarts": 0}
    answer["engine"] = answer["engine"] | engine
    return ScriptedEngine(answer)


def with_form() -> ScriptedEngine:
    """Return the shop with the routes of its orders."""
    engine = well()
    params = {
        "type": "object",
        "required": ["sku"],
        "properties": {
            "sku": {"type": "string"},
            "quantity": {"type": "integer", "minimum": 1, "maximum": 99, "default": 1},
            "express": {"type": "boolean"},
            "note": {"type": "string"},
        },
    }
    engine.inspected[ORDERS]["routes"] = [
        {"pattern": "order.requested", "actions": ["create_order"], "params": params},
        {"pattern": "order.timeout", "actions": ["expire"], "params": None},
        {"pattern": "label.*", "actions": ["note_label", "notify"], "params": None},
        {"pattern": "stock.lost", "actions": ["cancel"], "params": None},
    ]
    return engine
