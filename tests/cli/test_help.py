"""Help: every command has it, with an example, and none names what does not exist yet."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

import jido_cli
from jido_cli.cli.application import JidoGroup, load_command
from tests.cli.fakes import jido

COMMANDS = list(JidoGroup.entries)
LATER = (
    "apply|rollback|logs|trace|history|exec|suspend|resume|checkpoint|check|replay|store|import|lsp"
)


def test_without_a_command_the_help_is_shown():
    result = jido()
    assert result.exit_code == 0
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", result.stdout, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_an_example(name):
    result = jido(name, "--help")
    assert result.exit_code == 0
    assert f"\nExamples:\n  jido {name}" in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_in_the_table_is_the_first_of_the_commands_own_help(name):
    command = load_command(name, JidoGroup.entries[name])
    assert command.help.splitlines()[0] == JidoGroup.entries[name].summary


@pytest.mark.parametrize("name", COMMANDS)
def test_no_help_names_a_command_that_does_not_exist_yet(name):
    text = jido().stdout + jido(name, "--help").stdout
    assert not re.findall(rf"jido (?:{LATER})\b", text)


@pytest.mark.parametrize("words", [[], ["ps"], ["send"]])
def test_the_short_form_of_help_is_known_everywhere(words):
    assert jido(*words, "-h").stdout == jido(*words, "--help").stdout


def test_the_version_is_told_both_ways():
    text = jido("version").stdout
    assert text.startswith(f"jido {jido_cli.__version__} (topology v1, control API v1, ")
    assert jido("--version").stdout == text
    assert json.loads(jido("version", "--json").stdout)["version"] == jido_cli.__version__


def _modules_of(*words: str) -> set[str]:
    code = (
        "import sys\n"
        "from jido_cli.cli.main import app\n"
        "try:\n"
        "    app(sys.argv[1:])\n"
        "finally:\n"
        "    print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False
    )
    return set(done.stderr.split())


@pytest.mark.slow
def test_help_imports_no_command_and_nothing_heavy():
    loaded = _modules_of("--help")
    assert not [name for name in loaded if name.startswith("jido_cli.cli.commands.")]
    assert not loaded & {"pydantic", "asyncio", "msgspec", "yaml", "jsonschema", "rich", "uvicorn"}


@pytest.mark.slow
def test_a_client_command_is_cheap_to_start():
    loaded = _modules_of("ps", "-e", "nobody")
    assert not loaded & {"pydantic", "asyncio", "msgspec", "yaml", "jsonschema", "rich", "uvicorn"}


def test_the_usage_line_has_brackets_only_around_what_may_be_left_out():
    assert jido("call", "--help").stdout.startswith("Usage: jido call [OPTIONS] ID TYPE [K=V]...\n")
    assert "<str>" not in jido("call", "--help").stdout
