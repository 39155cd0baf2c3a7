"""Expressions within YAML values: where they begin and end, and what becomes of their values."""

from __future__ import annotations

import pytest

from jido_cli.core.cel.template import (
    Computed,
    Constant,
    DeclarationError,
    ValueCompiler,
    compile_value,
)
from jido_cli.core.expressions import BudgetError, EvaluationError, ExpressionError
from jido_cli.core.values import thaw
from tests.core.expressions.worlds import WORLD, scope


def made(value: object, item: object = None) -> object:
    """Return what a value with expressions becomes."""
    compiled = compile_value(value, WORLD)
    return thaw(compiled.value if isinstance(compiled, Constant) else compiled.run(scope(item)))


def problems(value: object) -> list[DeclarationError]:
    """Return all mistakes in a value."""
    compiler = ValueCompiler(WORLD)
    compiler.value(value, ("set",))
    return compiler.problems


@pytest.mark.parametrize(
    ("value", "want"),
    [
        ("${{ state.count }}", 3),
        ("${{state.count}}", 3),
        ("${{ state.count + 1 }} apples", "4 apples"),
        ("${{ state.name }}${{ state.count }}", "bo3"),
        (" ${{ state.count }}", " 3"),
        ("${{ {'a': {'b': 1}} }}", {"a": {"b": 1}}),
        ("${{ {'a': {'b': 1}}}}", {"a": {"b": 1}}),
        ("${{ '}}' }}", "}}"),
        ('${{ "a\\"}}" }}', 'a"}}'),
        ("${{ r'\\d' + '}}' }}", "\\d}}"),
        ("${{ '''a'}}''' }}", "a'}}"),
        ("${{ '${{' }}", "${{"),
        ("a }} b", "a }} b"),
        ("$ {{ x }}", "$ {{ x }}"),
        ("${ x }", "${ x }"),
        ("a: ${{ state.maybe }} ${{ state.price }} ${{ state.done }}", "a: null 2.5 false"),
        ("x${{ state.price * 2.0 }}", "x5"),
        ("x${{ [1, 2.0, 'é', null, {'a': true}] }}", 'x[1, 2, "é", null, {"a": true}]'),
        ("${{ state.tags }}", ["a", "b", "c"]),
        ("at ${{ ctx.now }}", "at 2023-11-14T22:13:20Z"),
        ("${{\n  state.count +\n  1\n}}", 4),
        (
            {"a": ["${{ state.count }}", 1, None], "b": {"c": True}},
            {"a": [3, 1, None], "b": {"c": True}},
        ),
        ({"${{ state.name }}": 1, "k-${{ state.count }}": 2}, {"bo": 1, "k-3": 2}),
        ({"${{ state.count }}": 1}, {"3": 1}),
        ([], []),
        (5, 5),
    ],
)
def test_a_value_is_made(value: object, want: object) -> None:
    got = made(value)
    assert (type(got), got) == (type(want), want)


def test_a_value_without_expressions_is_a_constant() -> None:
    value = {"a": [1, "x"], "b": None}
    assert compile_value(value, WORLD) == Constant(value)


def test_a_constant_that_is_no_json_is_a_mistake() -> None:
    (problem,) = problems({"a": [1, float("inf")]})
    assert (problem.path, problem.message) == (("set", "a", 1), "inf is not a finite number")


def test_one_expression_keeps_its_type_for_those_who_ask() -> None:
    single = compile_value("${{ state.count }}", WORLD)
    longer = compile_value("${{ state.count }}!", WORLD)
    assert isinstance(single, Computed)
    assert isinstance(longer, Computed)
    assert (str(single.result_type), str(longer.result_type)) == ("int", "string")
    assert (single.names, longer.names) == ({"state"}, {"state"})


@pytest.mark.parametrize(
    ("text", "line", "column", "length", "message"),
    [
        ("${{ state.cuont }}", 1, 11, 5, "undefined field 'cuont'"),
        ("count: ${{ state.cuont }}", 1, 18, 5, "undefined field 'cuont'"),
        ("a\nb ${{ state.cuont }}", 2, 13, 5, "undefined field 'cuont'"),
        ("a\nb ${{ 1 +\n  state.cuont }}", 3, 9, 5, "undefined field 'cuont'"),
        ("${{   state.cuont}}", 1, 13, 5, "undefined field 'cuont'"),
        ("é ${{ state.cuont }}", 1, 13, 5, "undefined field 'cuont'"),
        ("${{ state.count", 1, 1, 3, "this expression is never closed"),
        ("a ${{ 'b }}", 1, 3, 3, "this expression is never closed"),
        ("${{ { }}", 1, 1, 3, "this expression is never closed"),
        ("${{ }}", 1, 5, 1, "the expression is empty"),
    ],
)
def test_a_mistake_is_placed_within_the_text(
    text: str, line: int, column: int, length: int, message: str
) -> None:
    (problem,) = problems(text)
    place = (problem.offset_line, problem.offset_column, problem.length)
    assert (place, problem.message) == ((line, column, length), message)


def test_all_mistakes_are_found_each_with_its_path() -> None:
    value = {"a": ["${{ state.x }}", {"b": "${{ state.y }} ${{ state.z }}"}], "${{ q }}": "ok"}
    assert [(each.path, each.message, each.is_key) for each in problems(value)] == [
        (("set", "a", 0), "undefined field 'x'", False),
        (("set", "a", 1, "b"), "undefined field 'y'", False),
        (("set", "a", 1, "b"), "undefined field 'z'", False),
        (("set", "${{ q }}"), "there is no variable 'q' here", True),
    ]


def test_compile_value_raises_the_first_mistake() -> None:
    with pytest.raises(ExpressionError, match="undefined field 'x'"):
        compile_value(["${{ state.x }}"], WORLD)


def test_two_computed_keys_that_are_the_same_are_an_error() -> None:
    with pytest.raises(EvaluationError, match="the key 'bo' is twice in the mapping"):
        made({"${{ state.name }}": 1, "b${{ 'o' }}": 2})


def test_longer_text_has_the_budget_of_text() -> None:
    text = "${{ item }}" * 5
    with pytest.raises(BudgetError, match="too much text"):
        made(text, item="x" * 1_000_000)


def test_a_value_that_repeats_a_text_is_not_written_out_without_end() -> None:
    with pytest.raises(BudgetError, match="too much text"):
        made("all: ${{ state.items.map(i, item) }}!", item="x" * 3_000_000)


def test_a_condition_is_plain_cel() -> None:
    compiler = ValueCompiler(WORLD)
    assert compiler.condition("state.count == 3", ("require",)).run(scope()) is True
    assert compiler.condition(True, ("require",)).run(scope()) is True
    compiler.condition("${{ state.done }}", ("require",))
    compiler.condition("state.count", ("require",))
    compiler.condition(5, ("require",))
    assert [(each.message, each.hint) for each in compiler.problems] == [
        ("this is plain CEL already, without ${{ }}", "leave out the braces"),
        ("a condition must be bool, not int", None),
        ("5 is not an expression", None),
    ]


def test_dots_separate_a_path_and_an_interpolation_is_one_segment() -> None:
    compiler = ValueCompiler(WORLD)

    def path(text: str) -> list[object]:
        segments = compiler.segments(text, ("set", text))
        return [
            each.value if isinstance(each, Constant) else each.run(scope(item="x.y"))
            for each in segments
        ]

    assert path("a.b.c") == ["a", "b", "c"]
    assert path("a.${{ item }}.c") == ["a", "x.y", "c"]
    assert path("a.n-${{ item }}z.c") == ["a", "n-x.yz", "c"]
    assert path("${{ state.count }}") == ["3"]
    assert not compiler.problems


@pytest.mark.parametrize("text", ["", "a..b", ".a", "a.", "${{ item }}..b"])
def test_an_empty_part_of_a_path_is_a_mistake(text: str) -> None:
    compiler = ValueCompiler(WORLD)
    compiler.segments(text, ("set", text))
    assert [each.message for each in compiler.problems] == [f"{text!r} has an empty part"]
