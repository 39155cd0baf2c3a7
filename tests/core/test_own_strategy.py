"""Strategies of one's own: what they run, what they keep, what they show, how they fail."""

from __future__ import annotations

import pytest

from jido_cli.core.action import action
from jido_cli.core.agent import Route, as_action
from jido_cli.core.directives import Emit, Error
from jido_cli.core.outcomes import Unrouted
from jido_cli.core.plugins.mounting import PluginError
from jido_cli.core.snapshot import Snapshot
from jido_cli.core.strategy import STRATEGY_KEY, TICK, Decision, Strategy
from jido_cli.core.values import of_items
from tests.core.plugin_agents import agent, begin, failure, handle, set_status


@action
def one():
    return {"status": "one"}, [Emit("did.one")]


@action
def two():
    return {"status": "two"}, [Emit("did.two")]


@action
def broken():
    raise ValueError("broken")


def routes():
    steps = tuple((as_action(each), None) for each in (one, two))
    return [
        Route("run", steps),
        Route("fail", ((as_action(broken), None),)),
        Route("set", ((as_action(set_status), None),)),
    ]


def desk_with(kind: type[Strategy], config: dict | None = None):
    return agent(routes=routes(), strategy=kind(of_items(dict(config or {}))))


def emitted(done) -> list[str]:
    return [each.type for each in done.directives if isinstance(each, Emit)]


class Counting(Strategy):
    """Runs the first `limit` instructions and counts its runs."""

    state_schema = {"status": "idle", "runs": 0, "failed": 0, "result": {"default": None}}

    def init(self, state):
        return {"result": state["status"]}

    def plan(self, planned, view):
        runs = view.own["runs"] + 1
        limit = self.config.get("limit", 9)
        return Decision(list(planned)[:limit], {"status": "running", "runs": runs})

    def conclude(self, error, view):
        if error is not None:
            return {"failed": view.own["failed"] + 1}
        return {"result": view.state["status"]}

    def tick(self, view):
        if view.own["runs"] == 0:
            return None
        return Decision([("set_status", {"to": "ticked"})], {"status": "success"})


def own(done_or_agent) -> dict:
    state = getattr(done_or_agent, "agent", done_or_agent).state
    return dict(state[STRATEGY_KEY])


def test_the_base_runs_what_the_routes_say():
    done = handle(desk_with(Strategy), "run")
    assert (done.agent.state["status"], emitted(done)) == ("two", ["did.one", "did.two"])


def test_init_makes_the_first_slice():
    assert own(desk_with(Counting)) == {"status": "idle", "runs": 0, "failed": 0, "result": "ready"}


def test_a_strategy_decides_what_of_it_runs():
    done = handle(desk_with(Counting, {"limit": 1}), "run")
    assert (done.agent.state["status"], emitted(done)) == ("one", ["did.one"])


def test_a_strategy_may_turn_the_order_around_and_repeat():
    class Backwards(Strategy):
        def plan(self, planned, view):
            return [*reversed(planned), planned[0]]

    done = handle(desk_with(Backwards), "run")
    assert emitted(done) == ["did.two", "did.one", "did.one"]


def test_a_strategy_may_run_actions_by_name_with_params_of_its_own():
    class Other(Strategy):
        def plan(self, planned, view):
            return [("set_status", {"to": planned[0].action})]

    assert handle(desk_with(Other), "run").agent.state["status"] == "one"


def test_a_strategy_may_run_nothing_and_only_remember():
    class Lazy(Strategy):
        state_schema = {"seen": ""}

        def plan(self, planned, view):
            return Decision((), {"seen": view.signal.type}, [Emit("later")])

    done = handle(desk_with(Lazy), "run")
    assert (done.agent.state["status"], own(done)) == ("ready", {"seen": "run"})
    assert emitted(done) == ["later"]


def test_what_it_keeps_is_part_of_the_command():
    done = handle(desk_with(Counting), "run")
    assert own(done) == {"status": "running", "runs": 1, "failed": 0, "result": "two"}


def test_a_failed_command_undoes_its_plan_and_the_strategy_may_note_it():
    done = handle(desk_with(Counting), "fail")
    assert failure(done) == ("exception", "ValueError: broken")
    assert own(done) == {"status": "idle", "runs": 0, "failed": 1, "result": "ready"}
    assert [type(each) for each in done.directives] == [Error]


def test_a_tick_decides_anew_and_one_that_has_nothing_to_do_is_ignored():
    desk = desk_with(Counting)
    assert begin(desk, TICK) == Unrouted(TICK)
    desk = handle(desk, "run").agent
    done = handle(desk, TICK)
    assert done.agent.state["status"] == "ticked"
    assert own(done)["status"] == "success"


def test_signals_that_no_route_takes_are_not_the_strategys():
    assert begin(desk_with(Counting), "nobody") == Unrouted("nobody")


# -- snapshots


def test_a_snapshot_reads_status_and_result_and_the_rest_are_details():
    desk = handle(desk_with(Counting), "run").agent
    extension = desk.definition.extension
    assert extension is not None
    want = Snapshot("running", False, "two", {"runs": 1, "failed": 0})
    assert extension.snapshot(desk.state) == want


def test_a_strategy_may_make_its_snapshot_itself_within_the_command():
    class Own(Counting):
        def snapshot(self, own):
            return Snapshot("waiting", details={"after": own["runs"]})

    desk = desk_with(Own)
    extension = desk.definition.extension
    assert extension is not None
    assert extension.snapshot(desk.state) == Snapshot("waiting", details={"after": 0})
    desk = handle(desk, "run").agent
    assert extension.snapshot(desk.state) == Snapshot("waiting", details={"after": 1})


def test_a_status_of_ones_own_is_a_detail():
    class Odd(Strategy):
        state_schema = {"status": "thinking"}

    desk = desk_with(Odd)
    extension = desk.definition.extension
    assert extension is not None
    assert extension.snapshot(desk.state) == Snapshot("idle", details={"status": "thinking"})


# -- failing


def strategy(**members) -> type[Strategy]:
    return type("Bad", (Strategy,), members)


@pytest.mark.parametrize(
    ("kind", "code", "said"),
    [
        (strategy(plan=lambda *_: 1 / 0), "exception", "ZeroDivisionError"),
        (strategy(plan=lambda *_: 5), "invalid_result", "plan returned 5, not a list"),
        (strategy(plan=lambda *_: ["nothing"]), "unknown_action", "no action 'nothing'"),
        (
            strategy(plan=lambda *_: Decision((), {}, [5])),
            "invalid_result",
            "plan returned 5, not a directive",
        ),
        (
            strategy(plan=lambda *_: Decision((), {"none": 1})),
            "invalid_state",
            "the strategy would make the state invalid: __strategy__: unknown key 'none'",
        ),
        (strategy(conclude=lambda *_: 5), "invalid_result", "conclude returned 5"),
    ],
)
def test_a_strategy_that_decides_nonsense_fails_the_command(kind, code, said):
    desk = desk_with(kind)
    done = handle(desk, "run")
    assert failure(done)[0] == code
    assert said in failure(done)[1]
    assert done.agent is desk
    assert emitted(done) == []


def test_a_strategy_that_does_not_begin_fails_the_start():
    with pytest.raises(PluginError, match="the strategy failed in init: ZeroDivisionError"):
        desk_with(strategy(init=lambda *_: 1 / 0))


def test_a_slice_that_is_no_schema_is_refused():
    with pytest.raises(PluginError, match="state_schema of the strategy"):
        desk_with(strategy(state_schema={"x": {"type": "nonsense"}}))
