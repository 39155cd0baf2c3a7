"""Directives: after the commit, in order, with one outcome each (runtime.md 11, 12, 13)."""

from __future__ import annotations

from typing import Any

import pytest

from jido_cli.core.action import action
from jido_cli.core.context import Context
from jido_cli.core.directive_types import Directive, directive_type
from jido_cli.core.directives import (
    Cancel,
    Cron,
    CronCancel,
    DeadLetter,
    Emit,
    Error,
    Reply,
    RunInstruction,
    Schedule,
    SignalSpec,
    SpawnAgent,
    Stop,
)
from jido_cli.core.targets import AgentTarget, KeyTarget, NamedTarget
from tests.helpers.actions import COUNT, Gate, State, add, boom, doing, note
from tests.helpers.programs import agent, program, sup, tree
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld


@action
def keep(state: State, ctx: Context) -> dict[str, object]:
    """Keep every signal: type, source, subject, data."""
    signal = ctx.signal
    assert signal is not None
    kept = state.get("kept", [])
    return {"kept": [*kept, [signal.type, signal.source, signal.subject, signal.data]]}


def keeper(*patterns: str, subscribe: Any = "routes") -> Any:
    return program("keeper", dict.fromkeys(patterns, keep), subscribe=subscribe)


def kept(world: World, ident: str) -> list[str]:
    return [one[0] for one in world.state(ident).get("kept", [])]


# -- order and outcomes


def test_directives_are_performed_in_order_after_the_commit(boot: MakeWorld) -> None:
    out = [Emit("note", {"n": n}, to=AgentTarget("b")) for n in range(5)]
    a = program("a", {"go": [add, doing(*out)]}, state=COUNT)
    world = boot(tree(agent("a", a), agent("b", program("b", {"note": note}))))
    world.tell("a", "go")
    assert world.state("b") == {"seen": [0, 1, 2, 3, 4]}
    rows = world.directive_rows()
    assert [(row["type"], row["outcome"], row["summary"], row["cause"]) for row in rows] == [
        ("emit", "done", "note → b", "go")
    ] * 5


def test_a_failed_command_asks_for_nothing_but_its_error(boot: MakeWorld) -> None:
    a = program("a", {"go": [doing(Emit("x", to="none")), boom]})
    world = boot(tree(agent("a", a)))
    world.tell("a", "go")
    assert world.directives() == [("root/a", "error", "done", None)]


def test_what_follows_a_stop_is_cancelled(boot: MakeWorld) -> None:
    a = program("a", {"go": doing(Emit("x", to="none"), Stop(), Emit("y", to="none"))})
    world = boot(tree(agent("a", a, restart="transient")))
    world.tell("a", "go")
    assert world.directives() == [
        ("root/a", "emit", "done", None),
        ("root/a", "stop", "done", None),
        ("root/a", "emit", "cancelled", "the agent had stopped"),
    ]


def test_what_follows_a_stop_is_cancelled_also_where_the_stop_takes_time(boot: MakeWorld) -> None:
    gate = Gate(stubborn=True)
    child = program("child", {"wait": gate.action}, state=COUNT)
    a = program(
        "a",
        {
            "spawn": doing(SpawnAgent("child", tag="c"), name="s"),
            "go": doing(Stop(), Emit("y", to="none")),
        },
    )
    world = boot(tree(agent("a", a, restart="transient")), programs={"child": child})
    world.tell("a", "spawn")
    world.tell("c", "wait")
    world.tell("a", "go")
    assert world.status("a") == "stopping"
    assert world.directives()[-1][1:3] == ("emit", "cancelled")


def test_a_target_that_nobody_is_makes_a_dead_letter(boot: MakeWorld) -> None:
    targets = [AgentTarget("nobody"), KeyTarget("k", "pool"), NamedTarget("hook")]
    a = program("a", {"go": doing(Emit("x", to=targets))})
    world = boot(tree(agent("a", a), agent("b", keeper("x"))))
    world.tell("a", "go")
    ((_, _, outcome, detail),) = world.directives()
    assert outcome == "dead_letter"
    assert str(detail).split("; ")[0] == "no agent 'nobody'"
    assert [letter[:2] for letter in world.dead_letters()] == [("root/a", "x")] * 3
    assert world.engine.summary()["failed_directives"] == 1


def test_a_target_that_is_ambiguous_is_nobody_and_that_is_told(boot: MakeWorld) -> None:
    a = program("a", {"go": doing(Emit("x", to=AgentTarget("b")))})
    one = sup("one", tree(agent("b", keeper("x", subscribe="none"))))
    two = sup("two", tree(agent("b", keeper("x", subscribe="none"))))
    world = boot(tree(agent("a", a), one, two))
    world.tell("a", "go")
    why = "2 agents are named 'b': root/one/b, root/two/b"
    assert world.dead_letters() == [("root/a", "x", why)]


def test_one_bad_target_does_not_keep_the_others_from_the_signal(boot: MakeWorld) -> None:
    out = Emit("x", to=[AgentTarget("nobody"), AgentTarget("b"), "bus"])
    world = boot(
        tree(
            agent("a", program("a", {"go": doing(out)})),
            agent("b", keeper("x", subscribe="none")),
            agent("c", keeper("x")),
        )
    )
    world.tell("a", "go")
    assert (kept(world, "b"), kept(world, "c")) == (["x"], ["x"])
    assert world.directives()[0] == ("root/a", "emit", "dead_letter", "no agent 'nobody'")


def test_an_answer_to_the_sender_of_a_signal(boot: MakeWorld) -> None:
    asker = program("asker", {"go": doing(Emit("ask", to=AgentTarget("b"))), "told": keep})
    b = program("b", {"ask": doing(Emit("told", {"n": 1}, to="sender"))})
    world = boot(tree(agent("a", asker), agent("b", b)))
    world.tell("a", "go")
    assert world.state("a") == {"kept": [["told", "root/b", None, {"n": 1}]]}
    world.tell("b", "ask")  # from outside: there is nobody to answer
    assert world.dead_letters() == [("root/b", "told", "no agent 'sender'")]


def test_an_emitted_signal_carries_what_the_directive_says(boot: MakeWorld) -> None:
    seen: list[Any] = []

    @action
    def look(ctx: Context) -> None:
        seen.append(ctx.signal)

    out = Emit("x", {"n": 1}, AgentTarget("b"), "order-7", "/shop", "id-1", {"traceparent": "00-1"})
    world = boot(
        tree(agent("a", program("a", {"go": doing(out)})), agent("b", program("b", {"x": look})))
    )
    world.tell("a", "go")
    (signal,) = seen
    assert (signal.subject, signal.source, signal.id, signal.extensions, signal.hops) == (
        "order-7",
        "/shop",
        "id-1",
        {"traceparent": "00-1"},
        1,
    )


def test_ids_of_emitted_signals_follow_from_the_command(boot: MakeWorld) -> None:
    seen: list[Any] = []

    @action
    def look(ctx: Context) -> None:
        seen.append(ctx.signal)

    out = doing(Emit("x", to=AgentTarget("b")), Emit("x", to=AgentTarget("b")))
    root = tree(agent("a", program("a", {"go": out})), agent("b", program("b", {"x": look})))
    for _ in range(2):
        boot(root).tell("a", "go")
    assert [one.id for one in seen[:2]] == [one.id for one in seen[2:]]
    assert seen[0].id != seen[1].id
    assert seen[0].id[14] == "7"


@pytest.mark.parametrize("target", ["log", "console"])
def test_a_signal_to_people_is_an_event_with_its_data_cut_short(
    boot: MakeWorld, target: str
) -> None:
    short, long = Emit("x.y", {"n": 1}, target), Emit("x.y", "a" * 5_000, target)
    world = boot(tree(agent("a", program("a", {"go": doing(short, Emit("x.z", to=target), long)}))))
    world.tell("a", "go")
    first, second, third = world.events(target)
    assert first == (target, "root/a", 'x.y  {"n": 1}')
    assert second == (target, "root/a", "x.z")
    assert (len(third[2]), third[2][-7:]) == (2_007, "aaa ...")
    assert world.directives() == [("root/a", "emit", "done", None)] * 3


# -- the bus


def test_a_publication_goes_to_every_subscriber_but_the_emitter(boot: MakeWorld) -> None:
    a = program("a", {"go": doing(Emit("order.created")), "order.*": keep}, subscribe="routes")
    world = boot(
        tree(
            agent("a", a),
            agent("b", keeper("order.created")),
            sup("s", tree(agent("c", keeper("order.**")))),
            agent("d", keeper("order.deleted")),
            agent("e", keeper("order.created", subscribe="none")),
            agent("f", keeper("other", subscribe=("order.*",))),
        )
    )
    world.tell("a", "go")
    assert {ident: kept(world, ident) for ident in "abcde"} == {
        "a": [],
        "b": ["order.created"],
        "c": ["order.created"],
        "d": [],
        "e": [],
    }
    assert [letter[:2] for letter in world.dead_letters()] == [("root/f", "order.created")]


def test_a_publication_that_nobody_hears_is_done(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", program("a", {"go": doing(Emit("x"))}))))
    world.tell("a", "go")
    assert world.directives() == [("root/a", "emit", "done", None)]
    assert world.dead_letters() == []


def with_pool(boot: MakeWorld, *directives: Directive, members: int = 3) -> World:
    template = agent("w", keeper("job"))
    pool = sup("pool", tree(template, strategy="dynamic"))
    world = boot(tree(agent("a", program("a", {"go": doing(*directives)})), pool))
    for _ in range(members):
        world.order("start_child", supervisor="pool")
    return world


def test_the_members_of_a_template_are_one_subscriber(boot: MakeWorld) -> None:
    world = with_pool(boot, *[Emit("job", {"n": n}) for n in range(6)])
    world.tell("a", "go")
    assert [len(kept(world, f"w-{n}")) for n in (1, 2, 3)] == [2, 2, 2]


def test_the_same_subject_goes_to_the_same_member(boot: MakeWorld) -> None:
    world = with_pool(boot, *[Emit("job", subject=f"s{n % 5}") for n in range(50)])
    world.tell("a", "go")
    subjects = [{one[2] for one in world.state(f"w-{n}").get("kept", [])} for n in (1, 2, 3)]
    assert sum(len(one) for one in subjects) == 5
    assert sum(len(world.state(f"w-{n}").get("kept", [])) for n in (1, 2, 3)) == 50


def test_a_member_that_ends_hears_no_more(boot: MakeWorld) -> None:
    world = with_pool(boot, Emit("job"), members=2)
    world.order("terminate_child", id="w-1")
    world.tell("a", "go")
    assert kept(world, "w-2") == ["job"]
    world.order("terminate_child", id="w-2")
    world.tell("a", "go")
    assert [one[2] for one in world.directives() if one[1] == "emit"] == ["done", "done"]


def test_agents_of_another_kind_under_the_same_supervisor_are_subscribers_of_their_own(
    boot: MakeWorld,
) -> None:
    boss = program("boss", {"go": doing(SpawnAgent("other", tag="o", under="pool"))})
    speaker = program("a", {"go": doing(Emit("job"), Emit("news"))})
    pool = sup("pool", tree(agent("w", keeper("job")), strategy="dynamic"))
    world = boot(
        tree(agent("a", speaker), agent("b", boss), pool), programs={"other": keeper_of("news")}
    )
    world.order("start_child", supervisor="pool")
    world.tell("b", "go")
    world.tell("a", "go")
    assert (kept(world, "w-1"), kept(world, "o")) == (["job"], ["news"])
    assert world.dead_letters() == []


def keeper_of(pattern: str) -> Any:
    return program("other", {pattern: keep}, subscribe="routes")


# -- hops


def ping_pong(**options: Any) -> Any:
    ping = program("p", {"ping": [add, doing(Emit("pong"))]}, state=COUNT, subscribe="routes")
    pong = program("q", {"pong": [add, doing(Emit("ping"))]}, state=COUNT, subscribe="routes")
    return tree(agent("p", ping, **options), agent("q", pong))


def test_a_circle_of_signals_ends_as_a_dead_letter(boot: MakeWorld) -> None:
    world = boot(ping_pong(), max_hops=10)
    world.tell("p", "ping")
    assert (world.state("p")["count"], world.state("q")["count"]) == (6, 5)
    ((path, kind, why),) = world.dead_letters()
    assert (path, kind) == ("root/p", "pong")
    assert why == ("over 10 hops: the signals go in a circle: pong (root/p) → ping (root/q) → pong")
    assert world.directives()[-1] == ("root/p", "emit", "dead_letter", why)


def test_a_chain_that_is_too_long_without_a_circle_says_no_more(boot: MakeWorld) -> None:
    agents = [
        agent(f"a{n}", program(f"a{n}", {f"x{n}": doing(Emit(f"x{n + 1}"))}, subscribe="routes"))
        for n in range(4)
    ]
    world = boot(tree(*agents), max_hops=3)
    world.tell("a0", "x0")
    assert world.dead_letters() == [("root/a3", "x4", "over 3 hops: the signals go in a circle")]


def test_a_long_circle_is_told_shortened(boot: MakeWorld) -> None:
    agents = [
        agent(
            f"a{n}",
            program(f"a{n}", {f"x{n}": doing(Emit(f"x{(n + 1) % 10}"))}, subscribe="routes"),
        )
        for n in range(10)
    ]
    world = boot(tree(*agents), max_hops=100)
    world.tell("a0", "x0")
    ((_, _, why),) = world.dead_letters()
    shown = " → ".join(f"x{(n + 1) % 10} (root/a{n})" for n in range(8))
    assert why == f"over 100 hops: the signals go in a circle: {shown} → 2 more → x1"


def test_zero_hops_is_no_limit(boot: MakeWorld) -> None:
    @action(name="count")
    def count(state: State) -> tuple[dict[str, object], list[Directive]]:
        n = state["count"] + 1
        return {"count": n}, [Emit("x", to="self")] if n < 1000 else []

    world = boot(tree(agent("a", program("a", {"x": count}, state=COUNT))), max_hops=0)
    world.tell("a", "x")
    assert world.state("a") == {"count": 1000}


def test_time_starts_a_new_chain(boot: MakeWorld) -> None:
    hops: list[int] = []

    @action
    def again(ctx: Context) -> tuple[None, list[Directive]]:
        assert ctx.signal is not None
        hops.append(ctx.signal.hops)
        return None, [Schedule(SignalSpec("x"), after_ms=100)] if len(hops) < 5 else []

    world = boot(tree(agent("a", program("a", {"x": again}))), max_hops=2)
    world.tell("a", "x")
    world.advance(1.0)
    assert hops == [0] * 5


def test_results_of_instructions_are_links_of_the_chain(boot: MakeWorld) -> None:
    again = doing(RunInstruction("work", on_result="x"), name="again")

    @action
    def work() -> None:
        return

    world = boot(
        tree(agent("a", program("a", {"x": [add, again]}, state=COUNT, actions=[work]))), max_hops=7
    )
    world.tell("a", "x")
    assert world.state("a") == {"count": 8}
    assert world.dead_letters() == [
        ("root/a", "x", "over 7 hops: the signals go in a circle: x (root/a) → x")
    ]


# -- unrouted


def test_a_signal_without_a_route_is_an_event_and_a_dead_letter(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", program("a", {"add": add}, state=COUNT))))
    world.tell("a", "sub")
    answer = world.ask("a", "sub")
    assert (answer.ok, answer.error and answer.error.code) == (False, "no-route")
    assert world.events("unrouted") == [("unrouted", "root/a", "sub")] * 2
    assert world.dead_letters() == [("root/a", "sub", "unrouted: no route for 'sub'")] * 2


def test_an_agent_may_ignore_what_it_has_no_route_for(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", program("a", {"add": add}, on_unrouted="ignore"))))
    world.tell("a", "sub")
    answer = world.ask("a", "sub")
    assert (answer.ok, answer.error and answer.error.code) == (False, "no-route")
    assert world.dead_letters() == []


def test_an_agent_may_exit_over_what_it_has_no_route_for(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", program("a", {"add": add}, on_unrouted="error"))))
    world.tell("a", "sub")
    assert world.place("a").restarts == 1


def test_lifecycle_signals_without_a_route_are_quiet(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", program("a", {"add": add}))))
    world.tell("a", "jido.agent.child.exit")
    answer = world.ask("a", "jido.agent.child.exit")
    assert (answer.ok, answer.error and answer.error.code) == (False, "no-route")
    assert world.events("unrouted", "dead_letter", "error") == []


# -- the command's own signal


def test_a_reply_is_the_output_of_the_answer(boot: MakeWorld) -> None:
    a = program("a", {"add": [add, doing(Reply({"said": "yes"}))]}, state=COUNT)
    world = boot(tree(agent("a", a)))
    answer = world.ask("a", "add")
    assert (answer.output, answer.state) == ({"said": "yes"}, {"count": 1})
    assert world.directives() == [("root/a", "reply", "done", None)]


def test_a_dead_letter_on_purpose(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", program("a", {"old": doing(DeadLetter("too_old"))}))))
    answer = world.ask("a", "old")
    assert answer.ok
    assert world.dead_letters() == [("root/a", "old", "too_old")]
    assert world.counts("a") == (0, 0, 0, 1)


def test_an_error_directive_goes_to_the_policy_and_the_command_holds(boot: MakeWorld) -> None:
    a = program("a", {"add": [add, doing(Error("low", "stock"))]}, state=COUNT)
    world = boot(tree(agent("a", a)))
    answer = world.ask("a", "add")
    assert (answer.ok, answer.state) == (True, {"count": 1})
    (told,) = world.facts("error")
    assert (told["data"]["message"], told["data"]["code"]) == ("low", "stock")


def test_timers_that_are_not_armed_are_cancelled_without_error(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", program("a", {"go": doing(Cancel("x"), CronCancel("y"))}))))
    world.tell("a", "go")
    assert [one[1:] for one in world.directives()] == [
        ("cancel", "done", None),
        ("cron_cancel", "done", None),
    ]


def test_what_is_not_there_yet_is_said(boot: MakeWorld) -> None:
    out = [
        Schedule("x", after_ms=1, durable=True),
        Cron("c", "bad", "x"),
        RunInstruction("nothing"),
    ]
    world = boot(tree(agent("a", program("a", {"go": doing(*out)}))))
    world.tell("a", "go")
    details = [one[3] for one in world.directives()]
    assert details[0] == "durable timers are not available yet"
    assert str(details[1]).startswith("cron 'bad': ")
    assert details[2] == "no action 'nothing'"


# -- instructions beside the mailbox


def with_instruction(boot: MakeWorld, gate: Gate, **options: Any) -> World:
    run = RunInstruction("wait", {"by": 3}, on_result="won", on_error="lost", **options)
    of = program(
        "a",
        {"go": doing(run), "won": keep, "lost": keep, "note": note},
        state=None,
        actions=[gate.action],
    )
    return boot(tree(agent("a", of, state={"count": 1})))


def test_an_instruction_runs_beside_the_mailbox_and_its_result_is_a_signal(
    boot: MakeWorld,
) -> None:
    gate = Gate()
    world = with_instruction(boot, gate, id="turn")
    world.tell("a", "go")
    world.tell("a", "note", {"n": 1})
    assert world.state("a") == {"count": 1, "seen": [1]}
    gate.open()
    world.settle()
    data = {"id": "turn", "with": {"by": 3}, "result": {"count": 4}}
    assert world.state("a")["kept"] == [["won", "root/a", None, data]]
    assert world.state("a")["count"] == 1  # a result changes no state by itself


def test_the_result_of_an_instruction_need_not_fit_the_state(boot: MakeWorld) -> None:
    @action
    def look_up() -> dict[str, object]:
        return {"found": [1, 2]}

    @action
    def take(result: dict[str, list[int]]) -> dict[str, object]:
        return {"count": len(result["found"])}

    ask_for = RunInstruction("look_up", on_result="found")
    routes = {"go": doing(ask_for, name="go"), "found": take}
    of = program("a", routes, state=COUNT, actions=[look_up])
    world = boot(tree(agent("a", of)))
    world.tell("a", "go")
    assert world.state("a") == {"count": 2}


def test_an_instruction_that_fails_says_so_by_a_signal(boot: MakeWorld) -> None:
    gate = Gate()
    world = with_instruction(boot, gate)
    world.tell("a", "go")
    gate.fail(ValueError("no line"))
    world.settle()
    error = {"message": "ValueError: no line", "code": "exception", "retryable": True}
    data = {"id": "1.0", "with": {"by": 3}, "error": error}
    assert world.state("a")["kept"] == [["lost", "root/a", None, data]]
    assert world.events("error") == []


def test_an_instruction_of_a_name_that_runs_is_refused(boot: MakeWorld) -> None:
    gate = Gate()
    world = with_instruction(boot, gate, id="turn")
    world.tell("a", "go")
    world.tell("a", "go")
    assert world.directives()[-1] == (
        "root/a",
        "run_instruction",
        "dead_letter",
        "instruction 'turn' is running",
    )
    gate.open()
    world.settle()
    world.tell("a", "go")
    assert world.directives()[-1][2] == "done"


def test_an_instruction_ends_with_its_incarnation(boot: MakeWorld) -> None:
    gate = Gate(stubborn=True)
    world = with_instruction(boot, gate)
    world.tell("a", "go")
    world.order("kill", id="a")
    gate.open()
    world.settle()
    assert (gate.cancelled, kept(world, "a"), world.kernel.late) == (1, [], 1)


def test_a_pure_instruction_is_run_at_once(boot: MakeWorld) -> None:
    of = program(
        "a",
        {"go": doing(RunInstruction("add", {"by": 2}, on_result="won")), "won": keep},
        actions=[add],
    )
    world = boot(tree(agent("a", of, state={"count": 5})))
    world.tell("a", "go")
    data = {"id": "1.0", "with": {"by": 2}, "result": {"count": 7}}
    assert world.state("a")["kept"] == [["won", "root/a", None, data]]


def test_params_of_an_instruction_are_checked(boot: MakeWorld) -> None:
    of = program(
        "a",
        {"go": doing(RunInstruction("add", {"bye": 2}, on_error="lost")), "lost": keep},
        actions=[add],
    )
    world = boot(tree(agent("a", of, state={"count": 5})))
    world.tell("a", "go")
    ((_, _, _, data),) = world.state("a")["kept"]
    assert data["error"]["code"] == "invalid_params"


def test_an_instruction_that_exits_the_interpreter_ends_its_agent_at_most(boot: MakeWorld) -> None:
    @action
    def leave() -> None:
        raise SystemExit(3)

    of = program(
        "a",
        {"go": doing(RunInstruction("leave", on_error="lost")), "lost": keep, "note": note},
        actions=[leave],
    )
    world = boot(tree(agent("a", of), agent("b", of)))
    world.tell("a", "go")
    world.tell("a", "note", {"n": 1})
    world.tell("b", "note", {"n": 1})
    assert world.state("a")["seen"] == [1]
    assert world.state("b")["seen"] == [1]
    assert world.port.node("a")["last_exit"]["reason"] == "crash(SystemExit: 3)"


# -- directives that are nobody's


@directive_type("tests.unknown")
class Unknown(Directive, frozen=True, tag="tests.unknown"):
    """Nobody performs it."""


def test_a_directive_that_nobody_performs_is_recorded(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", program("a", {"go": doing(Unknown())}))))
    world.tell("a", "go")
    why = "nobody performs 'tests.unknown'"
    assert world.directives() == [("root/a", "tests.unknown", "dead_letter", why)]
    assert world.events("directive_failed") == [
        ("directive_failed", "root/a", f"tests.unknown  {why}")
    ]
