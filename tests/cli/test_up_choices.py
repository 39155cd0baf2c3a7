"""Which Python runs an engine, and what a detached one says over its pipe."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jido_cli.cli import failures
from jido_cli.cli.interpreter import Interpreter, choose
from jido_cli.cli.render.errors import Report
from jido_cli.cli.reporting import Failed, Ready, Reporter, read_news
from jido_cli.errors import UsageError
from tests.cli.fakes import jido

THIS = Path(sys.executable)


def fake_python(folder: Path, text: str) -> Path:
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n{text}\n")
    python.chmod(0o755)
    return python


def test_without_environments_it_is_this_python(tmp_path):
    assert choose(tmp_path, {}) == Interpreter(THIS)


def test_the_active_environment_goes_before_the_projects(tmp_path):
    active = fake_python(tmp_path / "active", "echo 0.2.0 3.12.1")
    fake_python(tmp_path / ".venv", "echo 0.3.0 3.13.0")
    chosen = choose(tmp_path, {"VIRTUAL_ENV": str(tmp_path / "active")})
    assert chosen == Interpreter(active, "3.12.1", "0.2.0", "the active environment")
    assert chosen.notes() == [
        f"note: the engine runs with {active} (the active environment): Python 3.12.1, jido 0.2.0"
    ]


def test_an_environment_without_jido_is_passed_over_and_told(tmp_path):
    active = fake_python(tmp_path / "active", "exit 1")
    project = fake_python(tmp_path / ".venv", "echo 0.3.0 3.13.0")
    chosen = choose(tmp_path, {"VIRTUAL_ENV": str(tmp_path / "active")})
    assert (chosen.path, chosen.is_other) == (project, True)
    assert chosen.notes() == [
        "note: the active environment has no jido, the engine will not see its packages",
        f"  try    {active} -m pip install jido-cli",
        f"note: the engine runs with {project} (the project's .venv): Python 3.13.0, jido 0.3.0",
    ]


def test_with_no_jido_in_the_projects_environment_it_is_this_python_and_told(tmp_path):
    project = fake_python(tmp_path / ".venv", "exit 1")
    chosen = choose(tmp_path, {})
    assert (chosen.path, chosen.is_other) == (THIS, False)
    assert chosen.notes() == [
        "note: the project's .venv has no jido, the engine will not see its packages",
        f"  try    {project} -m pip install jido-cli",
        f"note: the engine runs with {THIS}",
    ]


def test_an_active_environment_that_is_the_projects_is_asked_once(tmp_path):
    fake_python(tmp_path / ".venv", f"echo asked >> {tmp_path}/asked; exit 1")
    chosen = choose(tmp_path, {"VIRTUAL_ENV": str(tmp_path / ".venv")})
    assert [what for _, what in chosen.without_jido] == ["the active environment"]
    assert (tmp_path / "asked").read_text() == "asked\n"


def test_where_nothing_needs_to_be_said_nothing_is(tmp_path):
    assert choose(tmp_path, {}).notes() == []


def test_the_environment_that_runs_already_is_not_asked(tmp_path):
    assert not choose(tmp_path, {"VIRTUAL_ENV": str(THIS.parent.parent)}).is_other


def test_a_python_named_by_the_user_must_have_jido(tmp_path):
    python = fake_python(tmp_path, "exit 1")
    with pytest.raises(UsageError, match="cannot import jido_cli"):
        choose(tmp_path, {}, str(python))


def said(speak) -> Ready | Failed | None:
    reader, writer = os.pipe()
    speak(Reporter(writer))
    with os.fdopen(reader, "rb") as pipe:
        return read_news(pipe.read())


def test_a_detached_engine_says_that_it_is_ready():
    news = Ready("shop", 4127, 15, 0.31)
    assert said(lambda reporter: reporter.ready(news)) == news


def test_a_detached_engine_says_why_it_failed():
    report = Report("it broke", "start-failed", 1, "here", "so", ("undone", "all"), ["try"])
    assert said(lambda reporter: reporter.failed(Failed(report))) == Failed(report, [], [])


def test_a_pipe_that_ends_without_a_word_is_no_news():
    assert read_news(b"") is None


def test_a_reporter_without_a_pipe_is_mute():
    Reporter(None).ready(Ready("shop", 1, 1, 0.1))


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["nowhere.yaml"], 3, "error: nowhere.yaml is not there"),
        (["."], 3, "error: . is a folder, wanted is a file"),
        ([""], 3, "error: no file is named: the name is empty"),
        (["/dev/null"], 3, "error: /dev/null is no plain file"),
        (["nowhere/x.yaml"], 3, "error: nowhere/x.yaml is not there"),
        (["READNE.md"], 3, "error: READNE.md is not there; did you mean 'README.md'?"),
        (["x.yaml", "--for", "ten"], 2, "error: --for: 'ten' is not a duration"),
        (
            ["x.yaml", "--log-format", "xml"],
            2,
            "error: --log-format: 'xml' is not one of text, json",
        ),
    ],
)
def test_up_refuses_before_anything_is_started(words, code, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.md").touch()
    result = jido("up", *words)
    assert (result.exit_code, result.stderr.splitlines()[0]) == (code, message)


def test_exit_codes_survive_the_pipe():
    report = Report("x", "no-file", 3)
    assert failures.report(failures.error_of(report)) == report


def test_a_fake_python_is_a_python(tmp_path):
    python = fake_python(tmp_path, "echo here")
    assert subprocess.run([python], capture_output=True, text=True, check=True).stdout == "here\n"
