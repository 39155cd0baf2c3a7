"""`jido schedule`: the table as drawn, orders as typed, mistakes told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jido_cli.errors import ControlError
from tests.cli import shop
from tests.cli.fakes import FakeHandle, jido


def row(agent: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "agent": agent,
        "name": name,
        "kind": "cron",
        "spec": "*/5 * * * *",
        "timezone": "UTC",
        "jitter_s": 0.0,
        "signal": "stock.recount",
        "overlap": "skip",
        "catch_up": "skip",
        "declared": True,
        "paused": False,
        "next_at": shop.NOW + 168.796,
        "ticks": 12,
        "skipped": 0,
        "failed": 0,
        "last": [tick("ok", ms=14.2)],
        **more,
    }


def tick(outcome: str, ms: float | None = None, why: str | None = None) -> dict[str, Any]:
    return {
        "slot": shop.NOW - 132,
        "at": shop.NOW - 131.2,
        "outcome": outcome,
        "ms": ms,
        "why": why,
    }


ROWS = [
    row("root/pipeline/inventory", "recount"),
    row(
        "root/pipeline/orders",
        "close_day",
        spec="@daily",
        timezone="America/New_York",
        catch_up="once",
        last=[],
    ),
    row(
        "root/pipeline/orders",
        "sweep",
        kind="every",
        spec="every 30s",
        timezone=None,
        jitter_s=5.0,
        skipped=1204,
        last=[tick("skipped", why="busy: the tick before is not done")],
    ),
    row("root/pipeline/shipping", "labels", paused=True, next_at=None),
    row("root/pipeline/shipping", "rates", last=[tick("failed", 3.1, "io")]),
    row(
        "root/pipeline/orders",
        "late o-1",
        kind="timer",
        spec="once",
        timezone=None,
        catch_up=None,
        ticks=0,
        last=[],
    ),
]


def test_schedules_are_listed_with_their_next_and_their_last_tick():
    result = jido("schedule", "list", handle=FakeHandle(schedule_rows=ROWS))
    assert (result.stdout, result.exit_code) == (
        """\
SCHEDULE           WHEN             NEXT      LAST      OUTCOME             TICKS  SKIPPED  CATCH-UP
inventory/recount  */5 * * * *      14:05:00  14:00:00  ok 14ms                12        0  skip
orders/close_day   @daily New York  14:05:00  never     waiting                12        0  once
orders/sweep       every 30s +5s    14:05:00  14:00:00  skipped, busy          12    1,204  skip
shipping/labels    */5 * * * *      paused    14:00:00  ok 14ms                12        0  skip
shipping/rates     */5 * * * *      14:05:00  14:00:00  × failed 3.1ms, io     12        0  skip
orders/late o-1    once             14:05:00  never     waiting                 -        -  -
""",
        0,
    )


def test_only_those_of_a_node_are_listed_when_it_is_named():
    result = jido("schedule", "list", "shipping", "--json", handle=FakeHandle(schedule_rows=ROWS))
    assert [one["name"] for one in json.loads(result.stdout)["schedules"]] == ["labels", "rates"]


def test_without_schedules_the_list_says_so():
    result = jido("schedule", "list")
    assert (result.stdout, result.stderr, result.exit_code) == ("", "no schedules\n", 0)


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        ("run", "sent a tick of root/pipeline/inventory/recount, next 14:03:11\n"),
        ("pause", "paused root/pipeline/inventory/recount\n"),
        ("resume", "root/pipeline/inventory/recount was not paused, next 14:03:11\n"),
    ],
)
def test_an_order_says_what_is_true_now(verb: str, said: str):
    handle = FakeHandle()
    result = jido("schedule", verb, "inventory/recount", "--timeout", "2s", handle=handle)
    assert (result.stdout, result.exit_code) == (said, 0)
    assert handle.orders == [(verb, "inventory/recount", 2000)]


def test_json_has_the_answer_as_it_is():
    result = jido("schedule", "pause", "inventory/recount", "--json")
    assert json.loads(result.stdout)["did"] == "paused"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("halt",), "'halt' is not one of list, run, pause, resume"),
        (("run",), "run needs the schedule that is meant"),
    ],
)
def test_what_is_not_an_order_is_refused(words: tuple[str, ...], said: str):
    result = jido("schedule", *words)
    assert (result.exit_code, said in result.stderr) == (2, True)


def test_what_the_engine_refuses_is_told():
    refusal = ControlError("no schedule 'x'", code="no-schedule", hints=("jido schedule list",))
    result = jido("schedule", "run", "x", handle=FakeHandle(refusal=refusal))
    assert (result.exit_code, "no schedule 'x'" in result.stderr) == (1, True)
