"""Errors of commands and what agents do about them (runtime.md 8)."""

from __future__ import annotations

import pytest

from jido_cli.core.action import Action, action
from jido_cli.core.directives import Error
from jido_cli.runtime.supervising.starts import ErrorPolicy
from tests.helpers.actions import COUNT, add, boom, doing, note, refuse
from tests.helpers.programs import agent, program, tree
from tests.runtime.conftest import MakeWorld

ROUTES = {"add": add, "boom": boom, "refuse": refuse}


def with_policy(policy: ErrorPolicy) -> object:
    return tree(agent("a", program("c", ROUTES, state=COUNT, on_error=policy)))


def test_a_failing_action_is_an_error_event_and_the_agent_goes_on(boot: MakeWorld) -> None:
    world = boot(with_policy(ErrorPolicy("log")))
    world.tell("a", "add")
    world.tell("a", "boom")
    world.tell("a", "add")
    assert world.state("a") == {"count": 2}
    (error,) = world.facts("error", "exited")
    assert (error["kind"], error["path"], error["data"]) == (
        "error",
        "root/a",
        {"type": "boom", "action": "boom", "message": "KeyError: 'sku'", "code": "exception"},
    )
    assert world.directives() == [("root/a", "error", "done", None)]


def test_a_failure_is_the_same_whichever_way_the_signal_came(boot: MakeWorld) -> None:
    world = boot(with_policy(ErrorPolicy("log")))
    world.tell("a", "refuse")
    answer = world.ask("a", "refuse")
    assert answer.error is not None
    assert (answer.error.code, answer.error.message) == ("refused", "no")
    told = {"type": "refuse", "action": "refuse", "message": "no", "code": "refused"}
    assert [one["data"] for one in world.facts("error")] == [told, told]


def test_stop_ends_the_agent_with_the_users_own_exception(boot: MakeWorld) -> None:
    world = boot(with_policy(ErrorPolicy("stop")))
    world.cast("a", "boom")
    world.cast("a", "add")
    world.settle()
    (exited,) = world.port.node("a")["exits"]
    assert (exited["reason"], exited["kind"], exited["signal"]) == (
        "crash(KeyError: 'sku')",
        "crash",
        "boom",
    )
    assert exited["frame"].startswith("helpers/actions.py:")
    assert world.state("a") == {"count": 1}  # a new one, which went on with the mail
    assert world.place("a").restarts == 1


def test_stop_over_an_error_that_an_action_asked_for_says_its_message(boot: MakeWorld) -> None:
    of = program("c", {"x": doing(Error("no stock", "stock"))}, on_error=ErrorPolicy("stop"))
    world = boot(tree(agent("a", of)))
    world.tell("a", "x")
    (exited,) = world.port.node("a")["exits"]
    assert exited["reason"] == "crash(ActionCrash: no stock)"


def test_the_signal_in_flight_is_a_dead_letter_of_the_stop(boot: MakeWorld) -> None:
    world = boot(with_policy(ErrorPolicy("stop")))
    world.tell("a", "boom")
    assert world.dead_letters() == [("root/a", "boom", "exited: crash(KeyError: 'sku')")]


def test_max_errors_stops_at_the_nth_failure_within_the_span(boot: MakeWorld) -> None:
    world = boot(with_policy(ErrorPolicy("max_errors", max_errors=3, within_s=10)))
    for pause in (0.0, 4.0, 4.0):
        world.advance(pause)
        world.tell("a", "refuse")
    assert world.place("a").restarts == 1


def test_max_errors_forgets_failures_that_are_older_than_the_span(boot: MakeWorld) -> None:
    world = boot(with_policy(ErrorPolicy("max_errors", max_errors=3, within_s=10)))
    for pause in (0.0, 6.0, 6.0, 6.0):
        world.advance(pause)
        world.tell("a", "refuse")
    assert world.place("a").restarts == 0


def test_max_errors_counts_anew_in_a_new_incarnation(boot: MakeWorld) -> None:
    world = boot(with_policy(ErrorPolicy("max_errors", max_errors=2, within_s=10)))
    for _ in range(3):
        world.tell("a", "refuse")
    assert world.place("a").restarts == 1


def test_successes_between_failures_do_not_reset_max_errors(boot: MakeWorld) -> None:
    world = boot(with_policy(ErrorPolicy("max_errors", max_errors=2, within_s=10)))
    for signal in ("refuse", "add", "refuse"):
        world.tell("a", signal)
    assert world.place("a").restarts == 1


def test_emit_tells_the_error_on_the_bus(boot: MakeWorld) -> None:
    @action
    def keep(message: str, code: str, type: str) -> dict[str, object]:  # noqa: A002
        return {"message": message, "code": code, "type": type}

    failing = program("c", ROUTES, state=COUNT, on_error=ErrorPolicy("emit", emit="c.failed"))
    watcher = program("w", {"c.failed": keep}, subscribe="routes")
    world = boot(tree(agent("a", failing), agent("w", watcher)))
    world.tell("a", "refuse", {"why": "closed"})
    assert world.state("w") == {"message": "closed", "code": "refused", "type": "refuse"}
    assert world.place("a").restarts == 0


def test_a_policy_that_cannot_be_carried_out_does_not_kill(boot: MakeWorld) -> None:
    world = boot(with_policy(ErrorPolicy("emit", emit="")))
    world.tell("a", "boom")
    world.tell("a", "add")
    assert world.state("a") == {"count": 1}
    assert world.events("exited") == []
    assert [one[:3] for one in world.directives()] == [("root/a", "error", "dead_letter")]


@pytest.mark.parametrize(
    "error", [SystemExit(3), GeneratorExit(), type("Odd", (BaseException,), {})()]
)
def test_what_is_no_exception_ends_the_agent_and_nothing_else(
    boot: MakeWorld, error: BaseException
) -> None:
    @action
    def leave() -> None:
        raise error

    of = program("c", {"leave": leave, "add": add}, state=COUNT)
    world = boot(tree(agent("a", of), agent("b", of)))
    asked = world.call("a", "leave")
    world.cast("a", "add")
    world.tell("b", "add")
    assert asked.result().outcome == "unknown"
    assert (world.state("a"), world.state("b")) == ({"count": 1}, {"count": 1})
    assert world.place("a").restarts == 1
    assert world.kernel.watch.running is None


def test_an_invalid_next_state_is_a_failed_command_and_never_stored(boot: MakeWorld) -> None:
    @action
    def spoil() -> dict[str, object]:
        return {"count": "many"}

    world = boot(tree(agent("a", program("c", {"spoil": spoil}, state=COUNT))))
    answer = world.ask("a", "spoil")
    assert answer.error is not None
    assert (answer.error.code, answer.state) == ("invalid_state", {"count": 0})


def test_nothing_of_a_command_holds_when_one_of_its_actions_fails(boot: MakeWorld) -> None:
    of = program("c", {"x": [note, doing(Error("never said")), boom]})
    world = boot(tree(agent("a", of)))
    answer = world.ask("a", "x", {"n": 1})
    assert answer.state == {}
    assert [one["data"]["message"] for one in world.facts("error")] == ["KeyError: 'sku'"]


def test_the_on_error_of_an_action_is_committed_in_its_place(boot: MakeWorld) -> None:
    from jido_cli.core.action import from_function

    source = from_function(boom)
    careful = Action(
        name="careful",
        run=source.run,
        on_error=lambda *_: {"failed": True},
    )
    world = boot(tree(agent("a", program("c", {"x": careful}))))
    answer = world.ask("a", "x")
    assert (answer.ok, answer.state) == (False, {"failed": True})
    assert world.state("a") == {"failed": True}
