"""From a topology file to what the engine starts, and that it runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jido_cli.errors import StartError
from jido_cli.runtime.build import Built, build
from jido_cli.runtime.supervising.starts import (
    AgentStart,
    ErrorPolicy,
    MailboxPolicy,
    Origin,
    Schedule,
    SupervisorStart,
)
from jido_cli.supervision.specs import Backoff, ChildSpec, SupervisorFlags
from jido_cli.topology.load import load_text
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld

FILE = """\
jido: v1
name: shop
actions:
  add:
    params: {by: {type: integer, default: 1}}
    set: {count: "${{ state.count + params.by }}"}
  count_file:
    run: jt_build:count_file
    effect: thread
    timeout: 10s
    set: {count: "${{ state.count + result.n }}"}
agents:
  counter:
    description: Counts.
    state: {count: 0}
    routes:
      counter.add: add
      counter.twice: [add, add]
      counter.five: {do: add, with: {by: 5}, priority: 3}
      file.count: count_file
    mailbox: {max: 7, overflow: block, block_timeout: 2s}
    on_error: {max_errors: 3, within: 1m}
    on_unrouted: ignore
    subscribe: none
    schedules:
      beat: {every: 2s, signal: {type: counter.add, data: {by: 10}}}
      night: {cron: "0 3 * * *", timezone: Europe/Berlin, signal: counter.add}
supervisor:
  strategy: rest_for_one
  max_restarts: 4
  max_seconds: 9
  children:
    - agent: counter
      state: {count: 3}
      restart: transient
      shutdown: brutal_kill
      backoff: {initial: 1s, max: 4s, factor: 3}
      mailbox: {max: 2}
      readiness: ignore
    - id: pool
      strategy: dynamic
      max_children: 5
      template: {agent: counter}
"""

SOURCE = '''
from jido_cli import action

@action
def count_file(path: str):
    """Count."""
    return {"n": len(path)}
'''


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    path = list(sys.path)
    (tmp_path / "jt_build.py").write_text(SOURCE)
    yield tmp_path
    sys.path[:] = path
    for name in [name for name in sys.modules if name.startswith("jt_")]:
        del sys.modules[name]


def built(project: Path, text: str = FILE) -> Built:
    file = project / "shop.yaml"
    file.write_text(text)
    result = load_text(text, file)
    assert result.diagnostics == ()
    assert result.topology is not None
    return build(result.topology)


def test_the_tree_is_what_the_file_says(project: Path) -> None:
    root = built(project).root
    assert root.flags == SupervisorFlags("rest_for_one", 4, 9)
    counter, pool = root.specs
    assert (counter.id, counter.restart, counter.shutdown, counter.type) == (
        "counter",
        "transient",
        "brutal_kill",
        "worker",
    )
    assert counter.backoff == Backoff(1000, 4000, 3.0)
    assert isinstance(counter.start, AgentStart)
    assert (counter.start.state, counter.start.readiness_ignored) == ({"count": 3}, True)
    assert counter.start.origin == Origin(str(project / "shop.yaml"), 33, 7)
    assert isinstance(pool.start, SupervisorStart)
    assert (pool.type, pool.start.flags.strategy, pool.start.flags.max_children) == (
        "supervisor",
        "dynamic",
        5,
    )


def test_the_program_of_an_agent_is_what_the_file_says(project: Path) -> None:
    program = built(project).programs["counter"]
    assert program.mailbox == MailboxPolicy(7, "block", 2.0)
    assert program.on_error == ErrorPolicy("max_errors", 3, 60.0)
    assert (program.on_unrouted, program.subscribe) == ("ignore", "none")
    assert program.schedules == (
        Schedule("beat", "counter.add", {"by": 10}, every_s=2.0),
        Schedule("night", "counter.add", None, cron="0 3 * * *", timezone="Europe/Berlin"),
    )
    definition = program.definition
    assert (definition.name, definition.description) == ("counter", "Counts.")
    assert [(one.pattern, one.priority) for one in definition.routes] == [
        ("counter.add", 0),
        ("counter.twice", 0),
        ("counter.five", 3),
        ("file.count", 0),
    ]
    assert definition.actions["count_file"].kind == "thread"
    assert definition.actions["count_file"].timeout_s == 10.0


def test_a_child_with_overrides_runs_a_program_of_its_own_of_the_same_definition(
    project: Path,
) -> None:
    made = built(project)
    counter, pool = made.root.specs
    template = pool.start.specs[0]
    assert counter.start.program is not made.programs["counter"]
    assert counter.start.program.mailbox.max == 2
    assert counter.start.program.definition is made.programs["counter"].definition
    assert template.start.program is made.programs["counter"]


def test_what_was_built_runs(project: Path, boot: MakeWorld) -> None:
    made = built(project)
    world: World = boot(made.root, programs=made.programs)
    assert world.order("call", to="counter", type="counter.add", data={"by": 2})["state"] == {
        "count": 5
    }
    world.tell("counter", "counter.twice")
    world.tell("counter", "counter.five")
    assert world.state("counter") == {"count": 12}
    world.advance(2.5)
    assert world.state("counter") == {"count": 22}
    asked = world.call("counter", "file.count", {"path": "abc"}, timeout_s=20.0)
    with world.loop.hold():
        assert world.loop.run_until_complete(asked).state == {"count": 25}
    assert world.order("start_child", supervisor="pool")["path"] == "root/pool/counter-1"


LIMITED = """\
jido: v1
name: limited
actions:
  own: {run: "jt_build:count_file"}
  given: {run: "jt_build:count_file", timeout: 2s}
  written: {set: {n: 1}}
agents:
  a: {state: {n: 0}, routes: {own: own, given: given, written: written}}
supervisor: {children: [{agent: a}]}
"""


def test_the_time_limit_of_a_function_holds_where_the_file_gives_none(project: Path) -> None:
    (project / "jt_build.py").write_text(SOURCE.replace("@action", "@action(timeout_s=5)"))
    actions = built(project, LIMITED).programs["a"].definition.actions
    assert {name: one.timeout_s for name, one in actions.items()} == {
        "own": 5,
        "given": 2.0,
        "written": 30.0,
    }


SPLIT = """\
jido: v1
name: split
actions:
  low: {require: "1 > 2", message: too low}
  bug: {run: "jt_build:count_file"}
agents:
  a:
    routes: {low: low, bug: {do: bug, with: {path: x}}}
    on_error: {declared: log, bug: stop}
supervisor: {children: [{agent: a}]}
"""


def test_an_error_policy_may_treat_bugs_apart(project: Path, boot: MakeWorld) -> None:
    (project / "jt_build.py").write_text(SOURCE.replace("len(path)", "path.nothing"))
    made = built(project, SPLIT)
    program = made.programs["a"]
    assert program.on_error == ErrorPolicy(
        "split", declared=ErrorPolicy("log"), bug=ErrorPolicy("stop")
    )
    world: World = boot(made.root)
    world.tell("a", "low")
    assert world.place("a").restarts == 0
    world.tell("a", "bug")
    assert world.place("a").restarts == 1


def test_a_function_that_is_not_there_fails_before_anything_starts(project: Path) -> None:
    with pytest.raises(StartError) as told:
        built(project, FILE.replace("jt_build:count_file", "jt_build:counted"))
    assert told.value.code == "no-function"
    assert told.value.where == f"{project / 'shop.yaml'}:7:3, action count_file"


REPLICAS = """\
jido: v1
name: replicas
actions:
  take: {set: {n: "${{ state.n + 1 }}"}}
  give: {emit: {type: job}}
agents:
  worker: {state: {n: 0}, routes: {job: take}}
  boss: {routes: {go: give}}
supervisor:
  children:
    - agent: boss
    - {id: w, agent: worker, replicas: 3}
"""


def test_replicas_are_one_subscriber(project: Path, boot: MakeWorld) -> None:
    made = built(project, REPLICAS)
    assert all(isinstance(spec, ChildSpec) for spec in made.root.specs)
    world: World = boot(made.root)
    for _ in range(6):
        world.tell("boss", "go")
    workers = [path for path in world.paths() if path not in ("root", "root/boss")]
    assert [world.state(path) for path in workers] == [{"n": 2}] * 3
    world.tell(workers[0], "job")
    assert world.state(workers[0]) == {"n": 3}
