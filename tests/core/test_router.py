from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.core.router import (
    CACHED_TYPES,
    PatternError,
    Router,
    matches,
    parse_pattern,
    specificity,
)


@pytest.mark.parametrize(
    ("pattern", "figure"),
    [
        ("**", 0),
        ("*", 1000),
        ("**.created", 5000),
        ("*.created", 6000),
        ("*.*.created", 7100),
        ("user.**", 8200),
        ("user.*", 9100),
        ("user.created", 13000),
        ("user.**.created", 16200),
        ("user.*.created", 17100),
        ("user.123.created", 24000),
        ("a.b.c.d", 38000),
    ],
)
def test_specificity_is_the_figure_of_the_reference(pattern, figure):
    assert specificity(pattern) == specificity(parse_pattern(pattern)) == figure


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("", "is empty"),
        (".a", "a segment is empty"),
        ("a..b", "a segment is empty"),
        ("a.", "a segment is empty"),
        ("a.**.**", "two '**' side by side; one stands for any number of segments"),
        ("a*", "'*' must be a whole segment, not a part of 'a*'"),
        ("***", "'*' must be a whole segment, not a part of '***'"),
        ("a b", "'a b' has other characters than a-z A-Z 0-9 _ -"),
        ("é", "'é' has other characters than a-z A-Z 0-9 _ -"),
        ("a\n", "'a\\n' has other characters than a-z A-Z 0-9 _ -"),
        (5, "is not text"),
    ],
)
def test_a_malformed_pattern_is_refused_with_the_reason(pattern, why):
    with pytest.raises(PatternError) as caught:
        parse_pattern(pattern)
    assert str(caught.value) == f"pattern {pattern!r}: {why}"


@pytest.mark.parametrize(
    ("signal_type", "pattern"),
    [
        ("user.created", "user.created"),
        ("user.123", "user.*"),
        ("user.created", "user.**.created"),
        ("created", "**.created"),
        ("audit", "audit.**"),
        ("a.c.f", "a.**.c.**.f"),
        ("a.b.c.d.e.f", "a.**.c.**.f"),
        ("a.d", "a.**.d"),
        ("user.created.x", "*.created.**"),
        ("with space.é", "*.*"),
        ("a..b", "a.*.b"),
        ("", "*"),
    ],
)
def test_a_type_matches(signal_type, pattern):
    assert matches(signal_type, pattern)


@pytest.mark.parametrize(
    ("signal_type", "pattern"),
    [
        ("user.updated", "user.created"),
        ("user.123.updated", "user.*"),
        ("user.created", "user"),
        ("user", "user.created"),
        ("orders", "order.**"),
        ("user.created", "*"),
        ("order.payment", "order.**.completed"),
        ("a.b.c.d.e", "a.**.c.**.f"),
        ("created.user", "**.created"),
    ],
)
def test_a_type_does_not_match(signal_type, pattern):
    assert not matches(signal_type, pattern)


SEGMENTS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=6)
TYPES = SEGMENTS.map(".".join)
PATTERNS = (
    st.lists(st.sampled_from(["a", "b", "*", "**"]), min_size=1, max_size=5)
    .map(".".join)
    .filter(lambda text: "**.**" not in text)
)


def naive_match(segments: list[str], pattern: list[str]) -> bool:
    if not pattern:
        return not segments
    head, rest = pattern[0], pattern[1:]
    if head == "**":
        return any(naive_match(segments[n:], rest) for n in range(len(segments) + 1))
    return bool(segments) and head in ("*", segments[0]) and naive_match(segments[1:], rest)


@given(TYPES, PATTERNS)
def test_matching_agrees_with_the_definition(signal_type, pattern):
    want = naive_match(signal_type.split("."), pattern.split("."))
    assert matches(signal_type, pattern) == want


@given(st.lists(st.tuples(PATTERNS, st.integers(-100, 100)), max_size=12), TYPES)
def test_routing_is_matching_then_priority_then_specificity_then_declaration(routes, signal_type):
    router = Router((pattern, n, priority) for n, (pattern, priority) in enumerate(routes))
    hits = [
        (-priority, -specificity(pattern), n)
        for n, (pattern, priority) in enumerate(routes)
        if naive_match(signal_type.split("."), pattern.split("."))
    ]
    want = tuple(n for _, _, n in sorted(hits))
    assert router.route(signal_type) == want
    assert router.route(signal_type) == want
    assert router.takes(signal_type) == bool(want)


def test_a_route_answers_once_however_many_ways_its_pattern_reads_the_type():
    router = Router([("**.b", "h", 0), ("**.b.**", "i", 0)])
    assert router.route("b.b.b") == ("i", "h")


def test_two_routes_with_one_target_both_answer():
    assert Router([("a", "h", 0), ("a", "h", 0)]).route("a") == ("h", "h")


def test_long_types_and_many_wildcards_end_in_time():
    long = ".".join(["a"] * 2000)
    assert not matches(long, ".".join(["**", "a"] * 20 + ["b"]))


def test_the_answers_that_are_kept_have_an_end():
    router = Router([("**", 1, 0)], cached_types=3)
    for n in range(10):
        assert router.route(f"t.{n}") == (1,)
    assert len(router._cache) <= 3
    assert CACHED_TYPES == 4096


@pytest.mark.parametrize(
    ("priority", "why"),
    [
        (101, "priority 101 is not within -100 and 100"),
        (-101, "priority -101 is not within -100 and 100"),
        (1.0, "priority 1.0 is not an integer"),
        (True, "priority True is not an integer"),
    ],
)
def test_a_priority_is_an_integer_within_bounds(priority, why):
    with pytest.raises(PatternError) as caught:
        Router([("a", "t", priority)])
    assert str(caught.value) == f"pattern 'a': {why}"


def test_a_parsed_pattern_knows_whether_it_is_literal():
    assert [parse_pattern(text).is_literal for text in ("a.b", "a.*", "**")] == [True, False, False]
