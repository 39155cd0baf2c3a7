"""`jido inspect` reads as drawn."""

from __future__ import annotations

from datetime import UTC

from jido_cli.observe.text.inspect import inspect_lines
from jido_cli.observe.text.measures import Times
from tests.cli import shop

DRAWN = """\
root/pipeline/inventory  ◆ crash_looping, 1.2s up, gen 10

declared    topologies/shop.yaml:44, agent inventory at line 17
child       permanent, shutdown 5s, backoff none
supervisor  root/pipeline, rest_for_one, 2/3 in 5s: 1 more restart is allowed
boundary    falls with it: stock_feed, shipping
parent      none

mailbox     128 of 10,000 (reject), oldest 1.2s, 0 rejected
commands    9,118 ok, 9 failed   p50 0.2ms  p95 1.8ms  p99 9.1ms
routes      order.created → reserve   stock.level → set_level   stock.recount → recount
schedules   recount */5 * * * *, next 14:05:00
persist     checkpoint

exits       14:02:09.944  crash(KeyError: 'sku')  shop/stock.py:48 in reserve
            14:02:08.310  crash(KeyError: 'sku')  shop/stock.py:48 in reserve
            13:58:59.101  crash(HTTPError: 503)   shop/feed.py:22 in poll
            6 older: jido events --agent inventory --kind exited"""

TIMES = Times(shop.NOW, UTC)


def test_everything_of_an_agent_is_drawn_as_in_the_drawing():
    assert "\n".join(inspect_lines(shop.inspect_inventory(), TIMES)) == DRAWN


def test_a_full_window_says_that_the_next_crash_gives_up():
    node = shop.inspect_inventory()
    node["supervisor"]["window"] = {"used": 3, "max_restarts": 3, "max_seconds": 5}
    assert "3/3 in 5s: the next crash makes it give up" in "\n".join(inspect_lines(node, TIMES))


def test_what_runs_now_is_told():
    node = shop.inspect_inventory()
    node["running"] = {"action": "reserve", "signal": "order.created", "ms": 1900}
    assert "running     reserve for 1.9s, on order.created" in inspect_lines(node, TIMES)


def test_many_routes_go_on_under_the_first():
    node = shop.inspect_inventory()
    node["routes"] = [
        {"pattern": f"some.long.signal.type{number}", "actions": ["act"]} for number in range(4)
    ]
    lines = [line for line in inspect_lines(node, TIMES) if "some.long" in line]
    assert [line[:12] for line in lines] == ["routes      ", "            "]


def test_both_relations_of_a_child_are_shown():
    node = shop.inspect_inventory() | {"parent_agent": "root/boss", "tag": "w1"}
    node["family"] = {
        "meta": {"shard": 3},
        "on_parent_death": "continue",
        "orphaned_from": None,
        "children": [
            {"tag": "x", "path": "root/pool/x", "status": "running"},
            {"tag": "y", "path": "root/pool/y", "status": "failed"},
        ],
    }
    lines = inspect_lines(node, TIMES)
    assert lines[6:9] == [
        "parent      root/boss, as w1, goes on without it",
        'meta        {"shard": 3}',
        "children    x ● running   y × failed",
    ]


def test_an_orphan_shows_whose_child_it_was():
    node = shop.inspect_inventory()
    node["family"] = {"meta": {}, "orphaned_from": "root/boss", "children": []}
    assert "parent      none, an orphan of root/boss" in inspect_lines(node, TIMES)


def test_a_supervisor_shows_its_own_window_and_no_mailbox():
    node = shop.supervisor("root/pipeline", "rest_for_one", used=2) | {
        "declared": {"file": "topologies/shop.yaml", "line": 30},
        "child": {"restart": "permanent", "shutdown": "infinity", "backoff": None},
        "supervisor": None,
    }
    assert inspect_lines(node, TIMES) == [
        "root/pipeline  ● running, 2h 14m up, gen 1",
        "",
        "declared    topologies/shop.yaml:30",
        "child       permanent, shutdown infinity, backoff none",
        "supervisor  none",
        "window      2/3 in 5s: 1 more restart is allowed",
        "boundary    falls with it: nothing",
    ]


def test_a_keyed_supervisor_says_how_many_are_awake_and_asleep():
    keyed = {
        "awake": 12,
        "hibernated": 3400,
        "max_children": 500,
        "on_full": "hibernate_oldest",
        "idle_timeout_s": 600.0,
    }
    node = shop.inspect_inventory() | {"keyed": keyed}
    text = "12 awake, 3,400 asleep, at most 500 (hibernate_oldest), asleep after 10m"
    assert f"keyed       {text}" in inspect_lines(node, TIMES)
    node["keyed"] = keyed | {"max_children": None, "idle_timeout_s": None}
    assert "keyed       12 awake, 3,400 asleep" in inspect_lines(node, TIMES)


def test_an_agent_that_knows_signals_again_says_how_many():
    dedupe = {"known": 7, "max": 1000, "keep_s": 3600, "duplicates": 1, "evicted": 0, "unkeyed": 0}
    node = shop.inspect_inventory() | {"dedupe": dedupe}
    text = "dedupe      7 of 1,000 known for 1h, 1 duplicate"
    assert text in inspect_lines(node, TIMES)
    node["dedupe"] = dedupe | {"evicted": 5, "unkeyed": 2}
    assert f"{text}, 5 forgotten early, 2 without a key" in inspect_lines(node, TIMES)
