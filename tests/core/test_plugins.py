"""Plugins: what a manifest brings into an agent, and how mounting fails."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from jido_cli.core.action import ActionError, action
from jido_cli.core.agent import Agent, Route, as_action
from jido_cli.core.cmd import cmd
from jido_cli.core.command import resume
from jido_cli.core.directives import Emit
from jido_cli.core.outcomes import Returned, Suspended
from jido_cli.core.plugins.contract import Plugin, PluginRoute, PluginSchedule
from jido_cli.core.plugins.mounting import Mounted, PluginError, check_together, mount, with_slices
from jido_cli.core.state_ops import DeleteKeys, ReplaceState, SetPath, SetState
from tests.core.plugin_agents import agent, begin, failure, handle


@action
def add(state, text: str):
    """Put a note in front."""
    return {"entries": [text, *state["entries"]]}


@action
def clear(state):
    """Forget all notes."""
    return {"entries": []}, [Emit("notes.cleared", {"count": len(state["entries"])})]


class Notes(Plugin):
    name = "notes"
    description = "Keeps notes."
    state_schema = {"entries": [], "label": ""}
    config_schema = {"label": "demo"}
    actions = (add, clear)
    signal_routes = {"add": add, "clear": clear}
    schedules = {"tidy": PluginSchedule("clear", every_s=60)}

    def mount(self, state):
        return {"label": self.config["label"]}


# -- the manifest


def test_a_plugin_brings_its_slice_with_defaults_and_what_mount_puts_there():
    assert agent(Notes).state == {"status": "ready", "notes": {"entries": [], "label": "demo"}}


def test_mount_sees_what_plugins_before_it_have_put_there():
    class Second(Plugin):
        name = "second"
        state_schema = {"seen": ""}

        def mount(self, state):
            return {"seen": state["notes"]["label"]}

    assert agent(Notes, Second).state["second"] == {"seen": "demo"}
    assert agent(Second, Notes).state["second"] == {"seen": ""}


def test_what_an_agent_is_given_is_there_before_mount():
    class Late(Plugin):
        name = "late"
        state_schema = {"status": ""}

        def mount(self, state):
            return {"status": state["status"]}

    assert agent(Late, given={"status": "given"}).state["late"] == {"status": "given"}


def test_configuration_is_checked_and_has_defaults():
    assert agent(mount(Notes, {"label": "mine"})).state["notes"]["label"] == "mine"
    with pytest.raises(PluginError, match="plugin 'notes': with: unknown key 'labl'") as raised:
        mount(Notes, {"labl": "x"})
    assert raised.value.hints == ("did you mean 'label'?",)


def test_routes_have_the_prefix_and_actions_change_their_slice_only():
    done = handle(agent(Notes), "notes.add", {"text": "hello"})
    assert done.agent.state == {
        "status": "ready",
        "notes": {"entries": ["hello"], "label": "demo"},
    }
    assert done.output == {"entries": ["hello"]}
    done = handle(done.agent, "notes.clear")
    assert done.agent.state["notes"]["entries"] == []
    assert list(done.directives) == [Emit("notes.cleared", {"count": 1})]


def test_an_alias_makes_a_second_one_with_a_slice_and_routes_of_its_own():
    desk = agent(Notes, mount(Notes, {"label": "two"}, alias="work"))
    after = handle(desk, "work.notes.add", {"text": "x"}).agent.state
    assert after["notes_work"] == {"entries": ["x"], "label": "two"}
    assert after["notes"] == {"entries": [], "label": "demo"}


def test_actions_are_known_by_the_name_of_their_slice():
    desk, _ = cmd(agent(Notes), ("notes.add", {"text": "x"}))
    assert desk.state["notes"]["entries"] == ["x"]


def test_state_operations_of_a_plugin_edit_its_slice():
    @action
    def edit(state):
        return None, [SetPath(("label",), "edited"), DeleteKeys(["gone"])]

    class Editing(Notes):
        signal_routes = {"edit": edit}

    desk = handle(agent(Editing), "notes.edit").agent
    assert desk.state["notes"] == {"entries": [], "label": "edited"}


def test_a_slice_that_would_not_be_valid_fails_the_command():
    @action
    def spoil():
        return {"entries": "none"}

    class Spoiling(Notes):
        signal_routes = {"spoil": spoil}

    desk = agent(Spoiling)
    done = handle(desk, "notes.spoil")
    assert failure(done)[0] == "invalid_state"
    assert done.agent is desk


def test_an_effectful_action_of_a_plugin_sees_and_changes_its_slice():
    @action
    async def fetch(state):
        return {"label": state["label"] + "!"}

    class Fetching(Notes):
        signal_routes = {"fetch": fetch}

    suspended = begin(agent(Fetching), "notes.fetch")
    assert isinstance(suspended, Suspended)
    call = suspended.call
    value = asyncio.run(call.action.run(call.state, call.params, call.ctx))  # type: ignore[arg-type]
    done = resume(suspended.command, Returned(value))
    assert done.agent.state["notes"]["label"] == "demo!"


def test_a_result_that_is_none_is_told_as_for_every_action():
    @action
    def wrong():
        return 5

    class Wrong(Notes):
        signal_routes = {"wrong": wrong}

    assert failure(handle(agent(Wrong), "notes.wrong"))[0] == "invalid_result"


def test_several_actions_and_a_priority_make_a_route():
    class Both(Notes):
        signal_routes = {"both": PluginRoute([clear, add], priority=5)}

    mounted = mount(Both)
    assert [(one.pattern, one.priority) for one in mounted.routes()] == [("notes.both", 5)]
    done = handle(agent(mounted), "notes.both", {"text": "only"})
    assert done.agent.state["notes"]["entries"] == ["only"]


def test_schedules_have_the_prefix_too():
    assert mount(Notes, alias="work").schedules() == {
        "notes_work.tidy": PluginSchedule("work.notes.clear", every_s=60)
    }


def test_agents_with_the_same_state_share_it_whatever_plugins_they_have():
    desk = agent(Notes)
    assert Agent.new(desk.definition, "d2").state is desk.state


# -- what is refused


def bad(**members: object) -> type[Plugin]:
    return type("Bad", (Notes,), members)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (bad(name="no name"), "name 'no name' is not letters, digits and _"),
        (bad(name=""), "name '' is not letters"),
        (bad(state_schema={"x": {"type": "nonsense"}}), "plugin 'notes': state_schema: "),
        (bad(actions=(len,)), "is not an action"),
        (bad(signal_routes={"x": len}), "is not an action"),
        (bad(__init__=lambda _self, _config: 1 / 0), "cannot be made: ZeroDivisionError"),
        (dict, "is not a plugin"),
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(kind, said):
    with pytest.raises(PluginError, match=said):
        mount(kind)


def test_a_plugin_that_raises_in_mount_fails_the_start():
    def explode(_self, _state):
        raise ValueError("no room")

    with pytest.raises(PluginError, match="plugin 'notes' failed in mount: ValueError: no room"):
        agent(bad(mount=explode))


def test_a_mount_that_returns_no_mapping_fails_the_start():
    with pytest.raises(PluginError, match="mount returned 5, not a mapping"):
        agent(bad(mount=lambda _self, _state: 5))


def test_two_plugins_cannot_keep_their_state_in_one_place():
    with pytest.raises(PluginError, match="two plugins keep their state under 'notes'"):
        agent(Notes, Notes)


def test_a_plugin_cannot_keep_its_state_where_the_agent_has_some():
    with pytest.raises(PluginError, match="the state has a member 'notes'"):
        agent(Notes, state={"notes": ""})


def test_a_singleton_takes_no_alias_and_is_there_once():
    single = bad(singleton=True)
    with pytest.raises(PluginError, match="can be there once only: it takes no alias"):
        mount(single, alias="work")
    with pytest.raises(PluginError, match="plugin 'notes' can be there once only"):
        check_together([mount(single), mount(single, key="other")])


def test_all_that_is_missing_is_told_at_once():
    needy = bad(
        requires=[("plugin", "thread"), ("config", "token"), ("config", "label"), ("module", "m")]
    )
    with pytest.raises(PluginError) as raised:
        check_together([mount(needy)], has_module=lambda name: name != "m")
    assert raised.value.message == (
        "a plugin lacks what it requires: 'notes' requires plugin 'thread'; "
        "'notes' requires config 'token'; 'notes' requires module 'm'"
    )


def test_a_requirement_is_met_by_a_plugins_name_whatever_its_slice_is_called():
    needy = type("Needy", (Plugin,), {"name": "needy", "requires": [("plugin", "notes")]})
    check_together([mount(needy), mount(Notes, key="elsewhere")])


def test_an_unknown_kind_of_requirement_is_refused():
    with pytest.raises(PluginError, match="requires 'planet', which is not"):
        check_together([mount(bad(requires=[("planet", "mars")]))])


def test_a_state_that_may_be_any_mapping_gets_slices_too():
    mounted: Mounted = mount(Notes)
    assert mounted.slice_schema is not None
    schema = with_slices(None, {"notes": mounted.slice_schema})
    slice_schema = {**mounted.slice_schema, "x-slice": "notes"}
    assert schema == {"type": "object", "properties": {"notes": slice_schema}}


# -- what a plugin keeps is its own


@pytest.mark.parametrize(
    "result",
    [
        {"notes": {"label": "mine"}},
        ({}, [SetPath(["notes", "label"], "mine")]),
        ({}, [SetState({"notes": {"entries": ["x"]}})]),
        ({}, [ReplaceState({"status": "new", "notes": {"entries": ["x"], "label": ""}})]),
    ],
)
def test_another_action_that_changes_a_slice_fails_and_changes_nothing(result):
    @action
    def meddle(state):
        return result

    desk = agent(Notes, routes=[Route("meddle", ((as_action(meddle), None),))])
    done = handle(desk, "meddle")
    assert failure(done) == (
        "invalid_state",
        "meddle would change state.notes, which is the plugin's: send it signals",
    )
    assert done.agent is desk


def test_who_replaces_or_repeats_the_state_leaves_the_slices_as_they_are():
    @action
    def anew(state):
        return {}, [ReplaceState({"status": "new"})]

    @action
    def same(state):
        return {**state, "status": "same"}

    @action
    def forget(state):
        return {}, [DeleteKeys(["notes"])]

    routes = [Route(one.__name__, ((as_action(one), None),)) for one in (anew, same, forget)]
    desk = handle(agent(Notes, routes=routes), "notes.add", {"text": "x"}).agent
    for name, status in (("anew", "new"), ("same", "same"), ("forget", "ready")):
        done = handle(desk, name)
        assert done.error is None
        assert done.agent.state == {"status": status, "notes": {"entries": ["x"], "label": "demo"}}


def test_what_a_handler_of_errors_does_to_a_slice_is_told_with_the_failure():
    @action
    def refused(state):
        raise ActionError("no", code="no")

    handler = msgspec.structs.replace(
        as_action(refused), on_error=lambda *_: {"notes": {"label": "mine"}}
    )
    desk = agent(Notes, routes=[Route("try", ((handler, None),))])
    done = handle(desk, "try")
    assert (done.agent is desk, failure(done)) == (True, ("no", "no"))
    assert "state.notes" in done.error.details["on_error"]
