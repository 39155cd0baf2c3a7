"""`jido test`: what is printed, the exit codes, JUnit, and what cannot be run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.fakes import jido

GOOD = """\
jido: v1
name: counter
agents:
  counter:
    state: {count: 0}
    routes:
      counter.add: {params: {by: 1}, set: {count: "${{ state.count + params.by }}"}}
supervisor:
  children: [{agent: counter}]
"""
SCENARIOS = """\
scenarios:
  it_counts_up:
    steps:
      - call: {to: counter, type: counter.add, data: {by: 2}}
      - expect: agents["counter"].state.count == 2
  time_passes:
    steps:
      - advance: 90s
"""
BAD = """\
  it_counts_too_far:
    steps:
      - call: {to: counter, type: counter.add}
      - expect: agents["counter"].state.count == 2
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    def write(text: str, name: str = "counter.yaml") -> str:
        Path(name).write_text(text, encoding="utf-8")
        return name

    return write


def timeless(text: str) -> str:
    """Return *text* without the figures that differ from run to run."""
    return re.sub(r"[0-9.]+(us|ms|s)(\)?)$", r"TIME\2", text, flags=re.MULTILINE)


def test_what_passes_is_listed_with_its_signals_and_its_clock(file):
    done = jido("test", file(GOOD + SCENARIOS))
    assert timeless(done.stdout) == (
        "counter.yaml\n"
        "  ● it counts up                                        1 signal     0s of clock in TIME\n"
        "  ● time passes                                        0 signals    90s of clock in TIME\n"
        "\n"
        "2 scenarios: all pass (TIME)\n"
    )
    assert done.exit_code == 0


def test_what_fails_is_told_with_its_line_and_how_to_see_more(file):
    done = jido("test", file(GOOD + SCENARIOS + BAD), "-k", "too far")
    assert timeless(done.stdout).split("\n")[1:] == [
        "  × it counts too far                                   1 signal     0s of clock in TIME",
        '      expected  agents["counter"].state.count == 2      line 21',
        "      got       1",
        "      see       jido test counter.yaml -k it_counts_too_far --trace",
        "",
        "1 scenario: 1 fails (TIME)",
        "",
    ]
    assert done.exit_code == 1


def test_several_files_are_summed_up_and_those_without_scenarios_left_out(file):
    names = [file(GOOD + SCENARIOS), file(GOOD, "b.yaml"), file(GOOD + SCENARIOS + BAD, "c.yaml")]
    done = jido("test", *names)
    assert [line for line in done.stdout.split("\n") if line.endswith(".yaml")] == [
        "counter.yaml",
        "c.yaml",
    ]
    assert "5 scenarios: 4 pass, 1 fails" in done.stdout
    assert done.exit_code == 1


def test_the_trace_shows_what_happened(file):
    done = jido("test", file(GOOD + SCENARIOS), "-k", "counts", "--trace")
    assert 'root/counter  counter.add  -> {"count": 2}' in done.stdout


def test_json_has_every_result(file):
    done = jido("test", file(GOOD + SCENARIOS + BAD), "--json")
    told = json.loads(done.stdout)
    assert [(one["name"], one["line"], one["ok"]) for one in told["scenarios"]] == [
        ("it_counts_up", 11, True),
        ("time_passes", 15, True),
        ("it_counts_too_far", 18, False),
    ]
    assert told["scenarios"][2]["failure"] == {
        "line": 21,
        "column": 17,
        "expected": 'agents["counter"].state.count == 2',
        "got": "1",
        "why": [],
    }
    assert (told["failed"], done.exit_code) == (1, 1)


def test_junit_is_written_beside_what_is_printed(file):
    jido("test", file(GOOD + SCENARIOS + BAD), "--junit", "out.xml")
    root = ElementTree.parse("out.xml").getroot()
    assert (root.get("tests"), root.get("failures")) == ("3", "1")


def test_a_junit_file_that_cannot_be_written_is_told(file):
    done = jido("test", file(GOOD + SCENARIOS), "--junit", "nowhere/out.xml")
    assert "--junit 'nowhere/out.xml' cannot be written: No such file or directory" in done.stderr
    assert done.exit_code == 1


def test_a_file_with_errors_is_not_run(file):
    done = jido("test", file(GOOD + SCENARIOS.replace("to: counter", "to: conter")))
    assert "there is no node 'conter' [JD701 scenario-node]" in done.stderr
    assert done.exit_code == 4


def test_a_file_that_is_not_there_is_told(file):
    done = jido("test", "nothing.yaml")
    assert (done.exit_code, "nothing.yaml is not there" in done.stderr) == (3, True)


def test_a_name_that_no_scenario_has_is_told_with_those_that_there_are(file):
    done = jido("test", file(GOOD + SCENARIOS), "-k", "it_count_up")
    assert "no scenario has 'it_count_up' in its name; did you mean 'it_counts_up'?" in done.stderr
    assert "there is it_counts_up, time_passes" in done.stderr
    assert done.exit_code == 3


def test_a_file_without_scenarios_tests_nothing(file):
    done = jido("test", file(GOOD))
    assert "counter.yaml: there are no scenarios to run" in done.stderr
    assert done.exit_code == 1


def test_vars_are_given_as_for_up(file):
    text = GOOD.replace("name: counter\n", "name: counter\nvars: {most: {type: integer}}\n")
    text += 'scenarios: {one: {steps: [{expect: "vars.most == 7"}]}}\n'
    assert jido("test", file(text), "--set", "most=7").exit_code == 0
    assert jido("test", file(text), "--set", "most=8").exit_code == 1


def test_two_files_may_each_have_a_module_of_one_name(file, tmp_path: Path):
    source = "from jido_cli import action\n\n@action\ndef f():\n    return {{'count': {}}}\n"
    names = []
    for number in (1, 2):
        folder = tmp_path / f"p{number}"
        folder.mkdir()
        (folder / "pyproject.toml").touch()
        (folder / "same_app.py").write_text(source.format(number), encoding="utf-8")
        text = GOOD.replace(
            '{params: {by: 1}, set: {count: "${{ state.count + params.by }}"}}', "f"
        )
        text = text.replace("agents:", 'actions: {f: {run: "same_app:f"}}\nagents:', 1)
        text += "scenarios:\n  one:\n    steps:\n      - send: {to: counter, type: counter.add}\n"
        text += f'      - expect: agents["counter"].state.count == {number}\n'
        names.append(file(text, f"p{number}/t.yaml"))
    done = jido("test", *names)
    assert done.exit_code == 0, done.stdout + done.stderr
