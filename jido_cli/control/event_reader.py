"""The client's end of an event stream.

Here live reading, ordering facts (`last_seq`) and the end of a stream. The framing is
`control.sse`; opening the connection is the client's.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from collections.abc import Iterator

from jido_cli.control import troubles
from jido_cli.control.handle import Answer, Missed
from jido_cli.control.sse import Decoder, Message
from jido_cli.control.state_dir import EnginePlace
from jido_cli.control.transport import Broken, UnixConnection

SILENCE_S = 45.0  # the server says that it is alive every 15 s
_CHUNK = 1 << 16


class ClientEventStream:
    """Events over one connection; see `EventStream`."""

    def __init__(
        self,
        connection: UnixConnection,
        response: http.client.HTTPResponse,
        place: EnginePlace,
        *,
        after: int,
    ) -> None:
        self.last_seq = after
        self.end_reason: str | None = None
        self._connection = connection
        self._response = response
        self._raw = connection.raw
        self._place = place
        self._is_closed = False
        self._is_reading = False
        self._raw.settimeout(SILENCE_S)

    def __iter__(self) -> Iterator[Answer | Missed]:
        """Yield events and gaps until the engine says that the stream ends."""
        decoder = Decoder()
        self._is_reading = True
        try:
            while self.end_reason is None:
                for message in decoder.feed(self._read()):
                    item = self._item(message)
                    if item is not None:
                        yield item
                if self._is_closed:
                    return
        finally:
            self._is_reading = False
            self.close()
            self._release()

    def close(self) -> None:
        """End the reading; from another thread too, whose reader gives the connection back."""
        self._is_closed = True
        with contextlib.suppress(OSError):  # the other end may have been faster
            self._raw.shutdown(socket.SHUT_RDWR)  # wakes a reader; closing alone would not
        if not self._is_reading:
            self._release()

    def _release(self) -> None:
        self._response.close()
        self._connection.close()

    def _read(self) -> bytes:
        try:
            chunk = self._response.read1(_CHUNK)
        except (OSError, ValueError, http.client.HTTPException) as error:
            if self._is_closed:
                return b""
            is_silent = isinstance(error, TimeoutError)
            why = "no byte came in time" if is_silent else str(error) or type(error).__name__
            raise troubles.lost(
                self._place, Broken(why, is_silent=is_silent), is_order=False
            ) from error
        if not chunk and not self._is_closed:
            raise troubles.lost(
                self._place, Broken("it ended without a word", is_silent=False), is_order=False
            )
        return chunk

    def _item(self, message: Message) -> Answer | Missed | None:
        if message.ident is not None and message.ident.isdigit():
            self.last_seq = int(message.ident)
        data = json.loads(message.data)
        match message.event:
            case "event":
                event: Answer = data
                return event
            case "missed":
                return Missed(data["missed"], data["next"])
            case "end":
                self.end_reason = str(data.get("reason", "ended"))
        return None  # a kind of message that a later engine may send
