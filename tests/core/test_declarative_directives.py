"""Signals and directives of declared actions: every kind, when, for_each, targets, mistakes."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from jido_cli.core.action import action, from_function
from jido_cli.core.declarative.action import compile_action
from jido_cli.core.directive_types import Directive
from jido_cli.core.directives import (
    AdoptChild,
    Cancel,
    CancelInstruction,
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
    StopChild,
)
from jido_cli.core.own_directives import Run
from jido_cli.core.targets import AgentTarget, ChildTarget
from tests.core.expressions.declared import STATE, done, failure

DATA = {"n": 3, "id": "o1", "tasks": ["x", "y"], "ids": [1, 2], "nothing": None, "delay": "5s"}


def asked(declaration: Mapping[str, object]) -> tuple[Directive, ...]:
    outcome = done(declaration, DATA)
    assert outcome.error is None
    return outcome.directives


@pytest.mark.parametrize(
    ("directive", "want"),
    [
        ({"emit": {"type": "a", "data": {"n": "${{ signal.data.n }}"}}}, Emit("a", {"n": 3})),
        (
            {"schedule": {"id": "t", "after": "5s", "signal": "a"}},
            Schedule("a", after_ms=5000, id="t"),
        ),
        (
            {
                "schedule": {
                    "after": "${{ signal.data.n }}00ms",
                    "signal": {"type": "a", "data": {"n": "${{ signal.data.n }}"}, "subject": "s"},
                }
            },
            Schedule(SignalSpec("a", {"n": 3}, "s"), after_ms=300),
        ),
        (
            {"schedule": {"after": "${{ signal.data.delay }}", "signal": "a"}},
            Schedule("a", after_ms=5000),
        ),
        (
            {"schedule": {"after": "${{ duration('1.5s') }}", "signal": "a"}},
            Schedule("a", after_ms=1500),
        ),
        (
            {"schedule": {"at": "${{ ctx.now + days(1) }}", "signal": "a", "durable": True}},
            Schedule("a", at="1970-01-02T00:00:00Z", durable=True),
        ),
        ({"cancel": {"id": "t-${{ signal.data.n }}"}}, Cancel("t-3")),
        ({"cancel": {"id": "${{ signal.data.n }}"}}, Cancel("3")),
        (
            {"cron": {"id": "c", "cron": "0 7 * * *", "timezone": "Europe/Berlin", "signal": "a"}},
            Cron("c", "0 7 * * *", "a", "Europe/Berlin"),
        ),
        ({"cron_cancel": {"id": "c"}}, CronCancel("c")),
        (
            {
                "spawn_agent": {
                    "agent": "worker",
                    "tag": "w-${{ signal.data.n }}",
                    "under": "workers",
                    "state": {"n": "${{ next.count }}"},
                    "meta": {"by": "${{ agent.id }}"},
                    "restart": "temporary",
                }
            },
            SpawnAgent("worker", "w-3", "workers", {"n": 1}, {"by": ""}, "temporary"),
        ),
        ({"spawn_agent": {"agent": "worker"}}, SpawnAgent("worker")),
        ({"stop_child": {"tag": "w1"}}, StopChild("w1")),
        (
            {"adopt_child": {"child": "root/w", "tag": "w${{ signal.data.n }}", "meta": {"a": 1}}},
            AdoptChild("root/w", "w3", {"a": 1}),
        ),
        (
            {
                "run_instruction": {
                    "id": "turn",
                    "action": "think",
                    "with": {"n": "${{ state.count }}"},
                    "on_result": "a",
                    "on_error": "b",
                }
            },
            RunInstruction("think", {"n": 1}, "turn", "a", "b"),
        ),
        ({"cancel_instruction": {"id": "turn"}}, CancelInstruction("turn")),
        ({"reply": {"hits": "${{ signal.data.tasks }}"}}, Reply({"hits": ["x", "y"]})),
        ({"reply": None}, Reply(None)),
        ({"dead_letter": {"reason": "too_old"}}, DeadLetter("too_old")),
        (
            {"error": {"message": "low: ${{ signal.data.n }}", "code": "stock"}},
            Error("low: 3", "stock"),
        ),
        ({"error": {"message": "low"}}, Error("low")),
        ({"run": "m:f"}, Run("m:f")),
        ({"run": "m:f", "with": {"n": "${{ state.count }}"}}, Run("m:f", {"n": 1})),
        ({"stop": {}}, Stop()),
        ({"stop": {"reason": "shutdown"}}, Stop("shutdown")),
        ({"stop": {"reason": {"shutdown": "${{ signal.data.n }}"}}}, Stop({"shutdown": 3})),
    ],
)
def test_a_directive_is_made_of_its_keys(directive: Mapping[str, object], want: Directive) -> None:
    assert asked({"directives": [directive]}) == (want,)


def test_signals_come_before_directives_and_keep_their_order() -> None:
    declaration = {
        "directives": [{"stop": {}}, {"emit": {"type": "c"}}],
        "emit": [{"type": "a"}, {"type": "b"}],
    }
    assert asked(declaration) == (Emit("a"), Emit("b"), Stop(), Emit("c"))


@pytest.mark.parametrize(
    ("when", "want"),
    [
        ("next.count > state.count", (Emit("a"),)),
        ("next.count == state.count", ()),
        ("signal.data.n == 3 && params.by == 1", (Emit("a"),)),
    ],
)
def test_when_says_whether_it_is_asked_for(when: str, want: tuple[Directive, ...]) -> None:
    changing = {"params": {"by": 1}, "set": {"count": "${{ state.count + params.by }}"}}
    assert asked({**changing, "emit": {"type": "a", "when": when}}) == want
    assert asked({**changing, "directives": [{"emit": {"type": "a"}, "when": when}]}) == want


def test_for_each_asks_once_for_every_element() -> None:
    emit = {"type": "t.${{ item }}", "data": "${{ index }}", "for_each": "${{ signal.data.tasks }}"}
    want = (Emit("t.x", 0), Emit("t.y", 1))
    assert asked({"emit": emit}) == want
    assert asked({"emit": {**emit, "when": "index > 0"}}) == want[1:]
    assert asked({"directives": [{"emit": emit}]}) == want
    each = {"for_each": ["x", "${{ state.name }}"], "stop_child": {"tag": "${{ item }}"}}
    assert asked({"directives": [each]}) == (StopChild("x"), StopChild("bo"))
    assert asked({"emit": {"type": "a", "for_each": []}}) == ()


def test_loops_in_one_another_have_elements_of_their_own() -> None:
    inner = {"type": "${{ item }}", "for_each": ["a", "b"], "data": "${{ index }}"}
    declaration = {
        "directives": [{"for_each": [1, 2], "emit": inner}, {"reply": "${{ state.name }}"}]
    }
    assert asked(declaration) == (
        *(Emit("a", 0), Emit("b", 1), Emit("a", 0), Emit("b", 1)),
        Reply("bo"),
    )


def test_elements_have_the_types_of_their_list() -> None:
    declaration = {
        "params": {
            "items": {
                "type": "array",
                "items": {"type": "object", "properties": {"sku": {"type": "string"}}},
            }
        },
        "emit": {"type": "a", "for_each": "${{ params.items }}", "data": "${{ item.skuu }}"},
    }
    (found,) = compile_action("act", declaration).problems
    assert (found.path, found.message, found.hint) == (
        ("emit", "data"),
        "undefined field 'skuu'",
        "did you mean 'sku'?",
    )


@pytest.mark.parametrize(
    ("to", "want"),
    [
        ("bus", None),
        ("self", "self"),
        ("sender", "sender"),
        ({"agent": "x-${{ signal.data.n }}"}, AgentTarget("x-3")),
        ({"child": "${{ signal.data.id }}"}, ChildTarget("o1")),
        (["parent", {"agent": "x"}], ("parent", AgentTarget("x"))),
        ("${{ signal.data.n > 2 ? 'self' : 'none' }}", "self"),
        ("${{ {'agent': signal.data.id} }}", AgentTarget("o1")),
        ("${{ signal.data.tasks.map(t, {'child': t}) }}", (ChildTarget("x"), ChildTarget("y"))),
        ("${{ signal.data.nothing }}", None),
    ],
)
def test_a_signal_goes_where_it_says(to: object, want: object) -> None:
    (found,) = asked({"emit": {"type": "a", "to": to}})
    assert isinstance(found, Emit)
    assert found.to == want


def test_a_part_that_is_null_is_left_out() -> None:
    emit = {"type": "a", "subject": "${{ signal.data.nothing }}"}
    assert asked({"emit": emit}) == (Emit("a"),)


@action
def work() -> object:
    return {"hits": 2}, [Emit("from.python")]


def test_directives_see_the_result_of_the_work_and_come_after_its_own() -> None:
    declaration = {"run": "m:f", "set": {"count": "${{ result.hits }}"}} | {
        "directives": [{"reply": "${{ [result.hits, next.count] }}", "when": "result.hits > 1"}]
    }
    outcome = done(declaration, None, from_function(work))
    assert outcome.error is None
    assert outcome.directives == (Emit("from.python"), Reply([2, 2]))


@pytest.mark.parametrize(
    ("declaration", "message"),
    [
        (
            {"emit": {"type": "a", "when": "signal.data.nope > 1"}},
            "emit.when: there is no key 'nope' in 'signal.data.nope > 1' at 1:13",
        ),
        (
            {"directives": [{"for_each": "${{ signal.data.n }}", "stop": {}}]},
            "directives.0.for_each: the expression gives 3, not a list",
        ),
        (
            {"directives": [{"cancel": {"id": "${{ signal.data.nope }}"}}]},
            "directives.0.cancel.id: there is no key 'nope' in 'signal.data.nope' at 1:13",
        ),
        (
            {"directives": [{"cancel": {"id": "${{ signal.data.tasks }}"}}]},
            "directives.0.cancel.id: ['x', 'y'] is not text",
        ),
        (
            {"directives": [{"cancel": {"id": "${{ signal.data.nothing }}"}}]},
            "directives.0.cancel.id: this is null",
        ),
        (
            {"directives": [{"schedule": {"after": "${{ signal.data.n }}", "signal": "a"}}]},
            "directives.0.schedule.after: 3 is not a duration",
        ),
        (
            {"directives": [{"schedule": {"at": "${{ signal.data.id }}", "signal": "a"}}]},
            "directives.0.schedule: at: 'o1' is not an RFC 3339 timestamp",
        ),
        (
            {"emit": {"type": "a", "to": "${{ signal.data.id }}"}},
            "emit.to: 'o1' is not a target",
        ),
        (
            {"emit": {"type": "a", "extensions": "${{ signal.data.n }}"}},
            "emit.extensions: 3 is not a mapping",
        ),
        (
            {"directives": [{"spawn_agent": {"agent": "w", "meta": "${{ signal.data.n }}"}}]},
            "directives.0.spawn_agent.meta: 3 is not a mapping",
        ),
        (
            {"directives": [{"emit": {"type": "${{ '' }}"}}]},
            "directives.0.emit: type is empty",
        ),
        (
            {"directives": [{"spawn_agent": {"agent": "w", "restart": "${{ signal.data.id }}"}}]},
            (
                "directives.0.spawn_agent: restart 'o1' is not one of 'permanent', 'transient',"
                " 'temporary'"
            ),
        ),
    ],
)
def test_what_cannot_be_asked_for_fails_the_command_at_its_place(
    declaration: Mapping[str, object], message: str
) -> None:
    assert failure(done(declaration, DATA)) == ("expression", message, False)


@pytest.mark.parametrize(
    ("declaration", "path", "message", "hint"),
    [
        ({"directives": {}}, ("directives",), "{} is not a list of directives", None),
        ({"directives": [5]}, ("directives", 0), "5 is not a directive", None),
        (
            {"directives": [{}]},
            ("directives", 0),
            (
                "a directive needs one of the keys emit, schedule, cancel, cron, cron_cancel,"
                " spawn_agent, stop_child, adopt_child, start_sensor, stop_sensor,"
                " run_instruction, cancel_instruction, dead_letter, error, stop, reply, run"
            ),
            None,
        ),
        (
            {"directives": [{"stop": {}, "cancel": {"id": "x"}}]},
            ("directives", 0, "cancel"),
            "'stop' and 'cancel' are two directives: make two entries",
            None,
        ),
        (
            {"directives": [{"spawn_agnt": {}}]},
            ("directives", 0, "spawn_agnt"),
            "unknown key 'spawn_agnt'",
            "did you mean 'spawn_agent'?",
        ),
        (
            {"directives": [{"run": "os.system"}]},
            ("directives", 0, "run"),
            "'os.system' does not name a function as module:function",
            None,
        ),
        (
            {"directives": [{"adopt_child": {"child": "w"}}]},
            ("directives", 0, "adopt_child"),
            "adopt_child needs a tag",
            None,
        ),
        (
            {"directives": [{"cancel": {}}]},
            ("directives", 0, "cancel"),
            "cancel needs an id",
            None,
        ),
        (
            {"directives": [{"stop": "normal"}]},
            ("directives", 0, "stop"),
            "'normal' is not a mapping {reason}",
            None,
        ),
        (
            {"directives": [{"stop": {"reason": "why"}}]},
            ("directives", 0, "stop"),
            "stop: reason 'why' is not 'normal', 'shutdown' or {'shutdown': detail}",
            None,
        ),
        (
            {"directives": [{"schedule": {"after": "5", "signal": "a"}}]},
            ("directives", 0, "schedule", "after"),
            "'5' is not a duration",
            "write a number and a unit: 250ms, 5s, 2m, 1h, 1d",
        ),
        (
            {"directives": [{"schedule": {"signal": "a"}}]},
            ("directives", 0, "schedule"),
            "schedule: give either after_ms or at",
            None,
        ),
        (
            {"directives": [{"schedule": {"after": "5s", "signal": {"type": "a", "dta": 1}}}]},
            ("directives", 0, "schedule", "signal", "dta"),
            "unknown key 'dta'",
            "did you mean 'data'?",
        ),
        (
            {"directives": [{"cancel": {"id": "${{ state.cuont }}"}}]},
            ("directives", 0, "cancel", "id"),
            "undefined field 'cuont'",
            "did you mean 'count'?",
        ),
        (
            {"directives": [{"emit": {"type": "a", "tpye": 1}}]},
            ("directives", 0, "emit", "tpye"),
            "unknown key 'tpye'",
            "did you mean 'type'?",
        ),
        (
            {"emit": {"type": "a", "for_each": "${{ state.count }}"}},
            ("emit", "for_each"),
            "for_each needs a list, not int",
            None,
        ),
        (
            {"emit": {"type": "a", "for_each": "${{ state.box }}"}},
            ("emit", "for_each"),
            "for_each needs a list, not object",
            "write dyn(x).keys() or dyn(x).entries()",
        ),
        (
            {"emit": {"type": "a", "for_each": "tasks"}},
            ("emit", "for_each"),
            "for_each needs a list, not 'tasks'",
            None,
        ),
        (
            {"emit": {"type": "a", "data": "${{ item }}"}},
            ("emit", "data"),
            "'item' is of for_each: there is none here",
            None,
        ),
        (
            {"emit": {"type": "a", "when": "${{ true }}"}},
            ("emit", "when"),
            "this is plain CEL already, without ${{ }}",
            "leave out the braces",
        ),
        (
            {"emit": {"type": "a", "for_each": [1, "${{ nope }}"]}},
            ("emit", "for_each", 1),
            "there is no variable 'nope' here",
            None,
        ),
    ],
)
def test_a_mistake_is_told_once_at_its_place(
    declaration: Mapping[str, object],
    path: tuple[str | int, ...],
    message: str,
    hint: str | None,
) -> None:
    (found,) = compile_action("act", declaration, state_schema=STATE).problems
    assert (found.path, found.message) == (path, message)
    assert hint is None or found.hint == hint


def test_a_mistake_in_every_directive_is_found() -> None:
    declaration = {
        "directives": [
            {"cancel": {"id": "${{ state.a }}"}},
            {"emit": {"type": "${{ state.b }}"}, "when": "state.c"},
            {"reply": "${{ state.d }}"},
        ]
    }
    found = compile_action("act", declaration, state_schema=STATE).problems
    assert [(each.path[1:], each.message) for each in found] == [
        ((0, "cancel", "id"), "undefined field 'a'"),
        ((1, "when"), "undefined field 'c'"),
        ((1, "emit", "type"), "undefined field 'b'"),
        ((2, "reply"), "undefined field 'd'"),
    ]
