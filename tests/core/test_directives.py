from __future__ import annotations

import msgspec
import pytest

from jido_cli.core.directive_types import Directive, DirectiveError, directive_type, directive_types
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
    StopChild,
)
from jido_cli.core.targets import AgentTarget, ChildTarget, KeyTarget, NamedTarget
from jido_cli.core.values import FrozenDict, FrozenList, ValueDomainError

EXAMPLES = [
    Emit("order.placed", {"n": 1}, subject="order/7", id="7", extensions={"tenant": "north"}),
    Error("stock is negative", code="stock"),
    Schedule("order.retry", after_ms=5000, id="retry"),
    Schedule(
        SignalSpec("order.late", {"n": 1}, subject="order/7"),
        at="2026-01-02T03:04:05Z",
        durable=True,
    ),
    Cancel("retry"),
    Cron("report", "0 7 * * *", "report.due", timezone="Europe/Berlin"),
    CronCancel("report"),
    SpawnAgent("worker", tag="w1", under="workers", state={"a": 1}, meta={"b": 2}),
    StopChild("w1"),
    RunInstruction("think", {"q": 1}, id="turn", on_result="answered", on_error="failed"),
    RunInstruction("think"),
    Reply({"hits": 3}),
    DeadLetter("too_old"),
    Stop(),
    Stop({"shutdown": "done"}),
]


@pytest.mark.parametrize("directive", EXAMPLES)
def test_a_directive_knows_its_kind_and_is_written_with_it(directive):
    written = msgspec.json.decode(msgspec.json.encode(directive))
    assert written["directive"] == directive.kind == type(directive).__struct_config__.tag
    assert directive_types()[directive.kind] is type(directive)


def test_what_a_directive_carries_is_frozen():
    data = {"lines": [1]}
    emit = Emit("a", data)
    data["lines"].append(2)
    assert (type(emit.data), type(emit.data["lines"])) == (FrozenDict, FrozenList)
    assert emit.data == {"lines": [1]}
    for directive in (SpawnAgent("a", state={"x": [1]}), RunInstruction("a", {"x": [1]})):
        value = directive.state if isinstance(directive, SpawnAgent) else directive.params
        assert type(value["x"]) is FrozenList


@pytest.mark.parametrize(
    ("to", "kept"),
    [
        (None, None),
        ("bus", None),
        ("self", "self"),
        (AgentTarget("root/a"), AgentTarget("root/a")),
        (["parent", ChildTarget("w1")], ("parent", ChildTarget("w1"))),
        (
            [KeyTarget("7", "sessions"), NamedTarget("slack"), "bus"],
            (KeyTarget("7", "sessions"), NamedTarget("slack"), "bus"),
        ),
    ],
)
def test_targets_are_words_records_or_lists_of_them(to, kept):
    assert Emit("a", to=to).to == kept


@pytest.mark.parametrize(
    ("make", "want"),
    [
        (lambda: Emit(""), "emit: type is empty"),
        (lambda: Emit(5), "signal: type 5 is not a string"),
        (lambda: Emit("a\nb"), "signal: type holds a character that CloudEvents forbids: 'a\\nb'"),
        (lambda: Emit("a", subject=""), "signal: subject is empty"),
        (lambda: Emit("a", subject=7), "signal: subject 7 is not a string"),
        (
            lambda: Emit("a", to="buss"),
            (
                "emit: to 'buss' is not one of bus, self, parent, children, sender, log, console, "
                "none; did you mean 'bus'?"
            ),
        ),
        (
            lambda: Emit("a", to="billing"),
            (
                "emit: to 'billing' is not one of bus, self, parent, children, sender, log, "
                "console, none; an agent is named by AgentTarget('billing')"
            ),
        ),
        (lambda: Emit("a", to=5), "emit: to 5 is not a target"),
        (lambda: Error(""), "error: message '' is not text"),
        (lambda: Schedule("a"), "schedule: give either after_ms or at"),
        (lambda: Schedule("a", after_ms=1, at="x"), "schedule: give either after_ms or at"),
        (lambda: Schedule("a", after_ms=-1), "schedule: after_ms -1 is not an integer of 0 up"),
        (lambda: Schedule("a", after_ms=1.5), "schedule: after_ms 1.5 is not an integer of 0 up"),
        (lambda: Schedule("a", at="soon"), "schedule: at: 'soon' is not an RFC 3339 timestamp"),
        (lambda: Schedule(5, after_ms=1), "signal 5 is neither a type nor a SignalSpec"),
        (lambda: Schedule("a", after_ms=1, id=5), "schedule: id 5 is not text"),
        (lambda: Cancel(""), "cancel: id '' is not text"),
        (lambda: Cron("a", "", "b"), "cron: cron '' is not text"),
        (
            lambda: SpawnAgent("a", restart="permanant"),
            (
                "spawn_agent: restart 'permanant' is not one of "
                "'permanent', 'transient', 'temporary'; did you mean 'permanent'?"
            ),
        ),
        (
            lambda: SpawnAgent("a", on_parent_death="x"),
            "spawn_agent: on_parent_death 'x' is not one of 'stop', 'continue', 'emit_orphan'",
        ),
        (lambda: SpawnAgent("a", tag=""), "spawn_agent: tag '' is not text"),
        (lambda: RunInstruction(""), "run_instruction: action '' is not text"),
        (
            lambda: Stop("done"),
            "stop: reason 'done' is not 'normal', 'shutdown' or {'shutdown': detail}",
        ),
    ],
)
def test_a_mistake_raises_where_the_directive_is_made(make, want):
    with pytest.raises(DirectiveError) as caught:
        make()
    assert str(caught.value) == want


@pytest.mark.parametrize(
    "make",
    [
        lambda: Emit("a", {1}),
        lambda: Reply({1}),
        lambda: SpawnAgent("a", state={"x": {1}}),
        lambda: RunInstruction("a", {"x": {1}}),
        lambda: SignalSpec("a", {1}),
        lambda: Error("a", details={"x": {1}}),
    ],
)
def test_what_a_directive_carries_is_json(make):
    with pytest.raises(ValueDomainError, match="a set is not a JSON value"):
        make()


def test_own_directives_are_registered_by_name():
    @directive_type("page_oncall")
    class PageOncall(Directive, frozen=True, tag="page_oncall"):
        team: str

    assert (PageOncall("shop").kind, directive_types()["page_oncall"]) == (
        "page_oncall",
        PageOncall,
    )
    with pytest.raises(DirectiveError, match="directive 'emit' is jido_cli"):
        directive_type("emit")(PageOncall)
    with pytest.raises(DirectiveError, match="is not a subclass of Directive"):
        directive_type("x")(int)
