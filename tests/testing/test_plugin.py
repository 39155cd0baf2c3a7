"""The pytest fixture, and what is forgotten between topologies."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jido_cli.testing import TopologyRun
from jido_cli.testing.imports import imports_of
from tests.testing.conftest import Written

Start = Callable[..., TopologyRun]


def test_a_file_is_looked_for_from_the_root_of_the_tests(jido_run: Start):
    run = jido_run("topologies/counter.yaml")
    assert run.topology.name == "counter"


def test_a_file_beside_the_test_goes_before_one_at_the_root(
    jido_run: Start, request: pytest.FixtureRequest, tmp_path: Path
):
    beside = request.path.parent / f"{tmp_path.name}.yaml"
    beside.write_text(
        "jido: v1\nname: beside\nagents: {a: {state: {n: 0}}}\n"
        "supervisor: {children: [{agent: a}]}\n",
        encoding="utf-8",
    )
    try:
        assert jido_run(beside.name).topology.name == "beside"
    finally:
        beside.unlink()


def test_modules_of_the_project_are_forgotten_and_installed_ones_stay(
    written: Written, monkeypatch: pytest.MonkeyPatch
):
    project = written("", kit_own="VALUE = 1\n").parent
    installed = project / ".venv" / "lib" / "site-packages"
    installed.mkdir(parents=True)
    (installed / "kit_installed.py").touch()
    before = list(sys.path)
    with imports_of(project):
        sys.path[:0] = [str(project), str(installed)]
        importlib.import_module("kit_own")
        importlib.import_module("kit_installed")
    assert ("kit_own" in sys.modules, "kit_installed" in sys.modules) == (False, True)
    assert sys.path == before
    monkeypatch.delitem(sys.modules, "kit_installed")
