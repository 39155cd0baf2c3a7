"""Commands by their id: cancelling what runs, looking up what nobody waits for any more."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from jido_cli.core.action import ActionError, action, from_function
from jido_cli.core.context import Context
from jido_cli.core.directive_types import Directive
from jido_cli.core.directives import CancelInstruction, Emit, RunInstruction, Stop
from jido_cli.errors import ControlError
from tests.helpers.actions import COUNT, Gate, State, add, doing
from tests.helpers.programs import ErrorPolicy, agent, program, tree
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld


@action
def keep(state: State, ctx: Context) -> dict[str, object]:
    """Keep what came."""
    assert ctx.signal is not None
    return {"kept": [*state.get("kept", []), [ctx.signal.type, ctx.signal.data]]}


def waiting(gate: Gate, **options: Any) -> Any:
    return program("c", {"wait": gate.action, "add": add}, state=COUNT, **options)


def begun(boot: MakeWorld, gate: Gate, **options: Any) -> tuple[World, Any, str]:
    world = boot(tree(agent("a", waiting(gate, **options))))
    asked = world.call("a", "wait")
    world.settle()
    return world, asked, world.port.node("a")["running"]["command"]


# -- cancelling a command


def test_a_cancelled_command_has_failed_and_the_mail_goes_on(boot: MakeWorld) -> None:
    gate = Gate()
    world, asked, command = begun(boot, gate)
    world.cast("a", "add")
    world.advance(1.5)
    told = world.order("cancel", command=command)
    assert told == {
        "command": command,
        "path": "root/a",
        "status": "cancelled",
        "action": "wait",
        "ms": 1500,
    }
    answer = asked.result()
    assert answer.error is not None
    assert (answer.ok, answer.outcome, answer.state) == (False, "committed", {"count": 0})
    assert (answer.error.code, answer.error.message, answer.error.retryable) == (
        "cancelled",
        "cancelled by order",
        False,
    )
    assert (gate.cancelled, world.state("a")) == (1, {"count": 1})
    assert world.events("cancelled") == [("cancelled", "root/a", f"wait of {command}")]


def test_who_cancels_is_no_reason_for_an_agent_to_stop(boot: MakeWorld) -> None:
    world, _, command = begun(boot, Gate(), on_error=ErrorPolicy("stop"))
    world.order("cancel", command=command)
    assert (world.place("a").generation, world.status("a")) == (1, "running")


def test_what_survives_its_cancellation_is_a_zombie_and_its_result_is_refused(
    boot: MakeWorld,
) -> None:
    gate = Gate(stubborn=True)
    world, asked, command = begun(boot, gate)
    world.order("cancel", command=command)
    assert asked.result().error.code == "cancelled"
    world.tell("a", "add")
    world.advance(0.2)
    assert world.port.tree()["zombies"] == 1
    gate.open()
    world.settle()
    assert (world.state("a"), world.kernel.late) == ({"count": 1}, 1)


def test_a_thread_is_given_up(boot: MakeWorld) -> None:
    go = threading.Event()

    @action(effect="thread")
    def work() -> None:
        go.wait(10)

    world = boot(tree(agent("a", program("c", {"x": work, "add": add}, state=COUNT))))
    asked = world.call("a", "x")
    world.settle()
    world.order("cancel", command=world.port.node("a")["running"]["command"])
    assert asked.result().error.code == "cancelled"
    world.tell("a", "add")
    assert world.state("a") == {"count": 1}
    world.advance(0.2)
    (thread,) = world.kernel.zombies.alive
    go.set()
    with world.loop.hold():
        world.loop.run_until_complete(thread)


def test_what_is_not_there_or_does_not_run_cannot_be_cancelled(boot: MakeWorld) -> None:
    world, _, _ = begun(boot, Gate())
    world.cast("a", "add")
    (waits,) = world.place("a").mail or ()
    for command, code, why in (
        ("nothing", "no-command", "no command 'nothing' is known"),
        (waits.id, "wrong-state", f"command {waits.id!r} does not run: it is waiting"),
    ):
        with pytest.raises(ControlError) as caught:
            world.order("cancel", command=command)
        assert (caught.value.code, caught.value.message) == (code, why)
    with pytest.raises(ControlError, match="no node 'b'"):
        world.order("cancel", command=waits.id, agent="b")


# -- instructions


def instructing(boot: MakeWorld, gate: Gate, *ids: str, **options: Any) -> World:
    run = RunInstruction("wait", id="turn", on_result="won", on_error="lost")
    of = program(
        "a",
        {
            "go": doing(run, name="go"),
            "end": doing(CancelInstruction("turn"), name="end"),
            "stop": doing(Stop(), name="stop"),
            "won": keep,
            "lost": keep,
        },
        actions=[gate.action],
        **options,
    )
    world = boot(tree(*[agent(ident, of) for ident in ids or ("a",)]))
    for ident in ids or ("a",):
        world.tell(ident, "go")
    return world


CANCELLED = {"id": "turn", "with": {}}


@pytest.mark.parametrize(
    ("how", "who"), [("directive", "cancelled by its agent"), ("order", "cancelled by order")]
)
def test_a_cancelled_instruction_is_told_to_its_agent_once(
    boot: MakeWorld, how: str, who: str
) -> None:
    gate = Gate(stubborn=True)
    world = instructing(boot, gate)
    if how == "order":
        assert world.order("cancel", command="turn")["action"] == "wait"
    else:
        world.tell("a", "end")
    error = {"message": who, "code": "cancelled", "retryable": False}
    assert world.state("a")["kept"] == [["lost", {**CANCELLED, "error": error}]]
    ((_, _, outcome, detail),) = [one for one in world.directives() if one[1] == "run_instruction"]
    assert (outcome, detail) == ("cancelled", who)
    gate.open()
    world.settle()
    assert len(world.state("a")["kept"]) == 1


def test_to_cancel_an_instruction_that_is_not_there_is_no_error(boot: MakeWorld) -> None:
    world = instructing(boot, Gate())
    world.tell("a", "end")
    world.tell("a", "end")
    assert world.directives()[-1] == ("root/a", "cancel_instruction", "done", None)


def test_an_instruction_that_several_agents_run_is_cancelled_for_the_one_that_is_named(
    boot: MakeWorld,
) -> None:
    world = instructing(boot, Gate(), "a", "b")
    with pytest.raises(ControlError) as caught:
        world.order("cancel", command="turn")
    assert (caught.value.code, caught.value.where) == ("ambiguous-command", "root/a, root/b")
    world.order("cancel", command="turn", agent="b")
    assert (world.state("a"), len(world.state("b")["kept"])) == ({}, 1)


def test_the_outcome_of_an_instruction_is_recorded_when_it_has_ended(boot: MakeWorld) -> None:
    gate = Gate()
    world = instructing(boot, gate)
    assert world.directives() == []
    gate.open()
    world.settle()
    assert world.directives() == [("root/a", "run_instruction", "done", None)]


def test_an_instruction_that_ends_with_its_agent_is_recorded_as_cancelled(boot: MakeWorld) -> None:
    world = instructing(boot, Gate())
    world.tell("a", "stop")
    assert ("root/a", "run_instruction", "cancelled", "the agent had ended") in world.directives()


def test_an_error_that_nobody_takes_is_a_dead_directive(boot: MakeWorld) -> None:
    @action
    def fail() -> None:
        raise ActionError("no line", code="line")

    go = doing(RunInstruction("fail"), name="go")
    world = boot(tree(agent("a", program("a", {"go": go}, actions=[fail]))))
    world.tell("a", "go")
    assert world.directives() == [
        ("root/a", "run_instruction", "dead_letter", "fail failed: no line")
    ]


def test_what_an_instruction_asks_for_is_performed_when_it_has_ended(boot: MakeWorld) -> None:
    @action
    async def shout() -> tuple[dict[str, object], list[Directive]]:
        return {"count": 99}, [Emit("heard", {"n": 1}, "self"), Emit("heard", {"n": 2}, "self")]

    go = doing(RunInstruction("shout"), RunInstruction("shout"), name="go")
    world = boot(tree(agent("a", program("a", {"go": go, "heard": keep}, actions=[shout]))))
    world.tell("a", "go")
    assert [data["n"] for _, data in world.state("a")["kept"]] == [1, 2, 1, 2]
    assert "count" not in world.state("a")
    kinds = [one[1:3] for one in world.directives()]
    assert kinds == [("run_instruction", "done"), *[("emit", "done")] * 2] * 2


def test_effects_of_an_instruction_have_keys_of_their_own(boot: MakeWorld) -> None:
    keys: list[str] = []

    @action
    async def note(ctx: Context) -> None:
        keys.append(ctx.effect_key)

    go = doing(RunInstruction("note"), RunInstruction("note"), name="go")
    world = boot(tree(agent("a", program("a", {"go": go, "note": note}))))
    for signal in ("go", "note", "note"):
        world.tell("a", signal)
    assert keys == [
        "root/a:1:1:instruction:0/0",
        "root/a:1:1:instruction:1/0",
        "root/a:1:2/0",
        "root/a:1:3/0",
    ]


# -- progress


@action
async def count_up(ctx: Context) -> None:
    for number in range(3):
        ctx.progress({"n": number})


def progressing(boot: MakeWorld, work: Any) -> World:
    return boot(tree(agent("a", program("c", {"x": work, "add": add}, state=COUNT))))


def said(world: World) -> list[tuple[str, Any]]:
    return [(one["text"], one["data"]["skipped"]) for one in world.facts("progress")]


def test_progress_is_an_event_and_of_many_the_newest_is_told(boot: MakeWorld) -> None:
    world = progressing(boot, count_up)
    world.tell("a", "x")
    assert said(world) == [('count_up  {"n": 0}', 0), ('count_up  {"n": 2}', 1)]


def test_progress_shows_while_the_action_runs(boot: MakeWorld) -> None:
    gate = Gate()

    @action
    async def slow(state: State, ctx: Context) -> None:
        for share in (0.25, 0.5, 0.75):
            ctx.progress(share)
        await from_function(gate.action).run(state, {}, ctx)  # type: ignore[misc, arg-type]

    world = progressing(boot, slow)
    world.tell("a", "x")
    assert said(world) == [("slow  0.25", 0)]
    assert world.port.node("a")["running"]["progress"] == 0.75
    world.advance(0.2)
    assert said(world)[1:] == [("slow  0.75", 1)]


def test_a_thread_may_tell_its_progress(boot: MakeWorld) -> None:
    @action(effect="thread")
    def work(ctx: Context) -> None:
        ctx.progress()

    world = progressing(boot, work)
    asked = world.call("a", "x")
    with world.loop.hold():
        world.loop.run_until_complete(asked)
    assert said(world) == [("work", 0)]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("a" * 5_000, "progress: the data is larger than 4,096 bytes"),
        (object(), "progress"),
    ],
)
def test_progress_is_a_small_json_value(boot: MakeWorld, data: object, why: str) -> None:
    @action
    async def work(ctx: Context) -> None:
        ctx.progress(data)

    world = progressing(boot, work)
    answer = world.ask("a", "x")
    assert answer.error is not None
    assert why in answer.error.message


def test_a_pure_action_has_no_progress(boot: MakeWorld) -> None:
    @action
    def work(ctx: Context) -> None:
        ctx.progress(1)

    answer = progressing(boot, work).ask("a", "x")
    assert answer.error is not None
    assert answer.error.message == "UsageError: ctx.progress is for effectful actions"


def test_what_was_given_up_tells_no_progress(boot: MakeWorld) -> None:
    gate = Gate(stubborn=True)

    @action
    async def slow(state: State, ctx: Context) -> None:
        await from_function(gate.action).run(state, {}, ctx)  # type: ignore[misc, arg-type]
        ctx.progress("late")

    world = progressing(boot, slow)
    world.tell("a", "x")
    world.order("kill", id="a")
    gate.open()
    world.settle()
    assert said(world) == []


# -- looking up


def looked_up(world: World, command: str, agent: str | None = None) -> Any:
    found = world.port.command(command, agent)
    assert found.pop("stalled") is None
    return found


def test_a_command_that_was_answered_unknown_can_be_looked_up(boot: MakeWorld) -> None:
    gate = Gate()
    world = boot(tree(agent("a", waiting(gate))))
    asked = world.call("a", "wait", timeout_s=1.0)
    waits = world.call("a", "add", timeout_s=60.0)
    world.advance(1.1)
    answer = asked.result()
    assert (answer.outcome, answer.command) == ("unknown", asked.result().command)
    command = answer.command
    assert command is not None
    assert looked_up(world, command) == {
        "command": command,
        "path": "root/a",
        "status": "running",
        "action": "wait",
        "ms": 1100,
    }
    (mail,) = world.place("a").mail or ()
    assert looked_up(world, mail.signal.id)["status"] == "waiting"  # type: ignore[union-attr]
    gate.open()
    world.settle()
    found = looked_up(world, command, "a")
    assert (found["status"], found["seq"], found["error"]) == ("ok", 1, None)
    assert (found["output"], found["type"]) == ({"count": 1}, "wait")
    assert waits.result().state == {"count": 2}


def test_a_command_that_failed_later_says_why(boot: MakeWorld) -> None:
    gate = Gate()
    world = boot(tree(agent("a", waiting(gate))))
    asked = world.call("a", "wait", timeout_s=1.0)
    world.advance(1.1)
    gate.fail(ValueError("no line"))
    world.settle()
    found = looked_up(world, asked.result().command or "")
    assert (found["status"], found["error"]) == (
        "failed",
        {"message": "ValueError: no line", "code": "exception"},
    )


def test_a_command_that_its_agent_exited_over_stays_unknown(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", waiting(Gate()))))
    asked = world.call("a", "wait", timeout_s=1.0)
    world.advance(1.1)
    world.order("kill", id="a")
    found = looked_up(world, asked.result().command or "")
    assert (found["status"], found["why"]) == (
        "unknown",
        "root/a exited while its command ran: killed",
    )


def test_what_was_answered_in_time_is_not_kept(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", waiting(Gate()))))
    signal = world.engine.signal("add")
    world.tell("a", "add")
    with pytest.raises(ControlError) as caught:
        world.port.command(signal.id, None)
    assert caught.value.code == "no-command"
