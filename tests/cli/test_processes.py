"""The real command on real engines: start, look, steer, end, and the ends nobody asked for."""

from __future__ import annotations

import os
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.processes import WAIT_S, Project, finish, new_project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def project() -> Iterator[Project]:
    root = Path(tempfile.mkdtemp(prefix="jt"))  # short: the path of a socket has 100 bytes
    made = new_project(root)
    yield made
    made.end_engines()
    shutil.rmtree(root)


def statuses(project: Project) -> dict[str, str]:
    return {node["path"]: node["status"] for node in project.peek("ps")["nodes"]}


def test_an_engine_is_started_looked_at_steered_and_stopped(project):
    file = project.topology()
    up = project.jido("up", file, "-d")
    assert (up.code, up.err) == (0, "")
    assert re.fullmatch(
        r"shop is up: 3 of 3 nodes ready in [\d.]+s, pid \d+\n"
        r"  watch   jido tui -e shop\n  stop    jido down -e shop\n",
        up.out,
    )
    assert statuses(project) == {
        "root": "running",
        "root/one": "running",
        "root/two": "running",
    }
    assert project.jido("call", "one", "counter.increment", "by=2").out == '{"count": 2}\n'
    assert project.jido("state", "one", "count").out == "2\n"

    assert project.jido("kill", "one").out == "killed root/one\n"
    assert project.jido("call", "one", "counter.increment").out == '{"count": 1}\n'
    nodes = {node["path"]: node for node in project.peek("ps")["nodes"]}
    assert nodes["root/one"]["restarts"] == 1
    assert nodes["root"]["window"]["used"] == 1
    lines = project.jido("events", "--kind", "exited,restarted").out.splitlines()
    assert [line.split()[1] for line in lines] == ["exited", "restarted"]

    assert project.jido("stop", "two").out == "stopped root/two\n"
    assert statuses(project)["root/two"] == "stopped"
    assert project.jido("start", "two").out == "started root/two, gen 2\n"

    down = project.jido("down")
    assert (down.code, down.err) == (0, "")
    assert down.out.startswith("shop is down, it took ")
    assert project.peek("ls") == {"engines": []}
    gone = project.jido("ps")
    assert gone.code == 3
    assert "the engine of shop is gone: it ended at" in gone.err
    assert "stopped: jido down" in gone.err


def test_the_same_file_again_is_no_failure_and_anything_else_is(project):
    file = project.topology()
    project.jido("up", file, "-d")
    pid = project.peek("ls")["engines"][0]["pid"]
    again = project.jido("up", file, "-d")
    assert (again.code, again.err) == (0, "")
    assert again.out.startswith(f"shop is up already: shop.yaml, pid {pid}, up ")
    foreground = project.jido("up", file)
    assert foreground.code == 1
    assert foreground.err.startswith(f"error: shop is already running, pid {pid}, up ")
    other = project.jido("up", project.topology("shop", "other.yaml"), "-d")
    assert other.code == 1
    assert "shop is already running" in other.err
    assert project.peek("ls")["engines"][0]["pid"] == pid


def test_a_file_that_has_changed_since_its_engine_was_started_is_told(project):
    file = project.topology()
    path = project.root / file
    project.jido("up", file, "-d")
    path.write_text("# only a comment\n" + path.read_text())
    assert project.jido("up", file, "-d").err == ""
    path.write_text(path.read_text().replace("by: 1", "by: 2"))
    told = "shop.yaml has changed since it was started: jido down -e shop, then jido up again\n"
    again = project.jido("up", file, "-d")
    assert (again.code, again.err) == (0, f"note: {told}")
    foreground = project.jido("up", file)
    assert foreground.code == 1
    assert f"  why    {told}" in foreground.err


def test_up_says_how_many_warnings_lint_has(project):
    file = project.topology()
    path = project.root / file
    path.write_text(path.read_text().replace("agents:", "  idle: {run: 'work:boom'}\nagents:", 1))
    warned = "1 warning: jido lint shop.yaml\n"
    assert project.jido("up", file, "-d").err == f"note: {warned}"
    assert project.jido("down").code == 0
    assert f", 3 nodes, {warned}" in project.jido("up", file, "--for", "10ms").out
    assert "1 warning" in project.jido("lint", file).out


def test_with_two_engines_one_must_be_named(project):
    project.jido("up", project.topology("shop"), "-d")
    project.jido("up", project.topology("depot"), "-d")
    which = project.jido("ps")
    assert which.code == 3
    assert which.err.startswith("error: 2 engines are running, say which one\n")
    assert project.jido("ps", "-e", "shop").out.startswith("shop  ● all 3 running")
    assert project.jido("ps", env={"JIDO_ENGINE": "depot"}).out.startswith("depot  ● all 3")
    assert project.jido("ps", "-e", "stop").code == 3
    call = project.jido("call", "one", "counter.increment", "by:=2", "--timeout", "3s").err
    assert "  try    jido call one counter.increment by:=2 --timeout 3s -e depot\n" in call
    (project.root / "other").mkdir(mode=0o700)
    apart = {"JIDO_STATE_DIR": str(project.root / "other")}
    assert "error: no engine is running\n" in project.jido("ps", env=apart).err


def test_an_engine_that_was_killed_is_gone_and_starts_again(project):
    file = project.topology()
    project.jido("up", file, "-d")
    with os.fdopen(os.pidfd_open(project.peek("ls")["engines"][0]["pid"])) as process:
        signal.pidfd_send_signal(process.fileno(), signal.SIGKILL)
    gone = project.jido("state", "one")
    assert gone.code == 3
    assert "without a shutdown: killed, or out of memory" in gone.err
    assert project.jido("up", file, "-d").code == 0
    assert project.jido("state", "one").code == 0


def test_after_a_crash_of_the_interpreter_everybody_is_told_where_it_was(project):
    file = project.topology()
    project.jido("up", file, "-d")
    pid = project.peek("ls")["engines"][0]["pid"]
    lost = project.jido("call", "one", "counter.crash")
    crash = "Segmentation fault in work.py:12 in crash"
    told = f"its process crashed: {crash}; engine.log has the stack\n"
    assert lost.code == 3
    for done in (lost, project.jido("ps")):
        assert f"  why    {told}" in done.err
    ls = project.jido("ls")
    assert ls.err == f"no engine is running\nnote: the engine of shop is gone: {told}"
    again = project.jido("up", file, "-d")
    assert again.err == f"note: the engine of shop before this one, pid {pid}, crashed: {crash}\n"
    assert project.jido("ls").err == ""


def test_a_root_that_gives_up_ends_with_its_story(project):
    with project.foreground(project.topology()) as engine:
        for _ in range(4):
            project.jido("call", "one", "counter.boom")
        done = finish(engine)
    assert done.code == 1
    assert done.err.startswith("error: shop gave up: one crashed 4 times in ")
    for part in ("  what happened\n", "  why, all 4 times\n    KeyError: 'levels'\n"):
        assert part in done.err
    assert "  what is kept\n    one" in done.err
    later = project.jido("inspect", "one")
    assert later.code == 3
    assert "  why, all 4 times\n    KeyError: 'levels'\n" in later.err


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130), (signal.SIGHUP, 0)]
)
def test_signals_stop_in_reverse_order(project, number, code):
    with project.foreground(project.topology()) as engine:
        engine.send_signal(number)
        done = finish(engine)
    assert (done.code, done.err) == (code, "")
    lines = done.out.splitlines()
    assert f"3 nodes in reverse order: {number.name}" in lines[0]
    assert [line.split()[2] for line in lines if " exited " in line] == [
        "root/two",
        "root/one",
        "root",
    ]
    assert lines[-1].split()[1:3] == ["done", "ran"]


@pytest.mark.parametrize("words", [["--for", "50ms"], ["--until-idle"]])
def test_an_engine_ends_by_itself_when_told_so(project, words):
    done = project.jido("up", project.topology(), *words)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0].split()[1:4] == ["jido", "0.1.0,", "shop"]


def test_a_spinning_action_freezes_neither_ps_nor_down(project):
    project.jido("up", project.topology(), "-d")
    late = project.jido("call", "one", "counter.spin", "--timeout", "1500ms")
    assert late.code == 1
    look = project.jido("ps")
    assert look.out.startswith("shop  × 1 hung, ")
    assert "root/one holds the loop: spin runs for " in look.out
    down = project.jido("down", "--timeout", "1s")
    assert down.code == 0
    assert down.err.startswith("shop did not stop in 1s and was killed")
    assert project.peek("ls") == {"engines": []}


def test_a_second_signal_ends_an_engine_that_spins(project):
    with project.foreground(project.topology()) as engine:
        project.jido("call", "one", "counter.spin", "--timeout", "100ms")
        engine.send_signal(signal.SIGINT)
        engine.send_signal(signal.SIGTERM)
        done = finish(engine)
    assert done.code in (130, 143)  # the kernel delivers the two in the order it likes
    assert "killed by a second " in done.err


def test_a_signal_to_an_engine_that_is_held_says_what_holds_it(project):
    project.jido("up", project.topology(), "-d")
    project.jido("call", "one", "counter.spin", "--timeout", "1500ms")
    os.kill(project.peek("ls")["engines"][0]["pid"], signal.SIGINT)
    log = project.root / ".jido" / "shop" / "engine.log"
    told = "SIGINT: it stops when spin of root/one lets the loop go, held for "
    deadline = time.monotonic() + WAIT_S
    while told not in log.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("words", [[], ["-d"], ["-d", "--json"]])
def test_a_file_with_errors_is_exit_4_and_names_the_line(project, words):
    file = project.topology()
    path = project.root / file
    path.write_text(path.read_text().replace("one_for_one", "one_for_won"))
    done = project.jido("up", file, *words)
    assert (done.code, done.out) == (4, "")
    assert "one_for_won" in done.err
    assert ("shop.yaml:19:13: error: " in done.err) != ("--json" in words)


def test_code_that_does_not_import_is_told_with_its_place(project):
    file = project.topology()
    work = project.root / "work.py"
    work.write_text("import nowhere_to_be_found\n" + work.read_text())
    for words in ([], ["-d"]):
        done = project.jido("up", file, *words)
        assert done.code == 1
        assert done.err.startswith("error: shop did not get ready: ")
        assert "nowhere_to_be_found" in done.err
        assert "/work.py:1 in <module>\n           import nowhere_to_be_found\n" in done.err
        assert "importlib" not in done.err
        assert "  undone nothing was started\n" in done.err


def test_code_that_is_no_python_is_told_with_the_line_that_is_none(project):
    file = project.topology()
    work = project.root / "work.py"
    work.write_text("import helpers\n" + work.read_text())
    (project.root / "helpers.py").write_text("\ndef open(id: str -> dict:\n    pass\n")
    err = project.jido("up", file).err
    name = project.root.name
    assert (
        f"  why    {name}/helpers.py:2\n           def open(id: str -> dict:\n"
        f"         {name}/work.py:1 in <module>\n           import helpers\n"
    ) in err
    assert "frames" not in err


@pytest.mark.parametrize("words", [("events", "-f"), ("directives", "-f", "--json")])
def test_following_ends_with_the_engine_and_tells_so(project, words):
    project.jido("up", project.topology(), "-d")
    project.jido("call", "one", "counter.boom")
    with project.started(*words) as follower:
        assert follower.stdout.readline()
        project.jido("down")
        done = finish(follower)
    assert done.code == 0
    assert done.err.startswith("the engine of shop ")


@pytest.mark.parametrize("words", [("events", "-f"), ("directives", "-f"), ("lint", "bad.yaml")])
def test_a_reader_that_leaves_ends_a_command_at_once_with_its_own_exit_code(project, words):
    """Nothing happens in the engine meanwhile: no write would tell that the pipe is closed."""
    code = 0
    if words[0] == "lint":
        (project.root / "bad.yaml").write_text("jido: v1\nname: bad\nsupervisor: 3\n")
        code = 1
    else:
        project.jido("up", project.topology(), "-d")
    with project.started(*words) as process:
        process.stdout.close()
        assert process.wait(WAIT_S) == code
        assert process.stderr.read() == ""


def test_the_log_of_an_engine_begins_and_ends_with_its_process(project):
    project.jido("up", project.topology(), "-d")
    project.jido("down")
    log = (project.root / ".jido" / "shop" / "engine.log").read_text().splitlines()
    assert log[0].split()[1] == "jido"
    assert log[-1].split()[1] == "done"


def test_an_engine_whose_folder_was_removed_ends_by_itself(project):
    with project.foreground(project.topology()) as engine:
        shutil.rmtree(project.root / ".jido")
        done = finish(engine)
    assert done.code == 0
    assert "3 nodes in reverse order: its state dir was removed" in done.out
    assert "how it ended is not written down" in done.err
    assert project.peek("ls") == {"engines": []}


def test_json_lines_of_a_foreground_engine_are_json(project):
    done = project.jido("up", project.topology(), "--for", "10ms", "--log-format", "json")
    assert all(line.startswith('{"time": ') for line in done.out.splitlines())
