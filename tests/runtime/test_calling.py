"""Calls between agents: answers, circles, deadlines (runtime.md 7)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from msgspec import structs

from jido_cli.core.action import action, from_function
from jido_cli.errors import ControlError
from jido_cli.runtime.agents.calls import Answer
from tests.helpers.actions import COUNT, Gate, State, add, boom
from tests.helpers.programs import agent, program, sup, tree
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld


def calling(other: str, signal_type: str = "ask", timeout_s: float = 5.0, name: str = "ask") -> Any:
    """Return an action that calls *other* and keeps what came of it."""

    @action(name=name)
    async def ask(ctx: Any) -> dict[str, object]:
        answer = await ctx.call(other, signal_type, timeout_s=timeout_s)
        return {"ok": answer.ok, "outcome": answer.outcome, "why": answer.why}

    return ask


COUNTER = program("c", {"add": add, "boom": boom}, state=COUNT)


def test_an_effectful_action_calls_another_agent(boot: MakeWorld) -> None:
    asker = program("a", {"go": calling("b", "add")})
    world = boot(tree(agent("a", asker), agent("b", COUNTER)))
    world.tell("a", "go")
    assert world.state("a") == {"ok": True, "outcome": "committed", "why": None}
    assert world.state("b") == {"count": 1}


def test_a_call_comes_from_the_agent_that_makes_it(boot: MakeWorld) -> None:
    seen: list[str] = []

    @action
    def look(ctx: Any) -> None:
        seen.append(ctx.signal.source)

    asker = program("a", {"go": calling("b", "add")})
    world = boot(tree(agent("a", asker), agent("b", program("b", {"add": look}))))
    world.tell("a", "go")
    assert seen == ["root/a"]


def test_a_call_to_itself_is_a_circle(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", program("a", {"go": calling("a", "go")}))))
    world.tell("a", "go")
    assert world.state("a") == {
        "ok": False,
        "outcome": "rejected",
        "why": "a call in a circle: root/a → root/a",
    }
    assert world.now == 0.0


def test_a_circle_of_calls_is_told_at_once_with_the_circle(boot: MakeWorld) -> None:
    world = boot(
        tree(
            agent("a", program("a", {"ask": calling("b")})),
            agent("b", program("b", {"ask": calling("c")})),
            agent("c", program("c", {"ask": calling("b")})),
        )
    )
    answer = world.ask("a", "ask")
    assert answer.ok
    assert world.state("c")["why"] == "a call in a circle: root/b → root/c → root/b"
    assert world.state("a")["ok"]
    assert world.now == 0.0


def test_the_same_agent_may_be_called_twice_one_after_the_other(boot: MakeWorld) -> None:
    @action
    async def twice(ctx: Any) -> dict[str, object]:
        answers = [await ctx.call("b", "add") for _ in range(2)]
        return {"counts": [answer.state["count"] for answer in answers]}

    world = boot(tree(agent("a", program("a", {"go": twice})), agent("b", COUNTER)))
    world.tell("a", "go")
    assert world.state("a") == {"counts": [1, 2]}


def test_a_task_that_an_action_starts_is_in_its_chain(boot: MakeWorld) -> None:
    @action
    async def gather(ctx: Any) -> dict[str, object]:
        answers = await asyncio.gather(ctx.call("a", "go"), ctx.call("b", "add"))
        return {"outcomes": [answer.outcome for answer in answers]}

    world = boot(tree(agent("a", program("a", {"go": gather})), agent("b", COUNTER)))
    world.tell("a", "go")
    assert world.state("a") == {"outcomes": ["rejected", "committed"]}


def test_a_call_has_a_deadline_of_its_own(boot: MakeWorld) -> None:
    gate = Gate()
    b = program("b", {"wait": gate.action, "add": add}, state=COUNT)
    asker = program("a", {"go": calling("b", "add", timeout_s=2.0)})
    world = boot(tree(agent("a", asker), agent("b", b)))
    world.tell("b", "wait")
    world.tell("a", "go")
    world.advance(2.1)
    assert world.state("a")["outcome"] == "expired"


def test_who_is_called_is_found_by_path_or_tail_and_else_an_error(boot: MakeWorld) -> None:
    asker = program("a", {"go": calling("s/b", "add"), "miss": calling("nobody", name="miss")})
    world = boot(tree(agent("a", asker), sup("s", tree(agent("b", COUNTER)))))
    world.tell("a", "go")
    assert world.state("a")["ok"]
    answer = world.ask("a", "miss")
    assert answer.error is not None
    assert answer.error.message == "ControlError: no node 'nobody'"


def test_an_answer_says_whether_a_failed_command_changed_the_state_all_the_same(
    boot: MakeWorld,
) -> None:
    """A failure itself changes nothing; the outcome of an action's `on_error` may."""
    plain = from_function(boom)
    counted = structs.replace(
        plain,
        name="counted",
        on_error=lambda state, params, ctx, failure: {"count": state["count"] + 10},
    )
    same = structs.replace(plain, name="same", on_error=lambda *_: {"count": 0})
    of = program("c", {"boom": plain, "counted": counted, "same": same}, state=COUNT)
    world = boot(tree(agent("a", of)))
    answers = [world.ask("a", one) for one in ("boom", "same", "counted")]
    assert [(one.ok, one.seq, one.state, one.changed) for one in answers] == [
        (False, 1, {"count": 0}, False),
        (False, 2, {"count": 0}, False),
        (False, 3, {"count": 10}, True),
    ]


def test_a_supervisor_cannot_be_called(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", COUNTER), sup("s", tree(agent("b", COUNTER)))))
    answer = world.ask("s", "add")
    assert answer.error is not None
    assert (answer.outcome, answer.error.message) == (
        "rejected",
        "s is a supervisor: it takes no signals",
    )


def test_unknown_params_of_a_call_are_refused_before_it_is_sent(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", COUNTER)))
    answer = world.ask("a", "add", {"bye": 1})
    assert answer.error is not None
    assert answer == Answer(False, 0, None, error=answer.error, outcome="rejected")
    assert answer.error.message == "add has no param 'bye'; did you mean 'by'?"
    assert world.place("a").accepted == 0


def test_a_caller_that_dies_leaves_its_call_to_finish(boot: MakeWorld) -> None:
    gate = Gate()
    b = program("b", {"wait": gate.action}, state=COUNT)
    asker = program("a", {"go": calling("b", "wait")})
    world = boot(tree(agent("a", asker), agent("b", b)))
    world.tell("a", "go")
    world.order("kill", id="a")
    gate.open()
    world.settle()
    assert (world.state("a"), world.state("b")) == ({}, {"count": 1})


def test_programs_call_and_cast_in_process(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", COUNTER)))
    answer = world.loop.run_until_complete(world.engine.call("a", "add", {"by": 2}))
    assert (answer.state, world.engine.cast("root/a", "add")) == ({"count": 2}, "accepted")
    world.settle()
    assert world.state("a") == {"count": 3}
    with pytest.raises(ControlError):
        world.engine.cast("nobody", "add")


def test_many_callers_of_one_agent_all_get_their_own_answer(boot: MakeWorld) -> None:
    @action
    async def go(ctx: Any, state: State) -> dict[str, object]:
        answer = await ctx.call("c", "add")
        return {"got": answer.state["count"]}

    asker = program("a", {"go": go})
    agents = [agent(f"a{n}", asker) for n in range(20)]
    world: World = boot(tree(*agents, agent("c", COUNTER)))
    for n in range(20):
        world.cast(f"a{n}", "go")
    world.settle()
    assert sorted(world.state(f"a{n}")["got"] for n in range(20)) == list(range(1, 21))
