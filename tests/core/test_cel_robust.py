"""Whatever is written and whatever it is run on: an answer or our own error, nothing else."""

from __future__ import annotations

import subprocess
import sys
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from jido_cli.core.cel.template import ValueCompiler
from jido_cli.core.expressions import EvaluationError, ExpressionError
from tests.core.expressions.grammar import expression
from tests.core.expressions.worlds import WORLD, scope

WORDS = [
    "state",
    ".",
    "count",
    "items",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    "0",
    "1",
    "-1",
    "1.5",
    "'a'",
    '"',
    "'",
    "?",
    ":",
    ",",
    "+",
    "-",
    "*",
    "/",
    "%",
    "!",
    "&&",
    "||",
    "==",
    "!=",
    "<",
    "<=",
    "in",
    "has",
    "size",
    "map",
    "filter",
    "all",
    "exists",
    "x",
    "params",
    "by",
    "true",
    "false",
    "null",
    "ctx",
    "now",
    "signal",
    "data",
    "item",
    "matches",
    "timestamp",
    "dyn",
    "int",
    "string",
    "min",
    "`",
    "\\",
    "#",
    "//",
    "é",
    "😀",
    "1u",
    "b'x'",
    "r'",
    "'''",
    ".?",
    "[?",
    "$",
    "}}",
    "${{",
    "\n",
    " ",
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=12).map("".join))
@example("state.count\n// only a comment")
@example("''''''")
@example("\n\n")
@example("state" + ".x" * 500)
@example("(" * 300 + "1" + ")" * 300)
@example("1" + " + 1" * 200)
@example("!" * 500 + "true")
@example("x" * 100_001)
@example("true" + " && true" * 500)
def test_any_text_compiles_or_is_refused_with_a_place(text: str) -> None:
    try:
        compiled = WORLD.compile(text)
    except ExpressionError as error:
        for each in (error, *error.others):
            lines = text.split("\n")
            assert 1 <= each.offset_line <= len(lines)
            assert 1 <= each.offset_column <= len(lines[each.offset_line - 1]) + 1
            assert each.length >= 1
            assert each.message
        return
    try:
        compiled.run(scope(item={"a": [1, None]}))
    except EvaluationError as error:
        assert 1 <= error.line <= text.count("\n") + 1


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("${}'\" ab\\\nr"), max_size=20))
def test_any_text_with_braces_is_a_value_or_a_placed_mistake(text: str) -> None:
    compiler = ValueCompiler(WORLD)
    compiler.text(text, ("set", "a"))
    compiler.segments(text, ("set", text))
    for problem in compiler.problems:
        assert 1 <= problem.offset_line <= text.count("\n") + 1
        assert problem.offset_column >= 1


def test_every_failure_of_random_expressions_has_a_place_of_its_own() -> None:
    random = Random(11)
    failed = 0
    for _ in range(600):
        text = expression(random).replace("local", "item").replace("error", "1.5")
        for name in ("index", "result", "next", "vars"):
            text = text.replace(name, "item")
        try:
            compiled = WORLD.compile(text)
        except ExpressionError:
            continue
        try:
            compiled.run(scope(item={"a": 1}))
        except EvaluationError as error:
            failed += 1
            assert error.line == 1
            assert 1 <= error.column <= len(text)
            assert "the values do not fit" not in error.message, (text, error.message)
    assert failed > 50


def test_the_checking_library_is_loaded_by_the_first_expression_only() -> None:
    text = (
        "import sys, jido_cli.core.declarative.action\n"
        "print([n for n in ('cel_expr_python', 'google.protobuf') if n in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
