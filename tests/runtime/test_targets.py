"""Python functions that a topology names: found, or told why not."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jido_cli.errors import StartError
from jido_cli.runtime.supervising.starts import Origin
from jido_cli.runtime.targets import add_import_paths, find_action, located

ORIGIN = Origin("shop.yaml", 5, 3)
FOLDER = Path("nowhere")
WHERE = "shop.yaml:5:3, action add"

SOURCE = '''
from jido_cli import action

@action
def add(by: int = 1):
    """Add."""
    return {"by": by}

@action(name="renamed")
async def later():
    return None

def plain():
    return None

@action
def unhinted(what: "nonsense"):
    return None
'''


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    path = list(sys.path)
    (tmp_path / "jt_shop.py").write_text(SOURCE)
    add_import_paths(tmp_path / "shop.yaml", tmp_path)
    importlib.invalidate_caches()
    yield tmp_path
    sys.path[:] = path
    for name in [name for name in sys.modules if name.startswith("jt_")]:
        del sys.modules[name]


def refused(target: str) -> StartError:
    with pytest.raises(StartError) as told:
        find_action(target, "add", ORIGIN, FOLDER)
    return told.value


@pytest.mark.usefixtures("project")
def test_a_marked_function_is_found_and_named_as_the_topology_names_it() -> None:
    action = find_action("jt_shop:add", "add", ORIGIN, FOLDER)
    assert (action.name, action.kind, action.description) == ("add", "pure", "Add.")
    assert find_action("jt_shop:later", "wait", ORIGIN, FOLDER).name == "wait"


def test_the_folder_of_the_file_comes_before_the_projects(tmp_path: Path) -> None:
    before = list(sys.path)
    folder = tmp_path / "topologies"
    try:
        add_import_paths(folder / "shop.yaml", tmp_path)
        add_import_paths(folder / "shop.yaml", tmp_path)
        assert sys.path[:2] == [str(folder), str(tmp_path)]
        assert sys.path.count(str(folder)) == 1
    finally:
        sys.path[:] = before


def test_a_module_that_is_not_there_is_told() -> None:
    error = refused("jt_nowhere:add")
    assert (error.code, error.where, error.hints) == (
        "import-failed",
        WHERE,
        ("run: python -c 'import jt_nowhere'",),
    )
    assert error.message == (
        "module 'jt_nowhere' does not import: ModuleNotFoundError: No module named 'jt_nowhere'"
    )


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("def broken(:", "SyntaxError: invalid syntax"),
    ],
)
def test_a_module_that_fails_is_told_with_the_users_place(
    project: Path, source: str, told: str
) -> None:
    (project / "jt_broken.py").write_text(f"x = 1\n{source}\n")
    error = refused("jt_broken:add")
    assert told in error.message
    if "Syntax" not in told:
        assert "jt_broken.py:2 in <module>" in str(error.why)


@pytest.mark.usefixtures("project")
def test_a_function_that_is_not_there_is_told_with_what_was_meant() -> None:
    error = refused("jt_shop:ad")
    assert (error.code, error.message) == (
        "no-function",
        "module 'jt_shop' has no 'ad'; did you mean 'add'?",
    )
    assert refused("jt_shop:zzzzzz").message == "module 'jt_shop' has no 'zzzzzz'"


@pytest.mark.usefixtures("project")
def test_only_marked_functions_can_be_named() -> None:
    error = refused("jt_shop:plain")
    assert (error.code, error.message, error.why) == (
        "not-an-action",
        "'jt_shop:plain' is not an action",
        "only functions marked @action can be called from a topology",
    )
    assert error.hints == ("put `@action` from jido_cli above plain",)
    assert refused("os:system").code == "not-an-action"


@pytest.mark.usefixtures("project")
def test_a_marked_function_that_cannot_be_one_is_told() -> None:
    assert refused("jt_shop:unhinted").code == "bad-action"


def test_a_place_in_the_same_file() -> None:
    assert located(ORIGIN, 9, 1) == Origin("shop.yaml", 9, 1)
