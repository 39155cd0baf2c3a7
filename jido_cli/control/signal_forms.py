"""The ways in which a signal may come over HTTP: short, CloudEvents structured, CloudEvents binary.

Here lives the reading of a request's head and body into attributes; pure, standard library only.
What the attributes may hold is decided by `core.signals`; limits of size stand in the protocol.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from jido_cli.control import protocol, words
from jido_cli.errors import ControlError

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
SIMPLE_TYPES = frozenset(("application/x-www-form-urlencoded", "multipart/form-data", "text/plain"))
"""What a web page may post to anywhere without being asked first."""

SHORT_FIELDS = ("type", "data", "subject", "source", "id")
_MAX_ATTRIBUTES = 64
_RESERVED = "jido."


def media_type_of(headers: Mapping[str, str]) -> str:
    """Return the content type without parameters, in lower case."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def parse_signal(headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """Return the signal's attributes, `data`, and `extensions` where there are any.

    Args:
        headers: the request's headers, names in lower case.
        body: the whole body.

    Raises:
        ControlError: what is wrong, with the attribute or the content type named.
    """
    media_type = media_type_of(headers)
    if "ce-specversion" in headers or "ce-type" in headers:
        signal = _binary(headers, media_type, body)
    elif media_type == STRUCTURED:
        signal = _structured(_object(body))
    elif media_type == protocol.JSON_TYPE:
        signal = _short(_object(body))
    else:
        raise refused_type(media_type)
    kind = signal.get("type")
    if isinstance(kind, str) and kind.startswith(_RESERVED):
        raise ControlError(
            f"type {kind!r} cannot come from outside: {_RESERVED}* is the engine's own",
            code="reserved-type",
        )
    return signal


def refused_type(media_type: str) -> ControlError:
    """Return the error for a body of another type than JSON."""
    if media_type in SIMPLE_TYPES or not media_type:
        return ControlError(
            f"content type {media_type!r} is refused: any web page could send it",
            code="simple-request",
            hints=("send Content-Type: application/json",),
        )
    return ControlError(
        f"content type {media_type!r} is not read here",
        code="wrong-content-type",
        hints=("send application/json, or a CloudEvent in structured or binary mode",),
    )


def _object(body: bytes) -> dict[str, Any]:
    value = protocol.decode_json(body)
    if not isinstance(value, dict):
        raise ControlError("the body is not a JSON object", code="bad-json")
    return value


def _short(value: dict[str, Any]) -> dict[str, Any]:
    """Read `{type, data, subject, source, id}`; with `specversion` it is a CloudEvent."""
    if "specversion" in value:
        return _structured(value)
    for name in value:
        if name not in SHORT_FIELDS:
            raise ControlError(
                f"unknown field {name!r} of a signal{words.near(name, SHORT_FIELDS)}",
                code="unknown-field",
                hints=("extension attributes need the CloudEvents form, with specversion",),
            )
    return _required(value)


def _required(signal: dict[str, Any]) -> dict[str, Any]:
    if "type" not in signal:
        raise ControlError("a signal needs its type", code="missing-field", where="type")
    return signal


def _structured(value: dict[str, Any]) -> dict[str, Any]:
    if "data_base64" in value:
        raise ControlError("data_base64 is not taken: data of a signal is JSON", code="bad-signal")
    data = {"data": value.pop("data")} if "data" in value else {}
    return _cloudevent(value) | data


def _binary(headers: Mapping[str, str], media_type: str, body: bytes) -> dict[str, Any]:
    """Read attributes from `ce-` headers and data from the body (HTTP binding, 3.1)."""
    attributes = {
        name[3:]: _unquoted(value) for name, value in headers.items() if name.startswith("ce-")
    }
    if media_type:
        attributes["datacontenttype"] = headers["content-type"]
    signal = _cloudevent(attributes)
    if not body:
        return signal
    if not media_type or media_type == protocol.JSON_TYPE or media_type.endswith("+json"):
        signal["data"] = protocol.decode_json(body)
    elif media_type.startswith("text/"):
        try:
            signal["data"] = body.decode()
        except UnicodeDecodeError as error:
            raise ControlError(
                "the data is no UTF-8 text", code="bad-signal", why=str(error)
            ) from None
    else:
        raise refused_type(media_type)
    return signal


def _unquoted(value: str) -> str:
    """Undo the percent-encoding that the HTTP binding asks for in header values."""
    text = value.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return unquote(text)


def _cloudevent(attributes: dict[str, Any]) -> dict[str, Any]:
    """Split attributes into those of the short form and all others, `extensions`."""
    version = attributes.get("specversion")
    if not isinstance(version, str) or not (version == "1.0" or version.startswith("1.0.")):
        raise ControlError(
            f"specversion is {version!r}, wanted is '1.0'", code="bad-signal", where="specversion"
        )
    for name in ("id", "source", "type"):
        if name not in attributes:
            raise ControlError(f"a CloudEvent needs {name}", code="missing-field", where=name)
    if len(attributes) > _MAX_ATTRIBUTES:
        raise ControlError(
            f"{len(attributes)} attributes, at most {_MAX_ATTRIBUTES} are taken", code="bad-signal"
        )
    signal = {name: attributes[name] for name in SHORT_FIELDS if name in attributes}
    others = {
        name: value
        for name, value in attributes.items()
        if name not in SHORT_FIELDS and name != "specversion"
    }
    if others:
        signal["extensions"] = others
    return signal
