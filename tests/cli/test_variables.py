"""`--set`, `--set-file`, `--values`: what they give, what they refuse, and that engines get it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jido_cli.cli.failures import CommandError
from jido_cli.cli.variables import NOTHING, Given, given
from jido_cli.errors import UsageError
from tests.cli.fakes import jido
from tests.cli.processes import Project, new_project

TOPOLOGY = """\
jido: v1
name: depot
vars:
  workers: {type: integer, minimum: 1}
  region: {type: string, default: north}
  tags: {type: array, items: {type: string}, default: []}
agents:
  worker:
    state: {region: "", tags: {type: array, items: {type: string}, default: []}}
    routes:
      tags.get: {set: {tags: "${{ vars.tags }}"}}
      region.get: {set: {region: "${{ vars.region }}"}}
supervisor:
  children:
    - {id: w, agent: worker, replicas: "${{ vars.workers }}"}
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "depot.yaml").write_text(TOPOLOGY)
    (tmp_path / "north.txt").write_text("a=b, c\n")
    (tmp_path / "prod.yaml").write_text("workers: 3\nregion: south\n")
    return "depot.yaml"


def test_the_options_go_to_the_loader_and_to_another_process_unchanged(file: str):
    said = given(["workers=2", 'tags:=["a"]', "region="], ["key=north.txt"], "prod.yaml")
    assert said.words() == [
        *("--set", "workers=2", "--set", 'tags:=["a"]', "--set", "region="),
        *("--set-file", "key=north.txt", "--values", "prod.yaml"),
    ]
    sources = said.sources({"HOME": "/h"})
    assert sources.assignments == ("workers=2", 'tags:=["a"]', "region=")
    assert sources.set_files == {"key": Path("north.txt")}
    assert sources.values_file == Path("prod.yaml")
    assert (sources.environ, sources.reads_files, sources.may_assume) == (
        {"HOME": "/h"},
        True,
        False,
    )


def test_without_options_nothing_is_given():
    assert given(None, None, None) == NOTHING == Given()
    assert NOTHING.words() == []


@pytest.mark.parametrize("text", ["workers", "=2", ":=2", "", "9=1", "a b=1"])
def test_words_that_give_no_var_a_value_are_refused(text: str):
    with pytest.raises(UsageError, match="gives no var a value; wanted is name=value"):
        given([text], None, None)


@pytest.mark.parametrize("text", ["key", "key=", "key:=x"])
def test_a_file_must_be_named(text: str):
    with pytest.raises(UsageError, match="wanted is name=path"):
        given(None, [text], None)


def test_a_var_is_given_once(file: str):
    with pytest.raises(UsageError, match=r"given twice, by --set$"):
        given(["a=1", "a=2"], None, None)
    with pytest.raises(UsageError, match="var 'a' is given twice, by --set and --set-file"):
        given(["a=1"], ["a=north.txt"], None)


@pytest.mark.parametrize(
    ("files", "values", "message"),
    [
        (["key=nowhere"], None, "--set-file key: nowhere is not there"),
        (["key=."], None, "--set-file key: . is a folder, wanted is a file"),
        (None, "nowhere.yaml", "--values: nowhere.yaml is not there"),
    ],
)
def test_a_file_must_be_there(file: str, files, values, message):
    with pytest.raises(CommandError, match=message) as caught:
        given(None, files, values)
    assert caught.value.code == "no-file"


# -- the commands


def nodes(*words: str) -> list[str]:
    result = jido("plan", *words, "--json")
    assert result.exit_code == 0, result.stderr
    return [node["path"] for node in json.loads(result.stdout)["nodes"]]


def test_each_source_outdoes_the_next(file: str):
    assert nodes(file, "--set", "workers=1", "--values", "prod.yaml") == ["root", "root/w-1"]
    assert nodes(file, "--values", "prod.yaml") == ["root", *(f"root/w-{n}" for n in (1, 2, 3))]


def test_all_missing_vars_are_told_at_once_with_the_place(file: str):
    result = jido("up", file)
    assert (result.exit_code, result.stdout) == (4, "")
    assert "depot.yaml:4:3: error: var 'workers' has no value" in result.stderr


def test_a_name_that_is_no_var_is_told_with_a_near_one(file: str):
    result = jido("plan", file, "--set", "worker=2")
    assert result.exit_code == 4
    assert "there is no var 'worker'" in result.stderr
    assert "did you mean 'workers'" in result.stderr


def test_a_value_that_does_not_fit_names_the_option(file: str):
    result = jido("graph", file, "--set", "workers=none")
    assert result.exit_code == 4
    assert "--set workers" in result.stderr
    wrong = jido("lint", file, "--set", "workers=0")
    assert wrong.exit_code == 1
    assert "--set workers" in wrong.stdout


def test_lint_needs_no_values(file: str):
    assert jido("lint", file).exit_code == 0


@pytest.mark.parametrize("command", ["up", "plan", "graph", "lint"])
def test_a_word_that_cannot_be_read_is_exit_2_everywhere(file: str, command: str):
    result = jido(command, file, "--set", "workers")
    assert (result.exit_code, result.stderr.splitlines()[0]) == (
        2,
        "error: --set: 'workers' gives no var a value; wanted is name=value, or name:=json",
    )


# -- real engines


@pytest.fixture
def project() -> Iterator[Project]:
    root = Path(tempfile.mkdtemp(prefix="jt"))
    made = new_project(root)
    (root / "depot.yaml").write_text(TOPOLOGY)
    (root / "region.txt").write_text("a=b, c\n")
    yield made
    made.end_engines()
    shutil.rmtree(root)


@pytest.mark.slow
def test_a_detached_engine_gets_the_values(project: Project):
    words = ("--set", "workers=2", "--set-file", "region=region.txt")
    up = project.jido("up", "depot.yaml", "-d", *words)
    assert (up.code, up.err) == (0, "")
    assert up.out.startswith("depot is up: 3 of 3 nodes ready")
    assert project.jido("call", "w-1", "region.get", "--output").code == 0
    assert project.jido("state", "w-1", "region").out == '"a=b, c"\n'
    again = project.jido("up", "depot.yaml", "-d", "--set", "workers=5")
    assert (again.code, again.err) == (
        0,
        (
            "note: it keeps the values that it was started with: "
            "jido down -e depot, then jido up again\n"
        ),
    )


@pytest.mark.slow
def test_the_same_values_again_change_nothing(project: Project):
    words = ("up", "depot.yaml", "-d", "--set", "workers=2", "--set-file", "region=region.txt")
    project.jido(*words)
    again = project.jido(*words)
    assert (again.code, again.err) == (0, "")


@pytest.mark.slow
def test_the_environment_gives_values_too(project: Project):
    done = project.jido(
        "up", "depot.yaml", "--until-idle", env={"JIDO_VAR_WORKERS": "2", "JIDO_VAR_REGION": "x"}
    )
    assert (done.code, done.err) == (0, "")
    assert " 3 of 3 nodes in " in done.out


SECRET = TOPOLOGY.replace("vars:\n", "vars:\n  token: {type: string, secret: true}\n")


@pytest.mark.slow
def test_a_secret_is_refused_on_the_command_line_and_its_value_is_not_repeated(project: Project):
    (project.root / "depot.yaml").write_text(SECRET)
    done = project.jido("up", "depot.yaml", "--set", "workers=1", "--set", "token=s3cr3t-canary")
    assert done.code == 4
    assert "a secret is not given on the command line" in done.err
    assert "s3cr3t-canary" not in done.out + done.err


@pytest.mark.slow
def test_a_secret_is_on_no_command_line_and_in_no_file_of_the_engine(project: Project):
    (project.root / "depot.yaml").write_text(SECRET)
    (project.root / "token").write_text("s3cr3t-canary")
    words = ("--set", "workers=1", "--set-file", "token=token")
    assert project.jido("up", "depot.yaml", "-d", *words).code == 0
    pid = project.peek("ls")["engines"][0]["pid"]
    if Path(f"/proc/{pid}/cmdline").exists():
        assert b"canary" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    written = [path.read_bytes() for path in project.root.rglob(".jido/**/*") if path.is_file()]
    assert written
    assert not [text for text in written if b"canary" in text]
