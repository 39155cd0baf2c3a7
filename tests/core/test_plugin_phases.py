"""The hooks of plugins: their order, what they may change, and that they fail closed."""

from __future__ import annotations

import pytest

from jido_cli.core.action import ActionError, action
from jido_cli.core.agent import Route, as_action
from jido_cli.core.context import Context
from jido_cli.core.directives import Emit, Error
from jido_cli.core.outcomes import Unrouted
from jido_cli.core.plugins.contract import Override, Plugin, rewrite_signal
from jido_cli.core.plugins.mounting import mount
from tests.core.plugin_agents import agent, begin, failure, handle, set_status, signal

SEEN: list[object] = []


@pytest.fixture(autouse=True)
def _nothing_seen():
    SEEN.clear()
    yield
    SEEN.clear()


@action
def note(ctx, to: str = "noted"):
    SEEN.append(("action", dict(ctx.facts), ctx.signal.type))
    return {"status": to}, [Emit("desk.noted")]


ROUTE = Route("desk.note", ((as_action(note), None),))


def plugin(name: str, **hooks) -> type[Plugin]:
    return type(name, (Plugin,), {"name": name, **hooks})


def watching(name: str) -> type[Plugin]:
    """Return a plugin whose hooks say that they were asked."""

    def seen(phase, answer=None):
        def hook(_self, *_args):
            SEEN.append((name, phase))
            return answer

        return hook

    phases = ("handle_signal", "prepare_signal", "prepare_action", "prepare_emit")
    return plugin(name, **{phase: seen(phase) for phase in phases})


def test_each_phase_asks_all_plugins_in_their_order_before_the_next_one():
    handle(agent(watching("one"), watching("two"), routes=[ROUTE]), "desk.note")
    assert SEEN == [
        ("one", "handle_signal"),
        ("two", "handle_signal"),
        ("one", "prepare_signal"),
        ("two", "prepare_signal"),
        ("one", "prepare_action"),
        ("two", "prepare_action"),
        ("action", {}, "desk.note"),
        ("one", "prepare_emit"),
        ("two", "prepare_emit"),
    ]


def test_handle_signal_may_rewrite_the_signal_before_it_is_routed():
    rename = plugin(
        "rename", handle_signal=lambda _self, one, _view: rewrite_signal(one, type="desk.note")
    )
    desk = agent(rename, watching("two"), routes=[ROUTE])
    assert handle(desk, "other").agent.state["status"] == "noted"
    assert SEEN[:1] == [("two", "handle_signal")]


def test_an_override_runs_its_action_and_ends_the_phase_and_the_routing():
    over = plugin(
        "over", handle_signal=lambda *_: Override(note, {"to": "over"}), actions=(set_status,)
    )
    desk = agent(over, watching("two"), routes=[ROUTE])
    assert handle(desk, "nobody.takes.it").agent.state["status"] == "over"
    assert [one for one in SEEN if one == ("two", "handle_signal")] == []
    assert ("two", "prepare_signal") in SEEN


def test_an_override_without_params_takes_them_from_the_signal():
    over = plugin("over", handle_signal=lambda *_: Override(note))
    assert handle(agent(over), "x", {"to": "data"}).agent.state["status"] == "data"


def test_an_override_may_name_an_action_and_rewrite_the_signal():
    def hook(_self, one, _view):
        return Override("note", signal=rewrite_signal(one, type="renamed", data={"to": "new"}))

    desk = agent(plugin("over", handle_signal=hook), routes=[ROUTE])
    assert handle(desk, "x").agent.state["status"] == "new"
    assert SEEN == [("action", {}, "renamed")]


def test_an_override_to_an_action_that_is_not_there_fails_the_command():
    over = plugin("over", handle_signal=lambda *_: Override("nothing"))
    assert failure(handle(agent(over), "x"))[0] == "unknown_action"


def test_facts_of_plugins_reach_the_actions():
    desk = agent(
        plugin("one", prepare_signal=lambda _self, one, _view: (one, {"tenant": "t1"})),
        plugin("two", prepare_action=lambda _self, _one, names, _view: {"names": list(names)}),
        routes=[ROUTE],
    )
    handle(desk, "desk.note")
    assert SEEN == [("action", {"tenant": "t1", "names": ["note"]}, "desk.note")]


def test_prepare_emit_puts_another_signal_in_place():
    def hook(_self, emit, view):
        return Emit(f"{emit.type}.{view.config['suffix']}", to="none")

    kind = plugin("marks", prepare_emit=hook, config_schema={"suffix": "v1"})
    done = handle(agent(kind, routes=[ROUTE]), "desk.note")
    assert list(done.directives) == [Emit("desk.noted.v1", to="none")]


def test_hooks_see_their_slice_the_state_and_their_configuration():
    def hook(_self, _signal, view):
        SEEN.append((dict(view.state), view.agent_state["status"], dict(view.config), view.ctx.now))

    kind = plugin("looks", handle_signal=hook, state_schema={"n": 1}, config_schema={"c": 2})
    begin(agent(kind), "x")
    assert SEEN == [({"n": 1}, "ready", {"c": 2}, "2001-09-09T01:46:40Z")]


def test_only_plugins_whose_patterns_match_are_asked():
    kind = type("P", (watching("one"),), {"signal_patterns": ("notes.*",)})
    handle(agent(kind, routes=[ROUTE]), "desk.note")
    assert SEEN == [("action", {}, "desk.note")]
    begin(agent(kind), "notes.add")
    assert SEEN[1:] == [("one", "handle_signal"), ("one", "prepare_signal")]


def test_a_signal_that_no_route_takes_stays_unrouted():
    assert begin(agent(watching("one")), "nobody") == Unrouted("nobody")
    assert [phase for _, phase in SEEN] == ["handle_signal", "prepare_signal"]


# -- failing closed


def refuse(*_):
    raise ActionError("not for you", code="forbidden", retryable=False)


def explode(*_):
    raise ValueError("broken")


@pytest.mark.parametrize(
    "phase", ["handle_signal", "prepare_signal", "prepare_action", "prepare_emit"]
)
def test_a_hook_that_refuses_fails_the_command_and_nothing_of_it_is_kept(phase):
    desk = agent(plugin("guard", **{phase: refuse}), routes=[ROUTE])
    done = handle(desk, "desk.note")
    assert failure(done) == ("forbidden", "not for you")
    assert done.error is not None
    assert (done.error.action, done.error.is_declared) == (f"guard.{phase}", True)
    assert done.agent is desk
    assert [type(one) for one in done.directives] == [Error]


@pytest.mark.parametrize(
    "phase", ["handle_signal", "prepare_signal", "prepare_action", "prepare_emit"]
)
def test_a_hook_that_raises_fails_the_command_as_a_bug(phase):
    done = handle(agent(plugin("guard", **{phase: explode}), routes=[ROUTE]), "desk.note")
    said = f"plugin 'guard': {phase} raised ValueError: broken"
    assert failure(done) == ("exception", said)
    assert done.error is not None
    assert not done.error.is_declared


@pytest.mark.parametrize(
    ("phase", "answer", "said"),
    [
        ("handle_signal", 5, "plugin 'odd': handle_signal returned 5, not a signal or None"),
        ("prepare_signal", "x", "prepare_signal returned 'x', not a signal or None"),
        ("prepare_signal", (None, 5), "prepare_signal gave 5, not a mapping of facts"),
        ("prepare_action", 5, "prepare_action gave 5, not a mapping of facts"),
        ("prepare_action", {"state": 1}, "gave the fact 'state', which is reserved"),
        ("prepare_action", {"x": {1}}, "gave facts that are no JSON"),
        ("prepare_emit", 5, "prepare_emit returned 5, not an Emit or None"),
    ],
)
def test_what_a_hook_may_not_return_fails_the_command(phase, answer, said):
    done = handle(agent(plugin("odd", **{phase: lambda *_: answer}), routes=[ROUTE]), "desk.note")
    assert failure(done)[0] == "invalid_result"
    assert said in failure(done)[1]


def test_a_fact_that_another_plugin_gave_fails_the_command():
    desk = agent(
        plugin("one", prepare_signal=lambda *_: (None, {"who": 1})),
        plugin("two", prepare_action=lambda *_: {"who": 2}),
        routes=[ROUTE],
    )
    text = "plugin 'two': prepare_action gave the fact 'who', which another plugin gave"
    assert failure(handle(desk, "desk.note")) == ("invalid_result", text)


# -- answers


def test_transform_result_says_what_a_caller_is_answered():
    desk = agent(plugin("shows", transform_result=lambda _self, out, _view: {"shown": out}))
    done = handle(agent(routes=[ROUTE]), "desk.note")
    extension = desk.definition.extension
    assert extension is not None
    output, problems = extension.answered({"a": 1}, done, signal("x"), Context())
    assert (output, problems) == ({"shown": {"a": 1}}, [])


def test_a_transform_that_raises_leaves_the_answer_and_is_told():
    desk = agent(
        plugin("bad", transform_result=explode),
        plugin("good", transform_result=lambda _self, out, _view: [out]),
    )
    done = handle(agent(routes=[ROUTE]), "desk.note")
    extension = desk.definition.extension
    assert extension is not None
    output, problems = extension.answered("out", done, signal("x"), Context())
    assert output == ["out"]
    said = "plugin 'bad': transform_result raised ValueError: broken"
    assert [one.message for one in problems] == [said]


def test_plugins_without_hooks_leave_commands_alone():
    assert agent(mount(plugin("quiet", state_schema={"n": 1}))).definition.extension is None
