"""What expressions compute: the language of this step, form by form."""

from __future__ import annotations

import math

import pytest

from jido_cli.core.cel.types import BOOL, DOUBLE, DYN, INT, STRING, TIMESTAMP, list_of
from jido_cli.core.expressions import Environment, EvaluationError, ExpressionError, Scope
from jido_cli.core.values import FrozenDict, freeze
from jido_cli.errors import InternalError
from tests.core.expressions.worlds import WORLD, fails, run, scope


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("7 % -3", 1),
        ("-7 % 3", -1),
        ("-(3)", -3),
        ("0x10", 16),
        ("-9223372036854775808", -(2**63)),
        ("1.5 + 0.25", 1.75),
        ("1.0 / 4.0", 0.25),
        ("-(1.5)", -1.5),
        ("1e3", 1000.0),
        ("'a' + \"b\"", "ab"),
        ("'a\\n\\u00e9'", "a\né"),
        ("r'a\\n'", "a\\n"),
        ("'''a\nb'''", "a\nb"),
        ("true", True),
        ("!true", False),
        ("null", None),
        ("[1, 'a', null]", [1, "a", None]),
        ("[1] + [2]", [1, 2]),
        ("{'b': 1, 'a': [2.0]}", {"b": 1, "a": [2.0]}),
        ("{}", {}),
        ("{params.text: state.count}", {"päram": 3}),
        ("true ? 1 : 2", 1),
        ("state.count > 3 ? 'more' : 'less'", "less"),
        ("'b' in ['a', 'b']", True),
        ("4 in [1, 2]", False),
        ("'n' in state.extra", True),
        ("'z' in state.extra", False),
        ("state.tags[1]", "b"),
        ("state.items[1].qty", 5),
        ("state.stock['x'] + state.stock.x", 14),
        ("state.extra.deep.x", 1),
        ("has(state.extra.n) && !has(state.extra.z)", True),
        ("has(state.maybe)", True),
        ("state.maybe == null ? 0 : state.maybe + 1", 0),
        ("state.address == null", True),
        ("state.count + params.by", 5),
        ("state.price * 2.0 > 4.0", True),
        ("state.name + '!' + string(state.count)", "bo!3"),
        ("signal.type + signal.source", "order.created/shop"),
        ("signal.data.level + 1", 4),
        ("has(signal.subject)", False),
        ("signal.subject == null", True),
        ("agent.id + agent.path + agent.meta.team", "a1root/a1red"),
        ("signal.time", "2023-11-14T22:13:20.123Z"),
        ("ctx.now", "2023-11-14T22:13:20Z"),
        ("string(ctx.now)", "2023-11-14T22:13:20Z"),
        ("{'at': [ctx.now]}", {"at": ["2023-11-14T22:13:20Z"]}),
        ("ctx.now == ctx.now", True),
        ("ctx.uuid == ctx.uuid && size(ctx.uuid) == 36", True),
        ("ctx.random >= 0.0 && ctx.random < 1.0", True),
    ],
)
def test_a_form_gives_its_value(text: str, want: object) -> None:
    got = run(text)
    assert (type(got), got) == (type(want), want)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("state.tags.all(t, size(t) == 1)", True),
        ("[].all(t, false)", True),
        ("state.tags.exists(t, t == 'c')", True),
        ("[].exists(t, true)", False),
        ("state.items.exists_one(i, i.qty > 3)", True),
        ("[1, 1].exists_one(i, i == 1)", False),
        ("state.items.map(i, i.sku + string(i.qty))", ["x1", "y5"]),
        ("state.items.map(i, i.qty > 3, i.sku)", ["y"]),
        ("state.items.filter(i, i.qty > 3).map(i, i.sku)", ["y"]),
        ("state.extra.map(k, k)", ["n", "t", "deep"]),
        ("state.extra.all(k, k in state.extra)", True),
        ("[1, 2].map(x, [3, 4].map(y, x * y))", [[3, 4], [6, 8]]),
        ("[1, 2].map(x, x > 1 || state.tags.exists(t, t == 'a') ? x : 0)", [1, 2]),
        ("[[1], []].map(l, l.exists(x, x == 1) && true)", [True, False]),
        ("[1].map(state, state + 1)", [2]),
        ("[1].map(state, .state.count + state)", [4]),
        ("[1].map(x, [2].map(x, x))", [[2]]),
        ("dyn([1, 2]).filter(x, x > 1)", [2]),
    ],
)
def test_a_macro_goes_over_lists_and_the_keys_of_maps(text: str, want: object) -> None:
    assert run(text) == want


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("size('añ😀')", 3),
        ("'abc'.size()", 3),
        ("size([1, 2])", 2),
        ("size({'a': 1})", 1),
        ("string(12) + string(true) + string('x')", "12truex"),
        ("int('12') + int('-3') + int('+4')", 13),
        ("int(2.9) + int(-2.9)", 0),
        ("int(3)", 3),
        ("double(3) + double('1.5') + double(0.5)", 5.0),
        ("double('inf')", math.inf),
        ("bool('true') && !bool('0') && bool(true)", True),
        ("dyn(1)", 1),
        ("'hello'.contains('ell')", True),
        ("'hello'.startsWith('he') && 'hello'.endsWith('lo')", True),
        ("'a,b,c'.split(',')", ["a", "b", "c"]),
        ("'a,b,c'.split(',', 2)", ["a", "b,c"]),
        ("['a', 'b'].join('-') + ['x'].join()", "a-bx"),
        ("'abab'.replace('a', 'x')", "xbxb"),
        ("'abab'.replace('a', 'x', 1)", "xbab"),
        ("'ÄbC'.lowerAscii() + 'äbC'.upperAscii()", "ÄbcäBC"),
        ("' a '.trim()", "a"),
        ("'hello'.substring(1) + 'hello'.substring(1, 3)", "elloel"),
        ("'hello'.indexOf('l') + 'hello'.indexOf('l', 3)", 5),
        ("'hello'.lastIndexOf('l') + 'hello'.lastIndexOf('l', 2)", 5),
        ("'hello'.charAt(1) + 'hello'.charAt(5)", "e"),
        ("min(3, 1, 2)", 1),
        ("max(1.5, 2.5)", 2.5),
        ("min('b', 'a')", "a"),
        ("[3, 1, 2].max() + [3, 1, 2].min()", 4),
        ("max(dyn(1), 2.5)", 2.5),
    ],
)
def test_a_function_gives_its_value(text: str, want: object) -> None:
    got = run(text)
    assert (type(got), got) == (type(want), want)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        (
            "9223372036854775807 + state.count",
            "integer overflow: the result does not fit in 64 bits",
        ),
        (
            "state.count * 9223372036854775807",
            "integer overflow: the result does not fit in 64 bits",
        ),
        (
            "-9223372036854775807 - state.count",
            "integer overflow: the result does not fit in 64 bits",
        ),
        ("1 / (state.count - 3)", "division by zero"),
        ("1 % (state.count - 3)", "remainder of a division by zero"),
        ("state.extra.nope", "there is no key 'nope'"),
        ("state.extra['nope']", "there is no key 'nope'"),
        ("state.tags[3]", "index 3 is out of range: the size is 3"),
        ("state.tags[-1]", "index -1 is out of range: the size is 3"),
        ("state.maybe + 1", "+ cannot be applied to (null, int)"),
        ("state.address.city", "the value is null here"),
        ("state.extra.n.deeper", "an int has no fields: .deeper cannot be read"),
        ("has(state.extra.n.deeper)", "an int has no fields: has() cannot ask for .deeper"),
        ("state.extra.t > 1", "> cannot be applied to (string, int)"),
        ("state.extra.n ? 1 : 2", "a condition must be true or false, not int"),
        ("state.extra.n.map(x, x)", "a macro needs a list or a map, not int"),
        ("int('1x')", "'1x' cannot be read as int"),
        ("double('1,5')", "'1,5' cannot be read as double"),
        ("bool('yes')", "'yes' cannot be read as bool"),
        ("int('99999999999999999999')", "integer overflow: the result does not fit in 64 bits"),
        ("'abc'.substring(2, 1)", "index 1 is out of range: the size is 3"),
        ("'abc'.charAt(4)", "index 4 is out of range: the size is 3"),
        ("dyn([1]).join()", "join() needs a string, not int"),
        ("[1].filter(x, x > 1).min()", "min() of an empty list"),
        ("{dyn(1): 2}", "the keys of a map are text, not int"),
        ("{state.name: 1, 'bo': 2}", "the key 'bo' is twice in the map"),
        ("size(dyn(1))", "size() cannot be applied to (int)"),
        ("string(dyn([]))", "string() cannot be applied to (list)"),
        ("int(dyn([]))", "int() cannot be applied to (list)"),
        ("double(dyn(true))", "double() cannot be applied to (bool)"),
        ("bool(dyn(1))", "bool() cannot be applied to (int)"),
        ("dyn(1).join()", "join() needs a list, not int"),
        ("dyn(1).min()", "min() needs a list, not int"),
        ("max(dyn(true), 1)", "max() cannot be applied to (bool)"),
        ("max(1, dyn('a'))", "max() cannot be applied to (int, string)"),
        ("'a'.lastIndexOf('a', 2)", "index 2 is out of range: the size is 1"),
        ("'a'.contains(dyn(1))", "contains() needs a string, not int"),
    ],
)
def test_a_failure_says_what_does_not_fit(text: str, want: str) -> None:
    assert fails(text) == want


def test_a_value_that_is_no_json_cannot_be_used() -> None:
    expression = WORLD.compile("item + 1")
    with pytest.raises(EvaluationError, match="a value of type tuple cannot be used"):
        expression.run(Scope(item=(1, 2)))


def test_a_command_without_a_signal_says_so() -> None:
    expression = WORLD.compile("signal.type")
    with pytest.raises(EvaluationError, match="there is no signal: the command came without one"):
        expression.run(Scope())


def test_a_literal_beyond_all_decimals_is_infinite() -> None:
    assert run("1e999 > 0.0 && -1e999 < 0.0")


def test_the_result_type_follows_from_the_schemas() -> None:
    types = {
        text: WORLD.compile(text).result_type
        for text in (
            "state.count",
            "state.price",
            "state.name",
            "state.done",
            "state.maybe",
            "state.tags",
            "state.items.map(i, i.qty)",
            "state.extra.n",
            "signal.data",
            "ctx.now",
        )
    }
    assert types == {
        "state.count": INT,
        "state.price": DOUBLE,
        "state.name": STRING,
        "state.done": BOOL,
        "state.maybe": DYN,
        "state.tags": list_of(STRING),
        "state.items.map(i, i.qty)": list_of(INT),
        "state.extra.n": DYN,
        "signal.data": DYN,
        "ctx.now": TIMESTAMP,
    }


def test_an_expression_names_the_variables_that_it_reads() -> None:
    assert WORLD.compile("[1].map(x, x + params.by)").names == frozenset({"params"})
    assert WORLD.compile("has(signal.subject) ? signal.id : state.name").names == frozenset(
        {"signal", "state"}
    )


def test_a_value_taken_out_of_the_state_is_the_same_object() -> None:
    world = scope()
    assert isinstance(world.state, FrozenDict)
    assert WORLD.compile("state.items").run(world) is world.state["items"]


def test_a_whole_object_of_the_runtime_becomes_a_mapping() -> None:
    assert run("agent") == {
        "id": "a1",
        "path": "root/a1",
        "tag": None,
        "meta": {"team": "red"},
        "key": None,
        "parent": None,
    }


def test_a_condition_must_be_true_or_false() -> None:
    assert WORLD.compile("state.count == 3", is_condition=True).run(scope()) is True
    with pytest.raises(ExpressionError, match="a condition must be bool, not int"):
        WORLD.compile("state.count", is_condition=True)


def test_a_dynamic_condition_is_looked_at_when_it_runs() -> None:
    condition = WORLD.compile("item", is_condition=True)
    assert condition.run(scope(item=False)) is False
    with pytest.raises(Exception, match="a condition must be true or false, not int"):
        condition.run(scope(item=1))


def test_plain_dicts_and_lists_serve_as_well_as_frozen_ones() -> None:
    environment = Environment({"state": "map"})
    expression = environment.compile("state.a[0] + 1")
    assert expression.run(Scope(state={"a": [1]})) == 2
    assert expression.run(Scope(state=freeze({"a": [1]}))) == 2


def test_a_variable_that_no_scope_has_is_a_fault_of_ours() -> None:
    with pytest.raises(InternalError, match="a scope has no wrong"):
        Environment({"wrong": "dyn"})


def test_a_hidden_variable_says_why_it_cannot_be_used() -> None:
    hiding = WORLD.without({"params": "there are no params yet"})
    assert hiding.compile("state.count").run(scope()) == 3
    with pytest.raises(ExpressionError) as caught:
        hiding.compile("state.count + params.by")
    assert (caught.value.message, caught.value.offset_column, caught.value.length) == (
        "there are no params yet",
        15,
        6,
    )
