"""HTTP over a Unix socket with the standard library: connections, kept or not, and their failures.

Here live sockets and requests of the client. What the paths and answers mean is `control.client`;
how a failure is told to a person is decided there too, from the two exceptions of this module.
"""

from __future__ import annotations

import http.client
import json
import os
import select
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jido_cli.control import peer, protocol

KEEP_S = 30.0  # below the server's own limit for a connection that says nothing


class NotConnected(Exception):  # the two facts that callers tell apart
    """Raised when no connection came about: nothing was sent."""


class Broken(Exception):
    """Raised when a connection ended or fell silent before the whole answer: outcome unknown."""

    def __init__(self, why: str, *, is_silent: bool) -> None:
        super().__init__(why)
        self.is_silent = is_silent


class UnixConnection(http.client.HTTPConnection):
    """An HTTP connection over one connected Unix socket; it never reconnects by itself."""

    auto_open = 0

    def __init__(self, raw: socket.socket) -> None:
        super().__init__(protocol.HOST)
        self.sock = raw
        self.raw = raw  # http.client lets go of `sock` once the head of a last answer is read
        self.peer = peer.credentials(raw)
        self.idle_since = 0.0

    def is_usable(self) -> bool:
        """Return whether a kept connection can carry one more request."""
        if time.monotonic() - self.idle_since > KEEP_S:
            return False
        readable, _, _ = select.select([self.raw], [], [], 0)
        return not readable  # readable while nothing was asked: the other end has closed


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The content type without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """Return the body's value; ValueError when it is none."""
        return json.loads(self.body)


def target(path: str, query: Mapping[str, object] | None) -> str:
    """Return path and query as a request line has them; None values are left out."""
    given = {key: value for key, value in (query or {}).items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


class Transport:
    """Requests to one socket; keeps at most one connection for the next request."""

    def __init__(self, path: Path, *, connect_s: float) -> None:
        self._path = path
        self._connect_s = connect_s
        self._kept: UnixConnection | None = None
        self._lock = threading.Lock()  # the dashboard asks from several threads

    def open(self) -> UnixConnection:
        """Return a new connection."""
        try:
            connection = UnixConnection(peer.connect(self._path, timeout_s=self._connect_s))
        except OSError as error:
            raise NotConnected(error.strerror or str(error)) from error
        if connection.peer.uid != os.geteuid():
            connection.close()
            raise NotConnected(f"uid {connection.peer.uid} answers on the socket")
        return connection

    def request(
        self,
        method: str,
        where: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout_s: float,
    ) -> Reply:
        """Send one request and return the whole answer."""
        kept = self._take()
        if kept is not None:
            try:
                return self._exchange(kept, method, where, headers, body, timeout_s)
            except Broken as error:
                if method != "GET" or error.is_silent:
                    raise  # an order may have arrived: it is not sent twice
        return self._exchange(self.open(), method, where, headers, body, timeout_s)

    def start(
        self, connection: UnixConnection, where: str, headers: Mapping[str, str]
    ) -> http.client.HTTPResponse:
        """Send a GET and return the answer as soon as its head is there."""
        try:
            connection.request("GET", where, headers=dict(headers))
            return connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise _broken(error) from error

    def close(self) -> None:
        """Close the connection that is kept."""
        kept = self._take(check=False)
        if kept is not None:
            kept.close()

    def _take(self, *, check: bool = True) -> UnixConnection | None:
        with self._lock:
            kept, self._kept = self._kept, None
        if kept is not None and check and not kept.is_usable():
            kept.close()
            return None
        return kept

    def _keep(self, connection: UnixConnection) -> None:
        connection.idle_since = time.monotonic()
        with self._lock:
            if self._kept is None:
                self._kept = connection
                return
        connection.close()

    def _exchange(
        self,
        connection: UnixConnection,
        method: str,
        where: str,
        headers: Mapping[str, str],
        body: bytes | None,
        timeout_s: float,
    ) -> Reply:
        connection.raw.settimeout(timeout_s)
        try:
            connection.request(method, where, body=body, headers=dict(headers))
            with connection.getresponse() as response:
                if response.length is None and not response.chunked:
                    raise http.client.IncompleteRead(b"")  # a cut head reads like a whole one
                content = response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise _broken(error) from error
        if response.will_close:
            connection.close()
        else:
            self._keep(connection)
        found = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, found, content)


def _broken(error: Exception) -> Broken:
    if isinstance(error, TimeoutError | socket.timeout):
        return Broken("no byte came in time", is_silent=True)
    return Broken(str(error) or type(error).__name__, is_silent=False)
