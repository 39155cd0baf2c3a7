"""Declared actions around Python work: what is checked before it and concluded after it."""

from __future__ import annotations

from collections.abc import Mapping

from jido_cli.core.action import action, from_function
from jido_cli.core.command import begin_signal, resume
from jido_cli.core.context import Context
from jido_cli.core.declarative.action import compile_action
from jido_cli.core.directives import Emit
from jido_cli.core.outcomes import Done, Returned, Suspended
from jido_cli.core.signals import Signal
from jido_cli.core.state_ops import SetPath
from jido_cli.core.values import freeze
from tests.core.expressions.declared import STATE, agent_with, changes, compiled, done, failure


@action
def priced(state: Mapping[str, object], by: int = 1) -> object:
    return {"total": by * 10}, [Emit(type="from.python")]


def test_state_keys_see_the_result_of_the_work_which_is_not_merged_then() -> None:
    declaration = {
        "run": "m:f",
        "require": "params.by > 0",
        "set": {"count": "${{ int(result.total) }}"},
        "emit": {"type": "done", "data": "${{ next.count }}"},
    }
    outcome = done(declaration, {"by": 3}, from_function(priced))
    assert changes(outcome) == {"count": 30}
    assert outcome.directives == (Emit(type="from.python"), Emit(type="done", data=30))
    assert outcome.output == {"total": 30}
    assert failure(done(declaration, {"by": 0}, from_function(priced)))[0] == "require"


@action
def counted() -> object:
    return {"count": 7}, [SetPath(["box", "a"], 9)]


def test_without_state_keys_the_result_of_the_work_is_merged() -> None:
    declaration = {"run": "m:f", "emit": {"type": "t", "data": "${{ [next.count, next.box.a] }}"}}
    outcome = done(declaration, None, from_function(counted))
    assert changes(outcome) == {"count": 7, "box": {"a": 9, "b": 2}}
    assert outcome.directives == (Emit(type="t", data=[7, 9]),)


def test_a_declared_output_types_the_result() -> None:
    declaration = {
        "run": "m:f",
        "output": {"total": {"type": "integer"}},
        "set": {"count": "${{ result.total + 1 }}"},
    }
    assert changes(done(declaration, {"by": 3}, from_function(priced))) == {"count": 31}
    wrong = {**declaration, "set": {"count": "${{ result.totl }}"}}
    (problem,) = compile_action(
        "act", wrong, state_schema=STATE, work=from_function(priced)
    ).problems
    assert problem.message == "undefined field 'totl'"


def test_work_whose_result_is_not_what_was_declared_fails() -> None:
    declaration = {"run": "m:f", "output": {"total": {"type": "string"}}, "set": {"count": 5}}
    assert failure(done(declaration, None, from_function(priced)))[0] == "invalid_output"


@action
def nonsense() -> object:
    return 5


def test_work_that_returns_nonsense_fails_in_the_commands_own_words() -> None:
    outcome = done({"run": "m:f", "set": {"count": 5}}, None, from_function(nonsense))
    assert failure(outcome)[0] == "invalid_result"


@action
async def slow(by: int = 1) -> object:
    return {"total": by}


def test_effectful_work_is_prepared_and_concluded_around_the_call() -> None:
    declaration = {
        "run": "m:f",
        "require": "params.by > 0",
        "set": {"count": "${{ int(result.total) }}"},
        "timeout": "250ms",
    }
    act = compiled(declaration, from_function(slow))
    assert (act.kind, act.timeout_s) == ("async", 0.25)
    agent = agent_with(act)
    signal = Signal("go", "/t", freeze({"by": 3}))
    command = begin_signal(agent, signal, Context(signal=signal))
    assert isinstance(command, Suspended)
    outcome = resume(command.command, Returned({"total": 3}))
    assert isinstance(outcome, Done)
    assert changes(outcome) == {"count": 3}
    refused = Signal("go", "/t", freeze({"by": 0}))
    outcome = begin_signal(agent, refused, Context(signal=refused))
    assert isinstance(outcome, Done)
    assert failure(outcome)[0] == "require"


def test_work_alone_stays_as_it_is_under_the_declared_name() -> None:
    made = compiled({"run": "m:f", "description": "Prices."}, from_function(priced))
    assert (made.name, made.description) == ("act", "Prices.")
    assert made.run is from_function(priced).run


def test_a_declaration_with_work_that_is_not_known_is_only_checked() -> None:
    made = compile_action("act", {"run": "m:f", "set": {"count": "${{ int(result.x) }}"}})
    assert made == (None, ())
