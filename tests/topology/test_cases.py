"""Broken files and what is said about them, word for word.

Each `cases/<name>.yaml` has its `<name>.out`. `JIDO_UPDATE_CASES=1` writes what is said now.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jido_cli.topology.load import load_text
from jido_cli.topology.project import read_text
from jido_cli.topology.report import render

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_broken_file_is_explained_word_for_word(case: Path) -> None:
    text = read_text(case)
    result = load_text(text, case.name)
    got = render(result.diagnostics, result.text) + "\n"
    golden = case.with_suffix(".out")
    if os.environ.get("JIDO_UPDATE_CASES"):
        golden.write_text(got, encoding="utf-8")
    assert got == golden.read_text(encoding="utf-8")
    assert result.topology is None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_findings_are_in_order_and_each_is_told_once(case: Path) -> None:
    found = load_text(read_text(case), case.name).diagnostics
    places = [(each.line, each.column) for each in found]
    assert places == sorted(places)
    assert len({(*place, each.code) for place, each in zip(places, found, strict=True)}) == len(
        found
    )


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 120
