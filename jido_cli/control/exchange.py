"""One request to a route: what it asked with, checked, and the port that answers it.

Here live the route's description, the strict reading of bodies, and the giving of orders to the
agents' loop with a time-out. No route is defined here and nothing is decided about agents.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from jido_cli.control import protocol, words
from jido_cli.control.answers import json_response
from jido_cli.control.handle import DEFAULT_TIMEOUT_MS
from jido_cli.control.protocol import ProblemError
from jido_cli.control.query import Param, checked_query
from jido_cli.control.signal_forms import media_type_of, refused_type
from jido_cli.errors import ControlError

if TYPE_CHECKING:
    from jido_cli.control.stream_hub import StreamHub
    from jido_cli.runtime.serving.port import EnginePort

_BODY_S = 30.0
_MAX_TIMEOUT_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route, as it is served and as `/openapi.json` describes it."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    summary: str
    handler: Callable[[Exchange], Awaitable[Response]]
    params: tuple[Param, ...] = ()
    body: Mapping[str, Any] | None = None
    answers: Mapping[int, str] = field(default_factory=lambda: {200: "the answer"})


@dataclass(frozen=True, slots=True)
class Service:
    """What all requests share."""

    port: EnginePort
    hub: StreamHub
    margin_s: float
    socket: str


class Exchange:
    """A request whose query has been checked against its endpoint."""

    def __init__(self, service: Service, endpoint: Endpoint, request: Request) -> None:
        self.port = service.port
        self.hub = service.hub
        self.request = request
        self._margin_s = service.margin_s
        self._socket = service.socket
        self._query = checked_query(
            f"{endpoint.method} {endpoint.path}",
            endpoint.params,
            request.query_params.multi_items(),
        )

    @property
    def ident(self) -> str:
        """The node that the path names."""
        return str(self.request.path_params["path"])

    def text(self, name: str) -> str | None:
        """Return a text of the query."""
        return self._query.get(name)

    def integer(self, name: str, default: int) -> int:
        """Return a number of the query."""
        value = self._query.get(name)
        return default if value is None else int(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a yes or no of the query."""
        value = self._query.get(name)
        return default if value is None else value in ("1", "true")

    def has(self, name: str) -> bool:
        """Return whether the query names it."""
        return name in self._query

    def timeout_ms(self, name: str = "timeout") -> int:
        """Return how long an order may take."""
        value = self.integer(name, DEFAULT_TIMEOUT_MS)
        if not 0 < value <= _MAX_TIMEOUT_MS:
            raise ControlError(
                f"{name} is {value}, wanted is 1 to {_MAX_TIMEOUT_MS} ms", code="bad-value"
            )
        return value

    def limit(self) -> int:
        """Return how many records a page may hold."""
        value = self.integer("limit", 500)
        if not 0 < value <= protocol.MAX_PAGE:
            raise ControlError(
                f"limit is {value}, wanted is 1 to {protocol.MAX_PAGE}", code="bad-value"
            )
        return value

    def agent_path(self) -> str | None:
        """Return the whole path of the node that `agent` filters by.

        A place that has ended has records still: a whole path is taken as it is.
        """
        ident = self.text("agent")
        if ident is None:
            return None
        try:
            return str(self.port.node(ident)["path"])
        except ControlError as error:
            if error.code == "no-node" and "/" in ident:
                return ident
            raise

    async def raw_body(self, limit: int) -> bytes:
        """Return the whole body, which may be empty."""
        request = self.request
        if request.headers.get("content-encoding", "identity") != "identity":
            raise ControlError("a compressed body is not taken", code="wrong-content-type")
        declared = request.headers.get("content-length", "0")
        if declared.isdigit() and int(declared) > limit:
            raise _too_large(limit)
        chunks = bytearray()
        try:
            async with asyncio.timeout(_BODY_S):
                async for chunk in request.stream():
                    chunks += chunk
                    if len(chunks) > limit:
                        raise _too_large(limit)
        except TimeoutError:
            raise ControlError(
                f"the body did not come in {_BODY_S:.0f}s", code="slow-body"
            ) from None
        return bytes(chunks)

    async def fields(self, known: Mapping[str, type]) -> dict[str, Any]:
        """Return the members of a JSON object body; an empty body has none."""
        raw = await self.raw_body(protocol.MAX_BODY)
        media_type = media_type_of(self.request.headers)
        if (raw or media_type) and media_type != protocol.JSON_TYPE:
            raise refused_type(media_type)
        value = protocol.decode_json(raw) if raw else {}
        if not isinstance(value, dict):
            raise ControlError("the body is not a JSON object", code="bad-json")
        for name, member in value.items():
            if name not in known:
                raise ControlError(
                    f"unknown field {name!r}{words.near(name, known)}", code="unknown-field"
                )
            if not isinstance(member, known[name]):
                kind = "a text" if known[name] is str else "an object"
                raise ControlError(f"{name} is {member!r}, wanted is {kind}", code="bad-value")
        return value

    async def order(
        self, name: str, args: dict[str, Any], *, timeout_ms: int, what: str
    ) -> dict[str, Any]:
        """Give an order to the agents' loop and return what came of it.

        Args:
            name: the order's name (`EnginePort.order`).
            args: its arguments.
            timeout_ms: how long it may take; a little more is waited for the loop to say so.
            what: the order in words, for errors.
        """
        future = self.port.order(name, args)
        waiter = asyncio.wrap_future(future)
        await asyncio.wait({waiter}, timeout=timeout_ms / 1000 + self._margin_s)
        if not waiter.done():
            was_withdrawn = future.cancel()
            if was_withdrawn or not future.done():  # else it came in this very instant
                waiter.add_done_callback(_consume)
                raise self._not_done(what, timeout_ms, was_withdrawn=was_withdrawn)
        answer: dict[str, Any] = await waiter
        return answer

    def _not_done(self, what: str, timeout_ms: int, *, was_withdrawn: bool) -> ControlError:
        stall = self.stall()
        waited = words.duration(timeout_ms / 1000)
        where = why = None
        if stall is not None:
            held = words.duration(float(stall["ms"]) / 1000)
            where = f"{stall['agent']}, running {stall['action']} for {held}"
            stack = stall.get("stack") or ()
            why = str(stack[-1]) if stack else None
        extra = {} if stall is None else {"stalled": stall}
        if not was_withdrawn:
            return ProblemError(
                f"{what} was begun and is not done after {waited}",
                status=504,
                code="outcome-unknown",
                where=where,
                why=why,
                undone="unknown: it goes on",
                extra=extra,
            )
        return ProblemError(
            f"{what} was not begun in {waited}: the engine is "
            + ("stalled" if stall is not None else "busy"),
            status=503,
            code="engine-stalled" if stall is not None else "engine-busy",
            where=where,
            why=why,
            undone="withdrawn: it will not be done",
            extra=extra,
        )

    def with_address(self, engine: Mapping[str, Any]) -> dict[str, Any]:
        """Return who the engine is, with how it is spoken to."""
        return {**engine, "protocol": protocol.PROTOCOL, "socket": self._socket}

    def stall(self) -> dict[str, Any] | None:
        """Return what keeps the agents' loop from turning, if anything does."""
        stall: dict[str, Any] | None = self.port.health().get("stalled")
        return stall

    def answer(self, answer: Mapping[str, Any], *, status: int = 200) -> Response:
        """Return an answer, with the stall if there is one."""
        return json_response(answer, status=status, stalled=self.stall())


def _consume(waiter: asyncio.Future[dict[str, Any]]) -> None:
    if not waiter.cancelled():
        waiter.exception()


def _too_large(limit: int) -> ControlError:
    return ControlError(f"the body is over {limit:,} bytes", code="too-large")
