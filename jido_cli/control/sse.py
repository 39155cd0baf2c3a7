"""Server-sent events as text: written by the server, read by the client.

Here lives the framing only; what the events say is not known here. Pure functions and one decoder
that is fed bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

KEEP_ALIVE = b": alive\n\n"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a stream."""

    event: str
    data: str
    ident: str | None


def encode(event: str, data: bytes, ident: int | None = None) -> bytes:
    """Return one message; *data* must be one line, which JSON without indentation is."""
    line = b"" if ident is None else b"id: %d\n" % ident
    return b"%sevent: %s\ndata: %s\n\n" % (line, event.encode(), data)


class Decoder:
    """Turns the bytes of a stream into messages, wherever the bytes were cut."""

    def __init__(self) -> None:
        self._rest = b""
        self._event = "message"
        self._data: list[str] = []
        self._ident: str | None = None

    def feed(self, chunk: bytes) -> list[Message]:
        """Return the messages that are complete now."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        messages = []
        for raw in lines:
            message = self._take(raw.rstrip(b"\r").decode("utf-8", "replace"))
            if message is not None:
                messages.append(message)
        return messages

    def _take(self, line: str) -> Message | None:
        if not line:
            return self._dispatch()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._event = value
        elif field == "data":
            self._data.append(value)
        elif field == "id":
            self._ident = value
        return None  # a comment, or a field that this reader does not know

    def _dispatch(self) -> Message | None:
        event, data = self._event, self._data
        self._event, self._data = "message", []
        return Message(event, "\n".join(data), self._ident) if data else None
