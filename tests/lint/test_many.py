"""Many files: the same verdicts in the same order, however many processes make them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jido_cli.lint import many
from jido_cli.lint.many import judge_files
from jido_cli.topology.var_sources import VarSources

TEXT = """\
jido: v1
name: t{0}
agents:
  a:
    state: {{n: 0}}
    routes: {{go: {{set: {{n: "${{{{ state.n + {0} }}}}"}}, emit: {{type: t.e{0}}}}}}}
supervisor:
  children: [{{agent: a}}]
"""
VALUES = VarSources(may_assume=True)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = [tmp_path / f"t{number:03}.yaml" for number in range(100)]
    for number, file in enumerate(made):
        file.write_text(TEXT.format(number))
    return made


def heads(files: list[Path]) -> list[str]:
    return [str(found) for one in judge_files(files, VALUES) for found in one.findings]


def test_forks_find_what_one_process_finds(files: list[Path], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(many, "_cores", lambda: 1)
    alone = heads(files)
    monkeypatch.setattr(many, "_cores", lambda: 3)
    assert heads(files) == alone
    assert len(alone) == 100


def test_a_few_files_are_judged_here(files: list[Path], monkeypatch: pytest.MonkeyPatch):
    def refuse() -> int:
        raise AssertionError("no other process is wanted")

    monkeypatch.setattr(os, "fork", refuse)
    assert len(heads(files[:40])) == 40


def test_what_a_fork_does_not_bring_back_is_judged_here(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(many, "_cores", lambda: 3)
    own = os.getpid()
    judged = many._judged

    def fail_elsewhere(file: Path, values: VarSources) -> many.FileVerdict:
        if os.getpid() != own and file.name == "t050.yaml":
            os._exit(9)
        return judged(file, values)

    monkeypatch.setattr(many, "_judged", fail_elsewhere)
    assert len(heads(files)) == 100


def test_a_name_that_is_no_text_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(many, "_cores", lambda: 2)
    folder = tmp_path / os.fsdecode(b"n\xff")
    folder.mkdir()
    files = [folder / f"t{number}.yaml" for number in range(70)]
    for number, file in enumerate(files):
        file.write_text(TEXT.format(number))
    assert len(heads(files)) == 70
