"""Worlds from the text of a topology, as `jido up` would run it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

from jido_cli.runtime.build import build
from jido_cli.topology.load import load_text
from tests.helpers.worlds import World

HEAD = "jido: v1\nname: tested\n"


def world_of(text: str, **options: Any) -> World:
    """Return a world over the topology in *text*, whose first two lines are given."""
    result = load_text(HEAD + dedent(text), Path("tested.yaml"))
    assert [one.message for one in result.diagnostics] == []
    built = build(result.require())
    return World(built.root, programs=built.programs, **options)


def findings_of(text: str) -> list[tuple[int, str, str]]:
    """Return what is wrong with the topology in *text*: line in it, code and message."""
    result = load_text(HEAD + dedent(text), Path("tested.yaml"))
    lines_before = HEAD.count("\n")
    return [(one.line - lines_before, one.code, one.message) for one in result.diagnostics]
