"""Mounted topologies at work: names, buses and spawned agents of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from jido_cli.errors import StartError
from jido_cli.runtime.build import build
from jido_cli.topology.load import load
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld

INNER = """\
jido: v1
name: inner
vars: {step: {type: integer}}
agents:
  desk:
    state: {n: 0}
    routes:
      go: {set: {n: "${{ state.n + vars.step }}"}}
      tell: {emit: {type: told, to: {agent: desk}}}
      told: {set: {n: 100}}
      say: {emit: {type: said}}
      said.outside: {set: {n: 7}}
      hire: {directives: [{spawn_agent: {agent: helper, tag: h}}]}
  helper: {state: {who: inner}}
supervisor: {children: [{agent: desk}]}
"""
OUTER = """\
jido: v1
name: outer
agents:
  desk:
    state: {n: 0}
    routes:
      told: {set: {n: 1}}
      said: {set: {n: 2}}
      say: {emit: {type: said.outside}}
      hire: {directives: [{spawn_agent: {agent: helper, tag: h}}]}
  helper: {state: {who: outer}}
supervisor:
  children:
    - agent: desk
    - {id: a, topology: {file: inner.yaml, vars: {step: 2}}}
    - {id: b, topology: {file: inner.yaml, vars: {step: 5}, bus: own, bridge: {out: [said]}}}
    - {id: c, topology: {file: inner.yaml, vars: {step: 5}, bus: own}}
"""

ASKS = """\
  asker: {routes: {ask: {run: "jt_caller:ask", set: {asked: true}}}}
  helper:"""
CALLER = """\
from jido_cli import action


@action
async def ask(ctx, who: str):
    await ctx.call(who, "told")
"""


@pytest.fixture
def world(tmp_path: Path, boot: MakeWorld) -> World:
    (tmp_path / ".git").mkdir()
    (tmp_path / "inner.yaml").write_text(INNER, encoding="utf-8")
    (tmp_path / "outer.yaml").write_text(OUTER, encoding="utf-8")
    built = build(load(tmp_path / "outer.yaml").require())
    return boot(built.root, programs=built.programs)


def counts(world: World) -> list[object]:
    return [world.state(f"{each}/desk")["n"] for each in ("root", "a", "b", "c")]


def tell(world: World, ident: str, signal_type: str) -> None:
    assert world.ask(ident, signal_type).ok
    world.settle()


def test_each_mount_runs_with_the_vars_it_was_given(world: World):
    tell(world, "a/desk", "go")
    tell(world, "b/desk", "go")
    assert counts(world) == [0, 2, 5, 0]


def test_a_name_is_looked_for_in_the_mounted_topology_alone(world: World):
    tell(world, "a/desk", "tell")
    assert counts(world) == [0, 100, 0, 0]


def test_an_action_of_a_mount_calls_its_own_first_and_others_by_more_of_the_path(
    tmp_path: Path, boot: MakeWorld, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / ".git").mkdir()
    (tmp_path / "jt_caller.py").write_text(CALLER, encoding="utf-8")
    inner = INNER.replace("  helper:", ASKS).replace(
        "[{agent: desk}]", "[{agent: desk}, {agent: asker}]"
    )
    (tmp_path / "inner.yaml").write_text(inner, encoding="utf-8")
    (tmp_path / "outer.yaml").write_text(OUTER, encoding="utf-8")
    built = build(load(tmp_path / "outer.yaml").require())
    world = boot(built.root, programs=built.programs)
    assert world.ask("a/asker", "ask", {"who": "desk"}).ok
    assert counts(world) == [0, 100, 0, 0]
    assert world.ask("a/asker", "ask", {"who": "root/desk"}).ok
    assert counts(world) == [1, 100, 0, 0]


def test_a_shared_bus_is_heard_on_both_sides(world: World):
    tell(world, "a/desk", "say")
    tell(world, "root/desk", "say")
    assert counts(world) == [2, 7, 0, 0]


def test_of_a_bus_of_its_own_only_what_the_bridge_names_passes(world: World):
    tell(world, "c/desk", "say")
    assert counts(world) == [0, 0, 0, 0]
    tell(world, "b/desk", "say")
    assert counts(world) == [2, 0, 0, 0]


def test_an_agent_of_a_mount_spawns_what_its_own_file_declares(world: World):
    tell(world, "a/desk", "hire")
    tell(world, "root/desk", "hire")
    assert world.state("a/desk.children/h") == {"who": "inner"}
    assert world.state("root/desk.children/h") == {"who": "outer"}


def test_a_mount_that_restarts_is_heard_and_hears_as_before(world: World):
    world.place("root/b").process.kill()
    world.settle()
    assert world.place("b/desk").generation == 2
    tell(world, "b/desk", "say")
    assert counts(world) == [2, 0, 0, 0]


def test_two_modules_of_one_name_in_two_folders_are_an_error_that_names_both(tmp_path: Path):
    (tmp_path / ".git").mkdir()
    (tmp_path / "deep").mkdir()
    source = "from jido_cli import action\n\n\n@action\ndef go():\n    return {}\n"
    agent = 'agents: {w: {state: {}, routes: {go: {run: "jt_twice:go"}}}}'
    for folder in (tmp_path, tmp_path / "deep"):
        (folder / "jt_twice.py").write_text(source, encoding="utf-8")
    inner = f"jido: v1\nname: i\n{agent}\nsupervisor: {{children: [{{agent: w}}]}}\n"
    (tmp_path / "deep" / "inner.yaml").write_text(inner, encoding="utf-8")
    children = "[{agent: w}, {id: deep, topology: {file: deep/inner.yaml}}]"
    outer = f"jido: v1\nname: o\n{agent}\nsupervisor: {{children: {children}}}\n"
    (tmp_path / "outer.yaml").write_text(outer, encoding="utf-8")
    with pytest.raises(StartError) as told:
        build(load(tmp_path / "outer.yaml").require())
    assert (told.value.code, told.value.message) == (
        "module-clash",
        f"module 'jt_twice' is {tmp_path}/jt_twice.py, not {tmp_path}/deep/jt_twice.py",
    )
