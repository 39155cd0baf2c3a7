"""Shell completion: the right words at every place, quick, harmless, and silent when it fails."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from jido_cli.cli.application import JidoGroup
from jido_cli.cli.completion import candidates
from jido_cli.cli.completion.asked import answer_lines, tell
from jido_cli.cli.completion.scripts import SCRIPTS, VARIABLE
from jido_cli.cli.completion.slots import words_of
from jido_cli.cli.main import app
from jido_cli.errors import ControlError
from tests.cli import shop
from tests.cli.fakes import FakeEngines, FakeHandle, jido
from tests.cli.processes import Project, new_project
from tests.docs.pages import codes, rows, section

INVENTORY = {
    "path": "root/pipeline/inventory",
    "kind": "agent",
    "routes": [
        {
            "pattern": "order.created",
            "actions": ["reserve"],
            "params": {"properties": {"sku": {"type": "string"}, "quantity": {"type": "integer"}}},
        },
        {"pattern": "stock.*", "actions": ["recount"], "params": None},
    ],
}


def engines() -> FakeEngines:
    states = {
        ("inventory", None): {"levels": {"A-100": 3}, "last": ""},
        ("inventory", "levels"): {"A-100": 3, "A-200": 1},
    }
    return FakeEngines(FakeHandle(nodes={"inventory": INVENTORY}, states=states))


def told(*words: str, shell: str = "fish", source: FakeEngines | None = None) -> list[str]:
    """Return the answer to words of which the last is being typed."""
    return answer_lines(shell, words, source or engines(), get_command(app).params)


def values(*words: str, source: FakeEngines | None = None) -> list[str]:
    kind, *lines = told(*words, source=source) or ["nothing"]
    assert kind == "words"
    return [line.partition("\t")[0] for line in lines]


def test_first_come_the_commands_with_what_they_do():
    assert values("") == list(JidoGroup.entries)
    assert told("st") == [
        "words",
        *(f"{name}\t{JidoGroup.entries[name].summary}" for name in ("state", "stop", "start")),
    ]
    assert values("--debug", "versi") == ["version"]


def test_after_a_dash_come_options():
    assert values("-") == ["--version", "--debug", "--show-completion", "--help"]
    assert values("ps", "--w") == ["--wide"]
    assert "--report-fd" not in values("up", "-")


def test_nodes_are_named_as_short_as_they_can_be():
    assert values("restart", "s") == ["stock_feed", "shipping", "support"]
    assert told("restart", "inv") == ["words", "inventory\tagent inventory, crash_looping"]
    assert values("restart", "root/pipeline/i") == [
        "root/pipeline/inventory",
        "root/pipeline/inventory/stock_feed",
    ]
    assert values("events", "--agent", "bill") == ["billing"]


def test_where_only_agents_will_do_only_agents_are_offered():
    assert "pipeline" in values("inspect", "")
    for command in ("state", "send", "call"):
        assert "pipeline" not in values(command, "")
        assert "orders" in values(command, "")


def test_types_are_those_that_the_agent_takes_word_for_word():
    assert told("call", "inventory", "") == ["words", "order.created\treserve"]


def test_parameters_that_are_given_are_not_offered_again():
    assert values("send", "inventory", "order.created", "") == ["sku=", "quantity="]
    assert values("send", "inventory", "order.created", "sku:=1", "") == ["quantity="]
    assert values("send", "inventory", "nobody.takes.it", "") == []


def test_the_state_is_walked_key_by_key():
    assert values("state", "inventory", "") == ["levels", "last"]
    assert values("state", "inventory", "levels.A-1") == ["levels.A-100"]


def test_engines_are_offered_by_name_and_picked_by_the_one_on_the_line():
    source = engines()
    assert values("ps", "-e", "", source=source) == ["shop"]
    assert values("ps", "--engine=s", source=source) == ["--engine=shop"]
    values("stop", "-e", "depot", "", source=source)
    values("stop", "--engine=shop", "", source=source)
    assert [name for name, _ in source.picked] == ["depot", "shop"]


def test_choices_come_from_the_help():
    assert values("lint", "--format", "") == ["text", "json", "github"]
    assert values("up", "--log-format=j") == ["--log-format=json"]


def test_lists_are_completed_after_each_comma():
    assert values("events", "--kind", "exited,resta") == ["exited,restarted"]
    assert values("directives", "--outcome", "d") == ["dead"]


def test_rules_are_offered_by_code_and_by_name():
    assert values("explain", "JD301") == ["JD301"]
    assert values("explain", "restart-st") == ["restart-storm"]


@pytest.mark.parametrize(
    "words",
    [("up", ""), ("lint", "a.yaml", "b"), ("up", "--python", ""), ("up", "--values", "")],
)
def test_files_are_left_to_the_shell(words: tuple[str, ...]):
    assert told(*words) == ["files"]


@pytest.mark.parametrize("words", [("nobody", ""), ("stop", "orders", "")])
def test_where_nothing_may_stand_nothing_is_offered(words: tuple[str, ...]):
    assert told(*words) == ["words"]


def test_an_option_is_an_argument_after_two_dashes():
    assert values("stop", "--", "ord") == ["orders"]
    assert values("stop", "--", "-") == []


@pytest.mark.parametrize(
    "name", ["$(reboot)", "`reboot`", "a b", "a;b", "a'b", 'a"b', "a\nb", "a\\b", "\x1b[2J", "ä"]
)
def test_a_name_that_a_shell_might_act_upon_is_never_offered(name: str):
    tree = shop.tree()
    tree["nodes"][1]["id"] = name
    tree["nodes"][1]["path"] = f"root/{name}"
    source = FakeEngines(FakeHandle(tree))
    assert not [
        line for line in told("stop", "", source=source) if "intake" in line or name in line
    ]
    assert values("stop", "ord", source=source) == ["orders"]


def test_control_characters_in_a_description_are_escaped():
    tree = shop.tree()
    tree["nodes"][1]["agent"] = "a\tb\nc\x1b[2J"
    lines = told("stop", "int", source=FakeEngines(FakeHandle(tree)))
    assert lines == ["words", "intake\tagent a\\tb\\nc\\x1b[2J, running"]


def test_a_large_tree_is_cut():
    tree = shop.tree()
    node = tree["nodes"][-1]
    tree["nodes"] = [node | {"path": f"root/n{at}", "id": f"n{at}"} for at in range(2_000)]
    found = values("stop", "n", source=FakeEngines(FakeHandle(tree)))
    assert len(found) == candidates.MOST
    assert values("stop", "n1999", source=FakeEngines(FakeHandle(tree))) == ["n1999"]


def test_lists_of_words_are_those_of_the_control_api():
    kinds = [
        kind for row in rows(section("docs/control-api.md", "Events")) for kind in codes(row[0])
    ]
    assert list(candidates.KINDS) == kinds
    core = Path(candidates.__file__).parents[2] / "core"
    texts = [file.read_text() for file in core.glob("*directives.py")]
    tags = [tag for text in texts for tag in re.findall(r'\(Directive, .*tag="(\w+)"', text)]
    assert sorted(candidates.DIRECTIVES) == sorted(tags)


# -- the line, as bash hands it over


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("jido ", ["jido", ""]),
        ("jido st", ["jido", "st"]),
        ("jido  call 'a b' x=1 ", ["jido", "call", "a b", "x=1", ""]),
        (r"jido a\ b", ["jido", "a b"]),
        ("jido 'a", None),
        ("", [""]),
    ],
)
def test_a_line_is_split_as_a_shell_splits_it(line: str, words: list[str] | None):
    assert words_of(line) == words


def test_bash_gets_what_follows_its_own_word_breaks():
    assert told("jido ps --engine=s", shell="bash") == ["words", "shop"]
    assert told("jido st", shell="bash") == ["words", "state", "stop", "start"]
    assert told("jido 'st", shell="bash") == []
    assert told("jido", shell="bash") == []


# -- the command


def test_the_scripts_are_printed_and_evaluate_nothing():
    for shell, script in SCRIPTS.items():
        result = jido("--show-completion", shell)
        assert (result.exit_code, result.stdout) == (0, script.strip("\n") + "\n")
        assert f"{VARIABLE}={shell}" in script
        assert "eval" not in script


def test_another_shell_is_refused():
    result = jido("--show-completion", "tcsh")
    assert (result.exit_code, result.stderr) == (
        2,
        "error: --show-completion: 'tcsh' is not one of bash, zsh, fish\n",
    )


# -- real shells


@pytest.fixture
def project() -> Iterator[Project]:
    root = Path(tempfile.mkdtemp(prefix="jt"))
    made = new_project(root)
    programs = root / "bin"
    programs.mkdir()
    (programs / "jido").write_text(
        f'#!/bin/sh\nexec {sys.executable} -P -m jido_cli.cli.main "$@"\n'
    )
    (programs / "jido").chmod(0o755)
    made.environ["PATH"] = f"{programs}:{made.environ['PATH']}"
    (root / "topologies").mkdir()
    yield made
    made.end_engines()
    shutil.rmtree(root)


def shell(project: Project, program: str, *words: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    done = subprocess.run(
        [found, *words],
        cwd=project.root,
        env=project.environ | {"HOME": str(project.root), "TERM": "dumb"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout


IN_BASH = r"""
source <(jido --show-completion bash)
try() {
    COMP_LINE=$1 COMP_POINT=${#1}
    IFS=' =' read -ra COMP_WORDS <<<"$1"
    [[ $1 == *[=\ ] ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _jido
    echo "${COMPREPLY[*]}"
}
"""
LINES = (
    ("jido st", "state stop start"),
    ("jido stop t", "two"),
    ("jido call one counter.increment ", "by="),
    ("jido ps -e sh", "shop"),
    ("jido up topo", "topologies"),
    ("jido stop nobody", ""),
)


@pytest.mark.slow
def test_in_bash(project: Project):
    project.jido("up", project.topology(), "-d")
    tries = "\n".join(f'try "{line}"' for line, _ in LINES)
    assert shell(project, "bash", "--norc", "-c", IN_BASH + tries).splitlines() == [
        words for _, words in LINES
    ]


@pytest.mark.slow
def test_in_fish(project: Project):
    project.jido("up", project.topology(), "-d")
    script = "jido --show-completion fish | source\n" + "\n".join(
        f'complete -C "{line}"; echo ====' for line, _ in LINES
    )
    parts = shell(project, "fish", "--no-config", "-c", script).split("====\n")[:-1]
    got = [{line.split("\t")[0].rstrip("/") for line in part.splitlines()} for part in parts]
    assert got == [set(words.split()) for _, words in LINES]


IN_ZSH = r"""
_describe() { print -r -- "${closed[@]%%:*}" "${open[@]%%:*}" }
_files() { print -r -- topologies }
eval "$(jido --show-completion zsh)"
try() {
    words=("${(@s: :)1}") CURRENT=${#words} PREFIX=${words[-1]}
    _jido
}
"""


@pytest.mark.slow
def test_in_zsh(project: Project):
    project.jido("up", project.topology(), "-d")
    tries = "\n".join(f'try "{line}"' for line, _ in LINES)
    got = shell(project, "zsh", "-f", "-c", IN_ZSH + tries).splitlines()
    assert [set(line.split()) for line in got] == [set(words.split()) for _, words in LINES]


@pytest.mark.slow
@pytest.mark.parametrize("words", [["stop", ""], ["up", "\udcff"], ["nobody", "x"], []])
def test_without_an_engine_it_is_silent(project: Project, words: list[str]):
    done = project.jido(*words, env={VARIABLE: "fish"})
    assert (done.code, done.err) == (0, "")
    assert done.out in ("", "words\n", "files\n")


def test_an_engine_that_cannot_be_asked_is_silence(capfdbinary):
    gone = FakeEngines(problem=ControlError("x", code="engine-gone"))
    tell("fish", ["stop", ""], gone, ())
    assert capfdbinary.readouterr() == (b"", b"")
