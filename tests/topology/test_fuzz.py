"""Whatever a file holds, loading ends with a topology or with findings, never with a traceback.

`make fuzz` does the same for a minute.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jido_cli.topology.load import LoadResult, load_text
from jido_cli.topology.report import render, to_dict
from jido_cli.topology.schema_file import schema
from tests.fuzz.topology import MAKERS, tried

Maker = Callable[[random.Random], str]
HERE = Path(__file__).parent
VALID = [
    (HERE / "valid" / "everything.yaml").read_text(encoding="utf-8"),
    (HERE / "valid" / "more.yaml").read_text(encoding="utf-8"),
    (HERE.parents[1] / "topologies" / "counter.yaml").read_text(encoding="utf-8"),
]
PIECES = [
    *("null", "true", "3", "1.5", "''", "[]", "{}", "[1, {a: 2}]", "{a: {b: c}}", "~", "-", ":"),
    *("5s", "infinity", "dynamic", "one_for_one", "${{ state.count }}", "${{", "}}", "*x", "&x a"),
    *("!t", "<<: {}", "\t", "\x00", "\u2028", "\ud800", "é", "'", '"', "#", " #", "|", ">", "%"),
    *("children:", "template:", "agent: counter", "do: increment", "with: {}", "run: a.b:c"),
    *(
        "{type: integer}",
        "{$ref: '#'}",
        "{properties: 5}",
        "{type: [a]}",
        "{items: 3}",
        "\n",
        "---",
    ),
    *sorted(schema()["$defs"]),
]


def is_sound(result: LoadResult, text: str) -> None:
    assert (result.topology is None) == bool(result.diagnostics)
    rendered = render(result.diagnostics, text)
    assert all(each.isprintable() or each == "\n" or each.isspace() for each in rendered)
    for found in result.diagnostics:
        assert to_dict(found)["code"] == found.code
        assert (found.end_line, found.end_column) >= (found.line, found.column) >= (1, 1)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A valid file in which a few stretches are replaced, doubled or taken out."""
    text = draw(st.sampled_from(VALID))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from([0, 1, 2, 5, 20, 80]))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)))
        text = text[:start] + piece + text[start + length :]
    return text


@st.composite
def reworded(draw: st.DrawFn) -> str:
    """A valid file in which whole words, and so keys and values, are exchanged."""
    text = draw(st.sampled_from(VALID))
    words = text.split(" ")
    for _ in range(draw(st.integers(1, 5))):
        index = draw(st.integers(0, len(words) - 1))
        words[index] = draw(st.one_of(st.sampled_from(PIECES), st.sampled_from(words)))
    return " ".join(words)


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_random_files_are_judged_alike_by_those_who_look_and_those_who_run(maker: Maker) -> None:
    chance = random.Random(maker.__name__)
    for _ in range(200):
        tried(maker(chance))


@given(text=mutated())
@settings(max_examples=300, deadline=None)
def test_mutated_files_never_give_a_traceback(text: str) -> None:
    is_sound(load_text(text, "t.yaml"), text)


@given(text=reworded())
@settings(max_examples=300, deadline=None)
def test_exchanged_words_never_give_a_traceback(text: str) -> None:
    is_sound(load_text(text, "t.yaml"), text)


values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 5),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from(PIECES),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(sorted(schema()["properties"]) + PIECES), inner, max_size=4
        ),
    ),
    max_leaves=12,
)


@given(agents=values, actions=values, supervisor=values)
@settings(max_examples=200, deadline=None)
def test_values_of_any_shape_never_give_a_traceback(
    agents: object, actions: object, supervisor: object
) -> None:
    import json

    text = json.dumps(
        {
            "jido": "v1",
            "name": "t",
            "agents": {"a": agents},
            "actions": {"b": actions},
            "supervisor": supervisor,
        }
    )
    is_sound(load_text(text, "t.yaml"), text)
