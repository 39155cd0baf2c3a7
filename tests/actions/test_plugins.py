"""The built-in plugins: thread, memory and identity, as agents use them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.actions.plugins import PLUGINS, thread
from jido_cli.actions.plugins.identity import Identity, snapshot
from jido_cli.actions.plugins.memory import Memory
from jido_cli.actions.plugins.thread import Thread
from jido_cli.core.action import ActionError
from jido_cli.core.agent import Agent
from jido_cli.core.context import Context
from jido_cli.core.plugins.mounting import PluginError, mount
from jido_cli.core.plugins.shapes import BUILT_IN
from tests.core.plugin_agents import agent, failure, handle

NOW = "2001-09-09T01:46:40Z"


def test_the_names_are_those_that_files_know():
    assert set(PLUGINS) == set(BUILT_IN)
    for name, kind in PLUGINS.items():
        assert name == f"jido.plugin.{kind.name}"
        assert kind.state_schema is BUILT_IN[name].state
        assert kind.singleton


@pytest.mark.parametrize("kind", PLUGINS.values())
def test_each_is_there_once_and_under_its_own_name(kind):
    with pytest.raises(PluginError, match="once only"):
        mount(kind, alias="other")


# -- thread


def entries(desk: Agent) -> list[dict]:
    return [dict(one) for one in desk.state["thread"]["entries"]]


def test_a_thread_begins_empty():
    state = agent(mount(Thread, {"metadata": {"who": "me"}})).state["thread"]
    assert (state["rev"], list(state["entries"]), state["id"]) == (0, [], "")
    assert state["metadata"] == {"who": "me"}


def test_entries_are_numbered_and_the_revision_is_their_number():
    desk = agent(Thread)
    for n in range(3):
        desk = handle(desk, "thread.append", {"kind": "n", "payload": {"n": n}}).agent
    state = desk.state["thread"]
    assert [(one["seq"], one["kind"], one["payload"]) for one in entries(desk)] == [
        (0, "n", {"n": 0}),
        (1, "n", {"n": 1}),
        (2, "n", {"n": 2}),
    ]
    assert (state["rev"], state["stats"]) == (3, {"entry_count": 3})
    assert (state["created_at"], state["updated_at"]) == (NOW, NOW)
    assert state["id"].startswith("thread_")
    assert all(one["id"].startswith("entry_") for one in entries(desk))


def test_an_entry_has_a_kind_and_members_of_its_own_accord():
    [entry] = entries(handle(agent(Thread), "thread.append").agent)
    assert (entry["kind"], entry["payload"], entry["refs"]) == ("note", {}, {})


def test_an_addition_to_another_revision_is_refused_and_adds_nothing():
    desk = handle(agent(Thread), "thread.append", {"expect_rev": 0}).agent
    done = handle(desk, "thread.append", {"expect_rev": 0})
    assert failure(done) == ("rev_conflict", "the thread is at revision 1, not at 0")
    assert done.agent is desk


def test_several_entries_are_added_together_or_not_at_all():
    empty = agent(Thread).state["thread"]
    changes = thread.appended(empty, Context(), [{"kind": "a"}, {"kind": "b"}], expect_rev=0)
    assert [(one["seq"], one["kind"]) for one in changes["entries"]] == [(0, "a"), (1, "b")]
    assert changes["rev"] == 2
    with pytest.raises(ActionError, match="revision 0, not at 1"):
        thread.appended(empty, Context(), [{}, {}], expect_rev=1)


def test_a_thread_is_asked_by_number_stretch_and_kind_also_where_there_is_none():
    changes = thread.appended(
        agent(Thread).state["thread"], Context(), [{"kind": kind} for kind in "abca"]
    )
    assert [one["seq"] for one in thread.between(changes, 1, 2)] == [1, 2]
    assert [one["seq"] for one in thread.of_kind(changes, "a")] == [0, 3]
    assert thread.last(changes)["seq"] == 3
    assert thread.get_entry(changes, 2)["kind"] == "c"
    assert thread.get_entry(changes, 4) is None
    assert (thread.last(None), thread.of_kind(None, "a"), thread.get_entry(None, 0)) == (
        None,
        [],
        None,
    )


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=12))
def test_whatever_is_tried_entries_are_only_added_and_numbered_without_a_gap(tries):
    desk = agent(Thread)
    kept: list[dict] = []
    for expected, is_checked in tries:
        data = {"payload": {"n": len(kept)}} | ({"expect_rev": expected} if is_checked else {})
        done = handle(desk, "thread.append", data)
        is_added = not is_checked or expected == len(kept)
        assert (done.error is None) == is_added
        assert entries(done.agent)[: len(kept)] == kept
        desk, kept = done.agent, entries(done.agent)
        state = desk.state["thread"]
        assert state["rev"] == len(kept) == state["stats"]["entry_count"]
        assert [one["seq"] for one in kept] == list(range(len(kept)))


# -- memory


def spaces(desk: Agent) -> dict:
    return dict(desk.state["memory"]["spaces"])


def told(desk: Agent, what: str, **data: object) -> Agent:
    done = handle(desk, f"memory.{what}", data)
    assert done.error is None, done.error
    return done.agent


def test_a_memory_has_a_world_and_tasks():
    assert spaces(agent(Memory)) == {
        "world": {"rev": 0, "kind": "map", "data": {}},
        "tasks": {"rev": 0, "kind": "list", "items": []},
    }


def test_each_change_counts_up_its_space_and_the_whole():
    desk = told(agent(Memory), "put", space="world", key="a", value=[1])
    desk = told(desk, "put", space="world", key="b", value=None)
    desk = told(desk, "forget", space="world", key="a")
    desk = told(desk, "append", space="tasks", value="x")
    assert spaces(desk)["world"] == {"rev": 3, "kind": "map", "data": {"b": None}}
    assert spaces(desk)["tasks"] == {"rev": 1, "kind": "list", "items": ["x"]}
    assert desk.state["memory"]["rev"] == 4
    assert desk.state["memory"]["updated_at"] == NOW


def test_a_value_replaces_the_one_before_whole():
    desk = told(agent(Memory), "put", space="world", key="a", value={"x": 1})
    desk = told(desk, "put", space="world", key="a", value={"y": 2})
    assert spaces(desk)["world"]["data"] == {"a": {"y": 2}}


def test_a_space_is_made_once_and_never_written_over():
    desk = told(agent(Memory), "ensure_space", space="log", kind="list")
    desk = told(desk, "append", space="log", value=1)
    desk = told(desk, "ensure_space", space="log", kind="list")
    assert spaces(desk)["log"] == {"rev": 1, "kind": "list", "items": [1]}
    assert desk.state["memory"]["rev"] == 2


def test_a_space_can_be_deleted_and_one_that_is_not_there_is_no_error():
    desk = told(agent(Memory), "ensure_space", space="log")
    desk = told(desk, "delete_space", space="log")
    assert told(desk, "delete_space", space="log") == desk
    assert set(spaces(desk)) == {"world", "tasks"}


@pytest.mark.parametrize(
    ("what", "data", "code", "said"),
    [
        ("put", {"space": "none", "key": "a", "value": 1}, "no_space", "there is no space 'none'"),
        ("put", {"space": "tasks", "key": "a", "value": 1}, "wrong_kind", "is a list, not a map"),
        ("append", {"space": "world", "value": 1}, "wrong_kind", "is a map, not a list"),
        ("ensure_space", {"space": "tasks"}, "wrong_kind", "is a list, not a map"),
        ("delete_space", {"space": "world"}, "reserved_space", "is always there"),
    ],
)
def test_what_a_memory_cannot_do_fails_and_changes_nothing(what, data, code, said):
    desk = agent(Memory)
    done = handle(desk, f"memory.{what}", data)
    assert failure(done)[0] == code
    assert said in failure(done)[1]
    assert done.agent is desk


# -- identity


def test_an_identity_is_born_with_what_it_is_given():
    given_it = mount(Identity, {"age": 3, "origin": "lab"})
    assert snapshot(agent(given_it).state["identity"]) == {
        "age": 3,
        "generation": None,
        "origin": "lab",
    }


def test_years_and_days_add_up_and_no_day_is_lost():
    desk = agent(Identity)
    for data in ({"years": 1}, {"days": 200}, {"days": 200}):
        desk = handle(desk, "identity.evolve", data).agent
    assert desk.state["identity"]["profile"] == {
        "age": 2,
        "days": 35,
        "generation": None,
        "origin": None,
    }
    assert desk.state["identity"]["rev"] == 3


def test_time_does_not_go_back():
    assert failure(handle(agent(Identity), "identity.evolve", {"days": -1}))[0] == "invalid_time"


def test_a_description_changes_what_it_names():
    desk = handle(agent(Identity), "identity.describe", {"generation": 2}).agent
    assert snapshot(desk.state["identity"]) == {"age": None, "generation": 2, "origin": None}


def test_a_thread_with_a_bound_drops_the_oldest_entries_and_counts_them():
    desk = agent(mount(Thread, {"max_entries": 3}))
    for n in range(5):
        desk = handle(desk, "thread.append", {"payload": {"n": n}}).agent
    state = desk.state["thread"]
    assert [one["seq"] for one in entries(desk)] == [2, 3, 4]
    assert (state["rev"], state["stats"]) == (5, {"entry_count": 3, "dropped": 2})
    assert thread.get_entry(state, 1) is None
    assert thread.get_entry(state, 4)["payload"] == {"n": 4}
    assert failure(handle(desk, "thread.append", {"expect_rev": 4}))[0] == "rev_conflict"


@pytest.mark.parametrize("bound", [0, -1, "many", 1.5])
def test_a_bound_of_a_thread_is_a_number_of_entries(bound):
    with pytest.raises(PluginError, match="with: "):
        mount(Thread, {"max_entries": bound})
