"""Waiting for a node: told by commits and statuses, never in vain without a reason."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from jido_cli.core.action import action
from jido_cli.errors import ControlError
from jido_cli.runtime.waiting import WaitResult
from tests.helpers.actions import COUNT, Gate, add, boom, refuse
from tests.helpers.committers import DelayingCommitter
from tests.helpers.programs import agent, program, sup, tree
from tests.helpers.topologies import world_of
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld

COUNTER = program("counter", {"add": add, "boom": boom, "refuse": refuse}, state=COUNT)


@action
def finish(word: str = "completed") -> dict[str, object]:
    """Say that the work is done."""
    return {"status": word}


WORKER = program("worker", {"finish": finish}, state={"status": "working"})


def waiting(world: World, *args: Any, **options: Any) -> asyncio.Task[WaitResult]:
    """Begin a wait; it has looked once when this returns."""
    task = world.loop.create_task(world.engine.wait(*args, **options))
    world.settle()
    return task


def refusal(ask: Callable[[], asyncio.Task[Any]]) -> ControlError:
    with pytest.raises(ControlError) as caught:
        ask().result()
    return caught.value


def test_what_holds_already_is_met_at_once(boot: MakeWorld):
    world = boot(tree(agent("a", COUNTER)))
    found = waiting(world, "a", "state.count == 0").result()
    assert (found.is_met, found.state, found.seq, found.waited_s) == (True, {"count": 0}, 0, 0.0)


def test_a_wait_ends_with_the_commit_after_which_it_holds(boot: MakeWorld):
    world = boot(tree(agent("a", COUNTER)))
    task = waiting(world, "a", "state.count >= 2")
    world.advance(3.0)
    world.tell("a", "add")
    assert not task.done()
    for _ in range(5):
        world.cast("a", "add")
    world.settle()
    found = task.result()
    assert (found.is_met, found.state, found.seq, found.waited_s) == (True, {"count": 2}, 2, 3.0)


def test_a_call_and_an_effect_end_a_wait_too(boot: MakeWorld):
    gate = Gate("wait")
    world = boot(tree(agent("a", program("a", {"add": add, "go": gate.action}, state=COUNT))))
    task = waiting(world, "a", "state.count == 1")
    world.ask("a", "add")
    assert task.result().is_met
    task = waiting(world, "a", "state.count == 2")
    world.tell("a", "go")
    assert not task.done()
    gate.open()
    world.settle()
    assert task.result().is_met


def test_nothing_is_seen_before_its_commit(make_world: MakeWorld):
    committer = DelayingCommitter()
    world = make_world(tree(agent("a", COUNTER)), committer=committer).boot()
    task = waiting(world, "a", "state.count == 1")
    world.tell("a", "add")
    assert not task.done()
    committer.commit()
    world.settle()
    assert task.result().seq == 1


def test_a_status_and_restarts_can_be_waited_for(boot: MakeWorld):
    world = boot(tree(agent("a", COUNTER), sup("s", tree(agent("b", COUNTER)))))
    task = waiting(world, "s", 'status == "stopped"')
    world.order("stop", id="s")
    assert task.result().state is None
    task = waiting(world, "a", "restarts == 1 && state.count == 0")
    world.tell("a", "add")
    world.server("a").kill()
    world.settle()
    assert task.result().is_met


def test_crash_looping_clears_by_itself_and_ends_a_wait(boot: MakeWorld):
    world = boot(tree(agent("a", COUNTER), max_restarts=5))
    for _ in range(3):
        world.server("a").kill()
        world.settle()
    assert world.status("a") == "crash_looping"
    task = waiting(world, "a", 'status == "running"')
    world.advance(5.1)
    assert task.result().waited_s == 5.0


def test_without_a_condition_completion_is_waited_for(boot: MakeWorld):
    world = boot(tree(agent("a", WORKER), agent("b", WORKER), agent("c", COUNTER)))
    first, second = waiting(world, "a"), waiting(world, "b")
    world.tell("a", "finish")
    world.tell("b", "finish", {"word": "failed"})
    assert [one.result().state["status"] for one in (first, second)] == ["completed", "failed"]
    error = refusal(lambda: waiting(world, "c"))
    assert (error.code, error.hints) == (
        "no-path",
        ("jido wait root/c --until 'state.count == 1'",),
    )
    assert refusal(lambda: waiting(world, "root")).code == "no-state"


@pytest.mark.parametrize(
    ("member", "condition"),
    [
        ({"s": "a"}, 'state.s == "done"'),
        ({"n": 0.5}, "state.n == 1.0"),
        ({"on": False}, "state.on == true"),
        ({"all": []}, "size(state.all) > 0"),
        (
            {"kind": {"type": "string", "enum": ["raw", "cut"], "default": "raw"}},
            'state.kind == "cut"',
        ),
        ({"a b": 1}, 'state["a b"] == 1'),
        ({}, 'status == "running"'),
    ],
)
def test_the_condition_that_is_proposed_fits_the_state(boot: MakeWorld, member, condition):
    world = boot(tree(agent("a", program("w", {"go": add}, state=member))))
    error = refusal(lambda: waiting(world, "a"))
    assert error.hints == (f"jido wait root/a --until '{condition}'",)
    waiting(world, "a", condition)


def test_a_function_of_the_state_may_be_the_condition(boot: MakeWorld):
    world = boot(tree(agent("a", COUNTER)))
    task = waiting(world, "a", lambda state: state["count"] % 3 == 2)
    world.tell("a", "add")
    world.tell("a", "add")
    assert task.result().state == {"count": 2}


def test_in_vain_it_says_what_the_node_is_at(boot: MakeWorld):
    gate = Gate("dig")
    world = boot(tree(agent("a", program("a", {"add": add, "dig": gate.action}, state=COUNT))))
    world.tell("a", "add")
    task = waiting(world, "a", "state.count == 9", timeout_s=2.0)
    world.advance(0.5)
    world.tell("a", "dig")
    world.tell("a", "add")
    world.advance(1.5)
    found = task.result()
    assert (found.is_met, found.waited_s, found.status) == (False, 2.0, "running")
    told = found.diagnostic
    assert told is not None
    assert (told.mailbox, told.running, told.running_ms) == (1, "dig", 1500)
    assert (told.last, told.hint) == (
        "add ok 2.0s ago",
        "it runs dig: its mailbox waits for that",
    )
    gate.open()


@pytest.mark.parametrize(
    ("do", "hint"),
    [
        (lambda w: None, "nothing waits and nothing runs: no signal came that makes it so"),
        (lambda w: w.order("stop", id="a"), "it is stopped"),
    ],
)
def test_the_hint_fits_what_the_node_is_at(boot: MakeWorld, do: Any, hint: str):
    world = boot(tree(agent("a", COUNTER)))
    do(world)
    task = waiting(world, "a", "state.count == 9", timeout_s=1.0)
    world.advance(1.0)
    told = task.result().diagnostic
    assert told is not None
    assert told.hint == hint


def test_a_failed_command_is_told_as_the_last(boot: MakeWorld):
    world = boot(tree(agent("a", COUNTER)))
    world.tell("a", "refuse")
    task = waiting(world, "a", "state.count == 9", timeout_s=1.0)
    world.advance(1.0)
    told = task.result().diagnostic
    assert told is not None
    assert told.last == "refuse failed in refuse 1.0s ago"


def test_a_condition_that_cannot_be_asked_yet_does_not_hold_and_is_told(boot: MakeWorld):
    world = boot(tree(agent("a", program("a", {"add": add}))))
    task = waiting(world, "a", "state.there == 1", timeout_s=1.0)
    world.advance(1.0)
    told = task.result().diagnostic
    assert told is not None
    assert told.why == "there is no key 'there'"


def test_a_place_that_ends_ends_the_wait(boot: MakeWorld):
    world = boot(tree(agent("a", COUNTER, restart="temporary")))
    task = waiting(world, "a", "state.count == 9")
    world.server("a").kill()
    world.settle()
    found = task.result()
    assert (found.is_met, found.has_ended) == (False, True)


def test_a_wait_that_is_over_or_given_up_leaves_nothing_behind(boot: MakeWorld):
    world = boot(tree(agent("a", COUNTER)))
    tasks = [waiting(world, "a", "state.count == 9", timeout_s=1.0) for _ in range(3)]
    assert len(world.place("a").log.watchers) == 3
    tasks[0].cancel()
    world.settle()
    assert len(world.place("a").log.watchers) == 2
    world.advance(1.0)
    assert world.place("a").log.watchers == ()


@pytest.mark.parametrize(
    ("ident", "until", "code", "text"),
    [
        ("nobody", "true", "no-node", "no node 'nobody'"),
        ("a", "state.cuont == 1", "bad-expression", "until: undefined field 'cuont'"),
        ("a", "state.count", "bad-expression", "until: a condition must be bool, not int"),
        ("a", "state.count ==", "bad-expression", "until: "),
        ("root", "state.count == 1", "bad-expression", "until: there is no variable 'state'"),
    ],
)
def test_what_cannot_be_waited_for_is_refused(
    boot: MakeWorld, ident: str, until: str, code: str, text: str
):
    world = boot(tree(agent("a", COUNTER)))
    error = refusal(lambda: waiting(world, ident, until))
    assert (error.code, text in error.message) == (code, True)


# -- several


def test_all_are_waited_for_and_told_in_order(boot: MakeWorld):
    world = boot(tree(agent("a", COUNTER), agent("b", COUNTER)))
    task = world.loop.create_task(world.engine.wait_all(["a", "b"], "state.count == 1"))
    world.settle()
    world.tell("b", "add")
    assert not task.done()
    world.advance(1.0)
    world.tell("a", "add")
    assert [(one.path, one.is_met, one.waited_s) for one in task.result()] == [
        ("root/a", True, 1.0),
        ("root/b", True, 0.0),
    ]


def test_all_in_vain_says_which_was_met(boot: MakeWorld):
    world = boot(tree(agent("a", COUNTER), agent("b", COUNTER)))
    task = world.loop.create_task(
        world.engine.wait_all(["a", "b"], "state.count == 1", timeout_s=2.0)
    )
    world.settle()
    world.tell("b", "add")
    world.advance(2.0)
    assert [one.is_met for one in task.result()] == [False, True]


def test_any_is_the_first_and_the_end_of_another_does_not_matter(boot: MakeWorld):
    world = boot(tree(agent("a", COUNTER, restart="temporary"), agent("b", COUNTER)))
    task = world.loop.create_task(world.engine.wait_any(["a", "b"], "state.count == 1"))
    world.settle()
    world.server("a").kill()
    world.settle()
    assert not task.done()
    world.tell("b", "add")
    assert [(one.path, one.is_met) for one in task.result()] == [("root/b", True)]
    assert world.place("b").log.watchers == ()


def test_any_in_vain_tells_of_all(boot: MakeWorld):
    world = boot(tree(agent("a", COUNTER), agent("b", COUNTER)))
    task = world.loop.create_task(
        world.engine.wait_any(["a", "b"], "state.count == 1", timeout_s=1.0)
    )
    world.settle()
    world.advance(1.0)
    assert [one.is_met for one in task.result()] == [False, False]


def test_nobody_is_waited_for_in_no_time(boot: MakeWorld):
    world = boot(tree(agent("a", COUNTER)))
    for wait in (world.engine.wait_all, world.engine.wait_any):
        task = world.loop.create_task(wait([], "true"))
        world.settle()
        assert list(task.result()) == []


def test_the_order_answers_with_plain_data(boot: MakeWorld):
    world = boot(tree(agent("a", COUNTER)))
    told = world.order("wait", id="a", until="state.count == 0", timeout_ms=1000)
    assert told == {
        "met": True,
        "path": "root/a",
        "status": "running",
        "seq": 0,
        "state": {"count": 0},
        "restarts": 0,
        "waited_ms": 0,
        "has_ended": False,
        "diagnostic": None,
    }


# -- nodes that are not there yet


def test_a_node_that_is_not_there_yet_is_waited_for_until_it_runs(boot: MakeWorld):
    pool = tree(agent("w", COUNTER), strategy="dynamic")
    world = boot(tree(sup("pool", pool)))
    task = waiting(world, "pool/w1", may_come=True)
    world.advance(2.0)
    assert not task.done()
    world.order("start_child", supervisor="pool", id="w1")
    found = task.result()
    assert (found.path, found.is_met, found.waited_s) == ("root/pool/w1", True, 2.0)
    assert world.kernel.arrivals == ()
    assert waiting(world, "w1", "state.count == 0", may_come=True).result().is_met


def test_a_node_that_does_not_come_is_told(boot: MakeWorld):
    world = boot(tree(agent("a", COUNTER)))
    task = waiting(world, "b", "state.count == 0", timeout_s=3.0, may_come=True)
    world.advance(3.0)
    found = task.result()
    assert (found.path, found.status, found.waited_s) == ("b", "unknown", 3.0)
    assert found.diagnostic is not None
    assert found.diagnostic.hint == "no node of that name came"
    assert world.kernel.arrivals == ()


# -- keyed agents

KEYED = """
agents:
  counter:
    state: {n: 0}
    routes: {add: {set: {n: "${{ state.n + 1 }}"}}}
    idle_timeout: 10m
    persist: checkpoint
supervisor:
  children:
    - id: counters
      strategy: dynamic
      keyed_by: signal.data.to
      template: {agent: counter}
"""


def test_an_agent_that_goes_to_sleep_is_waited_for_and_asleep_too():
    world = world_of(KEYED).boot()
    world.order("send", to="counters", type="add", data={"to": "a"})
    task = waiting(world, "counters/a", '"hibernated" in facts', timeout_s=3600.0)
    world.advance(600.0)
    found = task.result()
    assert (found.is_met, found.state, found.has_ended) == (True, {"n": 1}, False)
    task = waiting(world, "counters/a", "state.n == 2", timeout_s=3600.0)
    world.advance(60.0)
    world.order("send", to="counters", type="add", data={"to": "a"})
    assert (task.result().is_met, task.result().state) == (True, {"n": 2})
    assert world.kernel.arrivals == ()
    world.close()


def test_a_wait_goes_on_while_its_agent_sleeps_and_is_over_in_time():
    world = world_of(KEYED).boot()
    world.order("send", to="counters", type="add", data={"to": "a"})
    task = waiting(world, "counters/a", "state.n == 3", timeout_s=1000.0)
    world.advance(1000.0)
    told = task.result()
    assert (told.is_met, told.waited_s, told.has_ended) == (False, 1000.0, False)
    assert told.diagnostic is not None
    assert told.diagnostic.hint == "it sleeps: its next signal wakes it"
    assert world.kernel.arrivals == ()
    world.close()
