"""What an expression may use up: iterations, text, parts of a result. Nothing is timed here.

Every attack that was tried on the library, and every function in the registry, must end in a
`BudgetError` before it costs anything that matters.
"""

from __future__ import annotations

import pytest

from jido_cli.core.cel_library import FUNCTIONS
from jido_cli.core.cel_run import ITERATIONS, STEP, TEXT, WORK, FuelError
from jido_cli.core.expressions import BudgetError, Environment, Scope
from tests.core.expressions.worlds import WORLD, run, scope

LONG = Environment({"item": {"type": "array", "items": {"type": "integer"}}, "result": "string"})
DYNAMIC = Environment({"item": "dyn", "result": "dyn"})
MEGABYTE = "ab" * 500_000


def exhausts(text: str, items: int = 0, result: object = MEGABYTE) -> str:
    """Return the message with which both the typed and the dynamic form run out."""
    messages = set()
    for environment in (LONG, DYNAMIC):
        expression = environment.compile(text)
        with pytest.raises(BudgetError) as caught:
            expression.run(Scope(item=list(range(items)), result=result))
        messages.add(caught.value.message)
    (message,) = messages
    return message


TOO_LONG = "the expression works too long: over 10,000 iterations"
TOO_MUCH = "the expression makes too much text: over 4 MiB"


@pytest.mark.parametrize(
    ("text", "items", "want"),
    [
        ("item.map(x, x)", 10_001, TOO_LONG),
        ("item.filter(x, false)", 10_001, TOO_LONG),
        ("item.all(x, true)", 10_001, TOO_LONG),
        ("item.exists(x, false)", 10_001, TOO_LONG),
        ("item.exists_one(x, false)", 10_001, TOO_LONG),
        ("item.map(x, item.map(y, y))", 3_000, TOO_LONG),
        ("item.all(x, x in item)", 3_000, TOO_LONG),
        ("item.map(x, item + item)", 9_000, TOO_LONG),
        ("item.map(x, result + result)", 9_000, TOO_MUCH),
        ("result.replace('', result)", 0, TOO_MUCH),
        (
            "result.substring(0, 2000).replace('', result.substring(0, 2000)).replace('', 'x')",
            0,
            TOO_MUCH,
        ),
        ("item.map(x, result).join()", 10, TOO_MUCH),
        ("item.map(x, 'x').join(result)", 10, TOO_MUCH),
        ("result.split('')", 0, None),
        ("item.map(x, result.contains('ba'))", 9_000, TOO_LONG),
        ("item.map(x, result.indexOf('zz'))", 9_000, TOO_LONG),
        ("item.map(x, result.split('zz'))", 9_000, TOO_MUCH),
        ("item.map(x, item == item)", 9_000, TOO_LONG),
    ],
)
def test_an_attack_runs_out_of_its_budget(text: str, items: int, want: str | None) -> None:
    if want is None:
        text, want = f"{text}.map(c, c)", TOO_LONG
    assert exhausts(text, items) == want


def test_ten_thousand_iterations_are_allowed() -> None:
    assert (
        LONG.compile("size(item.map(x, x))").run(Scope(item=list(range(ITERATIONS)))) == ITERATIONS
    )


def test_doublings_of_a_text_run_out() -> None:
    text = "['ab']" + ".map(x, x + x)" * 22
    with pytest.raises(BudgetError, match="too much text"):
        WORLD.compile(text).run(scope())


def test_doublings_of_a_list_run_out() -> None:
    text = "[[1]]" + ".map(x, x + x)" * 22
    with pytest.raises(BudgetError, match="too long"):
        WORLD.compile(text).run(scope())


@pytest.mark.parametrize(
    "text",
    [
        "item.all(x, x >= 0) || true",
        "false && item.all(x, x >= 0) || item.exists(x, x < 0) || true",
        "[1].exists(y, item.all(x, x >= 0)) || true",
        "[1].all(y, item.all(x, x >= 0) && false)",
    ],
)
def test_nothing_absorbs_an_exhausted_budget(text: str) -> None:
    assert exhausts(text, 10_001) == TOO_LONG


def test_each_evaluation_has_a_budget_of_its_own() -> None:
    expression = LONG.compile("size(item.map(x, x))")
    for _ in range(3):
        assert expression.run(Scope(item=list(range(9_000)))) == 9_000


def test_a_result_counts_its_parts_but_not_those_that_were_frozen_before() -> None:
    items = [{"sku": "x", "qty": 1}] * 200
    text = "[1, 2, 3, 4, 5].map(x, state.items.map(i, {'i': i, 'all': state.items}))"
    got = run(text, state={"items": items})
    assert isinstance(got, list)
    assert len(got[0]) == 200


def test_a_budget_error_says_where_it_ran_out() -> None:
    expression = LONG.compile("size(result) +\n  size(item.map(x, x))")
    with pytest.raises(BudgetError) as caught:
        expression.run(Scope(item=list(range(10_001)), result=""))
    assert (caught.value.line, caught.value.column) == (2, 13)


ARGUMENTS = {
    "_[_]": ([1], 0),
    "_%_": (7, 3),
    "_-_": (7, 3),
    "_*_": (7, 3),
    "_/_": (7, 3),
    "-_": (7,),
    "!_": (True,),
    "@in": (MEGABYTE, [MEGABYTE + "x"]),
    "int": ("1" * 1_000_000,),
    "double": ("1" * 1_000_000,),
    "bool": (MEGABYTE,),
    "size": (MEGABYTE,),
    "string": (MEGABYTE,),
    "dyn": (MEGABYTE,),
    "charAt": (MEGABYTE, 5),
    "substring": (MEGABYTE, 5),
    "join": ([MEGABYTE], MEGABYTE),
    "replace": (MEGABYTE, "zz", "y"),
    "lowerAscii": (MEGABYTE,),
    "upperAscii": (MEGABYTE,),
    "trim": (MEGABYTE,),
    "startsWith": (MEGABYTE, MEGABYTE),
    "endsWith": (MEGABYTE, MEGABYTE),
    "split": (MEGABYTE, "zz"),
    "min": ([1] * 10_000,),
    "max": ([1] * 10_000,),
}
CHEAP = {"_[_]", "_%_", "_-_", "_*_", "_/_", "-_", "!_", "int", "double", "bool", "size"} | {
    "string",
    "dyn",
    "charAt",
}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_t18_a_helper_pays_for_what_it_touches(name: str) -> None:
    arguments = ARGUMENTS.get(name, (MEGABYTE, "a" + MEGABYTE))
    if name in CHEAP:
        return
    fuel = [WORK, TEXT]
    try:
        FUNCTIONS[name](fuel, *arguments)
    except FuelError:
        return
    # So much is left that a loop of the longest allowed kind could not do it 9,000 times.
    spent_work, spent_text = WORK - fuel[0], TEXT - fuel[1]
    assert spent_work * 9_000 > WORK or spent_text * 9_000 > TEXT
    assert STEP > 0
