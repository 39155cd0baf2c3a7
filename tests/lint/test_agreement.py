"""`jido lint` and `jido up` never disagree: what one calls an error the other refuses."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jido_cli.cli.checked import checked
from jido_cli.cli.failures import FindingsError
from jido_cli.lint.judge import ERRORS, check, judge
from jido_cli.topology.load import LoadResult, load, load_text
from jido_cli.topology.report import render, to_dict
from jido_cli.topology.var_sources import VarSources
from tests.topology.test_fuzz import PIECES

HERE = Path(__file__).parent
CASES = sorted([*HERE.glob("cases/*/*/*.yaml"), *HERE.parent.glob("topology/cases/*.yaml")])
EXAMPLES = sorted((HERE.parents[1] / "topologies").glob("*.yaml"))
SEEDS = [path.read_text("utf-8") for path in (*EXAMPLES, *HERE.glob("cases/*/*/*.yaml"))]


def name_of(path: Path) -> str:
    return path.relative_to(HERE.parents[1]).as_posix()


def is_refused_by_up(file: Path) -> bool:
    try:
        checked(file, VarSources(may_assume=True))
    except FindingsError:
        return True
    return False


@pytest.mark.parametrize("file", [*CASES, *EXAMPLES], ids=name_of)
def test_what_lints_with_errors_does_not_start_and_what_does_not_does(file: Path):
    findings = judge(load(file, values=VarSources(may_assume=True))).findings
    has_errors = any(each.severity == "error" for each in findings)
    assert is_refused_by_up(file) == has_errors


@pytest.mark.parametrize("file", EXAMPLES, ids=name_of)
def test_the_examples_are_silent(file: Path):
    verdict = judge(load(file, values=VarSources(may_assume=True)))
    assert (verdict.findings, verdict.ignored) == ((), 0)


def is_sound(result: LoadResult) -> None:
    verdict = judge(result)
    assert check(result) == verdict.findings
    errors = tuple(each for each in verdict.findings if each.severity == "error")
    assert check(result, severities=ERRORS) == errors
    assert set(result.diagnostics) <= set(errors)
    drawn = render(verdict.findings, result.texts)
    assert all(map(is_shown, drawn))
    for found in verdict.findings:
        assert to_dict(found)["code"] == found.code
        assert (found.end_line, found.end_column) >= (found.line, found.column) >= (1, 1)


def is_shown(sign: str) -> bool:
    """Whether a reader sees a character, or the room that it takes (a space of whatever width)."""
    return sign.isprintable() or sign == "\n" or unicodedata.category(sign) == "Zs"


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A file in which a few stretches are replaced, doubled or taken out."""
    text = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.sampled_from([0, 1, 2, 5, 20, 80]))
        piece = draw(st.one_of(st.sampled_from([*PIECES, *SEEDS[:3]]), st.text(max_size=4)))
        text = text[:start] + piece + text[start + length :]
    return text


@given(text=mutated())
@settings(max_examples=300, deadline=None)
def test_whatever_a_file_holds_the_two_judge_the_same_and_never_fall(text: str):
    is_sound(load_text(text, HERE / "t.yaml"))


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from(PIECES)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    *("routes", "state", "subscribe", "emits", "schedules", "on_error", "signal"),
                    *(
                        "params",
                        "set",
                        "merge",
                        "emit",
                        "type",
                        "to",
                        "data",
                        "when",
                        "run",
                        "with",
                    ),
                    *("do", "directives", "stop", "require", "children", "template", "agent", "id"),
                    *("max_restarts", "max_seconds", "restart", "strategy", "replicas", "external"),
                    *("a", "b", "a.b", "spawn_agent", "schedule", "run_instruction", "properties"),
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=15,
)


@given(agents=values, actions=values, signals=values, supervisor=values)
@settings(max_examples=300, deadline=None)
def test_values_of_any_shape_never_give_a_traceback(
    agents: object, actions: object, signals: object, supervisor: object
):
    import json

    document = {
        "jido": "v1",
        "name": "t",
        "agents": {"a": agents, "b": {"routes": {"a.b": actions}}},
        "actions": {"a": actions},
        "signals": {"a.b": signals},
        "supervisor": supervisor,
    }
    is_sound(load_text(json.dumps(document), HERE / "t.yaml"))
