"""The generated code against the CEL project's own evaluator, on random expressions.

`make fuzz` does the same for a million evaluations and more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jido_cli.core.expressions import Environment, ExpressionError
from tests.core.expressions.comparison import (
    OURS,
    SCOPES,
    Judge,
    difference,
    differences,
    is_same,
    library,
    ours,
)
from tests.core.expressions.grammar import VARIABLES, expression, scope

DYNAMIC = Environment(dict.fromkeys(VARIABLES, "dyn"))
EXPRESSIONS = 1_400
SEEDS = 4


@pytest.fixture(scope="module")
def other() -> Iterator[Judge]:
    with library() as found:
        yield found


@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_expressions_give_what_the_library_gives(other: Judge, seed: int) -> None:
    found: Counter[str] = Counter()
    wrong = list(differences(other, Random(seed), EXPRESSIONS, found, depth=3))
    assert wrong == []
    assert found["evaluations"] * SEEDS >= 20_000


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=False))
def test_small_expressions_give_what_the_library_gives(other: Judge, random: Random) -> None:
    question = expression(random, depth=2), [scope(random)]
    other.ask([question])
    assert difference(question, other.answers()[0], Counter()) is None


def test_what_the_types_say_makes_no_difference_to_the_value() -> None:
    random = Random(99)
    for _ in range(EXPRESSIONS // SCOPES):
        text, values = expression(random), scope(random)
        try:
            typed, dynamic = OURS.compile(text), DYNAMIC.compile(text)
        except ExpressionError:
            continue
        one, other = ours(typed, values), ours(dynamic, values)
        assert ("error" in one) == ("error" in other), (text, values, one, other)
        assert "error" in one or is_same(one["value"], other["value"]), (text, values, one, other)
