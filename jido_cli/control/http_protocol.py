"""One HTTP connection: only the owner's, and nothing without a bound.

Here lives what the HTTP library leaves open: who is at the other end, how long a head may be, and
errors below HTTP in the shape of all others.
"""

from __future__ import annotations

import asyncio
import os
import socket

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from jido_cli import __version__
from jido_cli.control import peer, protocol
from jido_cli.control.answers import encode
from jido_cli.errors import ControlError

_LINGER_S = 1.0


class OwnerProtocol(HttpToolsProtocol):
    """HTTP/1.1 with a process of the same user."""

    _hang_up: asyncio.TimerHandle | None = None
    _head_size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Ask the kernel who calls, and hang up on everybody but the owner."""
        connection = transport.get_extra_info("socket")
        if connection is not None and connection.family == socket.AF_UNIX:
            uid = peer.credentials(connection).uid
            if uid != os.geteuid():
                error = ControlError(
                    f"this engine belongs to uid {os.geteuid()}, not to uid {uid}",
                    code="foreign-user",
                )
                transport.write(_last_answer(error))
                transport.write_eof()  # closing at once would lose the answer to what it sends
                self._hang_up = self.loop.call_later(_LINGER_S, transport.abort)
                return
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        if self._hang_up is not None:
            self._hang_up.cancel()
        else:
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the caller was refused."""
        if self._hang_up is None:
            super().data_received(data)

    def on_message_begin(self) -> None:
        """Count each head anew."""
        self._head_size = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Take a part of the address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # the library's word for it
        """Answer what is no HTTP, or has too long a head."""
        why = f"its head is over {protocol.MAX_HEADERS:,} bytes"
        is_long = self._head_size > protocol.MAX_HEADERS
        error = ControlError(
            "the request is not taken" if is_long else "this is no HTTP request",
            code="too-large" if is_long else "bad-request",
            why=why if is_long else None,
        )
        self.transport.write(_last_answer(error))
        self.transport.close()

    def _count(self, size: int) -> None:
        self._head_size += size
        if self._head_size > protocol.MAX_HEADERS:
            raise ValueError("the head is too long")  # the parser hands it on as its own error


def _last_answer(error: ControlError) -> bytes:
    """Return a whole answer, after which the connection ends."""
    problem = protocol.problem_of(error)
    body = encode(problem)
    head = (
        f"content-type: {protocol.PROBLEM_TYPE}\r\n"
        f"content-length: {len(body)}\r\n"
        f"{protocol.PROTOCOL_HEADER.lower()}: {protocol.PROTOCOL}\r\n"
        f"{protocol.VERSION_HEADER.lower()}: {__version__}\r\n"
        "connection: close\r\n\r\n"
    )
    return STATUS_LINE[problem["status"]] + head.encode() + body
