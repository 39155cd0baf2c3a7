"""What is known of a function from its source alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from jido_cli.lint.python_function import Parameter, PythonFunction
from jido_cli.lint.python_source import MAX_BYTES, Missing, PythonSources, Unknown


@pytest.fixture
def sources(tmp_path: Path) -> PythonSources:
    return PythonSources([tmp_path / "topologies", tmp_path])


def write(folder: Path, path: str, text: str) -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


ACTION = "from jido_cli import action\n@action\n"
INNER = ACTION.replace("\n", "\n    ")


def test_a_function_is_told_with_its_place_and_parameters(tmp_path: Path, sources: PythonSources):
    write(
        tmp_path,
        "shop/desk.py",
        f"{ACTION}def reserve(sku: str, state, ctx, many: int | None = 1, *, at: 'float' = 0): ...",
    )
    found = sources.function("shop.desk:reserve")
    assert isinstance(found, PythonFunction)
    assert (found.place, found.is_known, found.is_async) == ("shop/desk.py:3", True, False)
    assert found.params == (
        Parameter("sku", False, {"type": "string"}),
        Parameter("many", True, {"type": ["integer", "null"]}),
        Parameter("at", True, {"type": "number"}),
    )


def test_the_folder_of_the_topology_comes_before_the_project_and_its_src(
    tmp_path: Path, sources: PythonSources
):
    for folder in ("src/", "", "topologies/"):
        write(tmp_path, f"{folder}desk.py", f"{ACTION}def of(x): ...\n")
        found = sources.function("desk:of")
        assert isinstance(found, PythonFunction)
        sources = PythonSources([tmp_path / "topologies", tmp_path])
    assert found.file == "desk.py"
    (tmp_path / "topologies" / "desk.py").unlink()
    (tmp_path / "desk.py").unlink()
    assert isinstance(sources.function("desk:of"), PythonFunction)


@pytest.mark.parametrize(
    ("head", "is_action"),
    [
        ("from jido_cli import action\n@action", True),
        ("from jido_cli import action as a\n@a(name='x')", True),
        ("import jido_cli\n@jido_cli.action", True),
        ("import jido_cli as j\n@j.action()", True),
        ("from jido_cli.core.action import action\n@action", True),
        ("from jido_cli import action\n@other\n@action", True),
        ("from elsewhere import action\n@action", None),
        ("@action", None),
        ("import functools\n@functools.cache", None),
        ("", False),
    ],
)
def test_the_mark_is_found_by_what_was_imported(
    tmp_path: Path, sources: PythonSources, head: str, is_action: bool | None
):
    write(tmp_path, "desk.py", f"{head}\ndef of(): ...\n")
    found = sources.function("desk:of")
    assert isinstance(found, PythonFunction)
    assert found.is_action is is_action


@pytest.mark.parametrize(
    "text",
    [
        "from somewhere import *",
        "def __getattr__(name): ...",
        "globals()['of'] = print",
        "exec('def of(): ...')",
        "of = make()",
        "a, (of, b) = make()",
        "for of in (): pass",
        "import of",
        "from elsewhere import of",
        "from . import of",
        "class of: pass",
        "def of(): ...\nof = wrap(of)",
    ],
)
def test_what_is_made_at_run_time_is_not_judged(tmp_path: Path, sources: PythonSources, text: str):
    write(tmp_path, "desk.py", text)
    found = sources.function("desk:of")
    assert isinstance(found, Unknown)
    assert not found.is_unseen


@pytest.mark.parametrize(
    "text",
    [
        f"if True:\n    {INNER}def of(): ...\n",
        f"try:\n    {INNER}def of(): ...\nexcept E:\n    pass\n",
        f"{ACTION}def of(): ...\n",
        "from inner import of\n",
    ],
)
def test_functions_are_found_where_they_stand(tmp_path: Path, sources: PythonSources, text: str):
    write(tmp_path, "inner.py", f"{ACTION}def of(): ...\n")
    write(tmp_path, "desk.py", text)
    found = sources.function("desk:of")
    assert isinstance(found, PythonFunction)
    assert found.is_action


def test_a_circle_of_imports_ends(tmp_path: Path, sources: PythonSources):
    write(tmp_path, "a.py", "from b import of\n")
    write(tmp_path, "b.py", "from a import of\n")
    assert isinstance(sources.function("a:of"), Unknown)


def test_relative_imports_lead_to_their_package(tmp_path: Path, sources: PythonSources):
    write(tmp_path, "shop/__init__.py", "from .desk.inner import of\n")
    write(tmp_path, "shop/desk/__init__.py", "")
    write(tmp_path, "shop/desk/inner.py", "from ..far import of\n")
    write(tmp_path, "shop/far.py", f"{ACTION}def of(): ...\n")
    found = sources.function("shop:of")
    assert isinstance(found, PythonFunction)
    assert found.place == "shop/far.py:3"


def test_a_missing_module_or_function_comes_with_what_is_there(
    tmp_path: Path, sources: PythonSources
):
    write(tmp_path, "shop/desk.py", "def of(): ...\n")
    module = sources.function("shop.dask:of")
    assert isinstance(module, Missing)
    assert (module.what, module.known) == ("module", ("shop.desk",))
    function = sources.function("shop.desk:if_")
    assert isinstance(function, Missing)
    assert (function.what, function.known) == ("function", ("of",))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("broken", "def of(:\n"),
        ("nul", "x = '\0'\n"),
        ("deep", "(" * 5000 + ")" * 5000),
        ("large", "#" * (MAX_BYTES + 1)),
    ],
)
def test_what_cannot_be_read_is_said_to_be_unseen(
    tmp_path: Path, sources: PythonSources, name: str, text: str
):
    write(tmp_path, f"{name}.py", text)
    found = sources.function(f"{name}:of")
    assert isinstance(found, Unknown)
    assert found.is_unseen


def test_a_link_out_of_the_project_is_not_followed(tmp_path: Path):
    write(tmp_path, "secret.py", f"{ACTION}def of(): ...\n")
    project = tmp_path / "project"
    project.mkdir()
    (project / "desk.py").symlink_to(tmp_path / "secret.py")
    found = PythonSources([project]).function("desk:of")
    assert isinstance(found, Unknown)
    assert found.why == "desk.py leads out of the project"


def test_a_pipe_is_no_module(tmp_path: Path, sources: PythonSources):
    import os

    os.mkfifo(tmp_path / "desk.py")
    assert isinstance(sources.function("desk:of"), Missing)


def test_calls_are_told_by_their_whole_names_but_not_those_of_inner_functions(
    tmp_path: Path, sources: PythonSources
):
    write(
        tmp_path,
        "desk.py",
        "import time as t\nfrom os import path\n"
        "def of(x):\n"
        "    from subprocess import run\n"
        "    t.sleep(1)\n"
        "    run(path.join('a'))\n"
        "    x.close()\n"
        "    open('f')\n"
        "    def inner(): t.monotonic()\n"
        "    return lambda: t.time()\n",
    )
    found = sources.function("desk:of")
    assert isinstance(found, PythonFunction)
    assert [(call.name, call.line) for call in found.calls] == [
        ("time.sleep", 5),
        ("subprocess.run", 6),
        ("os.path.join", 6),
        ("builtins.open", 8),
    ]


def test_texts_of_modules_are_collected(tmp_path: Path, sources: PythonSources):
    write(tmp_path, "desk.py", "x = {'a': ['worker']}\n")
    assert sources.words({"desk:of", "nowhere:of"}) == {"a", "worker"}


def test_warnings_about_the_users_code_are_kept_to_ourselves(
    tmp_path: Path, sources: PythonSources, recwarn: pytest.WarningsRecorder
):
    write(tmp_path, "desk.py", f"x = '\\d'\n{ACTION}def of(): ...\n")
    assert isinstance(sources.function("desk:of"), PythonFunction)
    assert len(recwarn) == 0
