"""Where a mistake is, before the run and at it, and what to write instead."""

from __future__ import annotations

import pytest

from jido_cli.core.expressions import EvaluationError, ExpressionError
from tests.core.expressions.worlds import WORLD, scope


def refused(text: str) -> tuple[str, str, str | None]:
    """Return the marked words, what is said about them and the hint."""
    with pytest.raises(ExpressionError) as caught:
        WORLD.compile(text)
    error = caught.value
    assert not error.others
    line = text.split("\n")[error.offset_line - 1]
    start = error.offset_column - 1
    return line[start : start + error.length], error.message, error.hint


@pytest.mark.parametrize(
    ("text", "words", "message", "hint"),
    [
        ("state.cuont", "cuont", "undefined field 'cuont'", "did you mean 'count'?"),
        ("has(state.cuont)", "cuont", "undefined field 'cuont'", "did you mean 'count'?"),
        ("'é' + state.cuont", "cuont", "undefined field 'cuont'", "did you mean 'count'?"),
        ("1 +\n  state.cuont", "cuont", "undefined field 'cuont'", "did you mean 'count'?"),
        ("state.items[0].qtty", "qtty", "undefined field 'qtty'", "did you mean 'qty'?"),
        ("state.items.all(i, i.qtyy > 1)", "qtyy", "undefined field 'qtyy'", "did you mean 'qty'?"),
        ("params.amount", "amount", "undefined field 'amount'", "there is by, optional, text"),
        ("signal.tpye", "tpye", "undefined field 'tpye'", "did you mean 'type'?"),
        ("stat.count", "stat", "there is no variable 'stat' here", "did you mean 'state'?"),
        (
            "open",
            "open",
            "there is no variable 'open' here",
            "there is agent, ctx, item, params, signal, state; text is written in quotes",
        ),
        ("None == 1", "None", "there is no variable 'None' here", "write null"),
        (
            "params.by + 'x'",
            "+",
            "+ cannot be applied to (int, string)",
            "convert to text: string(x)",
        ),
        ("state.price * 2", "*", "* cannot be applied to (double, int)", "write 2.0"),
        ("2 * state.price", "*", "* cannot be applied to (int, double)", "write 2.0"),
        (
            "state.count * state.price",
            "*",
            "* cannot be applied to (int, double)",
            "convert the integer: double(x)",
        ),
        (
            "state['count']",
            "[",
            "[] cannot be applied to (object, string)",
            "a field is read with a dot: a.b",
        ),
        (
            "state.maybe + 'x'",
            "+",
            "+ cannot be applied to (int or null, string)",
            "convert to text: string(x)",
        ),
        ("state.count ? 1 : 2", "?", "the condition before ? must be bool, not int", None),
        ("state.items.filter(i, i.qty)", "filter", "the condition must be bool, not int", None),
        ("params.by.map(x, x)", "by", "a macro needs a list or a map, not int", None),
        ("state.tags.length", "length", "list(string) has no fields", "write size(x)"),
        ("has(state)", "state", "has() asks for a field", "write has(a.b)"),
        (
            "state.name.contians('a')",
            "contians",
            "there is no function contians()",
            "did you mean 'contains'?",
        ),
        ("len(state.tags)", "len", "there is no function len()", "did you mean 'size'?"),
        ("now()", "now", "there is no function now()", "the time of the command is ctx.now"),
        (
            "'a'.substring()",
            "substring",
            "substring() is not called like this",
            "it is string.substring(int) or string.substring(int, int)",
        ),
        ("state.tags.map(t)", "map", "map() is not called like this", "write list.map(x, value)"),
        (
            "'a'.contains()",
            "contains",
            "contains() is not called like this",
            "it is string.contains(string)",
        ),
        (
            "min(1)",
            "min",
            "min() is not called like this",
            "it is list(T).min() or min(int, int) or min(int, int, int) and others",
        ),
        ("[1].map(1, 2)", "1", "map() variable name must be a simple identifier", None),
        ("{'a' 1}", "1", "syntax error: missing ':' at '1'", None),
        (
            "state.done ? state.items[0] : {}",
            "?",
            "both results of ? : must have one type, not (object, map(dyn, dyn))",
            "make one dynamic: dyn(x)",
        ),
        (
            "state.items + [{'sku': 'z'}]",
            "+",
            "+ cannot be applied to (list(object), list(map(string, string)))",
            "make the object dynamic: dyn(x)",
        ),
        ("state.price > 2", ">", "> cannot be applied to (double, int)", "write 2.0"),
        (
            "state.price > params.by",
            ">",
            "> cannot be applied to (double, int)",
            "convert the integer: double(x)",
        ),
        ("state.count = 1", "=", "syntax error at '='", "write == to compare"),
        ("state.done and true", "and", "syntax error at 'and'", "write &&"),
        ("state.done & true", "&", "syntax error at '&'", "write &&"),
        ("1 if true else 2", "if", "syntax error at 'if'", "write condition ? a : b"),
        ("${{ 1 }}", "$", "syntax error at '$'", "an expression stands without ${{ }} here"),
        ("state.count +", "", "syntax error: the expression ends too early", None),
        (
            "state.name == 'x",
            "'",
            "syntax error: the text in quotes does not end on this line",
            None,
        ),
        ("", "", "the expression is empty", None),
        (
            "(" * 40 + "1" + ")" * 40,
            "(",
            "the expression is nested too deep: over 32 operations in one another",
            "split it",
        ),
        (
            "1" + " + 1" * 40,
            "1",
            "the expression is nested too deep: over 32 operations in one another",
            "split it",
        ),
        ("1 + 'a\0'", "\0", "the character '\\x00' cannot stand in an expression", None),
        ("'\ud800'", "\ud800", "the character '\\ud800' cannot stand in an expression", None),
    ],
)
def test_a_mistake_is_marked_and_explained(
    text: str, words: str, message: str, hint: str | None
) -> None:
    assert refused(text) == (words, message, hint)


@pytest.mark.parametrize(
    ("text", "words", "message", "hint"),
    [
        ("math.foo(1)", "math", "there is no function math.foo()", "did you mean 'math.floor'?"),
        ("cel.bnd(x, 1, 2)", "cel", "there is no function cel.bnd()", "did you mean 'cel.bind'?"),
        (
            "time.format(ctx.now)",
            "time",
            "time.format() is not called like this",
            "it is time.format(timestamp, string) or time.format(timestamp, string, string)",
        ),
        (
            "math.round(1)",
            "round",
            "math.round() cannot be applied to (int)",
            "it is math.round(double)",
        ),
        (
            "state.tags.sortByKey(x)",
            "sortByKey",
            "sortByKey() is not called like this",
            "write list.sortByKey(x, key)",
        ),
        (
            "state.items.sortByKey(x, x.qtyy)",
            "qtyy",
            "undefined field 'qtyy'",
            "did you mean 'qty'?",
        ),
        (
            "state.address.keys()",
            "keys",
            "keys() cannot be applied to (object)",
            "make the object dynamic: dyn(x)",
        ),
        ("state.?cuont", "cuont", "undefined field 'cuont'", "did you mean 'count'?"),
        (
            "state.?count",
            "state",
            "an expression cannot give optional(int): that is no JSON value",
            "end it with .orValue(x)",
        ),
        (
            "type(1)",
            "type",
            "an expression cannot give type: that is no JSON value",
            "compare it, as in type(x) == int",
        ),
        ("ctx.now + 1", "+", "+ cannot be applied to (timestamp, int)", None),
        ("duration('5 s')", "'", "'5 s' is not a duration", None),
        ("timestamp('noon')", "'", "'noon' is not a point in time", None),
        (
            "state.name.matches('(')",
            "'",
            "the pattern '(' is not right: missing ): (",
            None,
        ),
        ("agents['a'].state", "agents", "'agents' is known only in scenarios", None),
        (
            "[1].transformList(i, v, v)",
            "transformList",
            "there is no function transformList()",
            "macros with two variables are not in this language",
        ),
    ],
)
def test_a_mistake_with_a_function_is_marked_and_explained(
    text: str, words: str, message: str, hint: str | None
) -> None:
    assert refused(text) == (words, message, hint)


@pytest.mark.parametrize(
    ("text", "words", "message", "hint"),
    [
        ("1 + 2u", "+", "unsigned integers are not in this language", "leave out the u"),
        (
            "uint(1) == uint(2)",
            "uint",
            "unsigned integers are not in this language",
            "write int(x)",
        ),
        ("{1: 2}", "1", "the keys of a map are text", "put it in quotes"),
        ("{'a': 1, 'a': 2}", "'", "the key 'a' is twice in the map", None),
        (
            "google.protobuf.Int64Value{value: 1}",
            "google",
            "message literals are not in this language",
            "write a map: {'key': value}",
        ),
    ],
)
def test_what_is_left_out_of_the_language_is_refused_with_a_hint(
    text: str, words: str, message: str, hint: str | None
) -> None:
    assert refused(text) == (words, message, hint)


def test_a_macro_with_two_variables_is_refused() -> None:
    assert refused("state.tags.all(i, t, t == 'a')") == (
        "all",
        "all() is not called like this",
        "write list.all(x, condition); macros with two variables are not in this language",
    )


def test_two_mistakes_in_one_expression_are_both_told() -> None:
    with pytest.raises(ExpressionError) as caught:
        WORLD.compile("state.cuont + params.yb")
    error = caught.value
    assert [error.message, *(other.message for other in error.others)] == [
        "undefined field 'cuont'",
        "undefined field 'yb'",
    ]


def test_what_only_follows_from_a_mistake_is_not_told() -> None:
    with pytest.raises(ExpressionError) as caught:
        WORLD.compile("state.cuont.deeper.still + 1 > 2")
    assert (caught.value.message, caught.value.others) == ("undefined field 'cuont'", ())


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("1 / (state.count - 3)", 1, 3),
        ("  1 + 1 / (state.count - 3)", 1, 9),
        ("state.extra.nope", 1, 13),
        ("has(state.extra.n.x)", 1, 1),
        ("state.extra['nope']", 1, 12),
        ("state.extra.deep.nope + 1", 1, 18),
        ("state.tags[3]", 1, 11),
        ("'é😀' + state.tags[3]", 1, 18),
        ("9223372036854775807 + state.count", 1, 21),
        ("state.name +\n  string(1 / (state.count - 3))", 2, 12),
        ("state.items.map(i,\n  i.qty / (i.qty - 1))", 2, 9),
        ("state.items.exists(i, i.qty / (i.qty - i.qty) == 1)", 1, 29),
        ("true && 1 / (state.count - 3) > 0", 1, 11),
        ("1 / (state.count - 3) > 0 && true", 1, 3),
        ("state.maybe + 1", 1, 13),
        ("state.maybe > 1 || false", 1, 13),
        ("state.address.city", 1, 15),
        ("int('x')", 1, 1),
        ("'abc'.substring(2, 1)", 1, 7),
        ("state.count > 2 ? state.extra.nope : 1", 1, 31),
        ("state.extra.n ? 1 : 2", 1, 13),
        ("{'a': state.extra.nope}", 1, 19),
        ("[1, state.extra.nope]", 1, 17),
        ("{dyn(1): 2}", 1, 2),
        ("state.extra.n.map(x, x)", 1, 13),
        ("state.tags.sortByKey(x, size(x) / 0)", 1, 33),
        (
            "cel.bind(x, 1 / (state.count - 3), true || x > 0) && cel.bind(y, int('q'), y > 1)",
            1,
            66,
        ),
        ("state.?maybe.value() + 1", 1, 22),
        ("timestamp(state.name)", 1, 1),
    ],
)
def test_a_failure_at_the_run_tells_its_place(text: str, line: int, column: int) -> None:
    expression = WORLD.compile(text)
    with pytest.raises(EvaluationError) as caught:
        expression.run(scope())
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.source == text
