"""`jido wait`: what is printed, and with which code it ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jido_cli.errors import ControlError
from tests.cli.fakes import FakeHandle, jido

MET = {"met": True, "path": "root/orders", "status": "running", "state": {"n": 2}}
MET |= {"seq": 4, "restarts": 0, "waited_ms": 12, "has_ended": False, "diagnostic": None}
BUSY = "running, 3 signals waiting, runs reserve for 4.2s, last order.placed ok 9.0s ago"
TOLD = {
    "status": "running",
    "mailbox": 3,
    "running": "reserve",
    "running_ms": 4200,
    "last": "order.placed ok 9.0s ago",
    "why": None,
    "hint": "it runs reserve: its mailbox waits for that",
}


def answered(**changes: Any) -> FakeHandle:
    return FakeHandle(wait_answer=MET | changes)


def test_what_is_met_prints_the_state():
    handle = answered()
    done = jido("wait", "orders", "--until", "state.n == 2", "--timeout", "3s", handle=handle)
    assert (done.stdout, done.exit_code) == ('{"n": 2}\n', 0)
    assert handle.orders == [("wait", "orders", "state.n == 2", 3000, False)]


def test_a_supervisor_has_no_state_and_prints_its_status():
    done = jido("wait", "root", "--until", "true", handle=answered(state=None))
    assert done.stdout == "running\n"


def test_in_vain_it_says_what_the_node_is_at_and_exits_124():
    done = jido(
        "wait",
        "orders",
        "--until",
        "state.n == 3",
        handle=answered(met=False, diagnostic=TOLD),
    )
    assert done.exit_code == 124
    assert done.stderr.split("\n") == [
        "error: orders did not come to state.n == 3: 10s passed",
        f"  where  root/orders, {BUSY}",
        "  why    it runs reserve: its mailbox waits for that",
        '  state  {"n": 2}',
        "  try    jido inspect orders",
        "",
    ]


def test_a_node_whose_place_ended_is_no_time_out():
    told = TOLD | {"hint": "its place ended: it will not come back", "running": None}
    done = jido(
        "wait", "orders", handle=answered(met=False, has_ended=True, diagnostic=told, state=None)
    )
    assert "orders did not come to its completion: its place ended" in done.stderr
    assert done.exit_code == 1


def test_json_has_the_answer_whatever_it_is():
    done = jido("wait", "orders", "--json", handle=answered(met=False, diagnostic=TOLD))
    assert (json.loads(done.stdout)["diagnostic"]["running"], done.exit_code) == ("reserve", 124)


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [("engine-stalled", 124), ("outcome-unknown", 124), ("bad-expression", 1), ("no-node", 3)],
)
def test_what_is_refused_has_its_own_code(code: str, exit_code: int):
    handle = FakeHandle(refusal=ControlError("no", code=code))
    assert jido("wait", "orders", handle=handle).exit_code == exit_code


def test_a_time_that_is_none_is_refused():
    done = jido("wait", "orders", "--timeout", "soon", handle=answered())
    assert (done.exit_code, "--timeout" in done.stderr) == (2, True)


def test_a_node_that_did_not_come_is_told():
    told = TOLD | {"status": "unknown", "mailbox": 0, "running": None, "last": None}
    told |= {"hint": "no node of that name came"}
    handle = answered(met=False, path="w9", status="unknown", state=None, diagnostic=told)
    done = jido("wait", "w9", "--may-come", handle=handle)
    assert handle.orders == [("wait", "w9", None, 10_000, True)]
    assert done.stderr.startswith("error: w9 did not come to its start: 10s passed\n")
    assert "why    no node of that name came" in done.stderr
    assert done.exit_code == 124


def test_a_proposed_command_keeps_the_words_that_were_typed():
    hint = "jido wait root/pool/7 --until 'state.n == 1'"
    refusal = ControlError("no 'status'", code="no-path", hints=(hint,))
    done = jido("wait", "pool/7", "--timeout", "3s", handle=FakeHandle(refusal=refusal))
    assert "jido wait pool/7 --until 'state.n == 1' --timeout 3s" in done.stderr
