"""The ASGI application: the route table, served, with every error as problem+json.

Here live the joining of routes and the edge at which errors become answers. Sockets and threads
are `control.server`.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import get_args

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from jido_cli.control import (
    protocol,
    routes_commands,
    routes_look,
    routes_order,
    routes_schedules,
    words,
)
from jido_cli.control.answers import json_response, problem_response
from jido_cli.control.exchange import Endpoint, Exchange, Service
from jido_cli.control.guard import Guard
from jido_cli.control.handle import Verb
from jido_cli.control.openapi import describe
from jido_cli.errors import ControlError, InternalError, JidoCliError

_LOG = logging.getLogger("jido.control")


async def get_openapi(exchange: Exchange) -> Response:
    """Answer this API's own description."""
    return json_response(describe(ENDPOINTS), stalled=exchange.stall())


ENDPOINTS: tuple[Endpoint, ...] = (
    *routes_look.ENDPOINTS,
    *routes_order.ENDPOINTS,
    *routes_schedules.ENDPOINTS,
    *routes_commands.ENDPOINTS,
    Endpoint("GET", protocol.OPENAPI_PATH, "This description", get_openapi),
)


def build_app(service: Service) -> ASGIApp:
    """Return the application over one port."""
    app = Starlette(
        routes=[
            Route(
                endpoint.path.replace("{path}", "{path:path}"),
                _serve(service, endpoint),
                methods=[endpoint.method],
            )
            for endpoint in ENDPOINTS
        ],
        middleware=[Middleware(Guard, is_stalled=lambda: bool(service.port.health()["stalled"]))],
        exception_handlers={HTTPException: _no_route},
    )
    app.router.redirect_slashes = False
    return app


def _serve(service: Service, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        try:
            return await endpoint.handler(Exchange(service, endpoint, request))
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except JidoCliError as error:
            return problem_response(error, stalled=service.port.health()["stalled"])
        except Exception as fault:  # noqa: BLE001  # the edge: a fault of ours must not end control
            _LOG.exception("fault at %s %s", endpoint.method, endpoint.path)
            return problem_response(_own_fault(fault))

    return serve


def _own_fault(fault: Exception) -> InternalError:
    last = traceback.extract_tb(fault.__traceback__)[-1]
    return InternalError(
        f"jido has a fault of its own: {type(fault).__name__}: {fault}",
        where=f"{Path(last.filename).name}:{last.lineno} in {last.name}",
    )


async def _no_route(request: Request, error: Exception) -> Response:
    """Answer what no route takes."""
    path = request.url.path
    if isinstance(error, HTTPException) and error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        is_verb = request.method == "POST" and path.startswith(protocol.NODES_PATH)
        hint = "verbs: " + ", ".join(get_args(Verb)) if is_verb else allowed
        problem = ControlError(
            f"{request.method} {path} is not offered", code="wrong-method", hints=(hint,)
        )
        return problem_response(problem, headers={"Allow": allowed})
    known = {endpoint.path.partition("{")[0].rstrip("/") for endpoint in ENDPOINTS}
    problem = ControlError(
        f"there is no {path!r} here{words.near(path, known)}",
        code="no-such-path",
        hints=(f"GET {protocol.OPENAPI_PATH} lists what there is",),
    )
    return problem_response(problem)
