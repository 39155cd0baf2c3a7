"""Orders from clients: signals, steering, dynamic children, shutdown."""

from __future__ import annotations

import re
from typing import Any

import pytest

from jido_cli.core.directives import SpawnAgent
from jido_cli.errors import ControlError
from jido_cli.runtime.supervising.attempts import StartAttempt, StartRefused
from jido_cli.runtime.supervising.starts import MailboxPolicy
from jido_cli.supervision.reasons import crash
from tests.helpers.actions import COUNT, Gate, add, boom, doing, note
from tests.helpers.programs import ErrorPolicy, agent, backoff, program, sup, tree
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld

COUNTER = program(
    "counter", {"counter.add": add, "boom": boom}, state=COUNT, on_error=ErrorPolicy("stop")
)


def refused(world: World, name: str, **args: object) -> tuple[str, str]:
    with pytest.raises(ControlError) as told:
        world.order(name, **args)
    return told.value.code, told.value.message


@pytest.fixture
def world(boot: MakeWorld) -> World:
    pool = tree(agent("counter", COUNTER), strategy="dynamic", max_children=2)
    return boot(tree(agent("a", COUNTER), sup("s", tree(agent("b", COUNTER))), sup("pool", pool)))


# -- signals


def test_a_call_is_answered_with_plain_data(world: World) -> None:
    answer = world.order("call", to="a", type="counter.add", data={"by": 2}, id="c-1")
    assert answer == {
        "ok": True,
        "seq": 1,
        "state": {"count": 2},
        "output": {"count": 2},
        "error": None,
        "outcome": "committed",
        "command": "c-1",
        "why": None,
        "changed": False,
        "path": "root/a",
    }
    assert type(answer["state"]) is dict


def test_a_failed_call_tells_the_error(world: World) -> None:
    error = world.order("call", to="a", type="counter.add", data={"by": "x"})["error"]
    assert (error["code"], error["action"], error["retryable"]) == ("invalid_params", "add", False)
    assert "'x'" in error["message"]


def test_a_send_is_acknowledged_with_the_id_and_the_receiver(world: World) -> None:
    answer = world.order("send", to="b", type="counter.add", id="s-1")
    assert answer == {"ack": "accepted", "id": "s-1", "to": "root/s/b"}
    assert world.state("b") == {"count": 1}


def test_a_signal_from_outside_gets_an_id_a_time_and_the_source_of_the_engine(
    world: World,
) -> None:
    world.order("send", to="a", type="x", unrouted=True)
    (letter,) = world.port.dead_letters(after=0, limit=10)["dead_letters"]
    signal = letter["signal"]
    assert signal.pop("id")[14] == "7"
    assert signal == {
        "specversion": "1.0",
        "source": "/jido",
        "type": "x",
        "time": "2026-01-01T00:00:00Z",
    }


def test_attributes_and_extensions_of_a_signal_are_taken_over(world: World) -> None:
    world.order(
        "send",
        to="a",
        type="x",
        unrouted=True,
        id="i",
        source="/shop",
        subject="o-1",
        data=[1],
        extensions={"traceparent": "00-1"},
    )
    (letter,) = world.port.dead_letters(after=0, limit=10)["dead_letters"]
    assert letter["signal"] == {
        "specversion": "1.0",
        "id": "i",
        "source": "/shop",
        "type": "x",
        "time": "2026-01-01T00:00:00Z",
        "subject": "o-1",
        "data": [1],
        "traceparent": "00-1",
    }


@pytest.mark.parametrize("name", ["call", "send"])
@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        ({"to": "c", "type": "x"}, "no-node", "no node 'c'"),
        ({"to": "poll", "type": "x"}, "no-node", "no node 'poll'; did you mean 'pool'?"),
        ({"to": "s", "type": "x"}, "no-agent", "s is a supervisor: it takes no signals"),
        (
            {"to": "a", "type": "counter.ad"},
            "no-route",
            "a has no route for 'counter.ad'; did you mean 'counter.add'?",
        ),
        (
            {"to": "a", "type": "jido.agent.stop"},
            "reserved-type",
            "signal type 'jido.agent.stop': types that begin with 'jido.' cannot come from outside",
        ),
        ({"to": "a"}, "bad-signal", "signal: type is missing"),
        (
            {"to": "a", "type": "x", "source": "a b"},
            "bad-signal",
            "signal: source 'a b' is not a URI reference",
        ),
        (
            {"to": "a", "type": "x", "subject": "\x00"},
            "bad-signal",
            "signal: subject holds a character that CloudEvents forbids: '\\x00'",
        ),
    ],
)
def test_a_signal_that_cannot_be_is_refused_where_it_was_made(
    world: World, name: str, args: dict[str, Any], code: str, message: str
) -> None:
    got = refused(world, name, **args)
    assert got == (code, message)


def test_jido_types_are_refused_also_where_no_route_is_asked_for(world: World) -> None:
    assert refused(world, "send", to="a", type="jido.x", unrouted=True)[0] == "reserved-type"


def test_unknown_params_are_refused_with_what_was_meant(world: World) -> None:
    message = "counter.add has no param 'bye'; did you mean 'by'?"
    assert refused(world, "send", to="a", type="counter.add", data={"bye": 1}) == (
        "unknown-param",
        message,
    )
    answer = world.order("call", to="a", type="counter.add", data={"bye": 1})
    assert (answer["ok"], answer["outcome"], answer["error"]["message"]) == (
        False,
        "rejected",
        message,
    )
    assert world.place("a").accepted == 0


def test_params_of_a_route_that_takes_none_are_refused(world: World) -> None:
    answer = world.order("call", to="a", type="boom", data={"x": 1})
    assert answer["error"]["message"] == "boom has no param 'x'; it takes none"


def test_a_signal_without_a_route_may_be_sent_on_purpose(world: World) -> None:
    answer = world.order("call", to="a", type="nothing", unrouted=True)
    assert (answer["ok"], answer["error"]["code"]) == (False, "no-route")
    assert world.dead_letters() == [("root/a", "nothing", "unrouted: no route for 'nothing'")]


def test_a_call_that_expires_says_what_keeps_the_agent_busy(boot: MakeWorld) -> None:
    gate = Gate()
    of = program("c", {"wait": gate.action, "add": add}, state=COUNT)
    world = boot(tree(agent("a", of)))
    world.tell("a", "wait")
    asked = world.port.order("call", {"to": "a", "type": "add", "timeout_ms": 2000})
    world.advance(2.1)
    answer = asked.result(timeout=0)
    assert answer["outcome"] == "expired"
    assert re.search(r"; root/a runs wait for 2\.\ds, 1 signals wait$", answer["why"])


def test_a_blocked_send_waits_for_room(boot: MakeWorld) -> None:
    gate = Gate()
    mailbox = MailboxPolicy(1, "block", block_timeout_s=2.0)
    of = program("n", {"wait": gate.action, "note": note}, mailbox=mailbox)
    world = boot(tree(agent("a", of)))
    world.tell("a", "wait")
    world.tell("a", "note", {"n": 1})
    sent = [world.port.order("send", {"to": "a", "type": "note", "data": {"n": n}}) for n in (2, 3)]
    world.advance(1.0)
    assert [one.done() for one in sent] == [False, False]
    gate.open()
    world.settle()
    assert [one.result(timeout=0)["ack"] for one in sent] == ["accepted", "accepted"]
    assert world.state("a") == {"seen": [1, 2, 3]}


def test_a_blocked_send_is_refused_after_its_time(boot: MakeWorld) -> None:
    gate = Gate()
    mailbox = MailboxPolicy(1, "block", block_timeout_s=2.0)
    of = program("n", {"wait": gate.action, "note": note}, mailbox=mailbox)
    world = boot(tree(agent("a", of)))
    world.tell("a", "wait")
    world.tell("a", "note", {"n": 1})
    sent = world.port.order("send", {"to": "a", "type": "note", "data": {"n": 2}})
    world.advance(2.1)
    error = sent.exception(timeout=0)
    assert isinstance(error, ControlError)
    assert error.code == "mailbox-full"


# -- steering


def test_stop_start_and_restart_say_what_they_did(world: World) -> None:
    assert world.order("stop", id="a") == {
        "path": "root/a",
        "status": "stopped",
        "generation": 1,
        "did": "stopped",
    }
    assert world.order("stop", id="a")["did"] == "was stopped already"
    assert world.order("start", id="a") == {
        "path": "root/a",
        "status": "running",
        "generation": 2,
        "did": "started",
    }
    assert world.order("restart", id="a") == {
        "path": "root/a",
        "status": "running",
        "generation": 3,
        "did": "restarted",
    }
    assert world.kernel.restarts == 0


def test_a_restart_keeps_the_mail_and_begins_with_the_initial_state(world: World) -> None:
    world.tell("a", "counter.add", {"by": 5})
    world.order("restart", id="a")
    assert world.state("a") == {"count": 0}


def test_restart_starts_also_who_is_stopped(world: World) -> None:
    world.order("stop", id="a")
    assert world.order("restart", id="a")["status"] == "running"


def test_a_supervisor_is_steered_with_all_below_it(world: World) -> None:
    world.order("stop", id="s")
    assert (world.status("s"), world.status("s/b")) == ("stopped", "stopped")
    assert refused(world, "start", id="s/b") == (
        "wrong-state",
        "root/s does not run: it is stopped",
    )
    world.order("start", id="s")
    assert (world.status("s"), world.status("s/b")) == ("running", "running")


def test_a_kill_is_a_crash_that_was_asked_for(world: World) -> None:
    told = world.order("kill", id="a")
    assert (told["did"], told["generation"]) == ("killed", 1)
    assert (world.status("a"), world.place("a").restarts) == ("running", 1)
    assert world.port.node("a")["last_exit"]["reason"] == "killed"


@pytest.mark.parametrize(
    ("name", "args", "code", "message"),
    [
        ("stop", {"id": "root"}, "wrong-state", "the root cannot be stopped alone"),
        ("start", {"id": "root"}, "wrong-state", "the root cannot be started alone"),
        ("restart", {"id": "root"}, "wrong-state", "the root cannot be restarted alone"),
        ("start", {"id": "a"}, "wrong-state", "a runs already"),
        ("stop", {"id": "z"}, "no-node", "no node 'z'"),
        ("dance", {}, "no-order", "no order 'dance'"),
        ("start_child", {"supervisor": "s"}, "wrong-state", "s is not a dynamic supervisor"),
        ("start_child", {"supervisor": "a"}, "wrong-state", "a is not a dynamic supervisor"),
        (
            "terminate_child",
            {"id": "a"},
            "wrong-state",
            "a is declared in the file: stop it instead",
        ),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(
    world: World, name: str, args: dict[str, Any], code: str, message: str
) -> None:
    assert refused(world, name, **args) == (code, message)


def test_who_does_not_run_cannot_be_killed(world: World) -> None:
    world.order("stop", id="a")
    assert refused(world, "kill", id="a") == ("wrong-state", "a does not run: it is stopped")


def test_a_start_that_fails_is_told(boot: MakeWorld) -> None:
    broken: list[str] = []

    def hook(attempt: StartAttempt) -> None:
        if attempt.place.id in broken:
            raise StartRefused(crash("no money"))

    world = boot(tree(agent("a", COUNTER)), start_hook=hook)
    world.order("stop", id="a")
    broken.append("a")
    assert refused(world, "start", id="a") == (
        "start-failed",
        "a failed to start: crash(no money)",
    )
    assert (world.status("a"), world.port.node("a")["why_failed"]) == (
        "failed",
        "crash(no money)",
    )
    assert world.port.ready()["not_ready"] == [
        {"path": "root/a", "status": "failed", "why": "failed"}
    ]


def test_a_stop_of_a_child_that_cannot_be_restarted_ends_the_attempts(boot: MakeWorld) -> None:
    broken: list[str] = []

    def hook(attempt: StartAttempt) -> None:
        if attempt.place.id in broken:
            raise StartRefused(crash("no money"))

    world = boot(tree(agent("a", COUNTER, backoff=backoff(1000))), start_hook=hook)
    broken.append("a")
    world.tell("a", "boom")
    world.advance(1.1)
    assert world.status("a") == "backing_off"
    assert world.order("stop", id="a")["status"] == "stopped"
    assert world.port.ready()["ok"]


# -- dynamic children


def test_a_dynamic_child_is_started_with_a_name_and_state(world: World) -> None:
    told = world.order("start_child", supervisor="pool", id="x", state={"count": 7})
    assert told == {"path": "root/pool/x", "status": "running", "generation": 1, "did": "started"}
    assert world.state("x") == {"count": 7}
    world.order("kill", id="x")
    assert world.state("x") == {"count": 7}


def test_a_dynamic_child_without_a_name_is_numbered(world: World) -> None:
    first = world.order("start_child", supervisor="pool")["path"]
    world.order("terminate_child", id="counter-1")
    second = world.order("start_child", supervisor="pool")["path"]
    assert (first, second) == ("root/pool/counter-1", "root/pool/counter-2")


def test_a_dynamic_child_is_ended_for_good(world: World) -> None:
    world.order("start_child", supervisor="pool", id="x")
    told = world.order("terminate_child", id="x")
    assert (told["path"], told["did"]) == ("root/pool/x", "ended")
    assert refused(world, "start", id="x")[0] == "no-node"


def test_a_dynamic_child_that_is_stopped_is_gone(world: World) -> None:
    world.order("start_child", supervisor="pool", id="x")
    world.order("stop", id="x")
    assert "root/pool/x" not in world.paths()


def test_a_restart_of_a_dynamic_child_is_another_one_with_the_same_arguments(
    world: World,
) -> None:
    world.order("start_child", supervisor="pool", id="x", state={"count": 7})
    world.tell("x", "counter.add")
    assert world.order("restart", id="x")["status"] == "running"
    assert world.state("x") == {"count": 7}


def test_a_restart_of_a_spawned_child_is_another_one_with_the_same_arguments(
    boot: MakeWorld,
) -> None:
    spawn = SpawnAgent("counter", tag="x", state={"count": 7}, restart="temporary")
    boss = program("boss", {"go": doing(spawn)})
    world = boot(tree(agent("b", boss)), programs={"counter": COUNTER})
    world.tell("b", "go")
    world.tell("x", "counter.add")
    assert world.order("restart", id="x")["status"] == "running"
    assert world.state("x") == {"count": 7}
    assert world.port.node("x")["parent_agent"] == "root/b"
    world.order("kill", id="x")
    assert world.paths() == ["root", "root/b", "root/b.children"]


def test_a_restart_of_a_temporary_child_does_not_end_it(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", COUNTER, restart="temporary"), agent("b", COUNTER)))
    world.tell("a", "counter.add")
    assert world.order("restart", id="a")["status"] == "running"
    assert world.state("a") == {"count": 0}


def test_names_and_room_of_a_dynamic_supervisor_are_limited(world: World) -> None:
    world.order("start_child", supervisor="pool", id="x")
    assert refused(world, "start_child", supervisor="pool", id="x") == (
        "wrong-state",
        "pool has a child of that id",
    )
    world.order("start_child", supervisor="pool", id="y")
    assert refused(world, "start_child", supervisor="pool", id="z") == (
        "too-many",
        "the supervisor has its 2 children",
    )


def test_children_of_a_supervisor_that_is_down_cannot_be_started(world: World) -> None:
    world.order("stop", id="pool")
    assert refused(world, "start_child", supervisor="pool") == (
        "wrong-state",
        "pool does not run: it is stopped",
    )


def test_an_order_whose_supervisor_goes_down_meanwhile_is_told(boot: MakeWorld) -> None:
    gate = Gate(stubborn=True)
    of = program("c", {"wait": gate.action}, state=COUNT)
    world = boot(tree(sup("s", tree(agent("a", of)))))
    world.tell("a", "wait")
    stopping = world.port.order("stop", {"id": "a"})
    world.settle()
    world.order("kill", id="s")
    error = stopping.exception(timeout=0)
    assert isinstance(error, ControlError)
    assert (error.code, error.message) == ("wrong-state", "the supervisor went down meanwhile")


# -- the engine, and futures


def test_shutdown_says_how_many_nodes_stop(world: World) -> None:
    assert world.order("shutdown", reason="maintenance") == {"stopping": 5}
    end = world.end()
    assert end is not None
    assert end.why == "maintenance"


def test_an_order_that_was_withdrawn_in_time_is_not_carried_out(world: World) -> None:
    future = world.port.order("send", {"to": "a", "type": "counter.add"})
    assert future.cancel()
    world.settle()
    assert world.state("a") == {"count": 0}


def test_an_order_to_an_engine_whose_loop_is_closed_is_told(boot: MakeWorld) -> None:
    world = World(tree(agent("a", COUNTER))).boot()
    world.close()
    error = world.port.order("stop", {"id": "a"}).exception(timeout=0)
    assert isinstance(error, ControlError)
    assert error.code == "engine-gone"
