"""The routes that order: signals, steering, children, the end.

Each gives one order to the agents' loop and waits for it, at most its time-out. What an order
means is the runtime's matter.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, get_args

from starlette.responses import Response

from jido_cli.control import protocol
from jido_cli.control.exchange import Endpoint, Exchange
from jido_cli.control.handle import Verb
from jido_cli.control.query import TIMEOUT, Param
from jido_cli.control.signal_forms import parse_signal
from jido_cli.errors import ControlError

_LEVELS = ("accepted", "logged", "committed")
_STATUS_OF_OUTCOME: Mapping[str, int] = {
    "committed": 200,
    "expired": 503,  # as refused: surely no effect
    "refused": 503,
    "rejected": 429,
    "unknown": 504,
}


async def post_signal(exchange: Exchange) -> Response:
    """Send a signal; with `wait` answer what came of it."""
    is_call = exchange.has("wait")
    _check_level(exchange.text("ack"), is_call=is_call)
    raw = await exchange.raw_body(protocol.MAX_SIGNAL)
    signal = parse_signal(exchange.request.headers, raw)
    to = exchange.text("to")
    timeout_ms = exchange.timeout_ms("wait" if is_call else "timeout")
    args = {
        "to": to,
        "data": None,
        "subject": None,
        "source": None,
        "id": None,
        **signal,
        "timeout_ms": timeout_ms,
        "unrouted": exchange.flag("unrouted"),
    }
    name = "call" if is_call else "send"
    what = f"{signal['type']!r} to {to}"
    answer = await exchange.order(name, args, timeout_ms=timeout_ms, what=what)
    return exchange.answer(answer, status=_status_of_call(answer) if is_call else 202)


def _status_of_call(answer: Mapping[str, Any]) -> int:
    """Return a status that says whether there may have been an effect (guarantees.md G2)."""
    outcome = answer["outcome"]
    if outcome == "rejected" and answer.get("error") is not None:
        return 400  # not for want of room: what it asked for is wrong
    return _STATUS_OF_OUTCOME.get(outcome, 200)


def _check_level(level: str | None, *, is_call: bool) -> None:
    """Refuse a level of acknowledgement that no agent of this engine can give."""
    if level is None or level == "accepted":
        return
    if level not in _LEVELS:
        raise ControlError(
            f"ack is {level!r}, wanted is one of {', '.join(_LEVELS)}", code="bad-value"
        )
    if level == "logged" or not is_call:
        raise ControlError(
            f"ack={level} cannot be given: the engine keeps no journal, "
            "a signal is accepted and dies with it",
            code="ack-impossible",
            undone="nothing was sent",
            hints=("leave ack out, or ask for ack=accepted",),
        )


def _steer(verb: Verb) -> Callable[[Exchange], Awaitable[Response]]:
    async def post_verb(exchange: Exchange) -> Response:
        await exchange.fields({})
        answer = await exchange.order(
            verb,
            {"id": exchange.ident},
            timeout_ms=exchange.timeout_ms(),
            what=f"{verb} of {exchange.ident}",
        )
        return exchange.answer(answer)

    return post_verb


async def post_child(exchange: Exchange) -> Response:
    """Start a child under a dynamic supervisor."""
    fields = await exchange.fields({"id": str, "state": dict})
    args = {"supervisor": exchange.ident, "id": fields.get("id"), "state": fields.get("state")}
    what = f"the start of a child of {exchange.ident}"
    answer = await exchange.order("start_child", args, timeout_ms=exchange.timeout_ms(), what=what)
    return exchange.answer(answer, status=201)


async def post_scale(exchange: Exchange) -> Response:
    """Bring a group, or a dynamic supervisor, to a number of members."""
    fields = await exchange.fields({"count": int})
    count = fields.get("count")
    if count is None or count < 0:
        raise ControlError("count is a number from 0 up, and has to be given", code="bad-value")
    answer = await exchange.order(
        "scale",
        {"id": exchange.ident, "count": count},
        timeout_ms=exchange.timeout_ms(),
        what=f"scale of {exchange.ident}",
    )
    return exchange.answer(answer)


async def post_wait(exchange: Exchange) -> Response:
    """Wait until a condition holds for a node; that it did not in time is an answer too."""
    fields = await exchange.fields({"until": str, "may_come": bool})
    timeout_ms = exchange.timeout_ms()
    args = {
        "id": exchange.ident,
        "until": fields.get("until"),
        "may_come": fields.get("may_come", False),
        "timeout_ms": timeout_ms,
    }
    answer = await exchange.order(
        "wait",
        args,
        timeout_ms=timeout_ms,
        what=f"the wait for {exchange.ident}",
    )
    return exchange.answer(answer)


async def delete_child(exchange: Exchange) -> Response:
    """End a dynamic child."""
    await exchange.fields({})
    what = f"the end of {exchange.ident}"
    answer = await exchange.order(
        "terminate_child", {"id": exchange.ident}, timeout_ms=exchange.timeout_ms(), what=what
    )
    return exchange.answer(answer)


async def post_shutdown(exchange: Exchange) -> Response:
    """Order the end of the engine; that it was begun is answer enough."""
    fields = await exchange.fields({"reason": str})
    args = {"reason": fields.get("reason", "asked over the control API")}
    try:
        answer = await exchange.order(
            "shutdown", args, timeout_ms=exchange.timeout_ms(), what="the shutdown"
        )
    except ControlError as error:
        if error.code != "outcome-unknown":
            raise
        answer = {}
    return exchange.answer({"stopping": True, **answer}, status=202)


def _object(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


_TEXT = {"type": "string"}
_SIGNAL = _object(
    {"type": _TEXT, "data": {}, "subject": _TEXT, "source": _TEXT, "id": _TEXT}, "type"
)
_VERB_SUMMARIES: Mapping[Verb, str] = {
    "stop": "Stop a node; its place stays",
    "start": "Start a node that was stopped or failed",
    "restart": "Stop a node and start it again",
    "kill": "Kill a node, to try supervision",
}
ENDPOINTS = (
    Endpoint(
        "POST",
        protocol.SIGNALS_PATH,
        "Send a signal: short, or a CloudEvent in structured or binary mode",
        post_signal,
        (
            Param("to", "text", "the node that gets it, by path or tail", is_required=True),
            Param("wait", "integer", "answer with what came of it, within this many ms"),
            Param("ack", "text", "level of acknowledgement: accepted, logged, committed"),
            Param("unrouted", "flag", "1: send it even without a route (0)"),
            TIMEOUT,
        ),
        _SIGNAL,
        {200: "with wait: what came of it", 202: "accepted"},
    ),
    *(
        Endpoint(
            "POST",
            protocol.NODES_PATH + "{path}:" + verb,
            _VERB_SUMMARIES[verb],
            _steer(verb),
            (TIMEOUT,),
        )
        for verb in get_args(Verb)
    ),
    Endpoint(
        "POST",
        protocol.NODES_PATH + "{path}:scale",
        "Bring a group of replicas, or a dynamic supervisor, to a number of members",
        post_scale,
        (TIMEOUT,),
        _object({"count": {"type": "integer", "minimum": 0}}, "count"),
    ),
    Endpoint(
        "POST",
        protocol.NODES_PATH + "{path}:wait",
        "Wait until a condition holds for a node, or the time-out",
        post_wait,
        (TIMEOUT,),
        _object({"until": _TEXT, "may_come": {"type": "boolean"}}),
    ),
    Endpoint(
        "POST",
        protocol.CHILDREN_PATH + "{path}",
        "Start a child from the template of a dynamic supervisor",
        post_child,
        (TIMEOUT,),
        _object({"id": _TEXT, "state": {"type": "object"}}),
        {201: "the child"},
    ),
    Endpoint(
        "DELETE",
        protocol.CHILDREN_PATH + "{path}",
        "End a dynamic child and its place",
        delete_child,
        (TIMEOUT,),
    ),
    Endpoint(
        "POST",
        protocol.SHUTDOWN_PATH,
        "Stop everything in reverse order and end the engine",
        post_shutdown,
        (TIMEOUT,),
        _object({"reason": _TEXT}),
        {202: "stopping"},
    ),
)
