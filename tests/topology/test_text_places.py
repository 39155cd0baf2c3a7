"""From a character of a text value back to the file, however the text is written."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.topology.positions import Pos, Positions, ScalarMark
from jido_cli.topology.rules import Findings
from jido_cli.topology.text_places import locate, offset_of
from jido_cli.topology.yaml_errors import split_lines
from jido_cli.topology.yaml_reader import read


def find(text: str, word: str, path: tuple[str | int, ...] = ("a",)) -> Pos:
    document = read(text, Findings("t.yaml"))
    assert document.mark is not None
    mark = Positions(document.mark).mark(path)
    assert isinstance(mark, ScalarMark)
    value = document.value
    for step in path:
        value = value[step]  # type: ignore[index]
    assert isinstance(value, str)
    return locate(split_lines(text), mark, value, value.index(word), len(word))


@pytest.mark.parametrize(
    ("text", "word", "want"),
    [
        ("a: one two\n", "two", Pos(1, 8, 1, 11)),
        ("a: 'one two'\n", "two", Pos(1, 9, 1, 12)),
        ("a: 'it''s two'\n", "two", Pos(1, 11, 1, 14)),
        ('a: "one two"\n', "two", Pos(1, 9, 1, 12)),
        ('a: "\\u0041\\n\\x41\\"two"\n', "two", Pos(1, 19, 1, 22)),
        ('a: "one \\\n    two"\n', "two", Pos(2, 5, 2, 8)),
        ("a: one\n  two\n", "two", Pos(2, 3, 2, 6)),
        ("a: 'one\n\n   two'\n", "two", Pos(3, 4, 3, 7)),
        ("a: |\n  one\n    two\n", "two", Pos(3, 5, 3, 8)),
        ("a: |-\n\n  one\n\n  two\n", "two", Pos(5, 3, 5, 6)),
        ("a: |2\n    one two\n", "two", Pos(2, 9, 2, 12)),
        ("a: >-\n  one\n  two\n\n  three\n", "three", Pos(5, 3, 5, 8)),
        ("a: > # comment\n  one\n   kept\n  two\n", "two", Pos(4, 3, 4, 6)),
        ("a: |\r\n  one\r\n  two\r\n", "two", Pos(3, 3, 3, 6)),
        ("a: &x one two\n", "two", Pos(1, 11, 1, 14)),
    ],
)
def test_a_word_is_found_in_every_style(text: str, word: str, want: Pos) -> None:
    assert find(text, word) == want


def test_the_end_of_a_value_has_a_place() -> None:
    assert locate(["a: one"], ScalarMark(1, 4, 1, 7), "one", 3, 1) == Pos(1, 7, 1, 8)
    assert locate(['a: "one"'], ScalarMark(1, 4, 1, 9, '"'), "one", 3, 1) == Pos(1, 8, 1, 9)


def test_an_empty_value_has_a_place() -> None:
    assert locate(['a: ""'], ScalarMark(1, 4, 1, 6, '"'), "", 0, 1) == Pos(1, 5, 1, 6)


def test_line_and_column_become_an_offset() -> None:
    assert [offset_of("ab\ncd", *place) for place in [(1, 1), (1, 3), (2, 2), (2, 9)]] == [
        0,
        2,
        4,
        5,
    ]


words = st.lists(
    st.sampled_from(["alpha", "b", "it's", 'say"', "x\\y", "ö"]), min_size=1, max_size=6
)


@given(words=words, style=st.sampled_from(["'", '"', "|", ">", None]), width=st.integers(8, 30))
def test_words_that_yaml_wrote_are_found_where_they_stand(
    words: list[str], style: str | None, width: int
) -> None:
    value = " ".join([*words, "needle"])
    text = yaml.dump({"a": value}, default_style=style, width=width, allow_unicode=True)
    key = text.split(":")[0]
    if "\\" in key or "!" in text.split("\n")[0]:
        return
    place = find(text, "needle")
    line = split_lines(text)[place.line - 1]
    assert line[place.column - 1 : place.end_column - 1] == "needle"
