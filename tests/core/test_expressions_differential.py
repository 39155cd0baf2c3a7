"""The generated code against the CEL project's own evaluator, on random expressions.

The judge runs in a process of its own: it can kill it. Where the two may differ is written down in
`accepted`; everything else must be the same value, or an error on both sides.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jido_cli.core.expressions import Environment, EvaluationError, ExpressionError, Scope
from jido_cli.core.values import freeze, thaw
from tests.core.expressions import judge
from tests.core.expressions.grammar import SCHEMAS, VARIABLES, expression, scope

OURS = Environment(SCHEMAS)  # type: ignore[arg-type]
DYNAMIC = Environment(dict.fromkeys(VARIABLES, "dyn"))
EXPRESSIONS = 2000
SCOPES = 4


class Judge:
    """The other process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(judge.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, text: str, scopes: list[dict[str, object]], kinds: dict[str, str]) -> object:
        """Return what the library says about an expression."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"variables": kinds, "text": text, "scopes": scopes}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


@pytest.fixture(scope="module")
def library() -> Iterator[Judge]:
    found = Judge()
    yield found
    found.close()


def ours(compiled: object, scope: dict[str, object]) -> dict[str, object]:
    frozen = Scope(**{name: freeze(value) for name, value in scope.items()})
    try:
        return {"value": thaw(compiled.run(frozen))}  # type: ignore[attr-defined]
    except EvaluationError as error:
        return {"error": error.message}


def is_same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if type(one) is not type(other):
        return False
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        # The library's maps have no order of their own; nor do the keys that a macro sees.
        return one.keys() == other.keys() and all(is_same(one[k], other[k]) for k in one)
    return one == other


def accepted(text: str, mine: dict[str, object], theirs: dict[str, object]) -> str | None:
    """Return the rule by which a difference is ours on purpose, or a fault of the library."""
    if "error" in theirs and "substring" in text:
        return "the library refuses substring up to the very end"
    if "error" in mine and "value" in theirs and "not text" in str(mine["error"]):
        return "keys of maps are text"
    if "error" in mine and "the keys of a map are text" in str(mine["error"]):
        return "keys of maps are text"
    if "int(" in text and "cannot be applied to (bool)" in str(mine.get("error")):
        return "int(true) is 1 in the library"
    return None


def compare(library: Judge, text: str, values: list[dict[str, object]]) -> None:
    theirs = library.ask(text, values, dict(VARIABLES))
    assert isinstance(theirs, dict)
    try:
        compiled = OURS.compile(text)
    except ExpressionError as error:
        assert "refused" in theirs or is_refused_on_purpose(error), (text, error.message)
        return
    assert "refused" not in theirs, (text, theirs)
    for values_here, answer in zip(values, theirs["answers"], strict=True):
        mine = ours(compiled, values_here)
        agrees = ("error" in mine) == ("error" in answer) and (
            "error" in mine or is_same(mine["value"], answer["value"])
        )
        assert agrees or accepted(text, mine, answer), (text, values_here, mine, answer)


def is_refused_on_purpose(error: ExpressionError) -> bool:
    return error.message == "the expression is nested too deep" or "twice" in error.message


@pytest.mark.parametrize("seed", range(4))
def test_random_expressions_give_what_the_library_gives(library: Judge, seed: int) -> None:
    random = Random(seed)
    for _ in range(EXPRESSIONS // 4):
        compare(library, expression(random), [scope(random) for _ in range(SCOPES)])


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=False))
def test_small_expressions_give_what_the_library_gives(library: Judge, random: Random) -> None:
    compare(library, expression(random, depth=2), [scope(random)])


def test_what_the_types_say_makes_no_difference_to_the_value() -> None:
    random = Random(99)
    for _ in range(EXPRESSIONS // 4):
        text, values = expression(random), scope(random)
        try:
            typed, dynamic = OURS.compile(text), DYNAMIC.compile(text)
        except ExpressionError:
            continue
        one, other = ours(typed, values), ours(dynamic, values)
        assert ("error" in one) == ("error" in other), (text, values, one, other)
        assert "error" in one or is_same(one["value"], other["value"]), (text, values, one, other)
