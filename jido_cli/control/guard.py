"""What every request passes first, and what every answer carries.

Here live the checks that keep web pages and other versions out, and the headers that tell who
answered. No routes; a refusal here comes before anything of the engine is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jido_cli import __version__
from jido_cli.control import protocol
from jido_cli.control.answers import problem_response
from jido_cli.errors import ControlError

_HOSTS = frozenset((protocol.HOST, "localhost", "127.0.0.1", "[::1]"))
_SAME_SITE = frozenset(("same-origin", "none"))


class Guard:
    """ASGI middleware: refuses what is not ours, adds the headers of the protocol."""

    def __init__(self, app: ASGIApp, is_stalled: Callable[[], bool]) -> None:
        self._app = app
        self._is_stalled = is_stalled

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one request and pass it on."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._headers()]
            await send(message)

        refusal = refusal_of(Headers(scope=scope), scope["path"])
        app = self._app if refusal is None else problem_response(refusal)
        await app(scope, receive, send_with_headers)

    def _headers(self) -> list[tuple[bytes, bytes]]:
        headers = [*_ALWAYS]
        if self._is_stalled():
            headers.append((protocol.STALLED_HEADER.lower().encode(), b"1"))
        return headers


_ALWAYS = (
    (protocol.PROTOCOL_HEADER.lower().encode(), str(protocol.PROTOCOL).encode()),
    (protocol.VERSION_HEADER.lower().encode(), __version__.encode()),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)


def refusal_of(headers: Mapping[str, str], path: str) -> ControlError | None:
    """Return why a request is refused, or None.

    A page in the owner's browser can make requests but not choose their Host, Origin and
    Sec-Fetch-Site: whatever comes from elsewhere shows there.
    """
    host = headers.get("host", "")
    if _without_port(host) not in _HOSTS:
        return ControlError(
            f"host {host!r} is not this engine's",
            code="foreign-host",
            why="a web page may have given its own name to this address",
        )
    origin = headers.get("origin")
    site = headers.get("sec-fetch-site", "none")
    if (origin is not None and origin != f"http://{host}") or site not in _SAME_SITE:
        return ControlError(
            f"a request from {origin or site!r} is refused: no web page steers this engine",
            code="foreign-origin",
        )
    if "upgrade" in headers:
        return ControlError("there is no WebSocket here", code="foreign-origin")
    theirs = headers.get(protocol.PROTOCOL_HEADER)
    if theirs not in (None, str(protocol.PROTOCOL)) and path not in protocol.ANY_VERSION:
        return ControlError(
            f"this engine is jido {__version__} and speaks v{protocol.PROTOCOL}, "
            f"the request wants v{theirs}",
            code="protocol-version",
            undone="nothing was done",
        )
    return None


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()
