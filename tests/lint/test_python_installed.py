"""Whether a package is installed is found out without running a line of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from jido_cli.lint.python_installed import installed


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    return tmp_path


def environment(home: Path, *names: str) -> Path:
    site = home / "lib" / "python3.11" / "site-packages"
    site.mkdir(parents=True)
    for name in names:
        (site / name).write_text("")
    return home


def test_what_this_python_finds_is_there_and_is_not_imported(project: Path, monkeypatch):
    (project / "on_the_path.py").write_text("raise SystemExit('it was run')")
    monkeypatch.syspath_prepend(project)
    assert installed("on_the_path", []) == "there"
    assert "on_the_path" not in sys.modules


def test_what_no_environment_has_is_absent(project: Path):
    environment(project / ".venv", "shop.py", "_virtualenv.pth", "__editable__.jido_cli-0.1.0.pth")
    assert installed("elsewhere_entirely", [project]) == "absent"


@pytest.mark.parametrize("name", ["shop.py", "__editable__.shop-1.0.pth"])
def test_the_packages_of_the_projects_own_environment_are_there(project: Path, name: str):
    environment(project / ".venv", name)
    assert installed("shop", [project]) == "there"


def test_the_packages_of_the_active_environment_are_there(project: Path, monkeypatch):
    monkeypatch.setenv("VIRTUAL_ENV", str(environment(project / "active", "shop.py")))
    assert installed("shop", [project]) == "there"


def test_an_environment_that_may_add_folders_leaves_it_unclear(project: Path):
    environment(project / ".venv", "more_folders.pth")
    assert installed("elsewhere_entirely", [project]) == "unclear"
