"""The macro of our own: what the checker is given for it, and the way back to the user's text."""

from __future__ import annotations

import pytest

from jido_cli.core.cel.library import _PLAIN, NAMES, is_plain, rows
from jido_cli.core.cel.source import prepare
from jido_cli.core.expressions import ExpressionError
from tests.core.expressions.worlds import WORLD, run


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("a.sortByKey(x, x.n)", "a.filter(x, dyn(x.n))"),
        ("a . sortByKey ( x , f(x, 1) )", "a . filter ( x , dyn(f(x, 1) ))"),
        ("a.sortByKey(x, b.sortByKey(y, -y)[0])", "a.filter(x, dyn(b.filter(y, dyn(-y))[0]))"),
        ("a.sortByKey(x, {'k': [x, ')']})", "a.filter(x, dyn({'k': [x, ')']}))"),
        ("a.sortByKey(x, x).map(y, y)", "a.filter(x, dyn(x)).map(y, y)"),
        ("a.sortByKey(x)", None),
        ("a.sortByKey(x, y, z)", None),
        ("a.sortByKey(1, y)", None),
        ("a.sortByKey(x, y", None),
        ("sortByKey(x, y)", None),
        ("a.xsortByKey(x, y)", None),
        ("a.sortByKey[x, y]", None),
        ("'a.sortByKey(x, y)'", None),
        ("1 // a.sortByKey(x, y)", None),
        ('r"\\" + a.sortByKey(x, x)', 'r"\\" + a.filter(x, dyn(x))'),
        ("'''it's ''' + a.sortByKey(x, x)", "'''it's ''' + a.filter(x, dyn(x))"),
    ],
)
def test_the_checker_is_given_what_it_knows(text: str, want: str | None) -> None:
    assert prepare(text).text == (text if want is None else want)


def test_every_offset_leads_back_to_the_same_letter() -> None:
    text = "one.sortByKey(x, two.sortByKey(y, three + y)[0]) + four"
    source = prepare(text)
    for word in ("one", "two", "three", "four", "[0]", "+ y"):
        assert source.original(source.text.index(word)) == text.index(word)


def test_brackets_without_end_are_read_once() -> None:
    text = "a.sortByKey(x, " * 4_000
    assert prepare(text).text == text


def test_a_text_that_is_far_too_long_is_not_looked_at() -> None:
    with pytest.raises(ExpressionError, match="longer than 65,536 characters"):
        WORLD.compile("a.sortByKey(x, " * 300_000)


def test_elements_are_sorted_by_what_is_made_of_them() -> None:
    assert run("state.items.sortByKey(i, -i.qty).map(i, i.sku)") == ["y", "x"]
    assert run("item.sortByKey(i, i.a)", [{"a": 2}, {"a": 1}]) == [{"a": 1}, {"a": 2}]
    assert run("['b', 'a', 'c'].sortByKey(t, true)") == ["b", "a", "c"]


def test_a_plain_text_calls_nothing_that_a_plain_checker_lacks() -> None:
    assert is_plain("state.items.filter(i, has(i.sku) && size(i.sku) > 1)[?0].hasValue()")
    assert not is_plain("clamp(state.count, 0, 1)")
    assert not is_plain("state.tags.sort()")
    own = {row.name.rpartition(".")[2] for row in rows() if row.source not in ("", "optional")}
    assert own & _PLAIN == set()
    assert "size" in NAMES
