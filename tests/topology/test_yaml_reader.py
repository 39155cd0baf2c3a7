"""Reading YAML: values, exact places, core types, and the limits on input."""

from __future__ import annotations

import tracemalloc

import pytest

from jido_cli.topology.positions import ListMark, MapMark, Mark, Pos, Positions, ScalarMark
from jido_cli.topology.rules import Findings
from jido_cli.topology.yaml_reader import read

PARSERS = pytest.mark.parametrize("pure", [False, True], ids=["c", "pure"])


def values(text: str, *, pure: bool = False) -> object:
    findings = Findings("t.yaml")
    document = read(text, findings, pure=pure)
    assert [str(d) for d in findings.sorted()] == []
    return document.value


def places(text: str, *, pure: bool = False) -> Positions:
    findings = Findings("t.yaml")
    document = read(text, findings, pure=pure)
    assert document.mark is not None
    return Positions(document.mark)


def messages(text: str, *, pure: bool = False) -> list[str]:
    findings = Findings("t.yaml")
    read(text, findings, pure=pure)
    return [f"{d.line}:{d.column} {d.message}" for d in findings.sorted()]


@PARSERS
@pytest.mark.parametrize(
    ("written", "want"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("null", None),
        ("~", None),
        ("''", ""),
        ("'null'", "null"),
        ('"1"', "1"),
        ("012", 12),
        ("-012", -12),
        ("+7", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2026-11-25", "2026-11-25"),
        ("1.5", 1.5),
        ("1.", 1.0),
        (".5", 0.5),
        ("-1e3", -1000.0),
        ("1e-3", 0.001),
        ("1.2.3", "1.2.3"),
        (".", "."),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("=", "="),
        ("NaN", "NaN"),
    ],
)
def test_plain_scalars_have_the_core_types_of_yaml_1_2(
    written: str, want: object, pure: bool
) -> None:
    got = values(f"key: {written}\n", pure=pure)
    assert isinstance(got, dict)
    assert got == {"key": want}
    assert type(got["key"]) is type(want)


DOCUMENT = """\
# a comment
jido: v1
agents:
  counter:
    state: {count: 0, "näme": [1, 'zwei']}
    text: |
      one
       two
    folded: >-
      a
      b
  empty:
"""


@PARSERS
@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("jido",), Pos(2, 1, 2, 5), Pos(2, 7, 2, 9)),
        (("agents",), Pos(3, 1, 3, 7), Pos(4, 3, 13, 1)),
        (("agents", "counter"), Pos(4, 3, 4, 10), Pos(5, 5, 12, 3)),
        (("agents", "counter", "state"), Pos(5, 5, 5, 10), Pos(5, 12, 5, 43)),
        (("agents", "counter", "state", "count"), Pos(5, 13, 5, 18), Pos(5, 20, 5, 21)),
        (("agents", "counter", "state", "näme"), Pos(5, 23, 5, 29), Pos(5, 31, 5, 42)),
        (("agents", "counter", "state", "näme", 0), Pos(5, 32, 5, 33), Pos(5, 32, 5, 33)),
        (("agents", "counter", "state", "näme", 1), Pos(5, 35, 5, 41), Pos(5, 35, 5, 41)),
        (("agents", "counter", "text"), Pos(6, 5, 6, 9), Pos(6, 11, 9, 1)),
        (("agents", "empty"), Pos(12, 3, 12, 8), Pos(12, 9, 12, 9)),
    ],
)
def test_every_key_and_value_has_its_place(
    path: tuple[str | int, ...], key: Pos, value: Pos, pure: bool
) -> None:
    found = places(DOCUMENT, pure=pure)
    assert (found.key(path), found.value(path)) == (key, value)


def test_what_is_not_there_has_the_place_of_its_nearest_parent() -> None:
    found = places(DOCUMENT)
    assert found.value(("agents", "counter", "nothing", 3)) == found.value(("agents", "counter"))


def test_an_alias_has_its_own_place_and_the_anchors_places_inside() -> None:
    found = places("a: &x {n: 1}\nb: *x\n")
    assert found.value(("b",)) == Pos(2, 4, 2, 6)
    assert found.value(("b", "n")) == Pos(1, 11, 1, 12)


def test_a_byte_order_mark_and_windows_line_ends_do_not_move_places() -> None:
    found = places("\ufeffa: 1\r\nb:\r\n  c: 2\r\n")
    assert found.value(("b", "c")) == Pos(3, 6, 3, 7)


def test_styles_are_kept_for_those_who_look_inside_a_text() -> None:
    found = places("a: x\nb: 'x'\nc: \"x\"\nd: |\n  x\ne: >\n  x\n")
    got = [found.mark((key,)) for key in "abcde"]
    assert [mark.style for mark in got if isinstance(mark, ScalarMark)] == ["", "'", '"', "|", ">"]


def test_aliases_give_the_same_values() -> None:
    assert values("a: &x [1, 2]\nb: {c: *x, d: *x}\n") == {
        "a": [1, 2],
        "b": {"c": [1, 2], "d": [1, 2]},
    }


def test_an_anchor_may_be_set_again() -> None:
    assert values("a: &x 1\nb: *x\nc: &x 2\nd: *x\n") == {"a": 1, "b": 1, "c": 2, "d": 2}


# -- limits -------------------------------------------------------------------------------------


def nested(depth: int) -> str:
    return "a: " + "[" * depth + "]" * depth + "\n"


@PARSERS
def test_nesting_ends_at_64(pure: bool) -> None:
    values(nested(63), pure=pure)
    assert messages(nested(64), pure=pure) == ["1:67 nested deeper than 64"]


def test_nesting_through_aliases_counts() -> None:
    text = "a: &a " + "[" * 40 + "]" * 40 + "\nb: " + "[" * 30 + "*a" + "]" * 30 + "\n"
    assert messages(text) == ["2:34 nested deeper than 64"]


def test_two_hundred_thousand_values_are_read_and_no_more() -> None:
    assert messages("a: [" + "1," * 199_998 + "]\n") == []
    assert messages("a: [" + "1," * 199_999 + "]\n") == [
        "1:400001 more than 200,000 values, aliases expanded"
    ]


def bomb(levels: int, width: int) -> str:
    lines = ["l0: &l0 [x]"]
    for level in range(1, levels):
        aliases = ", ".join([f"*l{level - 1}"] * width)
        lines.append(f"l{level}: &l{level} [{aliases}]")
    return "\n".join(lines) + "\n"


@PARSERS
def test_an_alias_bomb_is_an_error_at_once(pure: bool) -> None:
    tracemalloc.start()
    got = messages(bomb(30, 9), pure=pure)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert got == ["6:10 more than 10,000 aliases are expanded"]
    assert peak < 50_000_000


def test_a_bomb_of_few_aliases_and_many_values_is_an_error() -> None:
    text = "a: &a [" + "1," * 30_000 + "]\nb: [*a, *a, *a, *a, *a, *a, *a]\n"
    assert messages(text) == ["2:25 more than 200,000 values, aliases expanded"]


def test_ten_thousand_aliases_are_expanded_and_no_more() -> None:
    assert messages("a: &a 1\nb: [" + "*a ," * 10_000 + "]\n") == []
    got = messages("a: &a 1\nb: [" + "*a ," * 10_001 + "]\n")
    assert got == ["2:40005 more than 10,000 aliases are expanded"]


def test_thousands_of_open_brackets_are_an_error_at_once() -> None:
    assert messages("[" * 1_000_000) == ["1:65 nested deeper than 64"]


def test_reading_goes_on_after_mistakes_that_leave_the_rest_readable() -> None:
    text = "a: 1\na: 2\n1: x\nb: !t y\n<<: {}\nc: .inf\n"
    assert messages(text) == [
        "2:1 the key 'a' is already used at line 1",
        "3:1 the key '1' is not text",
        "4:4 the tag '!t' is not part of the format",
        "5:1 merge keys are not part of the format",
        "6:4 '.inf' is not a JSON number",
    ]


def test_a_quoted_merge_key_is_a_key_like_any_other() -> None:
    assert values('"<<": 1\n') == {"<<": 1}


def marks_are_inside(mark: Mark, lines: list[str]) -> bool:
    inner: list[Mark] = []
    if isinstance(mark, MapMark):
        inner = [*mark.keys.values(), *mark.values.values()]
    elif isinstance(mark, ListMark):
        inner = mark.items
    own = mark if isinstance(mark, ScalarMark) else mark.pos
    fits = 1 <= own.line <= len(lines) and 1 <= own.column <= len(lines[own.line - 1]) + 1
    return fits and all(marks_are_inside(each, lines) for each in inner)


def test_all_places_lie_in_the_file() -> None:
    assert marks_are_inside(places(DOCUMENT).root, DOCUMENT.split("\n"))


def test_an_anchor_with_nothing_behind_it_has_a_place() -> None:
    assert places("a:\n  b: &x\n\nc: 1\n").value(("a", "b")) == Pos(2, 8, 2, 8)
