"""The commit path: nothing leaves before it is durable, nothing else waits (guarantees.md G1)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jido_cli.core.directives import Emit, Stop
from jido_cli.core.targets import AgentTarget
from jido_cli.runtime.agents.calls import Answer
from tests.helpers.actions import COUNT, Gate, add, boom, doing, note
from tests.helpers.committers import DelayingCommitter
from tests.helpers.programs import ErrorPolicy, agent, program, tree
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld

REFUSED = "the commit was refused; the state before it holds"


@pytest.fixture
def committer() -> DelayingCommitter:
    return DelayingCommitter()


def counter(**routes: Any) -> Any:
    return program("c", {"add": add, "boom": boom, **routes}, state=COUNT)


def test_answers_and_readings_wait_for_the_commit(
    boot: MakeWorld, committer: DelayingCommitter
) -> None:
    world = boot(tree(agent("a", counter())), committer=committer)
    asked = world.call("a", "add")
    world.settle()
    assert (asked.done(), world.state("a"), world.port.state("a", None)["seq"]) == (
        False,
        {"count": 0},
        0,
    )
    committer.commit()
    assert asked.result() == Answer(True, 1, {"count": 1}, {"count": 1})
    assert (world.state("a"), world.port.state("a", None)["seq"]) == ({"count": 1}, 1)


def test_directives_wait_for_the_commit(boot: MakeWorld, committer: DelayingCommitter) -> None:
    out = doing(Emit("note", {"n": 1}, to=AgentTarget("b")))
    root = tree(agent("a", counter(go=out)), agent("b", program("b", {"note": note})))
    world = boot(root, committer=committer)
    world.tell("a", "go")
    assert (world.place("b").accepted, world.directives()) == (0, [])
    committer.commit()
    world.settle()
    committer.commit()
    assert world.state("b") == {"seen": [1]}


def test_commands_are_decided_on_meanwhile(boot: MakeWorld, committer: DelayingCommitter) -> None:
    world = boot(tree(agent("a", counter())), committer=committer)
    asked = [world.call("a", "add") for _ in range(100)]
    world.settle()
    assert [unit.seq for unit in committer.open] == list(range(1, 101))
    assert [unit.agent.state["count"] for unit in committer.open] == list(range(1, 101))
    committer.commit(60)
    assert [one.done() for one in asked] == [True] * 60 + [False] * 40
    assert world.state("a") == {"count": 60}
    committer.commit()
    assert [one.result().seq for one in asked] == list(range(1, 101))


def test_a_unit_tells_all_of_its_command(boot: MakeWorld, committer: DelayingCommitter) -> None:
    out = Emit("x", to="none")
    world = boot(tree(agent("a", counter(go=[add, doing(out)]))), committer=committer)
    world.tell("a", "go")
    (unit,) = committer.open
    assert (unit.path, unit.life, unit.seq, unit.directives, unit.agent.state) == (
        "root/a",
        1,
        1,
        (out,),
        {"count": 1},
    )


def test_a_failed_command_is_committed_too(boot: MakeWorld, committer: DelayingCommitter) -> None:
    world = boot(tree(agent("a", counter())), committer=committer)
    asked = world.call("a", "boom")
    world.settle()
    assert not asked.done()
    committer.commit()
    assert (asked.result().ok, asked.result().outcome) == (False, "committed")


def test_commits_that_are_answered_out_of_order_are_shown_in_order(
    boot: MakeWorld, committer: DelayingCommitter
) -> None:
    world = boot(tree(agent("a", counter())), committer=committer)
    first, second = world.call("a", "add"), world.call("a", "add")
    world.settle()
    committer.open[1].settle(True)
    assert (first.done(), second.done(), world.state("a")) == (False, False, {"count": 0})
    committer.open[0].settle(True)
    assert (first.result().seq, second.result().seq) == (1, 2)


def test_a_unit_is_settled_once(boot: MakeWorld, committer: DelayingCommitter) -> None:
    world = boot(tree(agent("a", counter())), committer=committer)
    world.tell("a", "add")
    (unit,) = committer.open
    unit.settle(True)
    unit.settle(False)
    assert world.state("a") == {"count": 1}


def test_a_refused_commit_takes_back_its_command_and_all_that_came_after(
    boot: MakeWorld, committer: DelayingCommitter
) -> None:
    world = boot(tree(agent("a", counter())), committer=committer)
    asked = [world.call("a", "add") for _ in range(4)]
    world.settle()
    committer.commit(1)
    committer.refuse(1)
    refused = Answer(False, 0, None, outcome="refused", why=REFUSED)
    assert [one.result() for one in asked] == [
        Answer(True, 1, {"count": 1}, {"count": 1}),
        refused,
        refused,
        refused,
    ]
    committer.commit()  # of what was taken back: it changes nothing any more
    assert world.state("a") == {"count": 1}
    assert [one["data"] for one in world.facts("refused")] == [{"commands": 3}]


def test_work_goes_on_from_the_state_before_the_refusal(
    boot: MakeWorld, committer: DelayingCommitter
) -> None:
    world = boot(tree(agent("a", counter())), committer=committer)
    world.tell("a", "add")
    committer.commit()
    world.tell("a", "add", {"by": 100})
    committer.refuse()
    asked = world.call("a", "add")
    world.settle()
    committer.commit()
    assert asked.result() == Answer(True, 2, {"count": 2}, {"count": 2})


def test_refused_commands_leave_no_hole_in_the_numbers(
    boot: MakeWorld, committer: DelayingCommitter
) -> None:
    world = boot(tree(agent("a", counter())), committer=committer)
    for _ in range(3):
        world.tell("a", "add")
    committer.commit(1)
    committer.refuse()
    world.tell("a", "add")
    assert [unit.seq for unit in committer.open] == [2]


def test_signals_that_a_refused_commit_takes_back_are_dead_letters(
    boot: MakeWorld, committer: DelayingCommitter
) -> None:
    world = boot(tree(agent("a", counter())), committer=committer)
    world.tell("a", "add")
    world.tell("a", "boom")
    committer.refuse(1)
    why = f"refused: {REFUSED}"
    assert world.dead_letters() == [("root/a", "add", why), ("root/a", "boom", why)]
    assert world.counts("a") == (0, 0, 0, 2)


def test_directives_of_a_refused_command_are_not_performed(
    boot: MakeWorld, committer: DelayingCommitter
) -> None:
    world = boot(tree(agent("a", counter(go=doing(Stop())))), committer=committer)
    world.tell("a", "go")
    committer.refuse()
    world.settle()
    assert (world.status("a"), world.directives()) == ("running", [])


def test_an_effect_that_began_on_a_state_that_is_taken_back_leaves_no_trace(
    boot: MakeWorld, committer: DelayingCommitter
) -> None:
    gate = Gate()
    world = boot(tree(agent("a", counter(wait=gate.action))), committer=committer)
    world.tell("a", "add", {"by": 100})
    asked = world.call("a", "wait")
    world.cast("a", "add")
    world.settle()
    committer.refuse()
    gate.open()
    world.settle()
    assert asked.result() == Answer(False, 0, None, outcome="refused", why=REFUSED)
    committer.commit()
    assert world.state("a") == {"count": 1}


def test_an_effect_that_began_on_a_state_that_holds_is_not_harmed_by_a_refusal_elsewhere(
    boot: MakeWorld, committer: DelayingCommitter
) -> None:
    gate = Gate()
    root = tree(agent("a", counter(wait=gate.action)), agent("b", counter()))
    world = boot(root, committer=committer)
    world.tell("b", "add")
    asked = world.call("a", "wait")
    world.settle()
    committer.refuse()
    gate.open()
    world.settle()
    committer.commit()
    assert asked.result().state == {"count": 1}


# -- the end


def test_a_polite_stop_waits_for_open_commits(
    boot: MakeWorld, committer: DelayingCommitter
) -> None:
    out = doing(Emit("note", {"n": 1}, to=AgentTarget("b")))
    root = tree(agent("a", counter(go=out)), agent("b", program("b", {"note": note})))
    world = boot(root, committer=committer)
    asked = world.call("a", "add")
    world.cast("a", "go")
    world.settle()
    stopping = world.port.order("stop", {"id": "a"})
    world.settle()
    assert (stopping.done(), world.status("a")) == (False, "stopping")
    committer.commit()
    world.settle()
    assert asked.result().outcome == "committed"
    assert stopping.result(timeout=0)["status"] == "stopped"
    assert world.place("b").accepted == 1


def test_a_polite_stop_does_not_wait_for_commits_that_are_refused(
    boot: MakeWorld, committer: DelayingCommitter
) -> None:
    world = boot(tree(agent("a", counter())), committer=committer)
    world.tell("a", "add")
    stopping = world.port.order("stop", {"id": "a"})
    world.settle()
    committer.refuse()
    world.settle()
    assert stopping.result(timeout=0)["status"] == "stopped"


def test_a_kill_leaves_callers_of_open_commits_in_the_unknown(
    boot: MakeWorld, committer: DelayingCommitter
) -> None:
    world = boot(tree(agent("a", counter())), committer=committer)
    asked = world.call("a", "add")
    world.settle()
    world.order("kill", id="a")
    answer = asked.result()
    assert (answer.ok, answer.outcome, answer.why) == (
        False,
        "unknown",
        "root/a exited before its commit was answered",
    )
    committer.commit()  # late: of an incarnation that is not any more
    assert world.state("a") == {"count": 0}
    assert world.kernel.late == 1


def test_a_stop_directive_lets_the_commits_behind_it_settle(
    boot: MakeWorld, committer: DelayingCommitter
) -> None:
    root = tree(agent("a", counter(stop=doing(Stop())), restart="transient"))
    world = boot(root, committer=committer)
    world.cast("a", "stop")
    behind = world.call("a", "add")
    world.settle()
    committer.commit()
    world.settle()
    assert behind.result().outcome == "committed"
    assert world.status("a") == "stopped"


def test_an_error_policy_acts_after_the_commit(
    boot: MakeWorld, committer: DelayingCommitter
) -> None:
    of = program("c", {"boom": boom}, on_error=ErrorPolicy("stop"))
    world = boot(tree(agent("a", of)), committer=committer)
    world.tell("a", "boom")
    assert world.place("a").restarts == 0
    committer.commit()
    world.settle()
    assert world.place("a").restarts == 1


def test_an_engine_with_open_commits_is_not_idle(
    boot: MakeWorld, committer: DelayingCommitter
) -> None:
    world = boot(tree(agent("a", counter())), committer=committer)
    world.tell("a", "add")
    assert not world.engine.is_idle
    committer.commit()
    assert world.engine.is_idle


# -- at random

STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["call", "cast"]), st.integers(1, 9)),
        st.tuples(st.sampled_from(["commit", "refuse"]), st.integers(1, 4)),
        st.tuples(st.sampled_from(["kill", "settle", "open"]), st.just(0)),
    ),
    max_size=40,
)


@settings(max_examples=100, deadline=None)
@given(steps=STEPS)
def test_only_what_was_committed_is_ever_seen_and_all_of_it(
    steps: list[tuple[str, int]],
) -> None:
    """A model counts the committed additions of the present life; readings never leave it."""
    committer = DelayingCommitter()
    world = World(tree(agent("a", counter()), max_restarts=1000), committer=committer).boot()
    asked: list[tuple[Any, int]] = []
    committed = 0
    for step, n in steps:
        match step:
            case "call":
                asked.append((world.call("a", "add", {"by": n}, timeout_s=1e6), n))
            case "cast":
                world.cast("a", "add", {"by": n})
            case "commit":
                for unit in committer.open[:n]:
                    committed = unit.agent.state["count"]
                committer.commit(n)
            case "refuse" if committer.open:
                committer.refuse(1)
                committer.open.clear()
            case "kill":
                world.order("kill", id="a")
                committer.open.clear()
                committed = 0
        world.settle()
        assert world.state("a") == {"count": committed}
    committer.commit()
    world.settle()
    committer.commit()
    assert all(one.done() for one, _ in asked)
    assert {one.result().outcome for one, _ in asked} <= {"committed", "refused", "unknown"}
    world.close()
