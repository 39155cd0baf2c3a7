"""Mail: order of arrival, deadlines of calls, answers (runtime.md 7)."""

from __future__ import annotations

import pytest

from jido_cli.core.action import action
from jido_cli.runtime.agents.calls import Answer
from jido_cli.runtime.supervising.starts import MailboxPolicy
from tests.helpers.actions import COUNT, Gate, add, boom, note
from tests.helpers.programs import agent, program, tree
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld

COUNTER = program("counter", {"add": add, "boom": boom}, state=COUNT)


@pytest.fixture
def gate() -> Gate:
    return Gate()


def test_calls_and_casts_are_handled_in_the_order_in_which_they_arrive(boot: MakeWorld) -> None:
    of = program("noter", {"note": note})
    world = boot(tree(agent("a", of)))
    world.cast("a", "note", {"n": 1})
    second = world.call("a", "note", {"n": 2})
    world.cast("a", "note", {"n": 3})
    fourth = world.call("a", "note", {"n": 4})
    world.settle()
    assert second.result().state == {"seen": [1, 2]}
    assert fourth.result().state == {"seen": [1, 2, 3, 4]}


def test_a_call_is_answered_with_the_state_after_its_command(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", COUNTER)))
    first, second = world.call("a", "add"), world.call("a", "add", {"by": 5})
    world.settle()
    assert first.result() == Answer(True, 1, {"count": 1}, {"count": 1})
    assert second.result() == Answer(True, 2, {"count": 6}, {"count": 6})


def test_a_failed_command_is_answered_too_with_the_old_state(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", COUNTER)))
    world.tell("a", "add")
    answer = world.ask("a", "boom")
    assert (answer.ok, answer.seq, answer.state, answer.outcome) == (
        False,
        2,
        {"count": 1},
        "committed",
    )
    assert answer.error is not None
    assert (answer.error.message, answer.error.action) == ("KeyError: 'sku'", "boom")


def test_a_call_whose_deadline_passes_before_its_turn_is_not_run(
    boot: MakeWorld, gate: Gate
) -> None:
    of = program("counter", {"add": add, "wait": gate.action}, state=COUNT)
    world = boot(tree(agent("a", of)))
    world.tell("a", "wait")
    late = world.call("a", "add", timeout_s=2.0)
    world.advance(2.1)
    why = "it expired before its turn and will not run"
    assert late.result() == Answer(False, 0, None, outcome="expired", why=why)
    gate.open()
    world.settle()
    assert world.state("a") == {"count": 1}
    assert world.events("expired") == [
        ("expired", "root/a", "add was not run: its caller had gone")
    ]
    assert world.port.node("a")["mailbox_detail"]["expired"] == 1


def test_a_call_that_has_begun_finishes_whatever_its_deadline_says(
    boot: MakeWorld, gate: Gate
) -> None:
    of = program("counter", {"wait": gate.action}, state=COUNT)
    world = boot(tree(agent("a", of)))
    begun = world.call("a", "wait", timeout_s=2.0)
    world.advance(2.1)
    answer = begun.result()
    assert (answer.ok, answer.outcome) == (False, "unknown")
    gate.open()
    world.settle()
    assert world.state("a") == {"count": 1}


def test_the_unknown_answer_names_the_command(boot: MakeWorld, gate: Gate) -> None:
    of = program("counter", {"wait": gate.action}, state=COUNT)
    world = boot(tree(agent("a", of)))
    future = world.port.order("call", {"to": "a", "type": "wait", "id": "w-1", "timeout_ms": 1000})
    world.advance(1.1)
    answer = future.result(timeout=0)
    assert (answer["outcome"], answer["command"]) == ("unknown", "w-1")
    assert answer["why"].startswith(
        "its command had begun and will finish whatever you do; root/a runs wait for 1."
    )


def test_a_deadline_holds_even_where_the_loop_was_busy_when_it_passed(boot: MakeWorld) -> None:
    """The timer of a deadline cannot fire while one step keeps the loop; its turn may come."""
    world: World

    @action
    def slow() -> None:
        world.spend(3.0)

    of = program("counter", {"slow": slow, "add": add}, state=COUNT)
    world = boot(tree(agent("a", of)))
    world.cast("a", "slow")
    late = world.call("a", "add", timeout_s=2.0)
    world.settle()
    assert late.result().outcome == "expired"
    assert world.state("a") == {"count": 0}


def test_a_call_to_an_agent_that_is_down_waits_until_its_deadline(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", COUNTER)))
    world.order("stop", id="a")
    waiting = world.call("a", "add", timeout_s=1.0)
    world.advance(0.9)
    assert not waiting.done()
    world.advance(0.2)
    assert waiting.result().outcome == "expired"


def test_a_rejected_and_a_dropped_call_are_answered(boot: MakeWorld) -> None:
    for overflow in ("reject", "drop_newest"):
        of = program("c", {"add": add}, state=COUNT, mailbox=MailboxPolicy(1, overflow))
        world = boot(tree(agent("a", of)))
        world.cast("a", "add")
        refused = world.call("a", "add")
        world.settle()
        what = "rejected" if overflow == "reject" else "dropped"
        why = f"the mailbox is full: {what}"
        assert refused.result() == Answer(False, 0, None, outcome="rejected", why=why)
        assert world.state("a") == {"count": 1}


def test_the_oldest_call_that_is_dropped_for_a_newer_signal_is_answered(boot: MakeWorld) -> None:
    of = program("c", {"add": add}, state=COUNT, mailbox=MailboxPolicy(1, "drop_oldest"))
    world = boot(tree(agent("a", of)))
    oldest = world.call("a", "add")
    world.cast("a", "add", {"by": 10})
    why = "it was dropped for a newer signal"
    assert oldest.result() == Answer(False, 0, None, outcome="rejected", why=why)
    world.settle()
    assert world.state("a") == {"count": 10}


def test_a_caller_that_gave_up_is_answered_without_harm(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", COUNTER)))
    asked = world.call("a", "add")
    asked.cancel()
    world.settle()
    assert world.state("a") == {"count": 1}
