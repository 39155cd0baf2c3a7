"""Locals and on_error: what is named before everything else, and what happens when it fails."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from jido_cli.core.action import Action, ActionError, action, from_function
from jido_cli.core.command import begin_signal, resume
from jido_cli.core.context import Context
from jido_cli.core.declarative.action import compile_action
from jido_cli.core.directive_types import Directive
from jido_cli.core.directives import DeadLetter, Emit, Error
from jido_cli.core.failures import failure_from
from jido_cli.core.outcomes import Done, Raised, Returned, Suspended
from jido_cli.core.signals import Signal
from jido_cli.core.values import freeze
from tests.core.expressions.declared import STATE, agent_with, changes, compiled, done, failure


def state_of(outcome: Done) -> dict[str, object]:
    """Return the members that are not as at the start, of a command that may have failed."""
    start = STATE.defaults()
    return {key: value for key, value in outcome.agent.state.items() if value != start[key]}


def asked(outcome: Done) -> tuple[Directive, ...]:
    """Return the directives of a failed command but the error that it always ends with."""
    *found, last = outcome.directives
    assert isinstance(last, Error)
    return tuple(found)


def test_locals_are_made_in_order_and_seen_by_everything_after_them() -> None:
    declaration = {
        "params": {"by": 2},
        "locals": {
            "twice": "${{ params.by * 2 }}",
            "more": "${{ local.twice + state.count }}",
            "shape": {"a": "${{ local.more }}", "b": [1]},
        },
        "require": "local.twice == 4",
        "set": {"count": "${{ local.more }}", "box": "${{ local.shape }}"},
        "emit": {"type": "a", "data": "${{ local.shape.a }}", "when": "local.more > 1"},
    }
    declaration["set"]["box"] = {"a": "${{ local.shape.a }}"}  # type: ignore[index]
    outcome = done(declaration)
    assert changes(outcome) == {"count": 5, "box": {"a": 5}}
    assert outcome.directives == (Emit("a", 5),)


def test_a_local_is_what_its_value_is_once_it_left_the_expression() -> None:
    declaration = {
        "locals": {"now": "${{ ctx.now }}", "late": "${{ duration('90s') }}"},
        "set": {"name": "${{ local.now + ' ' + local.late }}"},
    }
    assert changes(done(declaration)) == {"name": "1970-01-01T00:00:00Z 90s"}


def test_a_local_that_fails_fails_the_command_at_its_place() -> None:
    declaration = {"locals": {"x": "${{ 1 / signal.data.n }}"}, "set": {"count": 5}}
    assert failure(done(declaration, {"n": 0})) == (
        "expression",
        "locals.x: division by zero in '1 / signal.data.n' at 1:3",
        False,
    )


@pytest.mark.parametrize(
    ("declaration", "path", "message", "hint"),
    [
        (
            {"locals": {"a": "${{ local.b }}", "b": 1}},
            ("locals", "a"),
            "there is no variable 'local' here",
            None,
        ),
        (
            {"locals": {"a": 1, "b": "${{ local.c }}", "c": 1}},
            ("locals", "b"),
            "undefined field 'c'",
            "there is a",
        ),
        (
            {"locals": {"total": 1}, "set": {"count": "${{ local.totl }}"}},
            ("set", "count"),
            "undefined field 'totl'",
            "did you mean 'total'?",
        ),
        (
            {"locals": {"name": "x"}, "set": {"count": "${{ local.name }}"}},
            ("set", "count"),
            "count is an integer, but this gives text",
            "convert it: int(x)",
        ),
        (
            {"locals": {"items": "${{ [{'n': 1}] }}"}, "set": {"count": "${{ local.items[0].n }}"}},
            None,
            "",
            None,
        ),
        ({"locals": {"a-b": 1}}, ("locals", "a-b"), "'a-b' is not a name", None),
        ({"locals": [1]}, ("locals",), "[1] is not a mapping", None),
        (
            {"locals": {"a": "${{ result.x }}"}, "run": "m:f"},
            ("locals", "a"),
            "'result' is what the work returns: locals and require come before it",
            None,
        ),
        (
            {"set": {"count": "${{ local.x }}"}},
            ("set", "count"),
            "there is no variable 'local' here",
            None,
        ),
    ],
)
def test_a_mistake_with_locals_is_told(
    declaration: Mapping[str, object],
    path: tuple[str, ...] | None,
    message: str,
    hint: str | None,
) -> None:
    found = compile_action("act", declaration, state_schema=STATE).problems
    if path is None:
        assert found == ()
        return
    assert [(each.path, each.message) for each in found] == [(path, message)]
    assert hint is None or found[0].hint == hint


FAILS = {"require": "state.count > 5", "message": "only ${{ state.count }}"}


def test_on_error_changes_the_state_and_asks_although_the_command_failed() -> None:
    declaration = FAILS | {
        "set": {"count": 9},
        "on_error": {
            "set": {"name": "${{ error.code }}: ${{ error.message }}"},
            "append": {"tags": "${{ error.retryable }}/${{ error.attempts }}"},
            "emit": {"type": "failed", "data": "${{ next.name }}"},
            "directives": [{"dead_letter": {"reason": "${{ error.code }}"}}],
        },
    }
    outcome = done(declaration)
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.message) == ("require", "only 1")
    assert state_of(outcome) == {"name": "require: only 1", "tags": ["false/1"]}
    assert asked(outcome) == (Emit("failed", "require: only 1"), DeadLetter("require"))


def test_on_error_sees_params_and_locals() -> None:
    declaration = {
        "params": {"by": 1},
        "locals": {"twice": "${{ params.by * 2 }}"},
        "set": {"count": "${{ 1 / (params.by - 1) }}"},
        "on_error": {
            "emit": {
                "type": "failed",
                "data": "${{ [params.by, local.twice] }}",
                "when": "has(error.step)",
            }
        },
    }
    assert asked(done(declaration)) == (Emit("failed", [1, 2]),)


def test_on_error_is_not_run_where_nothing_failed() -> None:
    declaration = {"set": {"count": 2}, "on_error": {"set": {"count": 9}}}
    assert changes(done(declaration)) == {"count": 2}


def test_what_is_wrong_in_on_error_is_told_with_the_failure() -> None:
    declaration = FAILS | {"on_error": {"set": {"name": "${{ signal.data.nope }}"}}}
    outcome = done(declaration)
    assert outcome.error is not None
    assert (outcome.error.code, state_of(outcome)) == ("require", {})
    assert outcome.error.details is not None
    assert str(outcome.error.details["on_error"]).startswith(
        "on_error.set.name: there is no key 'nope'"
    )


def test_a_local_that_failed_fails_in_on_error_only_where_it_is_read() -> None:
    declaration = {
        "locals": {"x": "${{ 1 / signal.data.n }}"},
        "on_error": {"set": {"name": "${{ error.code }}"}},
    }
    assert state_of(done(declaration, {"n": 0})) == {"name": "expression"}
    declaration["on_error"]["set"]["count"] = "${{ local.x }}"
    assert state_of(done(declaration, {"n": 0})) == {}


@action
async def effect(by: int = 1) -> object:
    return {"count": by}


def suspended(declaration: Mapping[str, object]) -> Suspended:
    signal = Signal("go", "/t", freeze({"by": 3}), ident="s1")
    act: Action = compiled(declaration, from_function(effect))
    step = begin_signal(agent_with(act), signal, Context(signal=signal, attempt=2))
    assert isinstance(step, Suspended)
    return step


WORK = {
    "run": "m:f",
    "locals": {"label": "${{ 'by ' + string(params.by) }}"},
    "set": {"count": "${{ int(result.count) }}", "name": "${{ local.label }}"},
    "on_error": {"set": {"name": "${{ error.code }} ${{ error.attempts }} ${{ local.label }}"}},
}


def test_locals_are_kept_while_the_work_runs() -> None:
    ended = resume(suspended(WORK).command, Returned({"count": 7}))
    assert isinstance(ended, Done)
    assert changes(ended) == {"count": 7, "name": "by 3"}


def test_on_error_is_run_when_the_work_failed_for_good() -> None:
    error = failure_from("act", ActionError("no", code="down"))
    ended = resume(suspended(WORK).command, Raised(error))
    assert isinstance(ended, Done)
    assert state_of(ended) == {"name": "down 2 by 3"}


@pytest.mark.parametrize(
    ("declared", "path", "message"),
    [
        (5, ("on_error",), "5 is not a mapping of outcome keys"),
        ({"require": "true"}, ("on_error", "require"), "unknown key 'require'"),
        ({"set": {"cuont": 1}}, ("on_error", "set", "cuont"), "the state has no key 'cuont'"),
        (
            {"set": {"name": "${{ error.mesage }}"}},
            ("on_error", "set", "name"),
            "undefined field 'mesage'",
        ),
        (
            {"set": {"name": "${{ result.x }}"}},
            ("on_error", "set", "name"),
            "'result' is what the work returns, and this action has none",
        ),
        (
            {"set": {"name": "${{ next.name }}"}},
            ("on_error", "set", "name"),
            "'next' is the state after the action: only emit and directives see it",
        ),
        (
            {"emit": {"type": "a", "when": "error.code"}},
            ("on_error", "emit", "when"),
            "a condition must be bool, not string",
        ),
        (
            {"directives": [{"cancel": {}}]},
            ("on_error", "directives", 0, "cancel"),
            "cancel needs an id",
        ),
    ],
)
def test_a_mistake_in_on_error_is_told(
    declared: object, path: tuple[str | int, ...], message: str
) -> None:
    declaration = {"set": {"count": 1}, "on_error": declared}
    (found,) = compile_action("act", declaration, state_schema=STATE).problems
    assert (found.path, found.message) == (path, message)
