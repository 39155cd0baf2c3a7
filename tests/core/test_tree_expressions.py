"""Expressions over a running tree: what they name, their types, what they come to and why."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.core.expressions import EvaluationError, ExpressionError
from jido_cli.core.tree_expressions import (
    Mention,
    TreeExpressions,
    UnknownNodeError,
    compile_node_condition,
    mentions_in,
)

STATE = {
    "type": "object",
    "properties": {"count": {"type": "integer"}, "names": {"type": "array"}},
    "required": ["count"],
    "additionalProperties": False,
}


def look_up(mention: Mention) -> Any:
    """A tree in which every agent has counted to the length of its name."""
    node = {"id": mention.name, "path": mention.name, "status": "running", "facts": ["hung"]}
    node |= {"restarts": 1, "state": {"count": len(mention.name), "names": ["a"]}}
    match mention.kind:
        case "signals":
            return 2
        case "group":
            return [node, node]
        case "supervisors":
            return {"status": "running", "restarts": 3, "facts": []}
        case "agents" if mention.name == "nobody":
            raise UnknownNodeError("there is no agent 'nobody'")
        case _:
            return node


def run(text: str, **variables: object) -> object:
    schema = "map" if variables else None
    compiled = TreeExpressions([text], lambda _: STATE, schema).compile(text)
    return compiled.run(look_up, variables or None)


@pytest.mark.parametrize(
    "text",
    [
        'agents["abc"].state.count == 3',
        "agents['a-b'].state.count == 3 && agents[\"a_b\"].state.count == 3",
        'agents[ "root/pool/w1" ].restarts == 1',
        '"hung" in agents["a"].facts',
        'supervisors["root"].restarts == 3 && supervisors["root"].status == "running"',
        'group("w").all(w, w.state.count == 1) && size(group("w")) == 2',
        'signals.count("a.b") == 2',
        'signals . count ( "a.b" ) == 2',
        'agents["abc"].state.names.map(n, n + "agents[") == ["aagents["]',
        '// agents[x]\nagents["a"].restarts == 1',
        'agents["a"].id == "a" && agents["a"].path == "a"',
    ],
)
def test_what_is_named_is_looked_up(text: str):
    assert run(text) is True


def test_the_vars_of_the_topology_are_there():
    assert run('agents["abc"].state.count == vars.n', n=3) is True


def test_what_an_expression_names_is_known_without_running_it():
    text = 'agents["a"].restarts == 0 && signals.count("x.y") == 1 && "group(" == "group("'
    assert mentions_in(text) == [("agents", "a"), ("signals", "x.y")]


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ('agents["a"].state.cuont == 1', "undefined field 'cuont'", 19),
        ('agents["a"].stat == 1', "undefined field 'stat'", 13),
        ('agents["a"].restarts == "1"', "== cannot be applied to (int, string)", 22),
        ("agents[name].restarts == 1", "agents must be asked for by a name", 1),
        ("1 == 1 && group(x) == 2", "group must be asked for by a name", 11),
        ('agents["a\\n"].restarts == 1', "agents must be asked for by a name", 1),
        ('signals.count("a")', "a condition must be bool, not int", 1),
        ("count == 1", "there is no variable 'count' here", 1),
        ('group("w").all(w, w.state.count == 1 ', "", 1),
    ],
)
def test_what_is_wrong_is_told_at_its_place(text: str, message: str, column: int):
    with pytest.raises(ExpressionError) as caught:
        TreeExpressions([text], lambda _: STATE).compile(text)
    assert caught.value.message.startswith(message)
    if message:
        assert caught.value.offset_column == column


def test_an_agent_whose_state_nobody_knows_may_have_any():
    text = 'agents["a"].state.count == 1'
    assert TreeExpressions([text], lambda _: None).compile(text).run(look_up) is True


def test_a_state_that_refers_into_itself_is_any_state():
    schema = {"type": "object", "properties": {"a": {"$ref": "#/$defs/x"}}, "$defs": {"x": {}}}
    text = 'agents["a"].state.count == 1'
    assert TreeExpressions([text], lambda _: schema).compile(text).run(look_up) is True


def test_a_node_that_is_not_there_is_said_by_who_looks():
    with pytest.raises(UnknownNodeError):
        run('agents["nobody"].restarts == 1')


def test_what_fails_on_the_values_says_where():
    with pytest.raises(EvaluationError) as caught:
        run('agents["abc"].state.names[7] == "a"')
    assert caught.value.column > len('agents["abc"]')


@pytest.mark.parametrize(
    ("text", "got", "part"),
    [
        ('agents["abc"].state.count == 4', 3, None),
        ('agents["abc"].state.count >= 4', 3, None),
        ('"x" in agents["a"].facts', ["hung"], None),
        (
            'agents["a"].restarts == 1 && agents["abc"].state.count == 4',
            3,
            'agents["abc"].state.count == 4',
        ),
        ('agents["a"].restarts == 2 || agents["abc"].state.count == 4', False, None),
        ('(agents["a"].restarts == 2)', False, None),
        ('!(agents["a"].restarts == 1)', False, None),
    ],
)
def test_why_it_is_not_true_is_shown_by_what_it_compares(text: str, got: object, part: str | None):
    look = TreeExpressions([text], lambda _: STATE).compile(text).explain(look_up)
    assert (look.value, look.got, look.part) == (False, got, part or text)


@given(st.lists(st.text("ab-_/.é1", max_size=4), min_size=1, max_size=6, unique=True))
def test_names_that_look_alike_are_kept_apart(names: list[str]):
    text = " && ".join(f'agents["{name}"].state.count == {len(name)}' for name in names)
    compiled = TreeExpressions([text], lambda _: STATE).compile(text)
    assert compiled.run(look_up) is True
    assert [mention.name for mention in compiled.mentions] == names
    starts = [text[each.offset : each.offset + each.length] for each in compiled.mentions]
    assert starts == [f'agents["{name}"]' for name in names]


def test_a_condition_over_one_node_sees_it_directly():
    condition = compile_node_condition("state.count == 1 && status == 'running'", STATE)
    assert condition.names == {"state", "status"}
    with pytest.raises(ExpressionError, match="there is no variable 'state'"):
        compile_node_condition("state.count == 1", None, has_state=False)
