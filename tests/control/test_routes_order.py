"""Routes that give orders."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jido_cli.errors import ControlError, StartError
from tests.control.fakes import CALL_ANSWER, STALL, Rig

SIGNAL = {"type": "counter.increment", "data": {"by": 2}}
ARGS = {
    "to": "counter",
    "type": "counter.increment",
    "data": {"by": 2},
    "subject": None,
    "source": None,
    "id": None,
    "timeout_ms": 5000,
    "unrouted": False,
}


def test_a_signal_without_wait_is_accepted(rig: Rig):
    accepted = {"ack": "accepted", "id": "0199", "to": "root/counter"}
    rig.port.results["send"] = accepted
    assert rig.ask("POST", "/v1/signals?to=counter", SIGNAL) == (202, {**accepted})
    assert rig.port.orders == [("send", ARGS)]


def test_a_signal_with_wait_is_answered_with_what_came_of_it(rig: Rig):
    rig.port.results["call"] = CALL_ANSWER
    answer = rig.ask("POST", "/v1/signals?to=counter&wait=2000&unrouted=1", SIGNAL)
    assert answer == (200, CALL_ANSWER)
    assert rig.port.orders == [("call", {**ARGS, "timeout_ms": 2000, "unrouted": True})]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("committed", 200), ("expired", 503), ("refused", 503), ("rejected", 429), ("unknown", 504)],
)
def test_the_status_of_a_call_says_whether_it_may_have_had_an_effect(
    rig: Rig, outcome: str, status: int
):
    answer = {**CALL_ANSWER, "ok": False, "outcome": outcome}
    rig.port.results["call"] = answer
    assert rig.ask("POST", "/v1/signals?to=counter&wait=50", SIGNAL) == (status, answer)


def test_a_call_that_asks_for_what_no_agent_takes_is_a_bad_request(rig: Rig):
    error = {"message": "by is 'two', wanted is an integer", "code": "invalid_params"}
    answer = {**CALL_ANSWER, "ok": False, "outcome": "rejected", "error": error}
    rig.port.results["call"] = answer
    assert rig.ask("POST", "/v1/signals?to=counter&wait=50", SIGNAL) == (400, answer)


@pytest.mark.parametrize("ack", ["logged", "committed"])
def test_a_level_that_cannot_be_given_is_a_conflict_and_nothing_is_sent(rig: Rig, ack: str):
    status, answer = rig.ask("POST", f"/v1/signals?to=counter&ack={ack}", SIGNAL)
    assert (status, answer["code"], answer["undone"], rig.port.orders) == (
        409,
        "ack-impossible",
        "nothing was sent",
        [],
    )


def test_an_answer_after_the_commit_may_be_asked_for_with_wait(rig: Rig):
    rig.port.results["call"] = CALL_ANSWER
    status, _ = rig.ask("POST", "/v1/signals?to=counter&wait=50&ack=committed", SIGNAL)
    assert status == 200
    assert rig.ask("POST", "/v1/signals?to=counter&ack=accepted", SIGNAL)[0] == 202


def test_a_signal_needs_a_receiver(rig: Rig):
    status, answer = rig.ask("POST", "/v1/signals", SIGNAL)
    assert (status, answer["code"], answer["detail"]) == (
        400,
        "missing-field",
        "query parameter 'to' is missing: the node that gets it, by path or tail",
    )


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("no-node", 404),
        ("ambiguous-node", 409),
        ("no-route", 409),
        ("bad-signal", 400),
        ("mailbox-full", 429),
        ("wrong-state", 409),
        ("stopping", 503),
        ("a-code-of-tomorrow", 409),
    ],
)
def test_what_the_runtime_refuses_comes_with_its_code(rig: Rig, code: str, status: int):
    rig.port.results["send"] = ControlError("no", code=code, hints=("jido ps",))
    got, answer = rig.ask("POST", "/v1/signals?to=counter", SIGNAL)
    assert (got, answer["code"], answer["detail"], answer["hints"]) == (
        status,
        code,
        "no",
        ["jido ps"],
    )


@pytest.mark.parametrize("verb", ["stop", "start", "restart", "kill"])
def test_a_verb_becomes_an_order_about_the_node(rig: Rig, verb: str):
    answer = rig.ask("POST", f"/v1/nodes/root/counter:{verb}")
    assert answer == (200, {"done": verb})
    assert rig.port.orders == [(verb, {"id": "root/counter"})]


def test_a_colon_within_an_id_is_no_verb(rig: Rig):
    assert rig.ask("POST", "/v1/nodes/a%3Astop:restart")[0] == 200
    assert rig.port.orders == [("restart", {"id": "a:stop"})]


def test_an_unknown_verb_is_refused(rig: Rig):
    status, answer = rig.ask("POST", "/v1/nodes/counter:stpo")
    assert (status, answer["hints"], rig.port.orders) == (
        405,
        ["verbs: stop, start, restart, kill"],
        [],
    )


def test_children_are_started_and_ended(rig: Rig):
    body = {"id": "w1", "state": {"n": 1}}
    assert rig.ask("POST", "/v1/children/root/pool", body) == (201, {"done": "start_child"})
    assert rig.ask("DELETE", "/v1/children/root/pool/w1") == (200, {"done": "terminate_child"})
    assert rig.port.orders == [
        ("start_child", {"supervisor": "root/pool", "id": "w1", "state": {"n": 1}}),
        ("terminate_child", {"id": "root/pool/w1"}),
    ]


def test_a_node_is_waited_for_as_long_as_is_asked(rig: Rig):
    path = "/v1/nodes/root/w:wait?timeout=1500"
    until = "state.n == 1"
    assert rig.ask("POST", path, {"until": until}) == (200, {"done": "wait"})
    assert rig.ask("POST", "/v1/nodes/root/w:wait", {"may_come": True})[0] == 200
    assert rig.port.orders == [
        ("wait", {"id": "root/w", "until": until, "may_come": False, "timeout_ms": 1500}),
        ("wait", {"id": "root/w", "until": None, "may_come": True, "timeout_ms": 5000}),
    ]


def test_a_condition_that_is_no_text_is_refused(rig: Rig):
    status, problem = rig.ask("POST", "/v1/nodes/root/w:wait", {"until": 3})
    assert (status, problem["code"]) == (400, "bad-value")


def test_a_group_is_scaled(rig: Rig):
    path = "/v1/nodes/root/w:scale"
    assert rig.ask("POST", path, {"count": 3}) == (200, {"done": "scale"})
    assert rig.port.orders == [("scale", {"id": "root/w", "count": 3})]
    for body in ({}, {"count": -1}, {"count": "3"}, {"count": 3, "by": 1}):
        assert rig.ask("POST", path, body)[0] == 400


def test_a_child_that_does_not_start_is_a_conflict(rig: Rig):
    rig.port.results["start_child"] = StartError("w1 did not start", why="KeyError: 'sku'")
    status, answer = rig.ask("POST", "/v1/children/root/pool")
    assert (status, answer["code"], answer["why"]) == (409, "start-failed", "KeyError: 'sku'")


def test_shutdown_is_answered_once_it_has_begun(rig: Rig):
    answer = rig.ask("POST", "/v1/shutdown", {"reason": "jido down"})
    assert answer == (202, {"stopping": True, "done": "shutdown"})
    assert rig.port.orders == [("shutdown", {"reason": "jido down"})]


def test_a_shutdown_that_takes_its_time_is_answered_all_the_same(rig: Rig):
    rig.port.results["shutdown"] = "taken"
    assert rig.ask("POST", "/v1/shutdown?timeout=1") == (202, {"stopping": True})


@pytest.mark.parametrize(
    ("where", "body", "code", "detail"),
    [
        (
            "/v1/children/p",
            {"stat": {}},
            "unknown-field",
            "unknown field 'stat'; did you mean 'state'?",
        ),
        ("/v1/children/p", {"id": 3}, "bad-value", "id is 3, wanted is a text"),
        ("/v1/children/p", {"state": []}, "bad-value", "state is [], wanted is an object"),
        ("/v1/children/p", [1], "bad-json", "the body is not a JSON object"),
        ("/v1/nodes/counter:stop", {"now": 1}, "unknown-field", "unknown field 'now'"),
        (
            "/v1/signals?to=counter",
            {"type": "x", "subjekt": "y"},
            "unknown-field",
            "unknown field 'subjekt' of a signal; did you mean 'subject'?",
        ),
        ("/v1/signals?to=counter", {"data": 1}, "missing-field", "a signal needs its type"),
        ("/v1/signals?to=counter&timeout=0", SIGNAL, "bad-value", "timeout is 0"),
    ],
)
def test_a_body_that_is_not_understood_is_refused_by_name(
    rig: Rig, where: str, body: Any, code: str, detail: str
):
    status, answer = rig.ask("POST", where, body)
    assert (status, answer["code"], rig.port.orders) == (400, code, [])
    assert answer["detail"].startswith(detail)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b'{"type": NaN}', "NaN is not JSON"),
        (b'{"type": "a", "type": "b"}', "the key 'type' comes twice in one object"),
        (b'{"type": "\\ud800"}', "a lone surrogate"),
        (b'{"type": "\xff"}', "'utf-8' codec can't decode byte 0xff"),
        (b"{", "Expecting property name"),
    ],
)
def test_a_body_that_is_not_json_is_refused(rig: Rig, raw: bytes, why: str):
    head = {"Content-Type": "application/json"}
    status, answer = rig.ask("POST", "/v1/signals?to=counter", raw, head)
    assert (status, answer["code"], rig.port.orders) == (400, "bad-json", [])
    assert answer["why"].startswith(why)


def test_a_body_nested_too_deep_is_refused(rig: Rig):
    raw = b'{"type": "x", "data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    head = {"Content-Type": "application/json"}
    status, answer = rig.ask("POST", "/v1/signals?to=counter", raw, head)
    assert (status, answer["detail"]) == (400, "the body is nested too deep")


@pytest.mark.parametrize(
    ("where", "size"), [("/v1/children/pool", 1 << 20), ("/v1/signals?to=counter", 10_000_000)]
)
def test_a_body_over_its_limit_is_413_and_one_at_the_limit_is_read(rig: Rig, where: str, size: int):
    start = b'{"id": "' if "children" in where else b'{"type": "x", "subject": "'
    head = {"Content-Type": "application/json"}
    raw = start + b"x" * (size - len(start) - 2) + b'"}'
    assert rig.ask("POST", where, raw, head)[0] in (201, 202)
    status, answer = rig.ask("POST", where, raw + b" ", head)
    assert (status, answer["code"]) == (413, "too-large")


def test_a_body_whose_size_is_not_declared_is_cut_at_the_limit(rig: Rig):
    def chunks() -> Any:
        for _ in range(40):
            yield b" " * 65_536

    connection = rig.client._open()
    connection.request(
        "POST",
        "/v1/children/pool",
        body=chunks(),
        headers={"Content-Type": "application/json"},
        encode_chunked=True,
    )
    answer = json.loads(connection.getresponse().read())
    connection.close()
    assert (answer["status"], answer["code"]) == (413, "too-large")


def test_a_compressed_body_is_not_taken(rig: Rig):
    head = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    status, answer = rig.ask("POST", "/v1/signals?to=counter", b"\x1f\x8b", head)
    assert (status, answer["code"]) == (415, "wrong-content-type")


def test_an_order_is_withdrawn_when_the_stalled_loop_does_not_take_it(rig: Rig):
    rig.port.stalled = STALL
    rig.port.results["restart"] = "held"
    status, answer = rig.ask("POST", "/v1/nodes/counter:restart?timeout=1")
    assert (status, answer) == (
        503,
        {
            "type": "about:blank",
            "title": "service unavailable",
            "status": 503,
            "code": "engine-stalled",
            "detail": "restart of counter was not begun in 1ms: the engine is stalled",
            "where": "root/counter, running spin for 12s",
            "why": "shop/spin.py:9 in spin",
            "hints": [],
            "undone": "withdrawn: it will not be done",
            "stalled": STALL,
        },
    )
    assert [future.cancelled() for future in rig.port.futures] == [True]


def test_an_order_that_a_busy_loop_does_not_take_is_withdrawn_too(rig: Rig):
    rig.port.results["call"] = "held"
    status, answer = rig.ask("POST", "/v1/signals?to=counter&wait=1", SIGNAL)
    assert (status, answer["code"], answer["undone"]) == (
        503,
        "engine-busy",
        "withdrawn: it will not be done",
    )


def test_an_order_that_was_begun_has_an_unknown_outcome_when_time_is_over(rig: Rig):
    rig.port.results["stop"] = "taken"
    status, answer = rig.ask("POST", "/v1/nodes/counter:stop?timeout=1")
    assert (status, answer["code"], answer["detail"], answer["undone"]) == (
        504,
        "outcome-unknown",
        "stop of counter was begun and is not done after 1ms",
        "unknown: it goes on",
    )
    rig.port.futures[0].set_exception(ControlError("too late for anybody"))


def test_answers_to_orders_carry_the_stall_too(rig: Rig):
    rig.port.stalled = STALL
    assert rig.ask("POST", "/v1/nodes/counter:kill") == (200, {"done": "kill", "stalled": STALL})
