"""Knots of signals: found by Tarjan's way, held against the plain definition."""

from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from jido_cli.lint.rules.emit_cycle import _knots

nodes = st.integers(0, 7).map(lambda number: (number,))
graphs = st.dictionaries(nodes, st.lists(nodes, max_size=4), max_size=8)


def reached(edges: dict[tuple[int], list[tuple[int]]], start: tuple[int]) -> set[tuple[int]]:
    """What can be reached from a node in one step or more."""
    found: set[tuple[int]] = set()
    waiting = [start]
    while waiting:
        for end in edges.get(waiting.pop(), ()):
            if end not in found:
                found.add(end)
                waiting.append(end)
    return found


@given(edges=graphs)
def test_a_knot_is_all_that_reaches_one_another(edges: dict[tuple[int], list[tuple[int]]]):
    reach = {node: reached(edges, node) for node in {*edges, *chain(*edges.values())}}
    want = {
        frozenset({other for other in reach[node] if node in reach[other]})
        for node in reach
        if node in reach[node]
    }
    got = [frozenset(knot) for knot in _knots(edges)]
    assert set(got) == want
    assert len(got) == len(want)


def test_a_long_chain_needs_no_deep_stack():
    edges = {(n,): [(n + 1,)] for n in range(50_000)}
    edges[(50_000,)] = [(0,)]
    assert [len(knot) for knot in _knots(edges)] == [50_001]
