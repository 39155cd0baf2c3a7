"""The story of a root that gave up: four parts, as drawn."""

from __future__ import annotations

from datetime import UTC

from jido_cli.cli import failures
from jido_cli.cli.failures import CommandError
from jido_cli.cli.render.errors import error_lines
from jido_cli.cli.render.story import headline, story_hints, story_lines, story_where
from jido_cli.control.engines import EngineGoneError
from jido_cli.observe.text.measures import Times
from tests.cli import shop
from tests.cli.fakes import found_engine
from tests.cli.test_render_streams import at

TIMES = Times(shop.NOW, UTC)
MATES = ["stock_feed", "shipping"]


def event(time, kind, path, **data):
    return {"seq": 1, "at": at(time), "kind": kind, "path": path, "text": "", "data": data}


def crash(time, path="root/inventory"):
    return event(time, "exited", path, how="crash")


def restarted(time, used):
    return event(
        time,
        "restarted",
        "root/inventory",
        group=MATES,
        used=used,
        max_restarts=3,
        max_seconds=5.0,
    )


TRACE = (
    "KeyError: 'sku'",
    "  shop/stock.py:48 in reserve",
    '    return state["levels"][params["sku"]]',
    "  ... 6 frames of jido left out",
)
STORY = {
    "child": "inventory",
    "used": 4,
    "max_restarts": 3,
    "max_seconds": 5.0,
    "seconds": 1.894,
    "events": [
        crash("14:02:05.310"),
        restarted("14:02:05.311", 1),
        crash("14:02:05.912"),
        restarted("14:02:05.913", 2),
        crash("14:02:06.480"),
        restarted("14:02:06.481", 3),
        crash("14:02:07.204"),
        event("14:02:07.204", "gave_up", "root", child="inventory"),
        event("14:02:07.205", "exited", "root/shipping", how="shutdown"),
        event("14:02:07.206", "exited", "root/orders", how="shutdown"),
        event("14:02:07.206", "exited", "root", how="shutdown"),
    ],
    "causes": [
        {
            "path": "root/inventory",
            "count": 4,
            "exit": {
                "reason": "crash(KeyError: 'sku')",
                "signal": "order.created",
                "frame": "shop/stock.py:48 in reserve",
                "trace": TRACE,
            },
        }
    ],
    "kept": [
        ["root/orders", "nothing (persist: none)"],
        ["root/inventory", "nothing (persist: none)"],
        ["root/shipping", "nothing (persist: none)"],
    ],
    "dead_letters": 4,
    "origin": {"file": "topologies/order-pipeline.yaml", "line": 31, "column": 7},
}

DRAWN = """\
error: order-pipeline gave up: inventory crashed 4 times in 1.9s, and root allows 3 restarts in 5s

  what happened
    14:02:05.310  inventory crashed   root restarted it with stock_feed, shipping   1/3 in 5s
    14:02:05.912  inventory crashed   root restarted it with stock_feed, shipping   2/3 in 5s
    14:02:06.480  inventory crashed   root restarted it with stock_feed, shipping   3/3 in 5s
    14:02:07.204  inventory crashed   root gave up
    14:02:07.206  root stopped the rest in reverse order: shipping, orders

  why, all 4 times
    KeyError: 'sku'
      shop/stock.py:48 in reserve
        return state["levels"][params["sku"]]
      ... 6 frames of jido left out
    on signal order.created

  what is kept
    orders      nothing (persist: none)
    inventory   nothing (persist: none)
    shipping    nothing (persist: none)
    dead letters  4

  where  topologies/order-pipeline.yaml:31
  try    mend reserve, then: jido up topologies/order-pipeline.yaml
         or let it wait between crashes: add `backoff` to inventory (line 31)"""


def test_a_root_that_gives_up_tells_its_story():
    error = CommandError(
        headline("order-pipeline", STORY),
        code="gave-up",
        where=story_where(STORY),
        hints=story_hints(STORY, "topologies/order-pipeline.yaml"),
        story=STORY,
    )
    report = failures.report(error)
    assert "\n".join(error_lines(report, times=TIMES)) == DRAWN
    assert report.exit == 1


def test_an_engine_that_is_gone_tells_the_same_story_with_exit_3():
    found = found_engine("shop", "dead")
    last_exit = {"at": shop.NOW, "kind": "gave_up", "reason": "gave up", "story": STORY}
    gone = EngineGoneError(
        type(found)(found.place, "dead", found.record, last_exit=last_exit), now=shop.NOW
    )
    report = failures.report(gone)
    assert report.exit == 3
    assert "  what happened" in error_lines(report, times=TIMES)


def test_different_crashes_are_listed_with_their_counts():
    other = {"path": "root/orders", "count": 1, "exit": {"reason": "killed", "trace": ()}}
    lines = story_lines(STORY | {"causes": [*STORY["causes"], other]}, TIMES)
    assert "  why, 4 of 5 times: inventory" in lines
    assert "  why, 1 of 5 times: orders" in lines
    assert "    killed" in lines


def test_a_long_history_is_cut_and_counted():
    events = [crash(f"14:01:{second:02d}.000") for second in range(20)]
    lines = story_lines(STORY | {"events": events}, TIMES)
    assert lines[2] == "    8 earlier exits left out"


def test_a_supervisor_below_that_gave_up_is_part_of_the_story():
    events = [
        crash("14:02:05.310", "root/pool/w1"),
        event("14:02:05.311", "gave_up", "root/pool", child="w1"),
        event("14:02:05.311", "exited", "root/pool/w0", how="shutdown"),
        event("14:02:05.311", "exited", "root/pool", how="shutdown"),
        event(
            "14:02:05.312",
            "restarted",
            "root/pool",
            group=[],
            used=1,
            max_restarts=3,
            max_seconds=5.0,
        ),
    ]
    assert story_lines(STORY | {"events": events}, TIMES)[2:4] == [
        "    14:02:05.310  w1 crashed     pool gave up",
        "    14:02:05.311  pool gave up   root restarted it   1/3 in 5s",
    ]
