"""Machines of states: which changes are allowed, which routes count, what follows the end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.core.action import Action, Outcome
from jido_cli.core.agent import Agent, AgentDefinition, Route
from jido_cli.core.cmd import cmd
from jido_cli.core.command import begin_signal
from jido_cli.core.context import Context
from jido_cli.core.directive_types import Directive
from jido_cli.core.directives import Emit, Error, Stop
from jido_cli.core.fsm import Fsm, OnTerminal, TransitionError
from jido_cli.core.outcomes import Done, Unrouted
from jido_cli.core.schema import compile_schema
from jido_cli.core.schema_short import expand_short_form
from jido_cli.core.signals import Signal
from jido_cli.core.snapshot import Snapshot
from jido_cli.core.values import freeze_mapping
from jido_cli.errors import UsageError

TABLE = {"ready": ["busy"], "busy": ["done", "error", "ready"], "error": ["ready"]}
STATE = {"status": "ready", "n": 0}
STOP, TELL = OnTerminal("stop"), OnTerminal("emit", "order.closed")


def machine(on_terminal: OnTerminal | None = None) -> Fsm:
    return Fsm.new("status", "ready", TABLE, terminal=["done"], on_terminal=on_terminal)


def to(state: str, *asked: Directive, **changes: object) -> Action:
    """Return an action that sets the state of the machine."""
    return Action(name=f"to-{state}", run=lambda *_: ({"status": state, **changes}, list(asked)))


def declared(state: str) -> Action:
    """Return one that gives the whole next state, as declared actions do."""
    return Action(
        name=f"set-{state}",
        run=lambda before, *_: Outcome(state=freeze_mapping({**before, "status": state})),
    )


def route(pattern: str, *actions: Action, states: tuple[str, ...] = (), **options) -> Route:
    return Route(
        pattern, tuple((one, None) for one in actions), states=frozenset(states), **options
    )


def agent(*routes: Route, fsm: Fsm | None = None, state: object = None) -> Agent:
    schema = compile_schema(expand_short_form(STATE))
    definition = AgentDefinition("order", state_schema=schema, routes=routes, fsm=fsm or machine())
    return Agent.new(definition, "o1", state)  # type: ignore[arg-type]


def handle(order: Agent, signal_type: str) -> Done:
    done = begin_signal(order, Signal(signal_type, "/test", None, "1"), Context())
    assert isinstance(done, Done)
    return done


def failure(done: Done) -> tuple[str, str]:
    assert done.error is not None
    return done.error.code, done.error.message


# -- changes


@pytest.mark.parametrize("make", [to, declared])
def test_a_change_along_an_edge_makes_the_next_agent(make):
    done = handle(agent(route("go", make("busy"))), "go")
    assert (done.error, done.agent.state["status"]) == (None, "busy")


@pytest.mark.parametrize("make", [to, declared])
def test_a_change_along_no_edge_is_a_failed_command_that_names_states_and_allowed_ones(make):
    order = agent(route("go", make("done")))
    done = handle(order, "go")
    text = "status cannot go from 'ready' to 'done'; allowed: 'busy'"
    assert failure(done) == ("illegal_transition", text)
    assert done.agent is order
    assert [type(each) for each in done.directives] == [Error]


def test_the_whole_command_is_undone_and_what_it_asked_for_is_dropped():
    order = agent(route("go", to("busy", Emit("a.b"), n=1), to("error", n=2), to("done", n=3)))
    done = handle(order, "go")
    assert failure(done)[1] == "status cannot go from 'error' to 'done'; allowed: 'ready'"
    assert done.agent is order
    assert [type(each) for each in done.directives] == [Error]


def test_a_command_may_go_along_several_edges():
    assert handle(agent(route("go", to("busy"), to("done"))), "go").agent.state["status"] == "done"


def test_to_stay_is_no_change_even_in_a_terminal_state():
    order = agent(route("go", to("done", n=1)), state={"status": "done"})
    assert handle(order, "go").agent.state == {"status": "done", "n": 1}


def test_no_change_leads_out_of_a_terminal_state():
    done = handle(agent(route("go", to("ready")), state={"status": "done"}), "go")
    assert failure(done)[1] == "status cannot go from 'done' to 'ready'; 'done' is terminal"


def test_a_text_that_is_no_state_is_refused_as_a_change():
    done = handle(agent(route("go", to("bsy"))), "go")
    assert failure(done)[1] == "status cannot go from 'ready' to 'bsy'; allowed: 'busy'"


def test_cmd_and_set_hold_to_the_table_too():
    order = agent()
    _, directives = cmd(order, to("done"))
    assert [getattr(each, "code", "") for each in directives] == ["illegal_transition"]
    assert order.set({"status": "busy"}).state["status"] == "busy"
    with pytest.raises(TransitionError, match="from 'ready' to 'error'"):
        order.set({"status": "error"})


def test_what_on_error_sets_is_held_to_the_table():
    def run(*_):
        raise ValueError("broken")

    fine = Action(name="fine", run=run, on_error=lambda *_: {"status": "busy"})
    bad = Action(name="bad", run=run, on_error=lambda *_: {"status": "done"})
    order = agent(route("fine", fine), route("bad", bad))
    assert handle(order, "fine").agent.state["status"] == "busy"
    done = handle(order, "bad")
    assert done.agent is order
    assert done.error is not None
    assert done.error.details == {
        "on_error": "status cannot go from 'ready' to 'done'; allowed: 'busy'"
    }


def test_another_route_goes_on_where_the_failed_one_lets_it():
    order = agent(
        route("go", to("done"), continue_on_error=True, priority=1), route("go", to("busy"))
    )
    assert handle(order, "go").agent.state["status"] == "busy"


def test_an_agent_may_begin_in_any_state_of_the_machine_and_in_no_other():
    assert agent(state={"status": "error"}).state["status"] == "error"
    with pytest.raises(TransitionError, match="'lost' is no state of the machine; one of 'ready'"):
        agent(state={"status": "lost"})


@given(st.lists(st.sampled_from([*TABLE, "done", "lost"]), max_size=30))
def test_whatever_is_asked_the_agent_walks_along_edges_only(wanted: list[str]):
    routes = [route(state, to(state)) for state in {*TABLE, "done", "lost"}]
    order = agent(*routes)
    for state in wanted:
        before = order.state["status"]
        done = handle(order, state)
        allowed = state == before or state in TABLE.get(str(before), ())
        assert (done.error is None, done.agent.state["status"]) == (
            allowed,
            state if allowed else before,
        )
        order = done.agent


# -- routes that are for states


def test_a_route_is_taken_only_in_its_states():
    order = agent(
        route("go", to("busy"), states=("ready",)), route("go", to("done"), states=("busy",))
    )
    busy = handle(order, "go").agent
    assert busy.state["status"] == "busy"
    assert handle(busy, "go").agent.state["status"] == "done"


def test_a_signal_with_routes_for_other_states_only_is_a_failed_command():
    order = agent(route("ship", to("done"), states=("error", "busy")))
    done = handle(order, "ship")
    text = "ship is not allowed in 'ready'; it is in 'busy', 'error'"
    assert failure(done) == ("not_allowed", text)
    assert done.agent is order


def test_news_of_an_agents_surroundings_are_ignored_in_other_states():
    order = agent(route("jido.agent.child.exit", to("done"), states=("busy",)))
    news = Signal("jido.agent.child.exit", "/test", None, "1")
    assert begin_signal(order, news, Context()) == Unrouted("jido.agent.child.exit")


def test_the_state_before_the_command_decides_for_all_routes():
    order = agent(
        route("go", to("busy"), states=("ready",), priority=1),
        route("go", to("error"), states=("busy",)),
    )
    assert handle(order, "go").agent.state["status"] == "busy"


def test_states_and_condition_both_have_to_hold():
    guarded = route("go", to("busy"), states=("ready",), when=lambda state, _: state["n"] > 0)
    signal = Signal("go", "/test", None, "1")
    assert begin_signal(agent(guarded), signal, Context()) == Unrouted("go")
    assert handle(agent(guarded, state={"n": 1}), "go").agent.state["status"] == "busy"


def test_a_route_for_a_state_that_the_machine_lacks_is_refused():
    with pytest.raises(UsageError, match="route 'go' is for state 'lost'"):
        agent(route("go", to("busy"), states=("lost",)))


# -- the end


@pytest.mark.parametrize(
    ("on_terminal", "want"),
    [
        (OnTerminal(), []),
        (STOP, [Stop()]),
        (TELL, [Emit("order.closed", {"agent": "o1", "from": "busy", "to": "done"})]),
    ],
)
def test_what_follows_a_terminal_state_is_asked_for_once_it_is_entered(on_terminal, want):
    order = agent(route("go", to("done")), fsm=machine(on_terminal), state={"status": "busy"})
    done = handle(order, "go")
    assert list(done.directives) == want
    assert list(handle(done.agent, "go").directives) == []


def test_the_end_follows_what_the_action_asked_for():
    order = agent(route("go", to("done", Emit("a.b"))), fsm=machine(STOP), state={"status": "busy"})
    assert list(handle(order, "go").directives) == [Emit("a.b"), Stop()]


def test_a_terminal_state_that_on_error_enters_is_an_end_too():
    def run(*_):
        raise ValueError("broken")

    failing = Action(name="failing", run=run, on_error=lambda *_: {"status": "done"})
    order = agent(route("go", failing), fsm=machine(STOP), state={"status": "busy"})
    assert [type(each) for each in handle(order, "go").directives] == [Stop, Error]


# -- the table


@pytest.mark.parametrize(
    ("initial", "terminal", "said"),
    [
        ("lost", [], "state 'lost' is in no transition"),
        ("ready", ["gone"], "state 'gone' is in no transition"),
        ("ready", ["error"], "state 'error' is terminal, and has transitions"),
    ],
)
def test_an_impossible_table_is_refused(initial, terminal, said):
    with pytest.raises(UsageError, match=said):
        Fsm.new("status", initial, TABLE, terminal=terminal)


def test_the_states_are_those_that_the_table_names():
    assert machine().states == ("ready", "busy", "error", "done")


@pytest.mark.parametrize(
    ("state", "want"),
    [
        ("ready", Snapshot("idle", details={"state": "ready", "allowed": ["busy"]})),
        (
            "busy",
            Snapshot("running", details={"state": "busy", "allowed": ["done", "error", "ready"]}),
        ),
        ("done", Snapshot("success", True, "done", {"state": "done", "allowed": []})),
    ],
)
def test_a_snapshot_says_how_far_the_machine_is(state, want):
    assert machine().snapshot({"status": state}) == want


def test_a_terminal_state_that_is_called_a_failure_is_shown_as_one():
    failing = Fsm.new("status", "ready", {"ready": ["failed"]}, terminal=["failed"])
    want = Snapshot("failure", True, "failed", {"state": "failed", "allowed": []})
    assert failing.snapshot({"status": "failed"}) == want
