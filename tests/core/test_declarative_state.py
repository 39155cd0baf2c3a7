"""The state keys of declared actions: what each does, in which order, which do not go together."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from jido_cli.core.action import Action
from jido_cli.core.agent import Agent, AgentDefinition, Route
from jido_cli.core.command import begin_signal
from jido_cli.core.context import Context
from jido_cli.core.declarative.action import compile_action
from jido_cli.core.outcomes import Done
from jido_cli.core.schema import compile_schema
from jido_cli.core.signals import Signal
from jido_cli.core.values import freeze

STATE = compile_schema(
    {
        "count": 1,
        "name": "bo",
        "tags": {"type": "array", "items": {"type": "string"}, "default": ["a", "b"]},
        "events": [],
        "orders": {"type": "object", "default": {"o1": {"n": 1}, "o2": {"n": 2}}},
        "box": {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "array"}},
            "default": {"a": 1},
        },
    }
)


def act(declaration: Mapping[str, object]) -> Action:
    made = compile_action("act", declaration, state_schema=STATE)
    assert made.problems == ()
    assert made.action is not None
    return made.action


def done(
    declaration: Mapping[str, object],
    data: object = None,
    state: Mapping[str, object] | None = None,
) -> Done:
    route = Route("go", ((act(declaration), None),))
    definition = AgentDefinition("a", state_schema=STATE, routes=[route])
    signal = Signal("go", "/t", freeze(data if data is not None else {}), ident="s1")
    outcome = begin_signal(
        Agent.new(definition, "a1", state), signal, Context(now_ns=10**18, signal=signal)
    )
    assert isinstance(outcome, Done)
    return outcome


def changed(
    declaration: Mapping[str, object],
    data: object = None,
    state: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Return the members of the state that are not as at the start."""
    outcome = done(declaration, data, state)
    assert outcome.error is None
    before = {**STATE.defaults(), **(state or {})}
    return {key: value for key, value in outcome.agent.state.items() if value != before[key]}


def said(declaration: Mapping[str, object], data: object = None) -> str:
    outcome = done(declaration, data)
    assert outcome.error is not None
    assert outcome.agent.state == STATE.defaults()
    return outcome.error.message


@pytest.mark.parametrize(
    ("declaration", "want"),
    [
        ({"delete": ["orders.o1"]}, {"orders": {"o2": {"n": 2}}}),
        ({"delete": ["orders.o1.n", "orders.nope"]}, {"orders": {"o1": {}, "o2": {"n": 2}}}),
        ({"delete": ["orders.${{ 'o' + '2' }}"]}, {"orders": {"o1": {"n": 1}}}),
        ({"append": {"tags": "c"}}, {"tags": ["a", "b", "c"]}),
        ({"prepend": {"tags": "${{ state.name }}"}}, {"tags": ["bo", "a", "b"]}),
        (
            {"append": {"events": {"at": "${{ ctx.now }}"}}},
            {"events": [{"at": "2001-09-09T01:46:40Z"}]},
        ),
        ({"append": {"box.b": 1}}, {"box": {"a": 1, "b": [1]}}),
        (
            {"append": {"orders.log": "x"}},
            {"orders": {"o1": {"n": 1}, "o2": {"n": 2}, "log": ["x"]}},
        ),
        ({"keep": {"tags": 1}}, {"tags": ["b"]}),
        ({"keep": {"tags": 0}}, {"tags": []}),
        ({"keep": {"tags": 9}}, {}),
        ({"keep": {"box.b": 1}}, {}),
        ({"append": {"tags": "c"}, "keep": {"tags": 2}}, {"tags": ["b", "c"]}),
        ({"prepend": {"tags": "c"}, "keep": {"tags": 2}}, {"tags": ["c", "a"]}),
        ({"keep": {"tags": "${{ state.count }}"}}, {"tags": ["b"]}),
        ({"replace": {}}, {}),
        ({"replace": {"count": 5}}, {"count": 5}),
        ({"replace": "${{ {'count': 6} }}"}, {"count": 6}),
    ],
)
def test_a_key_does_what_it_says(
    declaration: Mapping[str, object], want: Mapping[str, object]
) -> None:
    assert changed(declaration) == want


def test_replace_starts_from_the_defaults_of_the_schema() -> None:
    state = {"count": 9, "name": "x", "tags": []}
    assert changed({"replace": {"name": "y"}}, None, state) == {
        "count": 1,
        "name": "y",
        "tags": ["a", "b"],
    }


def test_keys_are_applied_in_their_own_order_whatever_order_they_are_written_in() -> None:
    declaration = {
        "keep": {"events": 2},
        "prepend": {"tags": "first"},
        "append": {"events": "new"},
        "merge": {"box": {"a": 3}},
        "set": {"count": "${{ state.count + 1 }}"},
        "replace": {"name": "replaced", "events": ["x", "y"]},
        "delete": ["orders.o1"],
    }
    del declaration["replace"]["events"]  # type: ignore[attr-defined]
    outcome = done(declaration, None, {"count": 5, "events": [1, 2]})
    assert outcome.error is None
    assert outcome.agent.state == {
        "count": 6,  # the value sees the state before, and is put after the replacement
        "name": "replaced",
        "tags": ["first", "a", "b"],
        "events": ["new"],  # of the defaults, which the replacement brought back
        "orders": {"o1": {"n": 1}, "o2": {"n": 2}},  # deleted before that
        "box": {"a": 3},
    }


def test_all_values_see_the_state_before() -> None:
    declaration = {
        "set": {"count": "${{ state.count + 1 }}"},
        "append": {"tags": "${{ string(state.count) }}"},
        "keep": {"tags": "${{ state.count }}"},
    }
    assert changed(declaration) == {"count": 2, "tags": ["1"]}


def test_the_answer_holds_the_members_that_were_touched() -> None:
    declaration = {"delete": ["orders.o1"], "append": {"tags": "c"}, "merge": {"count": 2}}
    assert done(declaration).output == {
        "orders": {"o2": {"n": 2}},
        "tags": ["a", "b", "c"],
        "count": 2,
    }


def test_a_path_is_one_segment_for_each_interpolation() -> None:
    declaration = {
        "params": {"id": {"type": "string"}},
        "append": {"orders.${{ params.id }}.log": "x"},
        "delete": ["orders.${{ 'o1' }}"],
    }
    got = changed(declaration, {"id": "a.b"})
    assert got == {"orders": {"o2": {"n": 2}, "a.b": {"log": ["x"]}}}


@pytest.mark.parametrize(
    ("declaration", "message"),
    [
        ({"append": {"orders.o1.n": 1}}, "append.orders.o1.n: orders.o1.n is 1, not a list"),
        ({"keep": {"tags": "${{ signal.data.n }}"}}, "keep.tags: -1 is not a count of elements"),
        ({"append": {"tags": "${{ signal.data.nope }}"}}, "append.tags: there is no key 'nope'"),
        ({"delete": ["orders.${{ signal.data.nope }}"]}, "delete.0: there is no key 'nope'"),
        ({"replace": "${{ signal.data.n }}"}, "replace: the expression gives -1, not a mapping"),
        ({"append": {"tags": "${{ signal.data.n }}"}}, "act would make the state invalid"),
        (
            {"append": {"orders.${{ signal.data.a }}": 1}, "delete": ["orders.${{ 'x' }}"]},
            "append: 'orders.x' of delete and 'orders.x' of append touch one path",
        ),
    ],
)
def test_what_does_not_fit_fails_the_command(
    declaration: Mapping[str, object], message: str
) -> None:
    assert said(declaration, {"n": -1, "a": "x"}).startswith(message)


@pytest.mark.parametrize(
    ("declaration", "path", "message"),
    [
        (
            {"append": {"tags": "x"}, "prepend": {"tags": "y"}},
            ("prepend", "tags"),
            "'tags' of prepend and 'tags' of append touch one path",
        ),
        (
            {"set": {"tags": []}, "keep": {"tags": 1}},
            ("keep", "tags"),
            "'tags' of keep and 'tags' of set touch one path",
        ),
        (
            {"delete": ["box.b"], "append": {"box.b": 1}},
            ("append", "box.b"),
            "'box.b' of append and 'box.b' of delete touch one path",
        ),
        (
            {"delete": ["box"], "set": {"box.a": 1}},
            ("set", "box.a"),
            "'box.a' of set and 'box' of delete touch one path",
        ),
        (
            {"replace": {"count": 1}, "set": {"count": 2}},
            ("replace", "count"),
            "replace and 'count' of set touch one path",
        ),
        (
            {"replace": {"count": 1}, "merge": {"count": 2}},
            ("merge", "count"),
            "merge and replace touch one path",
        ),
        (
            {"merge": {"box": {"b": []}}, "append": {"box.b": 1}},
            ("merge", "box", "b"),
            "merge and 'box.b' of append touch one path",
        ),
        ({"append": {"cuont": 1}}, ("append", "cuont"), "the state has no key 'cuont'"),
        ({"append": {"name": "x"}}, ("append", "name"), "name is text, not a list"),
        ({"keep": {"box": 1}}, ("keep", "box"), "box is a mapping, not a list"),
        (
            {"append": {"tags": 5}},
            ("append", "tags"),
            "an element of tags is text, but this gives an integer",
        ),
        (
            {"prepend": {"tags": "${{ state.count }}"}},
            ("prepend", "tags"),
            "an element of tags is text, but this gives an integer",
        ),
        ({"keep": {"tags": -1}}, ("keep", "tags"), "-1 is not a count of elements, 0 or more"),
        ({"keep": {"tags": "x"}}, ("keep", "tags"), "'x' is not a count of elements, 0 or more"),
        ({"delete": ["cuont"]}, ("delete", 0), "the state has no key 'cuont'"),
        ({"delete": "count"}, ("delete",), "'count' is not a list of paths"),
        ({"delete": [5]}, ("delete", 0), "5 is not a path"),
        ({"delete": ["a..b"]}, ("delete", 0), "'a..b' has an empty part"),
        ({"replace": {"cuont": 1}}, ("replace", "cuont"), "the state has no key 'cuont'"),
        ({"replace": 5}, ("replace",), "replace needs a mapping, not 5"),
        (
            {"replace": "${{ state.tags }}"},
            ("replace",),
            "replace needs a mapping, not a list",
        ),
        ({"append": []}, ("append",), "[] is not a mapping"),
        (
            {"append": {"events": "${{ next.count }}"}},
            ("append", "events"),
            "'next' is the state after the action: only emit and directives see it",
        ),
        (
            {"append": {"events": "${{ item }}"}},
            ("append", "events"),
            "'item' is of for_each: there is none here",
        ),
        (
            {"append": {"events": "${{ error.code }}"}},
            ("append", "events"),
            "'error' is why the action failed: only on_error sees it",
        ),
    ],
)
def test_a_mistake_is_told_once_at_its_place(
    declaration: Mapping[str, object], path: tuple[str | int, ...], message: str
) -> None:
    (found,) = compile_action("act", declaration, state_schema=STATE).problems
    assert (found.path, found.message) == (path, message)


def test_a_mistake_in_a_path_that_is_deleted_is_within_a_value() -> None:
    (found,) = compile_action("act", {"delete": ["box.nope"]}, state_schema=STATE).problems
    assert (found.is_key, found.offset_column, found.length) == (False, 5, 4)


def test_a_thousand_keys_are_compared_at_once() -> None:
    declaration = {"set": {f"orders.k{number}.n": number for number in range(2_000)}}
    assert compile_action("act", declaration, state_schema=STATE).problems == ()


def test_what_is_not_changed_is_shared() -> None:
    before = done({"set": {"count": 2}}).agent
    signal = Signal("go", "/t", freeze({}), ident="s2")
    route = Route("go", ((act({"append": {"tags": "c"}}), None),))
    definition = AgentDefinition("a", state_schema=STATE, routes=[route])
    after = begin_signal(Agent(definition, "a1", before.state), signal, Context(signal=signal))
    assert isinstance(after, Done)
    assert after.agent.state["orders"] is before.state["orders"]
