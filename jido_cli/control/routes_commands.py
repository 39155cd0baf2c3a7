"""The routes of commands: what became of one, and to cancel one that runs."""

from __future__ import annotations

from starlette.responses import Response

from jido_cli.control import protocol
from jido_cli.control.exchange import Endpoint, Exchange
from jido_cli.control.query import TIMEOUT, Param

_AGENT = Param("agent", "text", "the agent whose command it is, by path or tail")


async def get_command(exchange: Exchange) -> Response:
    """Answer what is known of a command."""
    return exchange.answer(exchange.port.command(exchange.ident, exchange.text("agent")))


async def post_cancel(exchange: Exchange) -> Response:
    """Cancel an effectful command or instruction that runs."""
    await exchange.fields({})
    answer = await exchange.order(
        "cancel",
        {"command": exchange.ident, "agent": exchange.text("agent")},
        timeout_ms=exchange.timeout_ms(),
        what=f"the cancelling of {exchange.ident}",
    )
    return exchange.answer(answer)


ENDPOINTS = (
    Endpoint(
        "GET",
        protocol.COMMANDS_PATH + "{path}",
        "What is known of the command with this id",
        get_command,
        (_AGENT,),
    ),
    Endpoint(
        "POST",
        protocol.COMMANDS_PATH + "{path}:cancel",
        "Cancel an effectful command or instruction that runs",
        post_cancel,
        (_AGENT, TIMEOUT),
    ),
)
