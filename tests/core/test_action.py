from __future__ import annotations

import functools

import pytest

from jido_cli.core.action import (
    Action,
    ActionError,
    action,
    compiled_action,
    from_function,
    is_action,
)
from jido_cli.core.context import Context
from jido_cli.core.values import freeze_mapping
from jido_cli.errors import UsageError

STATE = freeze_mapping({"count": 1})


def call(made: Action, **params: object) -> object:
    checked = {} if made.params is None else made.params.check(params)
    return made.run(STATE, checked, Context())


def test_a_marked_function_stays_callable_and_becomes_an_action():
    @action
    def increment(state, by: int = 1):
        """Add to the count.

        By one, if nothing is said.
        """
        return {"count": state["count"] + by}

    made = from_function(increment)
    assert increment({"count": 2}, by=3) == {"count": 5}
    assert call(made, by=4) == {"count": 5}
    assert (made.name, made.kind, made.is_pure, made.timeout_s) == ("increment", "pure", True, 30)
    assert (made.wants_state, made.wants_ctx, made.params.properties) == (True, False, ("by",))
    assert made.description == "Add to the count."
    assert made.source.startswith(__file__)
    assert from_function(increment) is made
    assert (is_action(increment), compiled_action(increment)) == (True, made)


def test_state_and_context_are_passed_to_those_who_name_them():
    @action
    def all_of_it(ctx, a, state, *, b=2):
        return {"got": [ctx.now, a, state["count"], b]}

    assert call(from_function(all_of_it), a="x") == {"got": ["1970-01-01T00:00:00Z", "x", 1, 2]}


def test_an_action_without_params_has_no_schema():
    @action
    def reset():
        return {"count": 0}

    assert (from_function(reset).params, call(from_function(reset))) == (None, {"count": 0})


def test_async_functions_and_those_with_an_effect_are_effectful():
    @action
    async def fetch(): ...

    @action(effect="thread", timeout_s=2.5)
    def read(): ...

    assert [from_function(each).kind for each in (fetch, read)] == ["async", "thread"]
    assert from_function(read).timeout_s == 2.5


def test_name_params_and_output_may_be_given():
    @action(name="stock.add", params={"qty": {"type": "integer", "minimum": 1}}, output={"n": 0})
    def add(qty, note="-"):
        return {"n": qty, "note": note}

    made = from_function(add)
    assert made.name == "stock.add"
    assert made.params.source["properties"] == {"qty": {"type": "integer", "minimum": 1}}
    assert made.output.properties == ("n",)
    assert call(made, qty=2.0) == {"n": 2, "note": "-"}


def test_a_function_s_own_default_holds_where_a_declaration_leaves_a_param_out():
    @action(params={"type": "object", "properties": {"qty": {"type": "integer"}}})
    def add(qty=7):
        return {"n": qty}

    assert [call(from_function(add), **given) for given in ({}, {"qty": 1})] == [{"n": 7}, {"n": 1}]


def test_an_action_can_be_had_under_another_name():
    @action
    def act(): ...

    made = from_function(act, name="other")
    assert (made.name, from_function(act).name) == ("other", "act")


def test_a_wrapped_function_keeps_its_parameters():
    def logged(function):
        @functools.wraps(function)
        def inner(*args, **kwargs):
            return function(*args, **kwargs)

        return inner

    @action
    @logged
    def act(by: int = 1):
        return {"by": by}

    assert call(from_function(act), by=2.0) == {"by": 2}


@pytest.mark.parametrize(
    ("options", "want"),
    [
        ({"name": "no spaces"}, "name 'no spaces' is not letters, digits, _ . -"),
        ({"effect": "process"}, "effect 'process' is not 'thread'"),
        ({"timeout_s": 0}, "timeout_s 0 is not above 0"),
        ({"timeout_s": "5s"}, "timeout_s '5s' is not a number"),
        ({"timeout_s": True}, "timeout_s True is not a number"),
    ],
)
def test_options_that_make_no_sense_are_refused_at_the_decorator(options, want):
    def act(): ...

    with pytest.raises(UsageError) as caught:
        action(**options)(act)
    assert str(caught.value).endswith(want)


def test_async_def_takes_no_effect():
    async def act(): ...

    with pytest.raises(UsageError, match="async def runs in the loop"):
        action(effect="thread")(act)


def test_only_functions_can_be_marked():
    with pytest.raises(UsageError, match="@action stands above functions, not"):
        action(5)


@pytest.mark.parametrize("thing", [print, 5, lambda: None, "os:system"])
def test_what_is_not_marked_is_no_action(thing):
    assert not is_action(thing)
    assert compiled_action(thing) is None
    with pytest.raises(UsageError, match="is not an action"):
        from_function(thing)


def test_faults_of_a_signature_name_the_action_and_the_parameter():
    @action
    def act(a: bytes): ...

    @action(params={"quantity": 1})
    def named(quantiti=1): ...

    @action(params={"b": 1})
    def lacking(a, b): ...

    messages = []
    for each in (act, named, lacking):
        with pytest.raises(UsageError) as caught:
            from_function(each)
        messages.append(str(caught.value).split("<locals>.")[1])
    assert messages == [
        (
            "act: a: the hint bytes says nothing in JSON; "
            "use int, float, str, bool, list, dict, Literal, TypedDict, or give params= a schema"
        ),
        "named: quantity: the function has no such parameter; did you mean 'quantiti'?",
        "lacking: a: the parameter has no default and may be absent in params",
    ]


def test_an_action_error_carries_what_programs_need():
    error = ActionError("no stock", code="stock", retryable=False, details={"sku": "a"})
    assert (str(error), error.code, error.retryable, error.details) == (
        "no stock",
        "stock",
        False,
        {"sku": "a"},
    )
    assert (ActionError("x").code, ActionError("x").retryable) == ("action_failed", True)
