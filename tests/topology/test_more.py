"""What a file says in `valid/more.yaml`, as the model holds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jido_cli.topology.load import LoadResult, load, load_text
from jido_cli.topology.model import (
    AgentChild,
    BackoffDecl,
    DedupeDecl,
    KeyedDecl,
    MailboxDecl,
    OnErrorDecl,
    SecretRef,
    SupervisorDecl,
    Topology,
)
from jido_cli.topology.positions import Pos
from jido_cli.topology.report import render
from jido_cli.topology.var_sources import VarSources

MORE = Path(__file__).parent / "valid" / "more.yaml"


@pytest.fixture(scope="module")
def result() -> LoadResult:
    result = load(MORE, values=VarSources(environ={"MORE_KEY": "x"}))
    assert render(result.diagnostics, result.texts) == ""
    return result


@pytest.fixture(scope="module")
def topology(result: LoadResult) -> Topology:
    return result.require()


def test_vars_have_their_values(topology: Topology) -> None:
    assert topology.vars == {
        "pause": "250ms",
        "copies": 3,
        "names": ["one", "two"],
        "level": "debug",
        "key": SecretRef("key", "environment", "MORE_KEY"),
        "step": 4,
    }
    assert list(topology.readable_vars) == ["pause", "copies", "names", "level", "step"]
    pause = topology.var_decls["pause"]
    assert (pause.description, pause.env, pause.has_default, pause.secret) == (
        "Between two.",
        "MORE_PAUSE",
        True,
        False,
    )
    assert pause.schema == {"type": "string", "pattern": "^[0-9]+ms$"}
    assert topology.file_of(topology.var_decls["step"].pos).name == "part.yaml"


def test_expressions_of_the_file_are_replaced_by_what_they_come_to(topology: Topology) -> None:
    got = (
        topology.description,
        topology.log_level,
        topology.stall_ms,
        topology.max_hops,
        topology.root.max_restarts,
        topology.actions["add"].timeout_ms,
        topology.actions["add"].declaration["params"],
        topology.actions["slow"].run,
        topology.actions["slow"].effect,
        topology.agents["counter"].subscribe,
        topology.agents["quiet"].mailbox.overflow,
    )
    assert got == (
        "3 copies of more.",
        "debug",
        250,
        30,
        3,
        250,
        {"by": 3},
        "more_app.work:slow",
        "thread",
        ("one", "two"),
        "drop_oldest",
    )


def test_expressions_that_agents_run_stay_as_they_are(topology: Topology) -> None:
    assert topology.actions["add"].declaration["set"] == {
        "count": "${{ state.count + params.by + vars.copies }}"
    }


def test_expressions_in_schemas_and_data_are_replaced(topology: Topology) -> None:
    counter = topology.agents["counter"]
    assert counter.state is not None
    assert counter.state["properties"] == {
        "count": {"type": "integer", "default": 3},
        "index": {"type": "integer", "default": 0},
        "names": {"type": "array", "default": ["one", "two"]},
    }
    [tick] = counter.schedules
    assert (tick.every_ms, tick.signal_type, tick.data) == (
        250,
        "counter.one",
        {"n": 3, "deep": ["more"]},
    )


def test_conditions_keep_their_text_and_place(topology: Topology) -> None:
    routes = topology.agents["counter"].routes
    got = [
        (route.when, route.when_pos, route.priority, route.continue_on_error) for route in routes
    ]
    assert got == [
        ("state.count < 10 && signal.data.by > 0", Pos(41, 36, 41, 76), 0, False),
        ("vars.copies > 1", Pos(42, 45, 42, 60), 3, True),
        (None, None, 0, False),
    ]
    [tick] = topology.agents["counter"].schedules
    assert (tick.when, tick.when_pos) == ("state.count > 0", Pos(46, 48, 46, 63))


def test_signals_are_catalogued(topology: Topology) -> None:
    changed = topology.signals["counter.changed"]
    assert (changed.description, changed.external) == ("The count is another one.", True)
    assert changed.data == {
        "type": "object",
        "properties": {"count": {"type": "integer"}, "by": {"type": "integer", "default": 1}},
        "required": ["count"],
        "additionalProperties": False,
    }
    assert topology.signals["work.failed"].data is None
    assert list(topology.signals) == ["counter.changed", "work.failed", "x-ray.taken", "part.done"]
    assert topology.agents["counter"].emits == ("counter.changed", "work.failed")


def test_failures_and_bugs_are_treated_apart(topology: Topology) -> None:
    counter = OnErrorDecl(
        "split",
        declared=OnErrorDecl("max_errors", max_errors=3, within_ms=60_000),
        bug=OnErrorDecl("emit", emit="work.failed"),
    )
    quiet = OnErrorDecl("split", declared=OnErrorDecl("log"), bug=OnErrorDecl("stop"))
    got = {name: agent.on_error for name, agent in topology.agents.items()}
    assert got == {"counter": counter, "quiet": quiet, "part_agent": OnErrorDecl("log")}


def test_defaults_are_filled_in(topology: Topology) -> None:
    ant, *_ = topology.root.children
    assert isinstance(ant, AgentChild)
    assert (ant.restart, ant.shutdown, ant.backoff) == (
        "transient",
        3000,
        BackoffDecl(initial_ms=50),
    )
    quiet = topology.root.children[3]
    assert isinstance(quiet, AgentChild)
    assert (quiet.restart, quiet.shutdown, quiet.backoff) == (
        "permanent",
        "infinity",
        BackoffDecl(initial_ms=50, max_ms=60_000),
    )
    team = topology.root.children[5]
    assert (team.restart, team.shutdown) == ("transient", "infinity")
    assert topology.actions["slow"].timeout_ms == 7000
    assert topology.agents["counter"].mailbox == MailboxDecl(500)
    assert topology.agents["quiet"].mailbox == MailboxDecl(500, "drop_oldest")


def test_the_defaults_of_a_part_are_its_own(topology: Topology) -> None:
    assert topology.actions["part_action"].timeout_ms == 2000
    assert topology.agents["part_agent"].mailbox == MailboxDecl(9)


def test_replicas_become_a_group_of_children(topology: Topology) -> None:
    ants = [child for child in topology.root.children if child.group == "ant"]
    assert all(isinstance(ant, AgentChild) for ant in ants)
    got = [(ant.id, ant.replica_index, ant.description) for ant in ants]
    assert got == [
        ("ant-1", 1, "Ant 1 of 3."),
        ("ant-2", 2, "Ant 2 of 3."),
        ("ant-3", 3, "Ant 3 of 3."),
    ]
    assert [ant.state for ant in ants if isinstance(ant, AgentChild)] == [
        {"index": 10},
        {"index": 20},
        {"index": 30},
    ]
    assert len({ant.pos for ant in ants}) == 1


def test_a_group_without_an_id_has_its_agents_name(topology: Topology) -> None:
    quiet = [child.id for child in topology.root.children if child.group == "quiet"]
    assert quiet == ["quiet-1", "quiet-2"]


def test_supervisors_can_have_replicas_and_tell_theirs_which_they_are(topology: Topology) -> None:
    teams = [child for child in topology.root.children if child.group == "team"]
    got = []
    for team in teams:
        assert isinstance(team, SupervisorDecl)
        members = [child for child in team.children if isinstance(child, AgentChild)]
        got.append((team.id, [(member.id, member.state) for member in members]))
    assert got == [
        ("team-1", [("member-1", {"count": 1})]),
        ("team-2", [("member-1", {"count": 1}), ("member-2", {"count": 2})]),
    ]


def test_other_children_belong_to_no_group(topology: Topology) -> None:
    two, pool, keyed = topology.root.children[-3:]
    assert (two.id, two.group, two.replica_index) == ("two", None, None)
    assert isinstance(pool, SupervisorDecl)
    assert pool.max_children == 3
    assert pool.template is not None
    assert pool.template.group is None
    assert isinstance(keyed, SupervisorDecl)
    assert keyed.keyed == KeyedDecl("signal.data.key", "hibernate_oldest", "start")
    assert topology.agents["quiet"].dedupe == DedupeDecl("signal.subject", 2 * 86_400_000, 30)


def test_the_document_is_what_the_model_was_made_of(result: LoadResult) -> None:
    assert result.document is not None
    assert result.places is not None
    supervisor = result.document["supervisor"]
    assert isinstance(supervisor, dict)
    assert [child["id"] for child in supervisor["children"][:3]] == ["ant-1", "ant-2", "ant-3"]
    assert result.places.value(("supervisor", "children", 2, "replicas")) == Pos(58, 17, 58, 35)
    part = result.places.key(("agents", "part_agent"))
    assert result.file_of(part) == str(MORE.parent / "parts" / "part.yaml")
    assert set(result.texts) == {str(MORE), str(MORE.parent / "parts" / "part.yaml")}


def test_a_document_with_mistakes_is_still_there() -> None:
    result = load_text("jido: v1\nname: m\nagnets: {a: {stat: {n: 1}}}\nsupervisor: {}\n", "t.yaml")
    assert result.topology is None
    assert result.document == {
        "jido": "v1",
        "name": "m",
        "agents": {"a": {"state": {"n": 1}}},
        "supervisor": {},
    }


def test_a_hundred_thousand_members_are_made_once(tmp_path: Path) -> None:
    text = (
        "jido: v1\nname: m\nagents: {a: {state: {n: 0}}}\n"
        "supervisor: {children: [{agent: a, replicas: 60000}]}\n"
    )
    children = load_text(text, "t.yaml").require().root.children
    assert len(children) == 60_000
    assert children[59_999].id == "a-60000"
