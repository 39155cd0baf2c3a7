"""Pages name only commands and options that exist."""

from __future__ import annotations

import re
import shlex

import pytest

from jido_cli.cli.application import load_command
from jido_cli.cli.main import JidoGroup
from tests.docs.pages import PAGES, ROOT, Block, blocks, codes, prose, rows, section

COMMANDS = JidoGroup.entries
NO_COMMAND = {"--debug", "--help", "--version"}


def typed(block: Block) -> list[str]:
    """Return the command lines of a console block."""
    return [line[2:] for line in block.text.splitlines() if line.startswith("$ ")]


def shown(block: Block) -> list[str]:
    """Return the commands that a block's output names, as in hints."""
    return re.findall(r"(?<!of )\bjido (?!\d)[a-z][^(\n]*", block.text)


def problem(line: str) -> str | None:
    """Return what is wrong with a command line of ours."""
    words = shlex.split(line, comments=True)
    name, *rest = words[1:] or ["ls"]
    if name in NO_COMMAND:
        return None
    if name not in COMMANDS:
        return f"there is no command {name!r}"
    known = {
        option
        for param in load_command(name, COMMANDS[name]).params
        for option in (*param.opts, *param.secondary_opts)
    }
    wrong = [w for w in rest if w.startswith("-") and w not in known | NO_COMMAND]
    return f"{name} has no option {wrong[0]}" if wrong else None


@pytest.mark.parametrize("block", blocks("console", "bash", "sh", "text"), ids=str)
def test_console_blocks_name_only_what_exists(block: Block):
    lines = [line for line in typed(block) if line.startswith("jido ")]
    assert [(line, why) for line in lines if (why := problem(line))] == []
    names = [line.split()[1] for line in shown(block)]
    assert [name for name in names if name not in COMMANDS] == []


@pytest.mark.parametrize("page", PAGES)
def test_the_text_names_only_commands_that_exist(page: str):
    named = [code for code in codes(prose(page)) if code.startswith("jido ")]
    assert [(code, why) for code in named if (why := problem(code))] == []


def test_make_targets_that_are_named_exist():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {
        word for text in PAGES.values() for word in re.findall(r"(?:\$ |`)make ([a-z-]+)", text)
    }
    assert named - targets == set()
    assert {"up", "test"} <= named


def test_the_readmes_table_has_every_command_once():
    got = [row[0].strip("`").split()[1] for row in rows(section("README.md", "Commands"))]
    assert sorted(got) == sorted(COMMANDS)
