"""Where CEL and Python, or the checker's types and the values, say different things.

One test for each trap that lies in the language of this step; the numbers are those of the list
that the generator was written against.
"""

from __future__ import annotations

import pytest

from jido_cli.core.cel.types import DYN, INT, list_of
from jido_cli.core.expressions import BudgetError, EvaluationError, ExpressionError
from tests.core.expressions.worlds import WORLD, fails, run, scope


@pytest.mark.parametrize(
    "text",
    [
        "1.0 - (state.done ? state.extra.n : dyn(1))",
        "1.0 - [dyn(1)][0]",
        "1.0 - min(dyn(1), 2.0)",
        "(item + [1.5])[0] - 1.5",
        "[item].map(x, x)[0][0] - 1.5",
    ],
)
def test_t1_a_type_that_the_checker_guesses_behind_a_dyn_is_not_believed(text: str) -> None:
    assert fails(text, item=[1, "x"]) in (
        "- cannot be applied to (double, int)",
        "- cannot be applied to (int, double)",
    )


def test_t1_a_list_joined_to_a_dynamic_one_may_hold_anything() -> None:
    assert WORLD.compile("item + [1]").result_type == DYN
    assert WORLD.compile("state.tags.map(t, 1) + [1]").result_type == list_of(INT)
    assert WORLD.compile("[dyn(1)] + [1]").result_type == list_of(DYN)


def test_t2_a_sum_with_a_dynamic_value_looks_at_the_value() -> None:
    assert run("item + 1", item=2) == 3
    assert fails("item + 1", item=2.0) == "+ cannot be applied to (double, int)"
    assert fails("item + 1", item=True) == "+ cannot be applied to (bool, int)"


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("dyn(true) == 1", False),
        ("dyn([true]) == [1]", False),
        ("dyn(1) == 1.0", True),
        ("[1.0] == dyn([1])", True),
        ("dyn(1) in [true]", False),
        ("true in dyn([1])", False),
        ("dyn(0.0) == -0.0", True),
        ("double('nan') == double('nan')", False),
        ("[double('nan')] == [double('nan')]", False),
        ("dyn('1') == 1", False),
        ("dyn(null) == false", False),
    ],
)
def test_t3_numbers_compare_by_value_and_everything_else_within_its_kind(
    text: str, want: bool
) -> None:
    assert run(text) is want


@pytest.mark.parametrize(
    "text", ["dyn(true) + 1", "dyn(true) < 1", "dyn('a') < 1", "dyn([1]) < dyn([2])"]
)
def test_t3_order_and_sums_across_kinds_are_errors(text: str) -> None:
    assert "cannot be applied to" in fails(text)


@pytest.mark.parametrize(
    "text",
    ["[1][-1]", "'a' in dyn('abc')", "dyn('abc').map(c, c)", "dyn('abc')[0]", "dyn('abc')['a']"],
)
def test_t4_what_python_would_do_with_an_index_or_a_text_is_an_error(text: str) -> None:
    assert fails(text)


@pytest.mark.parametrize(
    "text",
    ["'abc'.substring(0, dyn(null))", "'a'.indexOf('a', dyn(null))", "'a'.split('', dyn(null))"],
)
def test_t5_a_null_argument_is_not_a_missing_one(text: str) -> None:
    assert fails(text).endswith("needs an int, not null")


@pytest.mark.parametrize(
    ("text", "want"),
    [("-7 / 2", -3), ("7 / -2", -3), ("-7 % 2", -1), ("7 % -2", 1), ("item % -1", 0)],
)
def test_t6_division_truncates_towards_zero(text: str, want: int) -> None:
    assert run(text, item=5) == want


def test_t6_the_smallest_integer_has_no_counterpart() -> None:
    smallest = -(2**63)
    for text in ("item / -1", "item % -1", "-item", "dyn(0) - item"):
        assert "integer overflow" in fails(text, item=smallest)


def test_t6_a_decimal_divided_by_zero_is_infinite() -> None:
    assert run("string(1.0 / 0.0) + string(-1.0 / 0.0) + string(1.0 / -0.0)") == (
        "Infinity-Infinity-Infinity"
    )
    assert run("string(0.0 / 0.0)") == "NaN"


FAILING = "1 / 0 > 0"


@pytest.mark.parametrize(
    ("text", "want"),
    [
        (f"{FAILING} && false", False),
        (f"false && {FAILING}", False),
        (f"{FAILING} || true", True),
        (f"true || {FAILING}", True),
        (f"{FAILING} || ({FAILING} || true)", True),
        ("item && false", False),
        ("item || true", True),
        ("[1, 0].all(x, 1 / x > 5)", False),
        ("[0, 1].exists(x, 1 / x == 1)", True),
        (f"({FAILING} && true) || true", True),
        (f"[1].all(x, {FAILING} || x == 1)", True),
    ],
)
def test_t7_an_operand_that_decides_makes_up_for_one_that_fails(text: str, want: bool) -> None:
    assert run(text, item=5) is want


@pytest.mark.parametrize(
    "text",
    [
        f"{FAILING} && true",
        f"true && {FAILING}",
        f"{FAILING} || false",
        f"{FAILING} || {FAILING}",
        "[1, 0].all(x, 1 / x > 0)",
        "[0, 1].exists(x, 1 / x == 2)",
        "[1, 0].exists_one(x, 1 / x == 1)",
        "[1, 0].map(x, 1 / x)",
        "[1, 0].filter(x, 1 / x == 1)",
        f"!({FAILING})",
        f"{FAILING} ? 1 : 2",
    ],
)
def test_t7_where_nothing_decides_the_failure_is_told(text: str) -> None:
    assert fails(text) == "division by zero"


@pytest.mark.parametrize("text", ["true && item", "item || false", "item ? true : false"])
def test_t7_an_operand_that_is_no_boolean_is_an_error(text: str) -> None:
    assert fails(text, item=1) == "a condition must be true or false, not int"


@pytest.mark.parametrize("numeral", ["1_0", " 1", "1 ", "٣", "0x1", "", "1.0", "--1"])
def test_t9_only_plain_numerals_are_integers(numeral: str) -> None:
    assert fails("int(item)", item=numeral) == f"{numeral!r} cannot be read as int"


@pytest.mark.parametrize("numeral", ["1_0.0", " 1", "0x1p3", "", ".", "1e", "infinit"])
def test_t9_only_plain_numerals_are_decimals(numeral: str) -> None:
    assert fails("double(item)", item=numeral) == f"{numeral!r} cannot be read as double"


def test_t9_a_numeral_without_end_is_refused_by_its_length() -> None:
    assert "cannot be read as int" in fails("int(item)", item="1" * 100_000)
    assert "cannot be read as double" in fails("double(item)", item="1" * 100_000)


def test_t10_only_ascii_letters_have_a_case() -> None:
    assert run("item.upperAscii() + item.lowerAscii()", item="aÄßıK") == "AÄßıKaÄßık"


def test_t10_blanks_are_unicode_white_space_not_pythons() -> None:
    assert run("size(item.trim())", item="\u2003\x85\u3000\t\n x \u1680") == 1
    kept = "\x1c\u200bx\ufeff\u180e"
    assert run("item.trim()", item=kept) == kept


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("'a,b'.split(',', 0)", []),
        ("'abc'.split('')", ["a", "b", "c"]),
        ("'abc'.split('', 2)", ["a", "bc"]),
        ("''.split('')", [""]),
        ("''.split(',')", [""]),
        ("'abc'.charAt(3)", ""),
        ("'abc'.indexOf('')", 0),
        ("'abc'.replace('', '-')", "-a-b-c-"),
        ("'abc'.replace('b', 'x', 0)", "abc"),
        ("'abc'.substring(3)", ""),
        ("dyn([1, 2])[1.0]", 2),
    ],
)
def test_t12_the_edges_of_functions_are_as_in_cel(text: str, want: object) -> None:
    assert run(text) == want


@pytest.mark.parametrize(
    "text", ["'abc'.indexOf('a', 4)", "null in dyn({})", "dyn({})[null]", "[1] in dyn({})"]
)
def test_t12_the_edges_of_functions_fail_as_in_cel(text: str) -> None:
    assert fails(text)


@pytest.mark.parametrize(
    ("number", "want"),
    [(1234567.5, "1234567.5"), (2.0, "2"), (0.1, "0.1"), (1e300, "1e+300"), (-0.0, "-0")],
)
def test_t13_a_decimal_is_written_as_json_does_without_a_trailing_zero(
    number: float, want: str
) -> None:
    assert run("string(item)", item=number) == want


def test_t15_an_expression_that_checks_to_too_much_is_refused() -> None:
    text = " + ".join(["[" + ", ".join(["state.count"] * 700) + "]"] * 3)
    with pytest.raises(ExpressionError, match=r"checks to \d+ bytes; the limit is 65536"):
        WORLD.compile(text)


def test_t16_nesting_that_python_cannot_compile_is_refused() -> None:
    text = "item == 1"
    for depth in range(12):
        text = f"[1].exists(x{depth}, item == x{depth} && {text})"
    with pytest.raises(ExpressionError, match="the expression is nested too deep"):
        WORLD.compile(text)


def test_t17_a_small_graph_that_is_a_huge_text_is_refused() -> None:
    text = "[[1]]" + ".map(x, [x, x])" * 20
    with pytest.raises(BudgetError, match="the result has over 100,000 parts"):
        WORLD.compile(text).run(scope())


@pytest.mark.parametrize(
    "text",
    [
        "1.0 - (state.done ? item[?'k'] : optional.of(dyn(1))).value()",
        "coalesce(item, 1) + 1.0",
        "[dyn(1)].take(1)[0] + 1.0",
        "dyn([1]).first().orValue(1.0) + 1.0",
    ],
)
def test_t1_a_function_does_not_make_a_dynamic_value_typed(text: str) -> None:
    assert fails(text, item=1).startswith(("- cannot be applied", "+ cannot be applied"))


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("cel.bind(v, 1 / (state.count - 3), true)", True),
        ("cel.bind(v, 1 / (state.count - 3), true || v > 0)", True),
        ("cel.bind(v, 1 / (state.count - 3), v > 0 || true)", True),
        ("cel.bind(v, 1 / (state.count - 2), v + v)", 2),
        ("cel.bind(v, 1, cel.bind(w, v + 1, cel.bind(v, w + 1, v)))", 3),
        ("[1, 2].map(x, cel.bind(y, x * 2, y + x))", [3, 6]),
        ("cel.bind(x, 5, [1].map(x, x))", [1]),
    ],
)
def test_t8_a_bound_value_fails_only_where_it_is_used(text: str, want: object) -> None:
    assert run(text) == want


def test_t8_a_bound_value_that_failed_says_where() -> None:
    with pytest.raises(EvaluationError) as caught:
        run("cel.bind(v, 1 / (state.count - 3),\n  v + 1)")
    assert (caught.value.message, caught.value.line, caught.value.column) == (
        "division by zero",
        1,
        15,
    )


def test_t8_budgets_are_not_kept_until_they_are_used() -> None:
    with pytest.raises(BudgetError):
        run("cel.bind(v, item.map(x, x), true)", list(range(10_001)))


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("timestamp('2026-01-01T00:00:00Z').getMonth()", 0),
        ("timestamp('2026-01-01T00:00:00Z').getDayOfMonth()", 0),
        ("timestamp('2026-01-01T00:00:00Z').getDate()", 1),
        ("timestamp('2026-01-01T00:00:00Z').getDayOfYear()", 0),
        ("timestamp('2026-11-08T00:00:00Z').getDayOfWeek()", 0),
        ("duration('90061.5s').getMilliseconds()", 500),
        ("duration('90061.5s').getSeconds()", 90061),
        ("duration('-1.5s').getSeconds()", -1),
        ("timestamp('2026-01-01T23:30:00Z').getDate('Europe/Berlin')", 2),
        ("timestamp('2026-01-01T23:30:00Z').getHours('-02:30')", 21),
        ("timestamp('1969-12-31T23:59:59.5Z').getMilliseconds()", 500),
    ],
)
def test_t11_times_are_counted_as_cel_counts_them(text: str, want: int) -> None:
    assert run(text) == want


@pytest.mark.parametrize(
    ("text", "want"),
    [
        (
            "timestamp('2026-01-01T00:00:00.000000001Z') + duration('1ns')",
            "2026-01-01T00:00:00.000000002Z",
        ),
        ("duration('1ns') + duration('999ns')", "0.000001s"),
        ("timestamp('2026-01-01T00:00:00.5Z') - timestamp('2026-01-01T00:00:00Z')", "0.500s"),
        ("[ctx.now, signal.time]", ["2023-11-14T22:13:20Z", "2023-11-14T22:13:20.123Z"]),
        ("{'a': {'b': duration('1m')}}", {"a": {"b": "60s"}}),
    ],
)
def test_t14_times_have_nanoseconds_and_leave_as_text(text: str, want: object) -> None:
    assert run(text) == want


def test_t15_chains_of_opt_map_are_refused_before_they_grow() -> None:
    chain = "optional.of(item)" + ".optMap(x, x)" * 8
    with pytest.raises(ExpressionError, match="the limit is 65536"):
        WORLD.compile(f"{chain}.orValue(1)")


def test_an_optional_access_never_fails_over_what_is_absent() -> None:
    item = {"a": {"b": [1]}, "n": None}
    assert run("item.?a.?b[?0].orValue(9)", item) == 1
    assert run("item.?a.?c[?0].orValue(9)", item) == 9
    assert run("item.?x.?c[?0].orValue(9)", item) == 9
    assert run("item.?n.hasValue()", item) is True
    assert run("signal.?subject.orValue('none')") == "none"
    assert run("signal.?type.orValue('none')") == "order.created"


def test_or_value_is_looked_at_only_where_it_is_needed() -> None:
    assert run("item.?a.orValue(1 / (state.count - 3))", {"a": 5}) == 5
    assert run("item.?a.or(item.?b).orValue(item.map(k, k)[0])", {"b": 5}) == 5
    assert run("item.?a.or(item.?c).orValue(item.map(k, k)[0])", {"b": 5}) == "b"
