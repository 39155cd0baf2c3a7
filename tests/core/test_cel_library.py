"""The table of functions: every example is run, and everything that is made from it agrees."""

from __future__ import annotations

import pytest
from cel_expr_python import cel

from jido_cli.core.cel import generate
from jido_cli.core.cel.library import (
    FUNCTIONS,
    MACROS,
    NAMES,
    OPERATOR_FORMS,
    TABLE,
    declarations,
    rows,
    signatures,
    usage,
)
from jido_cli.core.cel.run import OPERATORS
from jido_cli.core.cel.signatures import Function, result_of, signatures_of, spelled
from jido_cli.core.cel.types import (
    DOUBLE,
    DYN,
    INT,
    STRING,
    CelType,
    list_of,
    map_of,
    optional_of,
)
from jido_cli.core.expressions import (
    Environment,
    EvaluationError,
    ExpressionError,
    Scope,
)
from jido_cli.core.values import thaw

EMPTY = Environment({})
CHECKER = cel.NewEnv(config=cel.NewEnvConfigFromYaml(declarations()))
ROWS = list(rows())
EXAMPLES = [each for row in ROWS for each in row.examples]
FORM_EXAMPLES = [each for form in (*MACROS, *OPERATOR_FORMS) for each in form.examples]


@pytest.mark.parametrize(("text", "want"), [*EXAMPLES, *FORM_EXAMPLES])
def test_an_example_of_the_table_gives_what_it_says(text: str, want: object) -> None:
    got = EMPTY.compile(text).run(Scope())
    assert (got, type(got)) == (want, type(want))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name} of {row.source or 'cel'}")
def test_a_row_says_all_that_people_need(row: Function) -> None:
    assert row.examples
    assert all(row.name.rpartition(".")[2] in text for text, _ in row.examples)
    assert row.meaning[0].islower() or row.meaning[0] in "`-"
    assert not row.meaning.endswith(".")
    assert row.signatures


LITERALS = {
    "int": "1",
    "double": "1.0",
    "string": "'a'",
    "bool": "true",
    "bytes": "b'a'",
    "null": "null",
    "dyn": "dyn(1)",
    "any": "1",
    "timestamp": "timestamp(0)",
    "duration": "duration('1s')",
}


def literal(kind: CelType) -> str:
    item = "1" if kind.item is None else literal(kind.item)
    forms = {"list": f"[{item}]", "map": f"{{'a': {item}}}", "optional": f"optional.of({item})"}
    return forms.get(kind.kind) or LITERALS[kind.kind]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name} of {row.source or 'cel'}")
def test_the_checker_knows_every_signature_of_the_table(row: Function) -> None:
    for signature in signatures_of(row):
        receiver, *arguments = [*map(literal, signature.parameters), ""]
        if not signature.has_receiver:
            receiver, arguments = "", [receiver, *arguments]
        call = f"{receiver and receiver + '.'}{row.name}({', '.join(filter(None, arguments))})"
        found = CHECKER.compile(call).return_type().name().lower()
        wanted = signature.result
        if wanted.kind not in ("any", "type") and (
            wanted.item is None or wanted.item.kind != "any"
        ):
            assert found == spelled(wanted).replace("map<string, ", "map<string, "), call


def test_nothing_is_in_the_language_that_the_table_does_not_have() -> None:
    assert set(FUNCTIONS) == {*OPERATORS, *(row.node or row.name for row in rows())}


def test_rows_of_one_name_have_one_helper_that_does_what_all_say() -> None:
    shared = {row.name for row in rows() if [each.name for each in rows()].count(row.name) > 1}
    assert shared == {"indexOf", "reverse"}


def test_every_group_of_the_table_has_a_title_and_rows() -> None:
    assert all(title and group for title, group in TABLE.items())
    assert len(NAMES) == len({row.name for row in rows()})


def test_usage_is_for_people() -> None:
    assert usage("substring") == "string.substring(int) or string.substring(int, int)"
    assert usage("min").endswith(" and others")


@pytest.mark.parametrize(
    ("name", "arguments", "has_receiver", "want"),
    [
        ("take", [list_of(INT), INT], True, list_of(INT)),
        ("take", [list_of(DYN), INT], True, list_of(DYN)),
        ("take", [DYN, INT], True, DYN),
        ("first", [list_of(STRING)], True, optional_of(STRING)),
        ("sum", [list_of(DOUBLE)], True, DOUBLE),
        ("sum", [DYN], True, DYN),
        ("coalesce", [DYN, INT], False, DYN),
        ("coalesce", [INT, INT], False, INT),
        ("merge", [map_of(INT), map_of(DYN)], True, DYN),
        ("keys", [DYN], True, list_of(STRING)),
        ("size", [DYN], False, INT),
        ("value", [optional_of(DYN)], True, DYN),
        ("orValue", [optional_of(DYN), INT], True, DYN),
        ("flatten", [list_of(list_of(INT))], True, list_of(INT)),
        ("flatten", [list_of(DYN)], True, DYN),
        ("nothing", [INT], False, DYN),
    ],
)
def test_a_result_has_a_type_only_where_the_arguments_leave_no_doubt(
    name: str, arguments: list[CelType], has_receiver: bool, want: CelType
) -> None:
    assert result_of(signatures(name), arguments, has_receiver=has_receiver) == want


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("[1.5].drop(1).sum()", 0.0),
        ("lists.range(3).drop(3).sum()", 0),
        ("[duration('1s')].drop(1).sum()", "0s"),
        ("round(2.675, 2)", 2.68),
        ("round(-0.5)", -1.0),
        ("round(1234.5, -2)", 1200.0),
        ("round(1e300, 2)", 1e300),
        ("[2, 1.5, 3].sort()", [1.5, 2, 3]),
        ("['b', 'a'].sort()", ["a", "b"]),
        ("[dyn(1), dyn(1.0), dyn(true), dyn('1')].distinct()", [1, True, "1"]),
        ("[{'a': 1}, {'a': 1.0}, {'a': 2}].distinct()", [{"a": 1}, {"a": 2}]),
        ("[1, 2].indexOf(3)", -1),
        ("dyn([1, 2]).indexOf(dyn(2.0))", 1),
        ("[1].take(-3)", []),
        ("[1, 2].take(9)", [1, 2]),
        ("lists.range(-1)", []),
        ("{'a': 1}.without(['a', 'b'])", {}),
        ("{'b': 1, 'a': 2}.keys()", ["b", "a"]),
        ("coalesce(dyn(null), dyn(null))", None),
        ("'ÉCOLE d’été'.titleCase()", "École D’été"),
        ("'Straße 7'.slug()", "strasse-7"),
        ("'--'.slug()", ""),
        ("'abc'.truncate(2, '...')", ".."),
        ("'abc'.truncate(3, '…')", "abc"),
        ("regex.replace('aaa', 'a', 'b', 2)", "bba"),
        ("regex.replace('äöü', '', '.')", ".ä.ö.ü."),
        ("regex.replace('a', 'b*', '\\\\\\\\')", "\\a\\"),
        ("regex.extract('x', 'y').hasValue()", False),
        ("regex.extract('k=v', 'k=(\\\\w)').value()", "v"),
        ("json.encode([timestamp(0), b'hi', 'é'])", '["1970-01-01T00:00:00Z","aGk=","é"]'),
        ("json.decode('[1, 1.0, null]')", [1, 1.0, None]),
        ("hash.sha256('ä') == hash.sha256(bytes('ä'))", True),
        (
            "hash.hmacSha256('key', 'The quick brown fox jumps over the lazy dog')",
            "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8",
        ),
        ("uuid5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'a') == uuid5('dns', 'a')", True),
        (
            "time.format(timestamp(0), '%a %A %b %B %e %I %p %j %u %y %f %Z %%')",
            "Thu Thursday Jan January 1 12 AM 001 4 70 000000 UTC %",
        ),
        ("['b', 'a', 'ab'].sortByKey(x, size(x))", ["b", "a", "ab"]),
        ("[[2, 'x'], [1, 'y']].sortByKey(p, p[0]).map(p, p[1])", ["y", "x"]),
        ("[3, 1].sortByKey(x, [x].sortByKey(y, -y)[0])", [1, 3]),
        ("'a.sortByKey(x, x)'", "a.sortByKey(x, x)"),
        ("[1] // .sortByKey(x, x)", [1]),
        ("min(timestamp(5), timestamp(3))", "1970-01-01T00:00:03Z"),
        ("[duration('1h'), duration('1m')].max()", "3600s"),
        ("days(-1)", "-86400s"),
        ("'%s %s'.format([duration('1s'), timestamp(0)])", "1s 1970-01-01T00:00:00Z"),
    ],
)
def test_functions_of_our_own_do_what_they_say(text: str, want: object) -> None:
    got = thaw(EMPTY.compile(text).run(Scope()))
    assert (got, type(got)) == (want, type(want))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[].min()", "min() of an empty list"),
        ("[].avg()", "avg() of an empty list"),
        ("[dyn(1), 'a'].sort()", "values of kind number, string have no order"),
        ("[dyn(0.0) / 0.0, 1.0].sort()", "NaN has no place in an order"),
        ("[null].sort()", "values of kind null have no order"),
        ("[1, 2].slice(1, 3)", "index 3 is out of range: the size is 2"),
        ("[1, 2].slice(2, 1)", "index 1 is out of range: the size is 2"),
        ("round(1.5, 99)", "round() takes -15 to 15 digits, not 99"),
        ("[dyn(1), 1.5].avg()", "avg() cannot be applied to (int, double)"),
        ("[9223372036854775807, 1].sum()", "integer overflow: the result does not fit in 64 bits"),
        ("dyn(['a']).sum()", "sum() cannot be applied to (string)"),
        ("regex.replace('a', 'a', '\\\\2')", None),
        ("regex.extract('ab', '(a)(b)').value()", None),
        ("'a'.matches('(' + '')", "the pattern '(' is not right: missing ): ("),
        ("json.decode('{')", None),
        ("json.decode('[' + '9'.replace('9', '99999999999999999999') + ']')", None),
        ("json.encode(1.0 / 0.0)", "json.encode() cannot write Infinity: JSON has none"),
        ("json.encode(optional.of(1))", "json.encode() cannot be applied to (optional)"),
        ("uuid5('nope', 'a')", None),
        ("time.format(timestamp(0), '%Q')", None),
        ("time.date(timestamp(0), 'Moon/Sea')", "there is no time zone 'Moon/Sea'"),
        ("timestamp('9999-12-31T00:00:00Z') + days(2)", None),
        ("days(999999999)", "integer overflow: the result does not fit in 64 bits"),
        ("'%d'.format([1.5])", "format() cannot write double with %d"),
        ("'%s'.format([])", "format() has more clauses than values"),
        ("optional.none().value()", "the optional has no value"),
        ("dyn({'a': optional.of(1)})", "an optional is no JSON value: end it with .orValue(x)"),
        ("[dyn(type(1))]", "a type is no JSON value: compare it, as in type(x) == int"),
        ("base64.decode('?')", "'?' is not base64"),
        ("string(b'\\xff')", "the bytes are no text: not UTF-8"),
        ("math.bitShiftLeft(1, -1)", "math.bitShiftLeft() cannot shift by -1"),
        ("dyn(1).hasValue()", "hasValue() needs an optional, not int"),
    ],
)
def test_functions_fail_with_a_sentence(text: str, message: str | None) -> None:
    compiled = EMPTY.compile(text)
    with pytest.raises(EvaluationError) as caught:
        compiled.run(Scope())
    assert message is None or caught.value.message == message
    assert "the values do not fit" not in caught.value.message


def test_without_re2_patterns_are_refused_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(generate, "is_available", lambda: False)
    with pytest.raises(ExpressionError, match="patterns need the package google-re2"):
        Environment({}).compile("'a'.matches('b')")
