"""The control server: HTTP over one Unix socket, in a thread with a loop of its own.

Here live the thread, the HTTP library's settings and the order in which it all ends. What is
answered is `control.app`. Nothing here waits for the agents' loop, and nothing here may stop it:
a busy agent freezes neither `ps` nor `/healthz`.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import uvicorn

from jido_cli.control.app import build_app
from jido_cli.control.exchange import Service
from jido_cli.control.http_protocol import OwnerProtocol
from jido_cli.control.stream_hub import ALIVE_S, BATCH_S, StreamHub
from jido_cli.errors import StartError

if TYPE_CHECKING:
    from jido_cli.runtime.serving.port import EnginePort

MARGIN_S = 1.0
_START_S = 10.0
_STREAMS_END_S = 0.5
_GRACE_S = 2
_KEEP_S = 75


class _Server(uvicorn.Server):
    """uvicorn without its hands on the process: no signals, no ticking."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.wants_exit = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process' signals alone: they are the engine's."""
        yield

    async def main_loop(self) -> None:
        """Wait until the server is told to end."""
        await self.wants_exit.wait()

    def drop_slow_readers(self) -> None:
        """Cut the connections that do not take what was written to them."""
        for connection in list(self.server_state.connections):
            if isinstance(connection, OwnerProtocol) and connection.flow.write_paused:
                connection.transport.abort()


class ControlServer:
    """Serves one engine's control API until it is stopped.

    Args:
        port: what the engine shows and takes orders by.
        listener: a bound Unix socket (`EngineClaim.bind`); closed at the end, not unlinked.
        margin_s: how much longer than its time-out an order is waited for.
        on_lost: called from the control thread if the server ends by a fault.
        batch_s: event streams write at most this often.
        alive_s: event streams that have nothing to say say so this often.
    """

    def __init__(
        self,
        port: EnginePort,
        listener: socket.socket,
        *,
        margin_s: float = MARGIN_S,
        on_lost: Callable[[BaseException], None] | None = None,
        batch_s: float = BATCH_S,
        alive_s: float = ALIVE_S,
    ) -> None:
        self._port = port
        self._listener = listener
        self._margin_s = margin_s
        self._on_lost = on_lost
        self._batch_s = batch_s
        self._alive_s = alive_s
        self._thread = threading.Thread(target=self._run, name="jido-control", daemon=True)
        self._has_begun = threading.Event()
        self._fault: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._hub: StreamHub | None = None
        self._server: _Server | None = None
        self._ending: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the thread and return once the socket is served."""
        self._thread.start()
        if not self._has_begun.wait(_START_S) or self._fault is not None:
            self._listener.close()
            raise StartError(
                "the control server did not start",
                code="control-server",
                why=None if self._fault is None else str(self._fault),
            )

    def stop(self, reason: str = "stopped", *, timeout_s: float = 5.0) -> None:
        """End the event streams, then the server; returns when the thread has ended."""
        if self._loop is not None and self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # its loop has just ended by itself
                self._loop.call_soon_threadsafe(self._begin_end, reason)
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        self._listener.close()

    @property
    def is_serving(self) -> bool:
        """Whether the thread runs."""
        return self._has_begun.is_set() and self._thread.is_alive()

    def _run(self) -> None:
        try:
            # not the policy's loop: the agents may have uvloop, control needs no more than this
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(self._serve())
        except BaseException as fault:  # noqa: BLE001  # a thread's end is told, whatever it was
            self._fault = fault
            if self._has_begun.is_set() and self._on_lost is not None:
                self._on_lost(fault)
        finally:
            self._has_begun.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._hub = StreamHub(self._port, batch_s=self._batch_s, alive_s=self._alive_s)
        socket_path = str(self._listener.getsockname())
        app = build_app(Service(self._port, self._hub, self._margin_s, socket_path))
        self._server = _Server(
            uvicorn.Config(
                app,
                http=OwnerProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=_KEEP_S,
                timeout_graceful_shutdown=_GRACE_S,
            )
        )
        serving = asyncio.ensure_future(self._server.serve(sockets=[self._listener]))
        while not self._server.started and not serving.done():
            await asyncio.sleep(0)
        self._has_begun.set()
        await serving

    def _begin_end(self, reason: str) -> None:
        if self._ending is None:
            self._ending = asyncio.ensure_future(self._end(reason))

    async def _end(self, reason: str) -> None:
        """Say the end to every stream first: an open one would hold the server for ever."""
        if self._hub is None or self._server is None:
            return
        self._hub.close(reason)
        if not await self._hub.wait_closed(_STREAMS_END_S):
            self._server.drop_slow_readers()
        self._server.wants_exit.set()
