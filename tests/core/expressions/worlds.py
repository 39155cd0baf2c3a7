"""A world to run expressions in: typed variables and a scope that holds values for them."""

from __future__ import annotations

from collections.abc import Mapping

from jido_cli.core.context import AgentInfo, Context
from jido_cli.core.expressions import Environment, EvaluationError, Scope
from jido_cli.core.schema import compile_schema
from jido_cli.core.signals import Signal
from jido_cli.core.values import freeze, freeze_mapping

STATE = compile_schema(
    {
        "count": 3,
        "price": 2.5,
        "name": "bo",
        "done": False,
        "maybe": {"type": ["integer", "null"], "default": None},
        "tags": {"type": "array", "items": {"type": "string"}, "default": ["a", "b", "c"]},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"sku": {"type": "string"}, "qty": {"type": "integer"}},
            },
            "default": [{"sku": "x", "qty": 1}, {"sku": "y", "qty": 5}],
        },
        "address": {
            "type": ["object", "null"],
            "properties": {"city": {"type": "string"}},
            "default": None,
        },
        "extra": {"type": "object", "default": {"n": 5, "t": "text", "deep": {"x": 1}}},
        "stock": {
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "default": {"x": 7},
        },
    }
)
PARAMS = compile_schema({"by": 2, "text": "päram", "optional": {"type": "string", "default": ""}})

WORLD = Environment(
    {
        "state": STATE.source,
        "params": PARAMS.source,
        "signal": "signal",
        "agent": "agent",
        "ctx": "ctx",
        "item": "dyn",
    }
)
SIGNAL = Signal(
    "order.created", "/shop", freeze({"level": 3}), ident="s-1", time_ns=1_700_000_000_123_000_000
)
AGENT = AgentInfo(id="a1", path="root/a1", meta=freeze_mapping({"team": "red"}))


def scope(item: object = None, state: Mapping[str, object] | None = None) -> Scope:
    """Return a scope with the state's defaults, overridden by *state*."""
    return Scope(
        state=STATE.check({**STATE.defaults(), **(state or {})}),
        params=PARAMS.check({}),
        signal=SIGNAL,
        agent=AGENT,
        ctx=Context(now_ns=1_700_000_000_000_000_000, seed=7, agent=AGENT, signal=SIGNAL),
        item=freeze(item),
    )


def run(text: str, item: object = None, state: Mapping[str, object] | None = None) -> object:
    """Return the value of an expression."""
    return WORLD.compile(text).run(scope(item, state))


def fails(text: str, item: object = None, state: Mapping[str, object] | None = None) -> str:
    """Return the message with which an expression fails at run time."""
    compiled = WORLD.compile(text)
    try:
        value = compiled.run(scope(item, state))
    except EvaluationError as error:
        return error.message
    raise AssertionError(f"{text} gives {value!r}")
