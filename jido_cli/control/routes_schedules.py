"""The routes of schedules: look at them, tick now, pause, resume."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import get_args

from starlette.responses import Response

from jido_cli.control import protocol
from jido_cli.control.exchange import Endpoint, Exchange
from jido_cli.control.handle import ScheduleVerb
from jido_cli.control.query import TIMEOUT


async def get_schedules(exchange: Exchange) -> Response:
    """Answer the schedules and timers of all agents."""
    return exchange.answer(exchange.port.schedules())


def _steer(verb: ScheduleVerb) -> Callable[[Exchange], Awaitable[Response]]:
    async def post_verb(exchange: Exchange) -> Response:
        await exchange.fields({})
        ident = exchange.ident
        answer = await exchange.order(
            f"{verb}_schedule",
            {"id": ident},
            timeout_ms=exchange.timeout_ms(),
            what=f"{verb} of schedule {ident}",
        )
        return exchange.answer(answer)

    return post_verb


_SUMMARIES: Mapping[ScheduleVerb, str] = {
    "run": "Send a tick of a schedule now",
    "pause": "Let a schedule tick no more",
    "resume": "Let a paused schedule tick again, from now on",
}
ENDPOINTS = (
    Endpoint(
        "GET", protocol.SCHEDULES_PATH, "The schedules and timers of all agents", get_schedules
    ),
    *(
        Endpoint(
            "POST",
            protocol.SCHEDULES_PATH + "/{path}:" + verb,
            _SUMMARIES[verb],
            _steer(verb),
            (TIMEOUT,),
        )
        for verb in get_args(ScheduleVerb)
    ),
)
