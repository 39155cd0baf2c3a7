"""What an expression may use up: iterations, text, parts of a result. Nothing is timed here.

Every attack that was tried on the library, and every function in the registry, must end in a
`BudgetError` before it costs anything that matters.
"""

from __future__ import annotations

import contextlib

import pytest

from jido_cli.core.cel.library import FUNCTIONS, rows, signatures
from jido_cli.core.cel.types import CelType
from jido_cli.core.cel.values import (
    ITERATIONS,
    STEP,
    TEXT,
    WORK,
    CelError,
    Duration,
    FuelError,
    Maybe,
    Timestamp,
    TypeName,
)
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


LOOPS = 9_000
ELEMENTS = [f"{number:06d}" for number in range(100_000)]
ENTRIES = {text: number for number, text in enumerate(ELEMENTS)}
BY_TYPE: dict[str, object] = {
    "string": MEGABYTE,
    "bytes": MEGABYTE.encode(),
    "int": 7,
    "double": 7.5,
    "bool": True,
    "null": None,
    "timestamp": Timestamp(1_700_000_000_000_000_000),
    "duration": Duration(90_000_000_000),
    "dyn": ELEMENTS,
    "any": MEGABYTE,
    "type": TypeName("int"),
}
# Arguments that make a function work as hard as it can; the others follow from its signatures.
HARD: dict[str, list[tuple[object, ...]]] = {
    "matches": [(MEGABYTE, "(a|b)*c"), (MEGABYTE, "[ab]*a[ab]{20}c")],
    "regex.replace": [(MEGABYTE, "", "-"), (MEGABYTE, "a(.*c)?", "b"), (MEGABYTE, "zz", "b")],
    "regex.extract": [(MEGABYTE, "(a|b)*c")],
    "regex.extractAll": [(MEGABYTE, "a(.*c)?"), (MEGABYTE, "b")],
    "timestamp": [(MEGABYTE,), ("2026-11-05T12:00:00.123456789+01:00",)],
    "duration": [("1h" * 32,), ("1" * 1_000_000,)],
    "int": [("1" * 1_000_000,), ("9" * 18,)],
    "double": [("1" * 1_000_000,), ("1" * 400,)],
    "indexOf": [(MEGABYTE, "a" * 1000 + "c"), (ELEMENTS, "x")],
    "contains": [(MEGABYTE, "ab" * 1000 + "c")],
    "replace": [(MEGABYTE, "", "x"), (MEGABYTE, "zz", "y")],
    "split": [(MEGABYTE, ""), (MEGABYTE, "a"), (MEGABYTE, "zz")],
    "join": [(ELEMENTS, MEGABYTE), (ELEMENTS,)],
    "format": [("%s " * 100_000, ELEMENTS), (MEGABYTE, []), ("%s", [MEGABYTE])],
    "time.format": [
        (BY_TYPE["timestamp"], MEGABYTE),
        (BY_TYPE["timestamp"], "%c", "Europe/Berlin"),
    ],
    "titleCase": [("a " * 500_000,)],
    "slug": [("é " * 500_000,)],
    "json.decode": [("[" + "1," * 300_000 + "1]",), ("[" * 1_000_000,), (MEGABYTE,)],
    "json.encode": [(ENTRIES,), (MEGABYTE,)],
    "min": [(list(range(10_000)),), ([MEGABYTE, MEGABYTE + "x"],)],
    "max": [(list(range(10_000)),), ([MEGABYTE, MEGABYTE + "x"],)],
    "sum": [(list(range(100_000)),)],
    "avg": [(list(range(100_000)),)],
    "sort": [(ELEMENTS,), ([MEGABYTE + "x", MEGABYTE, MEGABYTE + "y"],)],
    "distinct": [(ELEMENTS,), ([[ELEMENTS]],)],
    "flatten": [([ELEMENTS, ELEMENTS],)],
    "slice": [(ELEMENTS, 0, 100_000)],
    "take": [(ELEMENTS, 100_000)],
    "drop": [(ELEMENTS, 0)],
    "lists.range": [(1_000_000_000,)],
    "truncate": [(MEGABYTE, 999_999)],
    "without": [(ENTRIES, "x"), (ENTRIES, ELEMENTS)],
    "uuid5": [("dns", MEGABYTE), (MEGABYTE, "x")],
    "_==_": [(MEGABYTE, "ab" * 500_000), (ELEMENTS, list(ELEMENTS)), (ENTRIES, dict(ENTRIES))],
    "_<_": [(MEGABYTE, "ab" * 500_000)],
    "_+_": [(MEGABYTE, "x"), (ELEMENTS, ["x"]), (MEGABYTE.encode(), b"x")],
    "_[_]": [(ELEMENTS, 5), (ENTRIES, "000001")],
    "_[?_]": [(ELEMENTS, 5), (ENTRIES, "000001")],
    "_?._": [(ENTRIES, "000001")],
    "@in": [(MEGABYTE, [MEGABYTE + "x"] * 3), ("x", ELEMENTS), ("000001", ENTRIES)],
    "_-_": [(7, 3), (BY_TYPE["timestamp"], BY_TYPE["duration"])],
    "_*_": [(7, 3)],
    "_/_": [(7, 3)],
    "_%_": [(7, 3)],
    "-_": [(7,)],
    "!_": [(True,)],
}
for _operator in ("_!=_", "_<=_", "_>_", "_>=_"):
    HARD[_operator] = HARD["_<_"]


def filled(kind: CelType) -> object:
    match kind.kind:
        case "list":
            return ELEMENTS
        case "map":
            return ENTRIES
        case "optional":
            return Maybe(MEGABYTE)
    return BY_TYPE[kind.kind]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_t18_a_function_that_runs_9000_times_on_a_megabyte_ends_soon(name: str) -> None:
    calls = HARD.get(name, [])
    calls = calls + [tuple(map(filled, each.parameters)) for each in signatures(name)]
    assert calls
    for arguments in calls:
        fuel = [WORK, TEXT]
        with contextlib.suppress(FuelError, CelError):
            for _ in range(LOOPS):
                fuel[0] -= STEP
                FUNCTIONS[name](fuel, *arguments)


def test_t18_means_every_row_of_the_table() -> None:
    nodes = {row.node or row.name for row in rows()}
    assert nodes <= set(FUNCTIONS)
