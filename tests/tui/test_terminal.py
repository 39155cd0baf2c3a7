"""The dashboard in a real terminal, on real engines."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.processes import Project, new_project
from tests.tui.terminals import PATIENCE_S, TMUX, Terminal

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(180),
    pytest.mark.skipif(TMUX is None, reason="tmux is not installed"),
]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    found = new_project(tmp_path)
    found.topology("shop")
    yield found
    found.end_engines()


def terminal(project: Project, *words: str, **more: object) -> Terminal:
    environ = project.environ | {"COLORTERM": "truecolor"}
    environ |= {key: str(value) for key, value in more.items() if key.isupper()}
    size = more.get("size", (80, 24))
    command = project.command(*words)
    return Terminal(command, cwd=project.root, environ=environ, size=size)  # type: ignore[arg-type]


def engines(project: Project) -> list[str]:
    return [one["name"] for one in project.peek("ls")["engines"] if one["status"] == "alive"]


def last_exit(project: Project) -> str:
    """Wait until the engine has said how it ended; return it."""
    path = project.root / ".jido" / "shop" / "last-exit.json"
    never = threading.Event()
    for _ in range(int(PATIENCE_S * 10)):
        if path.exists() and path.read_text().strip().endswith("}"):
            return path.read_text()
        never.wait(0.1)
    raise AssertionError("the engine goes on")


def test_up_opens_it_kill_shows_the_restart_and_detach_leaves_the_engine_up(project):
    with terminal(project, "up", "shop.yaml") as screen:
        screen.until("● all 3 running", "├ one", "└ two")
        screen.press("j", "X")
        screen.until("Kill root/one", "jido kill one", "root 0/3 in 1m")
        screen.press("y")
        screen.until("◆ one exited: killed", "● root restarted one   1/3 in 1m", "● one killed in")
        screen.press("q")
        screen.until("Leave shop", "3 nodes run in the engine")
        screen.press("d")
        assert screen.status() == 0
        screen.until("shop goes on, pid", "jido tui -e shop", "jido down -e shop")
    assert engines(project) == ["shop"]


def test_stop_ends_the_engine_in_order_and_the_command_with_it(project):
    with terminal(project, "up", "shop.yaml") as screen:
        screen.until("● all 3 running")
        screen.press("q", "s")
        assert screen.status() == 0
    assert engines(project) == []
    assert "asked for in the dashboard" in last_exit(project)


def test_a_terminal_that_is_closed_stops_its_engine_in_order(project):
    with terminal(project, "up", "shop.yaml") as screen:
        screen.until("● all 3 running")
    assert "the dashboard that started it is gone" in last_exit(project)


def test_a_dashboard_that_is_killed_stops_its_engine_in_order(project):
    with terminal(project, "up", "shop.yaml") as screen:
        screen.until("● all 3 running")
        [client] = clients(project)
        os.kill(client, signal.SIGKILL)
        assert "the dashboard that started it is gone" in last_exit(project)


def clients(project: Project) -> list[int]:
    """Return the processes of `jido up` in this test's folder that are no engine."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            cwd = (entry / "cwd").readlink()
        except OSError:
            continue
        if cwd == project.root and b"jido_cli.cli.main" in words and b"--life-fd" not in words:
            found.append(int(entry.name))
    return found


def test_tui_attaches_and_shows_that_the_engine_is_lost_and_back(project):
    assert project.jido("up", "shop.yaml", "-d").code == 0
    with terminal(project, "tui", size=(120, 36)) as screen:
        screen.until("● all 3 running", "│ root ")
        [engine] = project.peek("ls")["engines"]
        os.kill(engine["pid"], signal.SIGKILL)
        screen.until("× engine lost, showing", f"pid {engine['pid']} is gone", "? was running")
        screen.press("X")
        screen.until("× engine lost: orders do not reach it")
        assert project.jido("up", "shop.yaml", "-d").code == 0
        screen.until("● engine is back, pid", "● all 3 running", "-- engine restarted --")
        screen.press("q")
        assert screen.status() == 0
    assert engines(project) == ["shop"]


def test_a_signal_is_filled_in_called_and_seen_in_the_state(project):
    assert project.jido("up", "shop.yaml", "-d").code == 0
    with terminal(project, "tui", size=(120, 36)) as screen:
        screen.until("● all 3 running")
        screen.press("j", "c")
        screen.until("Call root/one", "counter.increment", "by  ")
        screen.press("Tab", "5", "C-t")
        screen.until("● answered in", "- count  0", "+ count  5")
        screen.press("Escape")
        screen.until("~ count", "1 changed", "─┴─")  # the dialog is gone
        screen.press("s")
        screen.until("Send a signal to root/one")
        screen.press("C-s")
        screen.until("● sent to one, ")
        screen.press("q")
        assert screen.status() == 0


def test_a_root_that_gives_up_is_told_with_its_story(project):
    (project.root / "shop.yaml").rename(project.root / "my shop.yaml")
    with terminal(project, "up", "my shop.yaml", size=(120, 36)) as screen:
        screen.until("● all 3 running")
        screen.press("j")
        for number in range(4):
            screen.press("X", "y")
            screen.until(f"{number + 1}/3 in 1m" if number < 3 else "× engine ended")
        screen.press("q")
        assert screen.status() == 1
        screen.until("error: shop gave up: one was killed 4 times", "what happened")
        screen.until("jido up 'my shop.yaml'")


def test_a_run_that_is_bounded_closes_by_itself(project):
    with terminal(project, "up", "shop.yaml", "--for", "2s") as screen:
        screen.until("● all 3 running")
        assert screen.status() == 0


def test_up_ends_with_an_engine_that_another_terminal_stopped(project):
    with terminal(project, "up", "shop.yaml") as screen:
        screen.until("● all 3 running")
        assert project.jido("down").code == 0
        assert screen.status() == 0
        screen.until("shop ended: stopped: jido down")


def test_lines_are_printed_where_they_are_wanted(project):
    with terminal(project, "up", "shop.yaml", "--no-tui") as screen:
        screen.until("ready", "3 of 3 nodes")
        screen.press("C-c")
        assert screen.status() == 130


def test_a_dumb_terminal_gets_lines(project):
    environ = project.environ | {"TERM": "dumb"}
    line = ["env", "TERM=dumb", *project.command("up", "shop.yaml", "--for", "1s")]
    with Terminal(line, cwd=project.root, environ=environ) as screen:
        screen.until("ready", "3 of 3 nodes")
        assert screen.status() == 0


def test_a_topology_with_findings_is_told_before_a_screen_opens(project):
    (project.root / "bad.yaml").write_text("jido: v1\nname: bad\nsupervisor: {strategy: nope}\n")
    with terminal(project, "up", "bad.yaml") as screen:
        assert screen.status() == 4
        screen.until("nope")


def test_an_engine_that_is_up_already_is_not_started_again(project):
    assert project.jido("up", "shop.yaml", "-d").code == 0
    with terminal(project, "up", "shop.yaml") as screen:
        assert screen.status() == 1
        screen.until("shop is already running, pid")
    assert engines(project) == ["shop"]


def test_it_follows_the_terminals_size_and_survives_a_storm(project):
    assert project.jido("up", "shop.yaml", "-d").code == 0
    with terminal(project, "tui") as screen:
        screen.until("● all 3 running")
        for number in range(40):
            screen.resize(20 + number * 3 % 140, 5 + number * 7 % 50)
        screen.resize(120, 36)
        screen.until("RESTARTS     MAIL", "2 State ── Routes")
        screen.resize(50, 10)
        screen.until("50x10 is too small for")
        screen.resize(80, 24)
        shown = screen.until("1 Tree", "3 Directives", "q quit")
        assert [len(line) for line in shown.splitlines()[1:-1]] == [80] * 22
        screen.press("q")
        assert screen.status() == 0


def test_ascii_is_spelled_where_it_is_wanted(project):
    assert project.jido("up", "shop.yaml", "-d").code == 0
    with terminal(project, "tui", JIDO_ASCII="1") as screen:
        assert screen.until("* all 3 running", "+- 1 Tree -").isascii()
        screen.press("q")
        assert screen.status() == 0


def test_the_demo_lives_without_an_engine(project):
    with terminal(project, "tui", "--demo") as screen:
        screen.until("● all 15 running", "page.fetched → bus")
        screen.press("G", "g", "3", "p")
        screen.until("PAUSED,", " new")
        screen.press("q")
        assert screen.status() == 0


def test_a_terminal_is_needed_and_an_engine_too(project):
    done = project.jido("tui")
    assert (done.code, done.err.splitlines()[0]) == (1, "error: the dashboard needs a terminal")
    with terminal(project, "tui") as screen:
        assert screen.status() == 3
        screen.until("error: no engine is running")
