"""The README's tour, typed as it stands: real commands, a real engine, the output as printed."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.examples import TOPOLOGIES
from tests.cli.processes import Done, Project, new_project
from tests.docs.pages import ROOT, section

pytestmark = pytest.mark.slow

# What differs from run to run; everything else must be as the README has it.
VARIES = (
    (r"pid \d+", "pid N"),
    (r"revision \d+", "revision N"),
    (r"\d+(\.\d+)?(us|ms|s)\b", "TIME"),
    (r"\d+/3 in TIME", "N/3 in TIME"),
    (r"running \(TIME\)", "running"),
    (r" +", " "),
    (r" +$", ""),
)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    project = new_project(tmp_path)
    project.environ["JIDO_STATE_DIR"] = str(tmp_path / "state")
    shutil.copytree(TOPOLOGIES, tmp_path / "topologies")
    yield project
    project.end_engines()


def tour() -> list[tuple[str, str]]:
    """Return the commands of the tour, each with the output that the README shows."""
    [text] = re.findall(r"```console\n(.*?)```", section("README.md", "A short tour"), re.DOTALL)
    steps = [step.partition("\n") for step in text.split("$ ")[1:]]
    return [(command, output.strip("\n")) for command, _, output in steps]


def as_shown(output: str) -> str:
    """Return an output without what varies."""
    for pattern, word in VARIES:
        output = re.sub(pattern, word, output, flags=re.MULTILINE)
    return output.strip("\n")


def run(project: Project, line: str) -> Done:
    words = shlex.split(line)
    assert words[0] == "jido"
    return project.jido(*words[1:])


def test_the_tour_goes_as_the_readme_shows_it(project: Project):
    steps = tour()
    assert len(steps) >= 8
    got = [(line, run(project, line)) for line, _ in steps]
    assert [(line, as_shown(done.out + done.err)) for line, done in got] == [
        (line, as_shown(output)) for line, output in steps
    ]
    assert {done.code for _, done in got} == {0}


def test_state_prints_0_after_up(project: Project):
    assert project.jido("up", "topologies/counter.yaml", "-d").code == 0
    assert project.jido("state", "counter_agent_server", "count") == Done(0, "0\n", "")


def test_after_the_tour_nothing_is_left_but_the_record_of_the_end(project: Project):
    for line, _ in tour():
        run(project, line)
    gone = project.jido("ps")
    assert gone.code == 3
    assert gone.err.startswith("error: the engine of counter is gone: it ended at ")
    left = sorted(path.name for path in (project.root / "state" / "counter").iterdir())
    assert left == ["engine.json", "engine.lock", "engine.log", "last-exit.json"]
    assert not (project.root / ".jido").exists()


def test_a_crash_of_one_sibling_leaves_the_other_alone(project: Project):
    def node(name: str) -> tuple[int, dict[str, object]]:
        told = project.peek("inspect", name)
        return told["generation"], told["state"]

    assert project.jido("up", "topologies/two-siblings.yaml", "-d").code == 0
    assert project.jido("call", "billing_agent", "billing.open", "id=B-1").code == 0
    crashed = project.jido("call", "support_agent", "support.look_up", "id=T-9")
    assert crashed.code == 1
    assert crashed.err.startswith("error: support.look_up failed: KeyError: 'T-9'\n")
    assert node("support_agent") == (2, {"handled": 0, "last": "", "found": ""})
    assert node("billing_agent") == (1, {"handled": 1, "last": "B-1", "found": ""})
    assert project.jido("down").code == 0


def test_make_up_runs_the_counter():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(r"^up: install .*\n\t\S*/jido up topologies/counter\.yaml$", makefile, re.M)
