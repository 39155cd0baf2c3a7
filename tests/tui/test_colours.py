"""Which colours reach a terminal: all that the dashboard writes to it, byte by byte."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.processes import Project, new_project
from tests.tui.terminals import TMUX, Terminal

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120),
    pytest.mark.skipif(TMUX is None, reason="tmux is not installed"),
]

_RENDITION = re.compile(rb"\x1b\[([0-9;:]*)m")
WEIGHTS = {"0", "1", "2", "4", "7"}  # none, bold, dim, underlined, reversed
DEFAULTS = {"39", "49"}  # the terminal's own text and ground
EIGHT = {str(number) for number in range(31, 38)}
BRIGHT_BLACK = {"90"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return new_project(tmp_path)


def renditions(project: Project, kind: str, *more: str) -> set[str]:
    """Return each number that the dashboard gives to *select graphic rendition*."""
    raw = project.root / "raw"
    command = ["env", "-u", "COLORTERM", f"TERM={kind}", *more, *project.command("tui", "--demo")]
    with Terminal(command, cwd=project.root, environ=project.environ, size=(120, 36)) as screen:
        screen.record(raw)
        screen.until("page.fetched", "q quit")
        for key, shown in (("?", "Help: "), (":", "Command palette"), ("s", "ctrl+s")):
            screen.press("g", "j", key)
            screen.until(shown)
            screen.press("Escape")
            screen.until("CAUSE", "palette  ? help  q quit")
        screen.press("3", "p")
        screen.until("PAUSED")
        screen.press("q")
        assert screen.status() == 0
    return {
        number
        for found in _RENDITION.findall(raw.read_bytes())
        for number in re.split("[;:]", found.decode())
    }


@pytest.mark.parametrize("more", [(), ("COLORTERM=truecolor",)], ids=["256", "truecolor"])
def test_where_no_colour_is_wanted_none_is_written(project, more):
    got = renditions(project, "xterm-256color", "NO_COLOR=1", *more)
    assert got <= WEIGHTS | DEFAULTS
    assert {"1", "2", "7"} <= got


@pytest.mark.parametrize("kind", ["xterm", "linux"])
def test_where_few_colours_are_known_only_the_terminals_own_are_written(project, kind):
    got = renditions(project, kind)
    assert got <= WEIGHTS | DEFAULTS | EIGHT | BRIGHT_BLACK
    assert {"32", "36", "90"} <= got


def test_where_many_colours_are_known_they_are_used(project):
    assert {"38", "48"} <= renditions(project, "xterm-256color", "COLORTERM=truecolor")
