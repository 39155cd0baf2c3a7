"""Directives, events and dead letters: one fact, one line, columns as drawn."""

from __future__ import annotations

from datetime import UTC, datetime

from jido_cli.cli.render.streams import (
    dead_letter_lines,
    directive_lines,
    engine_line,
    event_line,
    missed_line,
)
from jido_cli.observe.text.measures import Times
from tests.cli import shop

TIMES = Times(shop.NOW, UTC)
NAMES = {"root/pipeline/orders": "orders", "root/pipeline/shipping": "shipping"}

DIRECTIVES = """\
14:02:11.204 orders     emit      order.created → bus          order.requested  ok        0.4ms
14:02:11.204 orders     schedule  order.timeout in 30s         order.requested  ok        0.1ms
14:02:14.312 shipping   emit      label.requested → http       stock.reserved   × error  3,001ms
             timeout after 3s; retry 1 of 2 in 412ms
14:02:17.731 shipping   emit      label.requested → http       stock.reserved   × dead   3,000ms
             dead letter 17: jido dead-letters 17"""

EVENTS = """\
14:02:08.310 exited     root/pipeline/inventory  crash(KeyError: 'sku')  shop/stock.py:48
14:02:08.312 restarted  root/pipeline/inventory  with stock_feed, shipping  1/3 in 5s
14:02:12.480 gave_up    root/pipeline            4 crashes in 4.2s, 3 restarts allowed in 5s"""

ENGINE = """\
14:02:07.118 jido      0.1.0, shop revision 1, pid 4127, 15 nodes
14:02:07.121 started   root/intake                  gen 1  1.9ms
14:02:07.142 ready     15 of 15 nodes in 24ms
14:02:08.310 exited    root/pipeline/inventory      crash(KeyError: 'sku') on order.created
14:02:08.312 restarted root/pipeline/inventory      gen 2  with stock_feed, shipping  1/3 in 5s
14:02:17.142 stopping  15 nodes in reverse order: --for 10s is over"""


def at(text: str) -> float:
    moment = datetime.strptime(f"2025-11-23 {text}", "%Y-%m-%d %H:%M:%S.%f")
    return moment.replace(tzinfo=UTC).timestamp()


def directive(time: str, agent: str, kind: str, summary: str, cause: str, outcome: str, ms: float):
    return {
        "seq": 1,
        "at": at(time),
        "agent": f"root/pipeline/{agent}",
        "type": kind,
        "summary": summary,
        "cause": cause,
        "outcome": outcome,
        "ms": ms,
        "detail": None,
    }


def event(time: str, kind: str, path: str | None, text: str):
    return {"seq": 1, "at": at(time), "kind": kind, "path": path, "text": text, "data": {}}


def test_directives_are_drawn_as_in_the_drawing():
    records = [
        directive(
            "14:02:11.204",
            "orders",
            "emit",
            "order.created → bus",
            "order.requested",
            "done",
            0.4,
        ),
        directive(
            "14:02:11.204",
            "orders",
            "schedule",
            "order.timeout in 30s",
            "order.requested",
            "done",
            0.1,
        ),
        directive(
            "14:02:14.312",
            "shipping",
            "emit",
            "label.requested → http",
            "stock.reserved",
            "error",
            3001,
        )
        | {"detail": "timeout after 3s; retry 1 of 2 in 412ms"},
        directive(
            "14:02:17.731",
            "shipping",
            "emit",
            "label.requested → http",
            "stock.reserved",
            "dead_letter",
            3000,
        )
        | {"detail": "dead letter 17: jido dead-letters 17"},
    ]
    lines = [line for record in records for line in directive_lines(record, NAMES, TIMES)]
    assert "\n".join(lines) == DIRECTIVES


def test_a_word_wider_than_its_column_pushes_the_rest_on():
    record = directive("14:02:11.261", "orders", "spawn_agent", "worker", "t.opened", "done", 1.1)
    (line,) = directive_lines(record, NAMES, TIMES)
    assert line[24:] == "spawn_agent  worker                    t.opened         ok        1.1ms"


def test_events_are_drawn_as_in_the_drawing():
    events = [
        event(
            "14:02:08.310",
            "exited",
            "root/pipeline/inventory",
            "crash(KeyError: 'sku')  shop/stock.py:48",
        ),
        event(
            "14:02:08.312",
            "restarted",
            "root/pipeline/inventory",
            "with stock_feed, shipping  1/3 in 5s",
        ),
        event(
            "14:02:12.480",
            "gave_up",
            "root/pipeline",
            "4 crashes in 4.2s, 3 restarts allowed in 5s",
        ),
    ]
    assert "\n".join(event_line(one, TIMES) for one in events) == EVENTS


def test_the_engine_prints_events_as_in_the_drawing():
    crash = "crash(KeyError: 'sku') on order.created"
    events = [
        event("14:02:07.118", "jido", None, "0.1.0, shop revision 1, pid 4127, 15 nodes"),
        event("14:02:07.121", "started", "root/intake", "gen 1  1.9ms"),
        event("14:02:07.142", "ready", None, "15 of 15 nodes in 24ms"),
        event("14:02:08.310", "exited", "root/pipeline/inventory", crash),
        event(
            "14:02:08.312",
            "restarted",
            "root/pipeline/inventory",
            "gen 2  with stock_feed, shipping  1/3 in 5s",
        ),
        event("14:02:17.142", "stopping", None, "15 nodes in reverse order: --for 10s is over"),
    ]
    assert "\n".join(engine_line(one, TIMES) for one in events) == ENGINE


def test_what_a_slow_reader_lost_is_a_number():
    assert missed_line(96) == "-- 96 missed here: this reader was slower than the engine --"


def test_dead_letters_are_a_table():
    letter = {
        "number": 17,
        "at": at("14:02:08.310"),
        "path": "root/pipeline/orders",
        "type": "order.requestd",
        "reason": "unrouted",
        "signal": {},
    }
    assert dead_letter_lines([letter], TIMES) == [
        "NUMBER  TIME          ADDRESSED TO             SIGNAL          REASON",
        "    17  14:02:08.310  root/pipeline/orders     order.requestd  unrouted",
    ]
