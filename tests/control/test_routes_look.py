"""Routes that only look."""

from __future__ import annotations

from typing import Any

import pytest

from jido_cli.control.app import ENDPOINTS
from tests.control.fakes import NODE, STALL, Rig, event


def test_healthz_says_that_the_process_is_alive(rig: Rig):
    assert rig.ask("GET", "/healthz") == (200, {"ok": True, "stalled": None})


def test_healthz_and_readyz_are_red_with_503(rig: Rig):
    rig.port.is_ok = False
    assert rig.ask("GET", "/healthz") == (503, {"ok": False, "stalled": None})
    status, answer = rig.ask("GET", "/readyz")
    assert (status, answer["not_ready"]) == (
        503,
        [{"path": "root/counter", "status": "failed", "why": "x"}],
    )


@pytest.mark.parametrize(
    ("where", "want"),
    [
        ("/v1/nodes/root/counter", {**NODE, "asked": "root/counter"}),
        ("/v1/nodes/a%3Astop", {**NODE, "asked": "a:stop"}),
        (
            "/v1/state/counter?select=a.b",
            {"path": "root/counter", "seq": 3, "state": {"count": 3}, "select": "a.b"},
        ),
    ],
)
def test_a_question_is_answered_from_the_published_view(rig: Rig, where: str, want: Any):
    assert rig.ask("GET", where) == (200, want)


def test_the_engine_and_its_tree_come_with_the_engines_address(rig: Rig):
    assert rig.ask("GET", "/v1/engine") == (200, rig.engine)
    want = {"engine": rig.engine, "revision": 7, "nodes": [NODE], "stalled": None}
    assert rig.ask("GET", "/v1/tree") == (200, want)


def test_head_is_answered_like_get_without_a_body(rig: Rig):
    response, body = rig.ask_raw("HEAD", "/healthz")
    assert (response.status, body) == (200, b"")


def test_an_unknown_node_is_a_problem_with_the_near_name(rig: Rig):
    status, answer = rig.ask("GET", "/v1/nodes/conter")
    assert (status, answer) == (
        404,
        {
            "type": "about:blank",
            "title": "not found",
            "status": 404,
            "code": "no-node",
            "detail": "no node 'conter' in shop; did you mean 'counter'?",
            "where": "shop, 2 nodes",
            "why": None,
            "hints": ["jido ps"],
            "undone": None,
        },
    )


def test_a_problem_has_the_problem_content_type(rig: Rig):
    response, _ = rig.ask_raw("GET", "/v1/state/counter?select=nothing")
    assert (response.status, response.headers["Content-Type"]) == (404, "application/problem+json")


def test_filters_and_paging_of_the_directive_log_reach_the_port(rig: Rig):
    where = "/v1/directives?agent=counter&type=emit&outcome=done&after=7&limit=9"
    assert rig.ask("GET", where) == (200, {"directives": [], "missed": 0, "next": 7})
    want = {
        "agent": "root/counter",
        "type": "emit",
        "outcome": "done",
        "after": 7,
        "limit": 9,
    }
    assert rig.port.asked == want


def test_dead_letters_are_paged(rig: Rig):
    assert rig.ask("GET", "/v1/dead-letters?after=2") == (200, {"dead_letters": [], "counts": {}})
    assert rig.port.asked == {"after": 2, "limit": 500}


def test_a_page_of_events_is_read_without_following(rig: Rig):
    rig.port.tell(event(1), event(2, "exited"), event(3))
    where = "/v1/events?follow=0&kinds=exited,ready&limit=10"
    want = {"events": [event(2, "exited")], "missed": 0, "next": 3}
    assert rig.ask("GET", where) == (200, want)


def test_events_of_a_place_that_has_ended_are_found_by_its_whole_path(rig: Rig):
    rig.port.tell(event(1, path="root/pool/w1"), event(2))
    status, answer = rig.ask("GET", "/v1/events?follow=0&agent=root/pool/w1")
    assert (status, answer["events"]) == (200, [event(1, path="root/pool/w1")])


def test_events_of_an_unknown_tail_are_a_problem(rig: Rig):
    assert rig.ask("GET", "/v1/events?follow=0&agent=w1")[1]["code"] == "no-node"


@pytest.mark.parametrize(
    ("where", "code", "detail"),
    [
        (
            "/v1/events?aftr=3",
            "unknown-query",
            "unknown query parameter 'aftr'; did you mean 'after'?",
        ),
        ("/v1/tree?x=1", "unknown-query", "unknown query parameter 'x'"),
        (
            "/v1/events?after=x",
            "bad-value",
            "query parameter after is 'x', wanted is a number or latest",
        ),
        (
            "/v1/directives?after=-1",
            "bad-value",
            "query parameter after is '-1', wanted is a number",
        ),
        ("/v1/directives?limit=0", "bad-value", "limit is 0, wanted is 1 to 5000"),
        ("/v1/directives?limit=5001", "bad-value", "limit is 5001, wanted is 1 to 5000"),
        (
            "/v1/events?follow=no",
            "bad-value",
            "query parameter follow is 'no', wanted is 0 or 1",
        ),
        (
            "/v1/state/counter?select=a&select=b",
            "bad-value",
            "query parameter 'select' comes twice",
        ),
    ],
)
def test_a_query_that_is_not_understood_is_refused_by_name(
    rig: Rig, where: str, code: str, detail: str
):
    status, answer = rig.ask("GET", where)
    assert (status, answer["code"], answer["detail"]) == (400, code, detail)


def test_an_unknown_path_is_a_problem_that_names_the_near_one(rig: Rig):
    status, answer = rig.ask("GET", "/v1/tre")
    assert (status, answer["code"], answer["detail"]) == (
        404,
        "no-such-path",
        "there is no '/v1/tre' here; did you mean '/v1/tree'?",
    )


def test_a_wrong_method_is_a_problem_that_names_the_right_one(rig: Rig):
    status, answer = rig.ask("POST", "/v1/tree")
    assert (status, answer["code"]) == (405, "wrong-method")
    assert "GET" in answer["hints"][0]


def test_while_the_loop_is_stalled_every_answer_says_so(rig: Rig):
    rig.port.stalled = STALL
    for where in ("/v1/engine", "/v1/tree", "/v1/nodes/counter", "/v1/nodes/nobody", "/readyz"):
        response, _ = rig.ask_raw("GET", where)
        _, answer = rig.ask("GET", where)
        assert (response.headers["Jido-Stalled"], answer["stalled"]) == ("1", STALL)


def test_an_engine_that_turns_has_no_stalled_header(rig: Rig):
    response, _ = rig.ask_raw("GET", "/v1/engine")
    assert response.headers["Jido-Stalled"] is None


def test_a_fault_of_ours_is_a_500_that_says_where(rig: Rig):
    rig.port.fault = ZeroDivisionError("division by zero")
    status, answer = rig.ask("GET", "/v1/tree")
    assert (status, answer["code"], answer["detail"]) == (
        500,
        "internal",
        "jido has a fault of its own: ZeroDivisionError: division by zero",
    )
    assert answer["where"].startswith("fakes.py:")


def test_every_route_is_in_the_openapi_document(rig: Rig):
    status, document = rig.ask("GET", "/openapi.json")
    described = {
        (method.upper(), path)
        for path, operations in document["paths"].items()
        for method in operations
    }
    assert (status, document["openapi"]) == (200, "3.1.0")
    assert described == {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}


def test_every_described_parameter_is_one_that_the_route_takes(rig: Rig):
    _, document = rig.ask("GET", "/openapi.json")
    for endpoint in ENDPOINTS:
        operation = document["paths"][endpoint.path][endpoint.method.lower()]
        named = [p["name"] for p in operation["parameters"] if p["in"] == "query"]
        assert named == [param.name for param in endpoint.params]
        assert ("{path}" in endpoint.path) == any(
            p["in"] == "path" for p in operation["parameters"]
        )
