"""The scenarios of the examples, and of the files as users write them, hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from jido_cli.testing.imports import imports_of
from jido_cli.testing.scenario_run import run_scenario
from jido_cli.topology.load import load
from jido_cli.topology.model import Topology
from tests.acceptance.examples import TOPOLOGIES

USERS = TOPOLOGIES.parent / "tests" / "topology" / "examples"
FILES = sorted([*TOPOLOGIES.glob("*.yaml"), *USERS.glob("*.yaml")])


def runnable() -> list[tuple[Path, Topology]]:
    """Return the files that need nothing of later versions."""
    loaded = [(file, load(file).topology) for file in FILES]
    return [(file, topology) for file, topology in loaded if topology is not None]


CASES = [
    pytest.param(topology, name, id=f"{file.stem}-{name}")
    for file, topology in runnable()
    for name in topology.scenarios
]


@pytest.mark.parametrize(("topology", "name"), CASES)
def test_a_scenario_holds(topology: Topology, name: str):
    with imports_of(topology.project_root):
        result = run_scenario(topology, topology.scenarios[name])
    assert result.failure is None, f"line {result.failure.pos.line}\n{result.failure.error}"


def test_every_example_says_in_scenarios_what_it_shows():
    examples = [(file, one) for file, one in runnable() if file.parent == TOPOLOGIES]
    assert [file.name for file, topology in examples if not topology.scenarios] == []


@pytest.mark.parametrize("name", ["hierarchy", "chat-sessions", "two-siblings"])
def test_two_runs_of_a_scenario_are_the_same_to_the_last_line(name: str):
    topology = load(TOPOLOGIES / f"{name}.yaml").require()
    with imports_of(topology.project_root):
        for scenario in topology.scenarios.values():
            first, second = (run_scenario(topology, scenario, has_trace=True) for _ in range(2))
            assert first.trace == second.trace
            assert len(first.trace) > 5
