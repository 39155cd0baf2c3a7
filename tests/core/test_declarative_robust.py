"""Whatever a declaration holds, compiling it ends with problems that have a place, or an action."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jido_cli.core.cel.template import DeclarationError
from jido_cli.core.declarative.action import compile_action
from tests.core.expressions.declared import STATE

TEXTS = st.sampled_from(
    (
        *("", "a", "count", "box.a", "box..a", "tags", "${{", "${{ }}", "${{ state.count }}"),
        *("${{ state.cuont }}", "x ${{ 1 }} y", "${{ next.count + 1 }}", "${{ item }}", "${{ 1 +"),
        *("true", "state.count > 1", "5s", "bus", "self", "state.tags", "${{ state.tags }}"),
        *("${{ local.a }}", "${{ error.code }}", "${{ result }}", "'", "${{ {'a': {}} }}"),
    )
)
SCALARS = st.one_of(TEXTS, st.none(), st.booleans(), st.integers(-5, 5), st.floats(allow_nan=True))
WORDS = st.sampled_from(
    (
        *(
            "a",
            "count",
            "tags",
            "box.a",
            "orders.${{ 'x' }}",
            "type",
            "data",
            "to",
            "when",
            "for_each",
        ),
        *("id", "after", "at", "signal", "agent", "tag", "reason", "message", "code", "check"),
        *("emit", "schedule", "cancel", "spawn_agent", "stop", "reply", "run", "properties"),
    )
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(WORDS, TEXTS), inner, max_size=4)
    ),
    max_leaves=12,
)
KEYS = st.sampled_from(
    (
        *("params", "locals", "require", "message", "run", "output", "timeout", "description"),
        *("delete", "replace", "set", "merge", "append", "prepend", "keep", "emit", "directives"),
        *("on_error", "steps", "x-note", "sett"),
    )
)


def is_there(value: object, problem: DeclarationError) -> bool:
    """Return whether a problem's path leads to something in the declaration."""
    for step in problem.path[:-1]:
        is_item = isinstance(value, list) and isinstance(step, int)
        if not is_item and not (isinstance(value, Mapping) and step in value):
            return False
        value = value[step]  # type: ignore[index]
    last = problem.path[-1]
    return (isinstance(value, Mapping) and last in value) or isinstance(value, list)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(declaration=st.dictionaries(KEYS, VALUES, max_size=5))
def test_any_declaration_compiles_or_has_problems_with_places(
    declaration: dict[str, object],
) -> None:
    made = compile_action("act", declaration, state_schema=STATE)
    assert made.action is None or not made.problems
    for each in made.problems:
        if each.path[0] not in ("params", "output"):
            assert is_there(declaration, each), each


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(directives=st.lists(st.dictionaries(WORDS, VALUES, max_size=3), max_size=3))
def test_any_directives_compile_or_have_problems(directives: list[object]) -> None:
    made = compile_action("act", {"directives": directives}, state_schema=STATE)
    assert made.action is None or not made.problems
    assert all(is_there({"directives": directives}, each) for each in made.problems)


def test_checking_finds_what_compiling_finds() -> None:
    declaration = {
        "locals": {"a": "${{ state.cuont }}"},
        "set": {"count": "${{ state.name }}"},
        "directives": [{"cancel": {"id": "${{ [1][ }}"}}],
    }
    made = compile_action("act", declaration, state_schema=STATE)
    checked = compile_action("act", declaration, state_schema=STATE, is_check=True)
    assert checked.problems == made.problems
    assert len(made.problems) == 3
