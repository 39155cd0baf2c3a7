"""What expressions of the file's own may cost, and where their mistakes are told."""

from __future__ import annotations

from itertools import count

import pytest

from jido_cli.topology.load import load_text
from jido_cli.topology.load_time import Evaluated, LoadTime
from jido_cli.topology.positions import ScalarMark
from jido_cli.topology.rules import Findings
from jido_cli.topology.text_places import Lines
from jido_cli.topology.var_sources import VarSources
from jido_cli.topology.variables import Variables

NOBODY = "jido: v1\nname: m\nagents: {a: {state: {n: 0, s: '', l: []}}}\n"


def said(text: str) -> list[str]:
    return [
        f"{each.line}:{each.column} {each.message}" for each in load_text(text, "t").diagnostics
    ]


def test_time_is_bounded_and_that_is_told_once() -> None:
    findings = Findings("t")
    seconds = count(0, 6)
    load_time = LoadTime(
        Variables(schema={"properties": {}}),
        "t",
        Lines({0: "${{ 1 }}"}),
        findings,
        clock=lambda: float(next(seconds)),
    )
    mark = ScalarMark(1, 1, 1, 9)
    got = [load_time.value("${{ 1 }}", mark) for _ in range(4)]
    assert [each.value for each in got] == [1, 1, "${{ 1 }}", "${{ 1 }}"]
    assert not got[2].is_known
    assert got[3] == Evaluated("${{ 1 }}", False)
    assert [each.message for each in findings.sorted()] == [
        "the expressions of this file take longer than 10 seconds"
    ]


def test_values_that_expressions_make_are_counted() -> None:
    big = "[" + ", ".join(["1"] * 300) + "]"
    text = (
        f"{NOBODY}supervisor: {{children: [{{agent: a, replicas: 1000,"
        f" state: {{l: '${{{{ {big} + [replica.index] }}}}'}}}}]}}\n"
    )
    assert said(text) == ["4:36 more than 200,000 values, replicas expanded"]


def test_an_evaluation_is_bounded_as_everywhere() -> None:
    loop = "[1,2,3,4,5,6,7,8,9,10]"
    deep = f"{loop}.all(a, {loop}.all(b, {loop}.all(c, {loop}.all(d, {loop}.all(e, true)))))"
    found = said(
        f"{NOBODY}description: '${{{{ {deep} }}}}'\nsupervisor: {{children: [{{agent: a}}]}}\n"
    )
    assert len(found) == 1
    assert "4:" in found[0]


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ('"${{ 1 / vars.z }}"', "5:21"),
        ("'it''s ${{ 1 / vars.z }}'", "5:27"),
        (">\n  folded\n  ${{ 1 / vars.z }} here", "7:9"),
        ("|\n  kept\n    ${{ 1 / vars.z }}", "7:11"),
        ('"\\u0041${{ 1 / vars.z }}"', "5:27"),
    ],
)
def test_a_failure_is_told_at_the_character_however_the_text_is_written(
    written: str, place: str
) -> None:
    head = "jido: v1\nname: m\nvars: {z: {default: 0}}\nagents: {a: {}}\ndescription: "
    text = f"{head}{written}\nsupervisor: {{children: [{{agent: a}}]}}\n"
    assert said(text) == [f"{place} division by zero"]


def test_a_failure_behind_an_alias_is_told_at_the_alias() -> None:
    text = (
        "jido: v1\nname: m\nx-a: &it '${{ 1 / 0 }}'\nagents: {a: {}}\ndescription: *it\n"
        "supervisor: {children: [{agent: a}]}\n"
    )
    assert said(text) == ["5:14 division by zero"]


def test_what_a_wrong_var_would_have_given_is_not_missed() -> None:
    text = (
        "jido: v1\nname: m\nvars: {n: {type: integer, default: x}}\nagents: {a: {}}\n"
        'supervisor: {children: [{agent: a, replicas: "${{ vars.n }}"}]}\n'
    )
    assert said(text) == ["3:36 the default of 'n': 'x' is not an integer"]


def test_values_come_as_they_are_not_as_text() -> None:
    text = (
        "jido: v1\nname: m\nvars: {m: {type: object, default: {a: [1, {b: null}]}}}\n"
        "agents: {a: {state: {v: {type: object, default: {}}}}}\n"
        'supervisor: {children: [{agent: a, state: {v: "${{ vars.m }}"}}]}\n'
    )
    [child] = load_text(text, "t", values=VarSources()).require().root.children
    assert child.state == {"v": {"a": [1, {"b": None}]}}  # type: ignore[union-attr]
