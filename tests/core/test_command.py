"""Commands: what is decided, and what is left alone (runtime.md 1 to 5)."""

from __future__ import annotations

import types
from collections.abc import Mapping

import pytest

from jido_cli.core.action import Action, ActionError, Outcome, action, from_function
from jido_cli.core.agent import Agent, AgentDefinition, Route
from jido_cli.core.cmd import cmd
from jido_cli.core.command import begin, begin_signal, resume
from jido_cli.core.context import Context
from jido_cli.core.directives import Emit, Error, Reply
from jido_cli.core.failures import failure_from
from jido_cli.core.instructions import Instruction
from jido_cli.core.outcomes import Call, Done, Raised, Returned, Suspended, Unrouted
from jido_cli.core.signals import Signal
from jido_cli.core.state_ops import DeleteKeys, DeletePath, ReplaceState, SetPath, SetState
from jido_cli.core.values import FrozenDict, freeze
from jido_cli.errors import UsageError


@action
def increment(state, by: int = 1):
    return {"count": state["count"] + by}


@action
def answer(value=None):
    """Return whatever the test wants."""
    return RESULTS[value] if isinstance(value, str) and value in RESULTS else value


@action
def fail(code: str = "stock"):
    raise ActionError("no stock", code=code, retryable=False, details={"sku": "a"})


@action
def crash():
    raise KeyError("sku")


@action
async def fetch(url: str, tries: int = 1):
    raise AssertionError("the runtime runs it, not the command")


@action(effect="thread")
def read(): ...


RESULTS: dict[str, object] = {}
STATE = {"count": 0, "tags": [], "note": {"default": {}, "type": "object"}}


def definition(*routes: Route, schema: object = STATE, actions: tuple = ()) -> AgentDefinition:
    known = (increment, answer, fail, crash, fetch, read, *actions)
    return AgentDefinition("shop", state_schema=schema, routes=routes, actions=known)


def agent(*routes: Route, **options: object) -> Agent:
    return Agent.new(definition(*routes, **options), "s1")


def route(pattern: str, *functions: object, given: object = None, **options: object) -> Route:
    made = (each if isinstance(each, Action) else from_function(each) for each in functions)
    return Route(pattern, tuple((each, given) for each in made), **options)


def signal(signal_type: str, data: object = None) -> Signal:
    return Signal(signal_type, "/test", freeze(data), "1")


def pure(name: str, run, **options: object) -> Action:
    return Action(name=name, run=run, **options)


def run_signal(shop: Agent, signal_type: str, data: object = None) -> Done:
    done = begin_signal(shop, signal(signal_type, data), Context())
    assert isinstance(done, Done)
    return done


def said(done: Done) -> tuple[str, str]:
    """Return (code, message) of a failed command that left everything alone but its report."""
    assert done.error is not None
    assert [type(each) for each in done.directives] == [Error]
    report = done.directives[0]
    assert (report.code, report.message) == (done.error.code, done.error.message)
    return done.error.code, done.error.message


@pytest.fixture(autouse=True)
def _no_results_from_other_tests():
    RESULTS.clear()
    yield
    RESULTS.clear()


# -- from a signal to the next agent


def test_a_signal_runs_its_route_and_makes_the_next_agent():
    shop = agent(route("count.up", increment))
    done = run_signal(shop, "count.up", {"by": 2, "other": 3})
    assert done == Done(Agent(shop.definition, "s1", done.agent.state), (), {"count": 2}, None)
    assert done.agent.state == {"count": 2, "tags": [], "note": {}}
    assert shop.state["count"] == 0
    assert done.agent.state["tags"] is shop.state["tags"]


def test_params_come_from_the_data_by_name_with_defaults_and_the_rest_is_left_alone():
    shop = agent(route("count.up", increment))
    for data in (None, {}, "text", 5, [1], {"zzz": 1}):
        assert run_signal(shop, "count.up", data).output == {"count": 1}


def test_a_command_that_changes_nothing_returns_the_same_agent():
    shop = agent(route("a", answer))
    for result in (None, {"count": 0}, {}, {"count": 0.0}):
        RESULTS["r"] = result
        assert run_signal(shop, "a", {"value": "r"}).agent is shop


def test_a_signal_without_a_route_is_unrouted():
    shop = agent(route("count.up", increment))
    assert begin_signal(shop, signal("count.down"), Context()) == Unrouted("count.down")


def test_all_matching_routes_run_as_one_command_in_router_order():
    seen = []

    def noting(name):
        def run(state, _params, _ctx):
            seen.append((name, state["count"]))
            return {"count": state["count"] + 1}, [Emit(name)]

        return pure(name, run)

    shop = agent(
        route("**", noting("last")),
        route("order.*", noting("third")),
        route("order.placed", noting("first"), noting("second")),
    )
    done = run_signal(shop, "order.placed")
    assert seen == [("first", 0), ("second", 1), ("third", 2), ("last", 3)]
    assert done.agent.state["count"] == 4
    assert done.output == {"count": 4}
    assert [each.type for each in done.directives] == ["first", "second", "third", "last"]


def test_a_condition_looks_at_the_state_before_the_command():
    up = route("a", increment, priority=9)
    even = route(
        "a", answer, given={"value": {"tags": ["even"]}}, when=lambda s, _: s["count"] == 0
    )
    odd = route("a", answer, given={"value": {"tags": ["odd"]}}, when=lambda s, _: s["count"] == 1)
    assert run_signal(agent(up, even, odd), "a").agent.state["tags"] == ["even"]


def test_only_true_lets_a_conditional_route_match():
    for value in (False, None, 1, "yes"):
        shop = agent(route("a", increment, when=lambda *_, value=value: value))
        assert begin_signal(shop, signal("a"), Context()) == Unrouted("a")


def test_a_condition_that_raises_fails_the_command():
    shop = agent(route("a.*", increment, when=lambda state, _: state["nope"]))
    done = run_signal(shop, "a.b")
    assert said(done) == ("exception", "KeyError: 'nope'")
    assert (done.agent is shop, done.error.action) == (True, "when of a.*")


def test_params_that_a_route_gives_replace_the_data_and_are_checked_strictly():
    assert run_signal(agent(route("a", increment, given={"by": 5})), "a", {"by": 9}).output == {
        "count": 5
    }
    done = run_signal(agent(route("a", increment, given={"bye": 5})), "a")
    assert said(done) == (
        "invalid_params",
        "params of increment: unknown key 'bye'; did you mean 'by'?",
    )


def test_params_may_be_made_from_state_signal_and_context():
    def given(state, received, ctx):
        return {"by": state["count"] + received.data["n"] + ctx.seed}

    shop = agent(route("a", increment, increment, given=given))
    done = begin_signal(shop, signal("a", {"n": 2}), Context(seed=10))
    assert done.agent.state["count"] == 12 + 24


def test_making_params_may_fail():
    shop = agent(route("a", increment, given=lambda state, *_: {"by": state["nope"]}))
    assert said(run_signal(shop, "a")) == ("exception", "KeyError: 'nope'")
    shop = agent(route("a", increment, given=lambda *_: 5))
    assert said(run_signal(shop, "a")) == (
        "invalid_params",
        "params of increment: 5 is not a mapping",
    )


# -- what an action may return


@pytest.mark.parametrize("extras", [[], ()])
def test_a_mapping_with_no_directives_is_a_mapping(extras):
    RESULTS["r"] = ({"count": 3}, extras)
    done = begin(agent(), ("answer", {"value": "r"}), Context())
    assert (done.agent.state["count"], done.directives, done.output) == (3, (), {"count": 3})


def test_directives_keep_their_order_among_state_operations():
    RESULTS["r"] = (
        {"count": 1, "note": {"a": 1}},
        [
            Emit("first"),
            SetPath(["note", "b"], 2),
            Emit("second", to="self"),
            SetState({"count": 7}),
            DeletePath(["note", "a"]),
            Reply({"x": 1}),
        ],
    )
    done = begin(agent(), ("answer", {"value": "r"}), Context())
    assert done.agent.state == {"count": 7, "tags": [], "note": {"b": 2}}
    assert done.directives == (Emit("first"), Emit("second", to="self"), Reply({"x": 1}))
    assert done.output == {"count": 1, "note": {"a": 1}}


def test_only_the_state_after_all_operations_has_to_be_valid():
    RESULTS["r"] = ({"scratch": 1}, [SetPath(["count"], 2), DeleteKeys(["scratch"])])
    done = begin(agent(), ("answer", {"value": "r"}), Context())
    assert done.agent.state == {"count": 2, "tags": [], "note": {}}


def test_no_mapping_but_directives():
    RESULTS["r"] = (None, [Emit("a"), ReplaceState({"count": 2.0})])
    done = begin(agent(), ("answer", {"value": "r"}), Context())
    assert (done.agent.state, done.output, done.directives) == ({"count": 2}, None, (Emit("a"),))


def test_other_mappings_than_dicts_are_taken():
    RESULTS["r"] = types.MappingProxyType({"count": 3})
    assert begin(agent(), ("answer", {"value": "r"}), Context()).output == {"count": 3}


def test_numbers_of_the_result_take_the_kind_that_the_state_declares():
    RESULTS["r"] = {"count": 3.0}
    done = begin(agent(), ("answer", {"value": "r"}), Context())
    assert type(done.agent.state["count"]) is int


def test_what_an_action_returned_can_no_longer_be_changed_by_it():
    kept = {"tags": ["a"], "count": 1}
    RESULTS["r"] = kept
    shop = agent(route("a", answer))
    for done in (
        run_signal(shop, "a", {"value": "r"}),
        begin(shop, ("answer", {"value": "r"}), Context()),
    ):
        kept["tags"].append("b")
        kept["count"] = 9
        assert done.agent.state["tags"] == done.output["tags"] == ["a"]
        assert done.output["count"] == 1
        kept.update(tags=["a"], count=1)


def test_a_container_made_of_the_state_s_own_type_is_no_trap():
    def mapped(state, _params, _ctx):
        return {"note": type(state)(a=type(state["tags"])([1]))}

    shop = agent(route("a", pure("mapped", mapped)))
    done = run_signal(shop, "a")
    assert done.agent.state["note"] == {"a": [1]}
    assert done.agent.state["note"]["a"].depth == 1


class Rude(types.SimpleNamespace):
    def __repr__(self):
        raise RuntimeError("no")


SHAPE = "an action returns a mapping, None, or (mapping, [directives])"
NONSENSE = [
    (5, f"answer returned 5; {SHAPE}"),
    (True, f"answer returned True; {SHAPE}"),
    ([], f"answer returned []; {SHAPE}"),
    ("text", f"answer returned 'text'; {SHAPE}"),
    (({}, [], 1), f"answer returned ({{}}, [], 1); {SHAPE}"),
    (({}, None), f"answer returned ({{}}, None); {SHAPE}"),
    (({}, Emit("a")), "answer returned ({}, Emit("),
    ((5, []), f"answer returned 5; {SHAPE}"),
    (({"count": 1}, [5]), "answer returned 5 among its directives; it is none"),
    (({}, [{"emit": 1}]), "answer returned {'emit': 1} among its directives; it is none"),
    (Rude(), f"answer returned <Rude>; {SHAPE}"),
]


@pytest.mark.parametrize(("result", "want"), NONSENSE)
def test_returned_nonsense_is_a_failed_command_that_says_what_was_returned(result, want):
    RESULTS["r"] = result
    shop = agent(route("a", answer))
    for done in (
        run_signal(shop, "a", {"value": "r"}),
        begin(shop, ("answer", {"value": "r"}), Context()),
    ):
        code, message = said(done)
        assert (code, done.agent is shop) == ("invalid_result", True)
        assert message.startswith(want)


def test_a_forgotten_async_is_told():
    async def work(): ...

    shop = agent(schema=None, actions=(pure("late", lambda *_: work()),))
    assert said(begin(shop, "late", Context())) == (
        "invalid_result",
        "late returned a coroutine; declare it with async def",
    )


def test_a_mapping_that_cannot_be_read_fails_the_command():
    class Hostile(Mapping):
        def __getitem__(self, key):
            raise RuntimeError("no")

        def __iter__(self):
            return iter(["a"])

        def __len__(self):
            return 1

    RESULTS["r"] = Hostile()
    assert said(begin(agent(), ("answer", {"value": "r"}), Context())) == (
        "exception",
        "RuntimeError: no",
    )


# -- failing


@pytest.mark.parametrize(
    ("result", "code", "want"),
    [
        (
            {"count": "x"},
            "invalid_state",
            "answer would make the state invalid: count: 'x' is not an integer",
        ),
        (
            {"cuont": 1},
            "invalid_state",
            "answer would make the state invalid: unknown key 'cuont'; did you mean 'count'?",
        ),
        ({"tags": {1}}, "invalid_output", "output of answer: tags: a set is not a JSON value"),
        (
            {"note": {"a": [float("nan")]}},
            "invalid_output",
            "output of answer: note.a[0]: nan is not a finite number",
        ),
        (
            {"count": 2**63},
            "invalid_output",
            f"output of answer: count: {2**63} is not a 64-bit integer",
        ),
        ({1: 2}, "invalid_output", "output of answer: the key 1 is not text"),
        (
            (None, [SetPath([], 1)]),
            "invalid_result",
            "answer: the path is empty",
        ),
        (
            (None, [SetPath(["count", "x"], 1)]),
            "invalid_result",
            "answer: count.x: count is 0, not a mapping",
        ),
        (
            (None, [ReplaceState({"count": "x"})]),
            "invalid_state",
            "answer would make the state invalid: count: 'x' is not an integer",
        ),
        (
            {"note": {"t": "x" * 4_200_000}},
            "invalid_state",
            "answer would make the state invalid: larger than 4194304 bytes as JSON: ",
        ),
    ],
)
def test_a_next_state_that_is_not_valid_is_a_failed_command_and_never_kept(result, code, want):
    RESULTS["r"] = result
    shop = agent(route("a", answer))
    for done in (
        run_signal(shop, "a", {"value": "r"}),
        begin(shop, ("answer", {"value": "r"}), Context()),
    ):
        got, message = said(done)
        assert (got, done.agent is shop, done.output) == (code, True, None)
        assert message.startswith(want)
        assert (done.error.retryable, done.error.is_declared) == (False, True)


def test_an_action_that_fails_on_purpose_says_why():
    shop = agent(route("a", fail))
    done = run_signal(shop, "a", {"code": "gone"})
    assert said(done) == ("gone", "no stock")
    assert (done.error.action, done.error.retryable, done.error.is_declared) == (
        "fail",
        False,
        True,
    )
    assert done.error.details == done.directives[0].details == {"sku": "a"}


def test_an_exception_is_a_failure_that_keeps_it_for_its_traceback():
    done = run_signal(agent(route("a", crash)), "a")
    assert said(done) == ("exception", "KeyError: 'sku'")
    assert (done.error.retryable, done.error.is_declared) == (True, False)
    frames = []
    traceback = done.error.exception.__traceback__
    while traceback is not None:
        frames.append(traceback.tb_frame.f_code.co_name)
        traceback = traceback.tb_next
    assert frames == ["crash"]


def test_an_attempt_to_change_the_state_in_place_fails_at_the_place():
    def meddle(state, *_):
        state["tags"].append("x")

    done = begin(agent(actions=(pure("meddle", meddle),)), "meddle", Context())
    assert said(done)[1] == (
        "TypeError: this value is read-only: return the changes, do not make them in place"
    )


def test_a_directive_that_is_made_wrongly_is_a_failure_of_the_action():
    done = begin(agent(actions=(pure("bad", lambda *_: (None, [Emit("")])),)), "bad", Context())
    assert said(done) == ("invalid_result", "bad: emit: type is empty")
    done = begin(
        agent(actions=(pure("bad", lambda *_: (None, [Emit("a", {1})])),)), "bad", Context()
    )
    assert said(done) == ("invalid_result", "bad: data: a set is not a JSON value")


def test_a_time_out_is_a_declared_failure_that_may_be_tried_again():
    failure = failure_from("fetch", TimeoutError("timeout after 5s"))
    assert (failure.code, failure.message, failure.retryable, failure.is_declared) == (
        "timeout",
        "timeout after 5s",
        True,
        True,
    )


def test_an_exception_whose_text_cannot_be_read_is_told_all_the_same():
    class MuteError(Exception):
        def __str__(self):
            raise RuntimeError("no")

    def mute(*_):
        raise MuteError

    assert said(begin(agent(actions=(pure("mute", mute),)), "mute", Context())) == (
        "exception",
        "MuteError: (its text cannot be read)",
    )


def test_details_that_are_no_json_do_not_hide_the_failure():
    def odd(*_):
        raise ActionError("odd", details={"x": {1}})

    done = begin(agent(actions=(pure("odd", odd),)), "odd", Context())
    assert said(done) == ("action_failed", "odd")
    assert done.error.details == {"unreadable": "details['x']: a set is not a JSON value"}


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_is_no_exception_passes_through(stop):
    def interrupted(*_):
        raise stop

    shop = agent(route("a", pure("interrupted", interrupted)))
    with pytest.raises(stop):
        begin_signal(shop, signal("a"), Context())
    with pytest.raises(stop):
        cmd(shop, "interrupted")


def test_params_that_do_not_fit_are_a_failure_that_is_not_worth_a_retry():
    done = run_signal(agent(route("a", increment)), "a", {"by": "x"})
    assert said(done) == ("invalid_params", "params of increment: by: 'x' is not an integer")
    assert (done.error.retryable, done.error.is_declared) == (False, True)


# -- sequences, atomicity


def test_an_instruction_sees_the_state_that_the_one_before_left():
    done = begin(
        agent(), ["increment", ("increment", {"by": 2}), Instruction("increment")], Context()
    )
    assert (done.agent.state["count"], done.output) == (4, {"count": 4})


def test_one_failure_undoes_the_whole_command():
    RESULTS["r"] = ({"count": 5}, [Emit("a")])
    shop = agent()
    done = begin(shop, [("answer", {"value": "r"}), "increment", "fail", "increment"], Context())
    assert said(done) == ("stock", "no stock")
    assert (done.agent is shop, done.output) == (True, None)


def test_the_text_of_an_error_has_an_end():
    failures = [
        failure_from("act", error)
        for error in (ValueError("x" * 9000), ActionError("y" * 9000), TimeoutError("z" * 9000))
    ]
    for failure in failures:
        assert failure.message.endswith("… (9,000 characters in all)")
        assert len(failure.message) < 2100


def test_continue_on_error_keeps_the_others():
    RESULTS["r"] = ({"count": 5}, [Emit("a")])
    RESULTS["q"] = (None, [Emit("b")])
    done = begin(
        agent(),
        [("answer", {"value": "r"}), "fail", ("answer", {"value": "q"}), "increment"],
        Context(),
        continue_on_error=True,
    )
    assert (done.agent.state["count"], done.error, done.output) == (6, None, {"count": 6})
    assert [each.kind for each in done.directives] == ["emit", "error", "emit"]


def test_a_command_of_which_nothing_succeeded_has_failed_all_the_same():
    shop = agent(route("a", fail, crash, continue_on_error=True))
    done = run_signal(shop, "a")
    assert (done.error.code, done.agent is shop) == ("stock", True)
    assert [each.code for each in done.directives] == ["stock", "exception"]


def test_a_route_that_tolerates_failures_does_not_make_others_tolerate_them():
    tolerant = route("a", fail, continue_on_error=True, priority=1)
    done = run_signal(agent(tolerant, route("a", increment)), "a")
    assert (done.agent.state["count"], done.error) == (1, None)
    strict = route("a", crash)
    shop = agent(tolerant, strict, route("a", increment, priority=5))
    done = run_signal(shop, "a")
    assert said(done) == ("exception", "KeyError: 'sku'")
    assert done.agent is shop


# -- on_error


def undo(state, params, ctx, failure):
    return {"tags": [failure.code, params.get("code", "-")]}, [Emit("undone")]


def failing(on_error) -> Action:
    made = from_function(fail)
    return pure("failing", made.run, params=made.params, on_error=on_error)


def test_on_error_is_applied_to_the_state_before_the_command():
    shop = agent(route("a", increment, failing(undo)))
    done = run_signal(shop, "a", {"code": "late"})
    assert done.agent.state == {"count": 0, "tags": ["late", "late"], "note": {}}
    assert [each.kind for each in done.directives] == ["emit", "error"]
    assert (done.error.code, done.output) == ("late", None)


def test_on_error_of_a_tolerated_failure_is_applied_to_the_state_so_far():
    shop = agent(route("a", increment, failing(undo), continue_on_error=True))
    done = run_signal(shop, "a")
    assert done.agent.state == {"count": 1, "tags": ["stock", "stock"], "note": {}}
    assert [each.kind for each in done.directives] == ["emit", "error"]


def test_on_error_runs_for_params_that_do_not_fit_too():
    done = run_signal(agent(route("a", failing(undo))), "a", {"code": 5})
    assert done.agent.state["tags"] == ["invalid_params", "-"]


@pytest.mark.parametrize(
    ("on_error", "why"),
    [
        (
            lambda *_: {"count": "x"},
            "failing would make the state invalid: count: 'x' is not an integer",
        ),
        (lambda *_: 5, f"failing returned 5; {SHAPE}"),
        (lambda state, *_: state["nope"], "KeyError: 'nope'"),
    ],
)
def test_an_on_error_that_fails_is_told_beside_the_failure(on_error, why):
    shop = agent(route("a", failing(on_error)))
    done = run_signal(shop, "a")
    assert said(done) == ("stock", "no stock")
    assert done.agent is shop
    assert done.error.details == {"sku": "a", "on_error": why}


# -- output


def test_the_output_is_checked_against_its_schema_and_what_comes_out_is_merged():
    checked = pure(
        "checked",
        lambda _s, params, _c: params.get("out"),
        params=from_function(action(lambda out=None: None)).params,
        output=definition(
            schema={"count": {"type": "integer"}, "note": {"default": {"a": 1}}}
        ).state_schema,
    )
    shop = agent(route("a", checked))
    done = run_signal(shop, "a", {"out": {"count": 2.0}})
    assert done.output == {"count": 2, "note": {"a": 1}}
    assert done.agent.state == {"count": 2, "tags": [], "note": {"a": 1}}
    wrong = {
        "output of checked: 'count' is missing": None,
        "output of checked: count: 'x' is not an integer": {"count": "x"},
        "output of checked: unknown key 'coutn'; did you mean 'count'?": {"coutn": 1, "count": 1},
    }
    for want, out in wrong.items():
        done = run_signal(shop, "a", {"out": out})
        assert said(done) == ("invalid_output", want)
        assert done.agent is shop


def test_a_compiled_declaration_may_give_the_whole_next_state():
    def decide(state, *_):
        return Outcome(state=freeze({"count": 9.0}), directives=(Emit("a"),), output={"n": [1]})

    shop = agent(route("a", pure("decide", decide)))
    done = run_signal(shop, "a")
    assert done.agent.state == {"count": 9}
    assert (type(done.agent.state["count"]), type(done.output)) == (int, FrozenDict)
    assert done.directives == (Emit("a"),)


def test_an_empty_next_state_is_a_state():
    shop = agent(route("a", pure("clear", lambda *_: Outcome(state=freeze({})))), schema=None)
    assert run_signal(shop.set({"x": 1}), "a").agent.state == {}


@pytest.mark.parametrize(
    ("outcome", "want"),
    [
        (Outcome(state=freeze({"count": "x"})), "invalid_state"),
        (Outcome(state=freeze({"zzz": 1})), "invalid_state"),
        (Outcome(output={1}), "invalid_output"),
        (Outcome(directives=(5,)), "invalid_result"),
    ],
)
def test_an_outcome_is_checked_like_any_result(outcome, want):
    shop = agent(route("a", pure("decide", lambda *_: outcome)))
    assert said(run_signal(shop, "a"))[0] == want


# -- effectful work


def test_an_effectful_action_suspends_the_command_with_what_is_to_be_done():
    shop = agent(route("a", increment, fetch))
    ctx = Context(command="c")
    suspended = begin_signal(shop, signal("a", {"url": "u", "by": 4}), ctx)
    assert isinstance(suspended, Suspended)
    call = suspended.call
    assert call == Call(from_function(fetch), {"url": "u", "tries": 1}, call.state, ctx)
    assert (call.state["count"], type(call.state), type(call.params)) == (4, FrozenDict, FrozenDict)
    assert ctx.effect_key == "c/1"
    assert shop.state["count"] == 0


def test_a_command_goes_on_with_what_the_work_returned():
    suspended = begin(agent(), [("fetch", {"url": "u"}), "increment"], Context())
    done = resume(suspended.command, Returned(({"count": 6}, [Emit("fetched")])))
    assert (done.agent.state["count"], done.directives, done.output) == (
        7,
        (Emit("fetched"),),
        {"count": 7},
    )


def test_a_command_may_suspend_several_times():
    step = begin(agent(), [("fetch", {"url": "u"}), "read", "increment"], Context())
    step = resume(step.command, Returned({"count": 1}))
    assert (step.call.action.name, step.call.state["count"]) == ("read", 1)
    assert resume(step.command, Returned(None)).agent.state["count"] == 2


def test_work_that_failed_fails_the_command():
    shop = agent()
    suspended = begin(shop, ["increment", ("fetch", {"url": "u"})], Context())
    failure = failure_from("fetch", ConnectionError("refused"))
    done = resume(suspended.command, Raised(failure))
    assert said(done) == ("exception", "ConnectionError: refused")
    assert (done.agent is shop, done.error) == (True, failure)


def test_what_the_work_returned_is_checked_like_any_result():
    suspended = begin(agent(), ("fetch", {"url": "u"}), Context())
    assert said(resume(suspended.command, Returned(5)))[0] == "invalid_result"
    suspended = begin(agent(), ("fetch", {"url": "u"}), Context())
    assert said(resume(suspended.command, Returned({"count": "x"})))[0] == "invalid_state"


def test_tolerated_work_that_failed_leaves_the_others():
    shop = agent(route("a", read, increment, continue_on_error=True))
    suspended = begin_signal(shop, signal("a"), Context())
    done = resume(suspended.command, Raised(failure_from("read", OSError("gone"))))
    assert (done.agent.state["count"], done.error) == (1, None)
    assert [each.message for each in done.directives] == ["OSError: gone"]


def test_an_outcome_is_taken_once():
    suspended = begin(agent(), "read", Context())
    resume(suspended.command, Returned(None))
    with pytest.raises(UsageError, match="does not wait for an outcome"):
        resume(suspended.command, Returned(None))


def around(**options: object) -> Action:
    return Action(name="around", run=lambda *_: None, kind="async", **options)


def test_what_is_declared_around_the_work_runs_in_the_command():
    def prepare(state, params, ctx):
        return {"before": state["count"]}

    def finish(state, params, ctx, prepared, value):
        return {"count": prepared["before"] + value + 1}, [Emit("finished")]

    suspended = begin(agent().set({"count": 2}), around(prepare=prepare, finish=finish), Context())
    done = resume(suspended.command, Returned(10))
    assert (done.agent.state["count"], done.directives) == (13, (Emit("finished"),))


def test_what_is_declared_before_the_work_may_keep_it_from_running():
    def prepare(*_):
        raise ActionError("requirement not met", code="require", retryable=False)

    done = begin(agent(), around(prepare=prepare), Context())
    assert said(done) == ("require", "requirement not met")


def test_what_is_declared_after_the_work_may_fail():
    def finish(*_):
        raise KeyError("result")

    suspended = begin(agent(), around(finish=finish), Context())
    assert said(resume(suspended.command, Returned(1))) == ("exception", "KeyError: 'result'")


# -- cmd


def test_cmd_is_pure_and_returns_the_next_agent_with_directives():
    RESULTS["r"] = ({"count": 5}, [Emit("a")])
    shop = agent()
    after, directives = cmd(shop, [("answer", {"value": "r"}), increment])
    assert (after.state["count"], directives, shop.state["count"]) == (6, [Emit("a")], 0)


@pytest.mark.parametrize(
    "what",
    [
        "increment",
        increment,
        from_function(increment),
        ("increment", {"by": 1}),
        (increment, {"by": 1.0}),
        (increment, freeze({"by": 1})),
        Instruction("increment", {"by": 1}),
        Instruction(from_function(increment)),
        ["increment"],
    ],
)
def test_an_instruction_may_be_written_in_many_ways(what):
    assert cmd(agent(), what)[0].state["count"] == 1
    assert begin(agent(), what, Context()).output == {"count": 1}


@pytest.mark.parametrize("what", ["fetch", fetch, [increment, "read"], ("fetch", {"url": "u"})])
def test_cmd_refuses_effectful_actions_by_name_before_anything_runs(what):
    with pytest.raises(UsageError, match=r"action '(fetch|read)' is effectful \((async|thread)\)"):
        cmd(agent(), what)


@pytest.mark.parametrize(
    ("what", "code", "want"),
    [
        (
            "incremnt",
            "unknown_action",
            "agent 'shop' has no action 'incremnt'; did you mean 'increment'?",
        ),
        (
            "zzz",
            "unknown_action",
            "agent 'shop' has no action 'zzz'; it has: increment, answer, fail, crash, fetch, read",
        ),
        (
            5,
            "invalid_instruction",
            "5 is not an action, (action, params), an Instruction, or a list of these",
        ),
        (
            ["increment", ["increment"]],
            "invalid_instruction",
            "['increment'] is not an action, (action, params), an Instruction, or a list of these",
        ),
        (("increment", 5), "invalid_instruction", "params 5 are no mapping"),
        (
            ("increment", {"bye": 1}),
            "invalid_params",
            "params of increment: unknown key 'bye'; did you mean 'by'?",
        ),
        (
            ("crash", {"x": 1}),
            "invalid_params",
            "params of crash: unknown key 'x'; crash takes no params",
        ),
        ("crash", "exception", "KeyError: 'sku'"),
        ("fail", "stock", "no stock"),
        (("answer", {"value": 5}), "invalid_result", f"answer returned 5; {SHAPE}"),
    ],
)
def test_cmd_never_raises_for_what_is_asked_or_done(what, code, want):
    shop = agent()
    after, directives = cmd(shop, what)
    assert after is shop
    assert [(each.code, each.message) for each in directives] == [(code, want)]
    assert said(begin(shop, what, Context())) == (code, want)


def test_cmd_runs_an_action_once_also_when_it_fails():
    runs = []

    def count(*_):
        runs.append(1)
        raise KeyError

    cmd(agent(actions=(pure("count", count),)), "count")
    assert runs == [1]


def test_cmd_without_a_context_always_sees_the_same_time_and_randomness():
    def draw(_state, _params, ctx):
        return {"tags": [ctx.now, ctx.uuid(), ctx.random()]}

    shop = agent(actions=(pure("draw", draw),))
    assert cmd(shop, "draw")[0].state == cmd(shop, "draw")[0].state
    other = cmd(shop, "draw", ctx=Context(seed=1))[0].state["tags"]
    assert other[1] != cmd(shop, "draw")[0].state["tags"][1]


def test_cmd_returns_the_very_same_agent_when_nothing_changes():
    shop = agent()
    assert cmd(shop, ("increment", {"by": 0}))[0] is shop


def test_cmd_checks_the_output_too():
    strict = pure("strict", lambda *_: {"n": 1}, output=definition(schema={"m": 0}).state_schema)
    _, directives = cmd(agent(actions=(strict,)), "strict")
    assert [each.message for each in directives] == [
        "output of strict: unknown key 'n'; known: 'm'"
    ]


def test_a_declaration_s_output_is_a_mapping_where_there_is_a_schema_for_it():
    schema = definition(schema={"m": 0}).state_schema
    decide = pure("decide", lambda *_: Outcome(output=5), output=schema)
    done = begin(agent(actions=(decide,)), "decide", Context())
    assert said(done) == ("invalid_output", "output of decide: 5 is not a mapping")


def test_an_empty_list_of_instructions_changes_nothing():
    shop = agent()
    assert cmd(shop, []) == (shop, [])
