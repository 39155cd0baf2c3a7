"""From a file to the frozen model, and what stands in the way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jido_cli.errors import TopologyError
from jido_cli.topology.load import load, load_text
from jido_cli.topology.model import (
    AgentChild,
    BackoffDecl,
    MailboxDecl,
    OnErrorDecl,
    SupervisorDecl,
    Topology,
)
from jido_cli.topology.positions import Pos
from jido_cli.topology.project import project_root
from jido_cli.topology.report import render

ROOT = Path(__file__).parents[2]
EVERYTHING = Path(__file__).parent / "valid" / "everything.yaml"
MINIMAL = "jido: v1\nname: m\nagents: {a: {}}\nsupervisor: {children: [{agent: a}]}\n"


@pytest.fixture(scope="module")
def topology() -> Topology:
    result = load(EVERYTHING)
    assert render(result.diagnostics, result.text) == ""
    return result.require()


@pytest.mark.parametrize("file", sorted((ROOT / "topologies").glob("*.yaml")), ids=lambda f: f.stem)
def test_the_examples_load_without_a_finding(file: Path) -> None:
    result = load(file)
    assert render(result.diagnostics, result.text) == ""
    first_line = result.text.split("\n")[0]
    assert first_line == "# yaml-language-server: $schema=../schemas/topology.v1.schema.json"


def test_the_top_level_is_read(topology: Topology) -> None:
    got = (
        topology.name,
        topology.description,
        topology.labels,
        topology.max_hops,
        topology.stall_ms,
        topology.log_level,
        topology.project_root,
    )
    assert got == ("everything", "All of it.", {"team": "shop"}, 64, 500, "debug", ROOT)


def test_an_action_keeps_what_it_declares(topology: Topology) -> None:
    action = topology.actions["look_up"]
    assert (action.run, action.effect, action.timeout_ms) == (
        "shop.stock:look_up",
        "thread",
        120_000,
    )
    assert action.declaration["set"] == {"name": "${{ result.title }}"}
    assert action.positions.value(("set", "name")) == Pos(36, 17, 36, 38)
    assert topology.actions["increment"].timeout_ms is None


def test_declarations_cannot_be_changed(topology: Topology) -> None:
    declaration = topology.actions["increment"].declaration
    with pytest.raises(TypeError, match="read-only"):
        declaration["set"]["count"] = 1  # type: ignore[index]
    with pytest.raises(TypeError):
        topology.agents["new"] = topology.agents["counter"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        topology.name = "other"  # type: ignore[misc]


def test_a_short_form_becomes_a_full_schema(topology: Topology) -> None:
    assert topology.agents["counter"].state == {
        "type": "object",
        "properties": {
            "count": {"type": "integer", "default": 0},
            "name": {"type": "string", "default": ""},
            "tags": {"type": "array", "default": []},
        },
        "required": [],
        "additionalProperties": False,
    }
    assert topology.agents["worker"].state is None


def test_routes_come_in_order_in_all_their_forms(topology: Topology) -> None:
    routes = topology.agents["counter"].routes
    got = [
        (
            route.pattern,
            [one if isinstance(one, str) else f"<{one.name}>" for one in route.actions],
            route.with_,
            route.priority,
            route.continue_on_error,
        )
        for route in routes
    ]
    assert got == [
        ("counter.increment", ["increment"], None, 0, False),
        ("counter.both", ["increment", "increment"], None, 0, False),
        ("counter.named", ["rename"], {"name": "${{ signal.data.who }}"}, 10, False),
        ("counter.reset", ["<counter.reset>"], None, -5, True),
        ("counter.many", ["increment"], None, 0, False),
        ("counter.many", ["<counter.many>"], None, 0, False),
        ("counter.many", ["<counter.many#2>"], None, 0, False),
        ("audit.**", ["look_up"], None, 0, False),
        ("x-ray.taken", ["increment"], None, 0, False),
    ]
    inline = routes[3].actions[0]
    assert not isinstance(inline, str)
    assert inline.declaration == {"set": {"count": 0}}


def test_an_action_in_place_never_takes_the_name_of_another() -> None:
    text = (
        "jido: v1\nname: m\nactions: {go: {set: {n: 1}}}\n"
        "agents: {a: {state: {n: 0}, routes: {go: {set: {n: 2}}}}}\n"
        "supervisor: {children: [{agent: a}]}\n"
    )
    action = load_text(text, "t.yaml").require().agents["a"].routes[0].actions[0]
    assert not isinstance(action, str)
    assert action.name == "go#2"


def test_schedules_are_read(topology: Topology) -> None:
    tick, report = topology.agents["counter"].schedules
    assert (tick.name, tick.every_ms, tick.cron, tick.signal_type, tick.data) == (
        "tick",
        30_000,
        None,
        "counter.increment",
        None,
    )
    assert (report.cron, report.timezone, report.signal_type, report.data) == (
        "0 7 * * *",
        "Europe/Berlin",
        "counter.named",
        {"who": "me"},
    )
    assert report.pos == Pos(57, 7, 57, 13)


def test_the_policies_of_an_agent_are_read(topology: Topology) -> None:
    counter = topology.agents["counter"]
    assert counter.on_error == OnErrorDecl("max_errors", max_errors=5, within_ms=60_000)
    assert counter.mailbox == MailboxDecl(100, "block", 1000)
    assert counter.subscribe == ("counter.*", "audit.**")
    assert counter.on_unrouted == "ignore"
    assert topology.agents["worker"].on_error == OnErrorDecl("emit", emit="work.failed")
    assert topology.agents["worker"].subscribe == "routes"


def test_a_child_overrides_its_agent(topology: Topology) -> None:
    first = topology.root.children[0]
    assert first == AgentChild(
        id="first",
        agent="counter",
        pos=first.pos,
        mailbox=MailboxDecl(7, "block", 1000),
        on_error=OnErrorDecl("stop"),
        subscribe="none",
        state={"count": 5},
        restart="transient",
        shutdown=250,
        significant=True,
        backoff=BackoffDecl(10, 1000, 1.5, 0.1, 60_000, 7),
        start_timeout_ms=3000,
        readiness="ignore",
    )


def test_a_child_without_more_has_the_defaults_of_otp(topology: Topology) -> None:
    second = topology.root.children[1]
    counter = topology.agents["counter"]
    assert second == AgentChild(
        id="counter",
        agent="counter",
        pos=second.pos,
        mailbox=counter.mailbox,
        on_error=counter.on_error,
        subscribe=counter.subscribe,
    )
    assert isinstance(second, AgentChild)
    assert (second.restart, second.shutdown, second.significant) == ("permanent", 5000, False)


def test_supervisors_are_read(topology: Topology) -> None:
    root = topology.root
    assert (root.id, root.strategy, root.max_restarts, root.max_seconds, root.auto_shutdown) == (
        "root",
        "rest_for_one",
        10,
        2.5,
        "any_significant",
    )
    pool, inner = root.children[2:]
    assert isinstance(pool, SupervisorDecl)
    assert isinstance(inner, SupervisorDecl)
    assert (pool.strategy, pool.max_children, pool.shutdown) == ("dynamic", 3, "brutal_kill")
    assert pool.template is not None
    assert (pool.template.id, pool.template.restart, pool.template.shutdown) == (
        "worker",
        "temporary",
        "infinity",
    )
    assert (inner.strategy, inner.max_restarts, inner.max_seconds) == ("one_for_one", 3, 5)
    assert (inner.shutdown, inner.restart) == ("infinity", "temporary")


def test_children_know_where_they_stand(topology: Topology) -> None:
    first = topology.root.children[0]
    assert (first.pos.line, first.pos.column) == (77, 7)


def test_models_of_the_same_content_are_equal_wherever_it_stands() -> None:
    one = load_text(MINIMAL, "t.yaml").require()
    two = load_text("\n# moved\n" + MINIMAL, "t.yaml").require()
    assert one == two
    assert one.root.pos != two.root.pos


# -- files that cannot be read ------------------------------------------------------------------


def reason(path: Path) -> list[str]:
    return [str(each).removeprefix(str(path)) for each in load(path).diagnostics]


def test_a_missing_file_is_a_finding(tmp_path: Path) -> None:
    assert reason(tmp_path / "no.yaml") == [
        ":1:1: error: the file cannot be read: there is no such file [JD115 unreadable-file]"
    ]


def test_a_folder_is_a_finding(tmp_path: Path) -> None:
    assert "it is a folder" in reason(tmp_path)[0]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert "it is no file" in reason(tmp_path / "pipe.yaml")[0]


def test_a_device_is_not_read() -> None:
    assert "it is no file" in reason(Path("/dev/zero"))[0]
    if Path("/proc/self/mem").exists():
        assert "reading it failed" in reason(Path("/proc/self/mem"))[0]


def test_more_than_4_mib_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "big.yaml"
    file.write_bytes(b"#" * (4 * 1024 * 1024 + 1))
    assert "larger than 4 MiB" in reason(file)[0]


def test_four_mib_are_read(tmp_path: Path) -> None:
    file = tmp_path / "big.yaml"
    file.write_bytes(MINIMAL.encode() + b"#" * (4 * 1024 * 1024 - len(MINIMAL)))
    assert reason(file) == []


@pytest.mark.parametrize(
    ("content", "want"),
    [
        (b"jido: v1\nname: \xff\xfe\n", "line 2 is not UTF-8"),
        ("jido: v1\n".encode("utf-16"), "it is UTF-16; a topology is UTF-8"),
    ],
)
def test_other_encodings_are_a_finding(tmp_path: Path, content: bytes, want: str) -> None:
    file = tmp_path / "t.yaml"
    file.write_bytes(content)
    assert want in reason(file)[0]


def test_require_raises_with_the_findings() -> None:
    result = load_text("jido: v1\nname: m\n", "t.yaml")
    with pytest.raises(TopologyError, match="has 1 error") as caught:
        result.require()
    assert caught.value.diagnostics == result.diagnostics


# -- the project --------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["pyproject.toml", ".git"])
def test_the_project_begins_at_the_nearest_mark(tmp_path: Path, mark: str) -> None:
    inner = tmp_path / "project" / "topologies"
    inner.mkdir(parents=True)
    (tmp_path / "project" / mark).touch()
    assert project_root(inner / "t.yaml") == tmp_path / "project"


def test_home_and_the_temporary_folder_are_no_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    for folder in (home, temporary):
        (folder / "below").mkdir(parents=True)
        (folder / ".git").mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TMPDIR", str(temporary))
    (tmp_path / ".git").mkdir()
    assert project_root(home / "below" / "t.yaml") == tmp_path
    (tmp_path / ".git").rmdir()
    assert project_root(temporary / "below" / "t.yaml") == temporary / "below"


# -- what loading leaves alone ------------------------------------------------------------------

CANARY = """
import pathlib
pathlib.Path(__file__).with_name("touched").touch()
"""


@pytest.mark.slow
def test_nothing_of_the_users_is_imported_and_nothing_heavy_of_ours(tmp_path: Path) -> None:
    for name in ("shop.py", "json.py", "conftest.py", "sitecustomize.py", "yaml.py"):
        (tmp_path / name).write_text(CANARY)
    (tmp_path / "t.yaml").write_text(
        "jido: v1\nname: m\nagents: {a: {routes: {x: {run: 'shop:go'}}}}\n"
        "supervisor: {children: [{agent: a}]}\n"
    )
    (tmp_path / "broken.yaml").write_text("jido: v1\nnmae: m\n")
    code = (
        "import sys\n"
        "from jido_cli.topology.load import load\n"
        "load('t.yaml').require(); load('broken.yaml')\n"
        "heavy = {'jsonschema', 'asyncio', 'uvicorn', 'httpx', 'typer', 'tempfile', 'shop'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
    assert not (tmp_path / "touched").exists()


# -- a file full of mistakes --------------------------------------------------------------------


def test_ten_thousand_findings_are_enough() -> None:
    text = "jido: v1\nname: m\nsupervisor: {}\n" + "".join(f"key{i}: 1\n" for i in range(11_000))
    found = load_text(text, "t.yaml").diagnostics
    assert len(found) == 10_001
    assert found[-1].message == "more than 10,000 findings: the rest is not looked for"


def test_hints_end_before_a_file_full_of_mistakes_takes_long() -> None:
    children = "".join(f"    - {{id: c{i}, agent: workr}}\n" for i in range(5000))
    agents = "agents:\n" + "".join(f"  worker{i}: {{}}\n" for i in range(100))
    text = f"jido: v1\nname: m\n{agents}supervisor:\n  children:\n{children}"
    found = load_text(text, "t.yaml").diagnostics
    assert len(found) == 5000
    assert sum(each.hint is not None for each in found) < 250


# -- lines that patterns could stumble over: found by the timeout of the test run, if at all -------

LONG = " " * 1_000_000


@pytest.mark.parametrize(
    "line",
    [
        f"a: b{LONG}c: d",
        f"a: 'b'{LONG}c: d",
        "a: " + "'b' " * 250_000 + ": d",
        "a: [" + "]" * 500_000 + " x: 1",
        f"a: [1] {LONG}] x: 1",
        f"labels: {{a: '{{{{a{LONG}'}}",
        f"a: !x && {LONG} : 1",
        f"a: ${{{{ {LONG} : 1",
        f"observe: {{stall: '{'9' * 500_000}{LONG}x'}}",
        f"description: '{'${{ 1 }}' * 50_000}'",
    ],
    ids=lambda line: line[:12].strip(),
)
def test_no_line_is_too_long_to_be_judged(line: str) -> None:
    result = load_text(f"{MINIMAL}{line}\n", "t.yaml")
    assert (result.topology is None) == bool(result.diagnostics)


def test_no_name_is_too_long_to_be_judged() -> None:
    found = load_text(MINIMAL.replace("name: m", f"name: {'x-' * 500_000}"), "t.yaml").diagnostics
    assert [each.code for each in found] == ["JD112"]


LONG_NAME = "x" * 1_000_000
LONG_PATH = "a." * 100_000 + "b"


@pytest.mark.parametrize(
    "text",
    [
        f"{MINIMAL}? {LONG_NAME}\n: 1\n",
        MINIMAL.replace("[{agent: a}]", f"[{{agent: {LONG_NAME}}}]"),
        MINIMAL.replace("a: {}", f"a: {{routes: {{? {LONG_NAME} : {{set: {{n: 1}}}}}}}}"),
        MINIMAL.replace("a: {}", f"a: {{routes: {{? '{LONG_PATH}' : {{set: {{n: 1}}}}}}}}"),
        f"{MINIMAL}actions: {{z: {{set: {{? {LONG_PATH} : 1}}}}}}\n",
        f"{MINIMAL}actions: {{z: {{delete: [{LONG_PATH}]}}}}\n",
        f"{MINIMAL}description: '${{{{ {LONG_NAME} }}}}'\n",
        f"{MINIMAL}labels: {{a: [{LONG_NAME}]}}\n",
    ],
    ids=["key", "agent", "pattern", "parts", "path", "deleted", "expression", "value"],
)
def test_no_word_is_too_long_to_be_judged_or_shown(text: str) -> None:
    found = load_text(text, "t.yaml").diagnostics
    assert len(found) == 1
    assert len(str(found[0])) < 1500
