"""What an engine runs has a fingerprint: of what the files mean, and of the values."""

from __future__ import annotations

from pathlib import Path

import pytest

from jido_cli.cli.fingerprint import change, fingerprint
from jido_cli.topology.load import load
from jido_cli.topology.var_sources import VarSources

TEXT = """\
jido: v1
name: shop
vars:
  step: {type: integer, default: 1}
include: [more.yaml]
supervisor:
  children: [{agent: counter}]
"""
PART = """\
jido: v1
name: more
agents:
  counter:
    state: {count: 0}
    routes: {tick: {set: {count: "${{ state.count + vars.step }}"}}}
"""


@pytest.fixture
def of(tmp_path: Path):
    def made(text: str = TEXT, part: str = PART, *given: str) -> str:
        (tmp_path / "pyproject.toml").write_text("")
        (tmp_path / "shop.yaml").write_text(text)
        (tmp_path / "more.yaml").write_text(part)
        result = load(tmp_path / "shop.yaml", values=VarSources(assignments=given))
        assert result.topology is not None, result.diagnostics
        return fingerprint(result)

    return made


def test_comments_and_layout_change_nothing(of):
    assert (
        change(of(), of("# the shop\n" + TEXT.replace("[more.yaml]", "[ more.yaml ]")), "f") is None
    )


def test_a_change_in_a_part_is_a_change(of):
    other = of(part=PART.replace("count: 0", "count: 5"))
    assert change(of(), other, "shop.yaml") == "shop.yaml has changed since it was started"


def test_an_engine_without_a_fingerprint_tells_nothing(of):
    assert change("", of(), "shop.yaml") is None


def test_another_value_is_told_as_one(of):
    told = change(of(), of(TEXT, PART, "step=2"), "shop.yaml")
    assert told == "it keeps the values that it was started with"
