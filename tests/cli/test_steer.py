"""`send call stop start restart kill scale`: orders as typed, refusals as drawn."""

from __future__ import annotations

import json

import pytest

from jido_cli.cli.signalling import Request, failed_call
from jido_cli.errors import ControlError
from tests.cli import shop
from tests.cli.fakes import FakeHandle, jido

COUNTER = shop.node("root/counter_agent_server") | {
    "routes": [
        {
            "pattern": "counter.increment",
            "actions": ["increment"],
            "params": {
                "type": "object",
                "properties": {"by": {"type": "integer", "default": 1}},
            },
        }
    ],
    "running": None,
}
ORDERS = shop.node("root/pipeline/orders") | {
    "routes": [
        {
            "pattern": pattern,
            "actions": ["act"],
            "params": {"properties": {"sku": {"type": "string"}, "quantity": {"type": "integer"}}},
        }
        for pattern in ("order.requested", "label.failed", "order.timeout", "invoice.paid")
    ]
}


def counter(**more):
    return FakeHandle(
        nodes={"counter_agent_server": COUNTER, "root/counter_agent_server": COUNTER}, **more
    )


def test_call_prints_the_new_state():
    handle = counter(call_answer={"ok": True, "state": {"count": 2}, "output": None})
    result = jido("call", "counter_agent_server", "counter.increment", "by=2", handle=handle)
    assert (result.stdout, result.exit_code) == ('{"count": 2}\n', 0)
    assert handle.orders == [
        (
            "call",
            "root/counter_agent_server",
            {"type": "counter.increment", "data": {"by": 2}},
            5000,
        )
    ]


@pytest.mark.parametrize("verb", ["send", "call"])
def test_a_signal_has_the_id_and_the_source_that_are_asked_for(verb):
    handle = counter(call_answer={"ok": True, "state": {"count": 2}, "output": None})
    words = [verb, "counter_agent_server", "counter.increment", "by=2", "--id", "o-17"]
    result = jido(*words, "--source", "/shop", "--subject", "s", handle=handle)
    assert result.exit_code == 0
    ((_, _, signal, _),) = handle.orders
    assert signal == {
        "type": "counter.increment",
        "data": {"by": 2},
        "subject": "s",
        "id": "o-17",
        "source": "/shop",
    }


def test_call_prints_the_output_when_asked():
    handle = counter(call_answer={"ok": True, "state": {"count": 2}, "output": "two"})
    words = ("call", "counter_agent_server", "counter.increment", "--output")
    assert jido(*words, handle=handle).stdout == '"two"\n'


@pytest.mark.parametrize(
    ("after", "state"),
    [
        ({"generation": 1, "status": "running"}, "unchanged"),
        (
            {"generation": 2, "status": "running"},
            "unchanged by it, but the agent exited over it and began again",
        ),
        (
            {"generation": 1, "status": "failed"},
            "unchanged by it, but the agent exited over it and is failed",
        ),
        (None, "unchanged"),
    ],
)
def test_a_failure_that_ends_the_agent_says_so(after, state):
    """Its state before the command is not that which it has now."""
    before = counter().nodes["counter_agent_server"] | {"generation": 1, "status": "running"}
    request = Request("call", "counter_agent_server", "counter.increment", ())
    error = {"message": "KeyError: 'plum'", "code": "exception", "retryable": True}
    told = failed_call(before, request, {"ok": False, "error": error}, after)
    assert (told.kept, told.why) == (("state", state), None)


@pytest.mark.parametrize(
    ("after", "state"),
    [
        ({"generation": 1, "status": "running"}, 'changed all the same: {"faults": 1}, seq 1,204'),
        (
            {"generation": 2, "status": "running"},
            'changed all the same, to {"faults": 1}, but the agent exited over it and began again',
        ),
    ],
)
def test_a_failure_whose_on_error_changed_the_state_says_what_it_is_now(after, state):
    before = counter().nodes["counter_agent_server"] | {"generation": 1, "status": "running"}
    request = Request("call", "counter_agent_server", "counter.increment", ())
    answer = {
        "ok": False,
        "seq": 1204,
        "state": {"faults": 1},
        "changed": True,
        "error": {"message": "no", "code": "exception"},
    }
    assert failed_call(before, request, answer, after).kept == ("state", state)


def test_a_word_that_is_right_stays_when_another_is_unknown():
    message = "counter.increment has no param 'bx'; did you mean 'by'? it takes by, n"
    answer = {"ok": False, "outcome": "rejected", "error": {"message": message}}
    words = ("call", "counter_agent_server", "counter.increment", "n=5", "bx=4")
    error = jido(*words, handle=counter(call_answer=answer)).stderr
    assert "  try    jido call counter_agent_server counter.increment n=5 by=4\n" in error


def test_capitals_make_no_other_word_of_a_type():
    error = jido("call", "counter_agent_server", "COUNTER.INCREMENT", handle=counter()).stderr
    assert "did you mean 'counter.increment'?" in error


def test_what_says_that_it_may_work_later_is_told():
    request = Request("call", "counter_agent_server", "counter.increment", ())
    error = {"message": "503", "code": "busy", "retryable": True}
    told = failed_call(counter().nodes["counter_agent_server"], request, {"error": error})
    assert told.why == "it may work when it is tried again"


def test_a_call_that_nobody_took_says_why():
    request = Request("call", "counter_agent_server", "counter.increment", ())
    answer = {"ok": False, "error": None, "outcome": "rejected", "why": "dead letter: it is gone"}
    told = failed_call(counter().nodes["counter_agent_server"], request, answer)
    assert told.message == "counter.increment failed: dead letter: it is gone"


def test_a_failed_call_is_told_as_drawn():
    error = {
        "message": "by is 'two', wanted is an integer",
        "code": "bad-params",
        "where": "topologies/counter.yaml:11",
    }
    handle = counter(call_answer={"ok": False, "outcome": "refused", "error": error})
    result = jido("call", "counter_agent_server", "counter.increment", "by=two", handle=handle)
    assert result.exit_code == 1
    assert result.stderr == (
        "error: counter.increment failed: by is 'two', wanted is an integer\n"
        "  where  counter_agent_server, route counter.increment (topologies/counter.yaml:11)\n"
        "  state  unchanged\n"
        "  try    jido call counter_agent_server counter.increment by=1\n"
    )


@pytest.mark.parametrize(
    ("word", "message", "hint"),
    [
        ("by=two", "params of counter.increment: by: 'two' is not an integer", "by=1"),
        ("b=2", "counter.increment has no param 'b'; did you mean 'by'?", "by=2"),
        ("by=2", "the counter is full", None),
        ("m=4", "counter.increment has no param 'm'; it takes by", None),
    ],
)
def test_a_refused_word_is_mended_where_it_is_clear_how(word, message, hint):
    answer = {"ok": False, "outcome": "committed", "error": {"message": message}}
    words = ("call", "counter_agent_server", "counter.increment", word)
    lines = jido(*words, handle=counter(call_answer=answer)).stderr.splitlines()
    tries = [line for line in lines if line.startswith("  try ")]
    assert tries == (
        [f"  try    jido call counter_agent_server counter.increment {hint}"] if hint else []
    )


def test_a_call_that_expired_says_what_it_waited_for():
    busy = shop.inspect_inventory() | {
        "running": {"action": "reserve", "signal": "order.created", "ms": 1900}
    }
    handle = FakeHandle(
        nodes={"inventory": busy, "root/pipeline/inventory": busy},
        call_answer={"ok": False, "outcome": "expired", "error": None},
    )
    words = ("call", "inventory", "order.created", "sku=A-100", "--timeout", "2s")
    result = jido(*words, handle=handle)
    assert result.exit_code == 1
    assert result.stderr == (
        "error: no answer from inventory in 2s\n"
        "  where  root/pipeline/inventory, running reserve for 1.9s, "
        "128 signals wait before yours\n"
        "  state  unchanged by it: it expired before its turn and will not run\n"
        "  try    jido inspect inventory\n"
    )


def test_a_call_that_began_is_not_said_to_be_undone():
    answer = {"ok": False, "outcome": "unknown", "command": "c-17", "error": None}
    handle = counter(call_answer=answer)
    result = jido("call", "counter_agent_server", "counter.increment", handle=handle)
    assert "  state  not known: it runs on and will be finished: command c-17\n" in result.stderr


def test_send_says_what_was_sent_and_where():
    handle = FakeHandle(nodes={"orders": ORDERS})
    words = ("send", "orders", "order.requested", "sku=A-100", "quantity=2")
    result = jido(*words, handle=handle)
    assert (result.stdout, result.exit_code) == (
        "sent order.requested 0199f2a1-7c44-7d02-8f11-0b6a4c1d9e55 to root/pipeline/orders\n",
        0,
    )
    signal = {"type": "order.requested", "data": {"sku": "A-100", "quantity": 2}}
    assert handle.orders == [("send", "root/pipeline/orders", signal, False)]


def test_a_type_without_a_route_is_refused_before_anything_is_sent():
    handle = FakeHandle(nodes={"orders": ORDERS})
    result = jido("send", "orders", "order.requestd", "sku=A-100", handle=handle)
    assert result.exit_code == 1
    assert handle.orders == []
    assert result.stderr == (
        "error: orders has no route for 'order.requestd'; did you mean 'order.requested'?\n"
        "  where  root/pipeline/orders takes order.requested, label.failed, order.timeout, "
        "invoice.paid\n"
        "  try    jido send orders order.requested sku=A-100\n"
        "         (--unrouted sends it all the same; it goes to the dead letters)\n"
    )


def test_unrouted_sends_it_all_the_same():
    handle = FakeHandle(nodes={"orders": ORDERS})
    result = jido("send", "orders", "order.requestd", "--unrouted", "n=2", handle=handle)
    assert result.exit_code == 0
    assert handle.orders[0][2:] == ({"type": "order.requestd", "data": {"n": 2}}, True)


def test_a_supervisor_takes_no_signals():
    result = jido("send", "pipeline", "order.requested")
    assert result.exit_code == 1
    assert result.stderr == (
        "error: pipeline has no route for 'order.requested'\n"
        "  where  root/pipeline is a supervisor: only agents take signals\n"
    )


def test_send_to_an_unknown_node_is_exit_3():
    result = jido("send", "ordres", "order.requested")
    assert result.exit_code == 3
    assert result.stderr.startswith("error: no node 'ordres' in shop; did you mean 'orders'?\n")


@pytest.mark.parametrize(
    ("verb", "done"),
    [("stop", "stopped"), ("start", "started"), ("restart", "restarted"), ("kill", "killed")],
)
def test_steering_says_what_is_true_now(verb, done):
    handle = FakeHandle()
    result = jido(verb, "inventory", handle=handle)
    assert (result.stdout, result.exit_code) == (f"{done} root/pipeline/inventory\n", 0)
    assert handle.orders == [(verb, "root/pipeline/inventory", 30_000)]


def test_a_refused_order_is_exit_1_with_the_engines_words():
    refusal = ControlError("orders is running already", code="wrong-state")
    result = jido("start", "orders", "--json", handle=FakeHandle(refusal=refusal))
    assert result.exit_code == 1
    assert json.loads(result.stderr)["error"]["message"] == "orders is running already"


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("sku", "'sku' is not a parameter"),
        ("sku:=A", "sku:= takes JSON, and 'A' is none"),
        ("=1", "'=1' is not a parameter"),
    ],
)
def test_parameters_that_cannot_be_read_are_usage_errors(word, message):
    handle = FakeHandle(nodes={"orders": ORDERS})
    result = jido("send", "orders", "order.requested", word, handle=handle)
    assert (result.exit_code, handle.orders) == (2, [])
    assert result.stderr.splitlines()[0] == f"error: {message}"


def test_a_timeout_without_a_unit_is_a_usage_error_with_a_hint():
    result = jido("call", "orders", "order.requested", "--timeout", "5")
    assert result.exit_code == 2
    assert "--timeout: '5' is not a duration: it has no unit" in result.stderr
    assert "  try    write 5s or 5ms\n" in result.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["call", "x", "y", "--timeout", "0s"], "--timeout: '0s' is not between 1ms and 1d"),
        (["stop", "x", "--timeout", "25h"], "--timeout: '25h' is not between 1ms and 1d"),
        (["events", "-n", "-1"], "--limit: '-1' is not a whole number from 0 to 999,999,999"),
        (
            ["events", "-n", "9" * 500],
            f"--limit: '{'9' * 76}... is not a whole number from 0 to 999,999,999",
        ),
        (
            ["call", "counter_agent_server", "counter.increment", f"by:={'[' * 500}"],
            f"by:= takes JSON, and '{'[' * 76}... is none",
        ),
    ],
)
def test_values_beyond_all_bounds_are_usage_errors(words, message):
    result = jido(*words, handle=counter())
    assert (result.exit_code, result.stderr.splitlines()[0]) == (2, f"error: {message}")


def test_scale_says_from_what_to_what_and_who_came_or_went():
    handle = FakeHandle()
    grown = jido("scale", "w", "5", handle=handle)
    assert (grown.stdout, grown.exit_code) == ("scaled root/w from 3 to 5: started w-4, w-5\n", 0)
    shrunk = jido("scale", "w", "1", "--timeout", "2s", handle=handle)
    assert shrunk.stdout == "scaled root/w from 3 to 1: stopped w-3, w-2\n"
    assert handle.orders == [("scale", "w", 5, 30_000), ("scale", "w", 1, 2000)]
    assert jido("scale", "w", "3", handle=handle).stdout == "root/w has 3 already\n"
    many = jido("scale", "w", "40", handle=handle)
    assert many.stdout == "scaled root/w from 3 to 40: started w-4 to w-40\n"
    told = jido("scale", "w", "4", "--json", handle=handle)
    assert json.loads(told.stdout)["started"] == ["w-4"]


@pytest.mark.parametrize("count", ["-1", "many", "1.5", ""])
def test_scale_takes_a_whole_number(count: str):
    result = jido("scale", "w", "--", count, handle=FakeHandle())
    assert result.exit_code == 2
    assert "is not a whole number" in result.stderr


def test_a_signal_to_a_group_is_typed_by_its_first_member():
    member = ORDERS | {"path": "root/workers-1", "id": "workers-1"}
    handle = FakeHandle(nodes={"workers-1": member})
    result = jido("send", "workers", "order.requested", "quantity=2", handle=handle)
    assert result.exit_code == 0
    signal = {"type": "order.requested", "data": {"quantity": 2}}
    assert handle.orders == [("send", "root/workers", signal, False)]
    lost = jido("send", "wokers", "order.requested", handle=handle)
    assert lost.exit_code == 3
    assert "wokers" in lost.stderr
    assert "wokers-1" not in lost.stderr
