"""Signals: CloudEvents 1.0 as immutable records (runtime.md 25).

Here live the record, the check of attributes that come from outside, and the way back to a plain
CloudEvents mapping. No transport, no trust: who may send which type is the ingress' business.

Inside the engine a `Signal` is made directly; its data must be frozen (`values.freeze`) already.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from jido_cli.core.idents import Ident, format_ident
from jido_cli.core.shown import show
from jido_cli.core.timestamps import format_time, parse_time
from jido_cli.core.values import FrozenDict, ValueDomainError, freeze, of_items, thaw
from jido_cli.errors import JidoCliError

SPEC_VERSION = "1.0"
"""What is emitted; 1.0.x is accepted too."""

_SPEC_VERSIONS = re.compile(r"1\.0(\.\d+)?", re.ASCII)
_EXTENSION_NAME = re.compile(r"[a-z0-9]{1,20}")
_REFERENCE = re.compile(r"[^\x00-\x20\x7f-\x9f<>\"\\^`{|}]+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f-\x9f<>\"\\^`{|}]+")
_MEDIA_TYPE = re.compile(r"[^\s/;]+/[^\s/;]+\s*(;.*)?", re.DOTALL)
# CloudEvents 1.0, 2.2: control characters, noncharacters and unpaired surrogates.
_FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
_INT32 = 2**31
_CORE = frozenset(
    {
        "specversion",
        "id",
        "source",
        "type",
        "time",
        "subject",
        "data",
        "datacontenttype",
        "dataschema",
    }
)


class SignalError(JidoCliError):
    """Raised for attributes that are no CloudEvent; names the attribute.

    Args:
        attribute: name of the malformed or missing attribute.
        why: what is wrong with it, as a phrase that follows the name.
    """

    default_code = "bad-signal"

    def __init__(self, attribute: str, why: str) -> None:
        super().__init__(f"signal: {attribute} {why}", where=attribute, why=why)
        self.attribute = attribute


class Signal(msgspec.Struct, frozen=True, gc=False):
    """One signal.

    `ident` and `cause` (the ident of the signal that led to this one) are formatted on reading;
    `time_ns` is wall time since 1970. `hops` counts how often a signal led to a signal since the
    chain began.
    """

    type: str
    source: str
    data: object = None
    ident: Ident = ""
    subject: str | None = None
    time_ns: int = 0
    extensions: FrozenDict | None = None
    hops: int = 0
    cause: Ident | None = None
    datacontenttype: str | None = None
    dataschema: str | None = None

    @property
    def id(self) -> str:
        """The id as text."""
        return format_ident(self.ident)

    @property
    def time(self) -> str:
        """The time as RFC 3339 text, UTC."""
        return format_time(self.time_ns)

    @property
    def cause_id(self) -> str | None:
        """The id of the signal that caused this one, as text."""
        return None if self.cause is None else format_ident(self.cause)


def new_signal(
    attributes: Mapping[str, object],
    *,
    source: str | None = None,
    ident: Ident | None = None,
    time_ns: int = 0,
    hops: int = 0,
    cause: Ident | None = None,
) -> Signal:
    """Return the signal that the CloudEvents *attributes* describe, checked and frozen.

    Attributes that are null count as absent, except `source`, `type` and `specversion`. Every
    name that CloudEvents does not define is an extension.

    Args:
        attributes: names and values, as in CloudEvents' JSON format.
        source: taken when there is none among the attributes.
        ident: taken when there is no id among them.
        time_ns: taken when there is no time among them.
        hops: length of the chain behind it.
        cause: the ident of the signal behind it.

    Raises:
        SignalError: an attribute is missing or malformed; the error names it.
    """
    _check_spec_version(attributes)
    signal_type = _text(attributes, "type")
    if signal_type is None:
        raise SignalError("type", "is missing")
    if (given_ident := _text(attributes, "id")) is None and ident is None:
        raise SignalError("id", "is missing")
    return Signal(
        type=signal_type,
        source=_source(attributes, source),
        data=_data(attributes),
        ident=given_ident if given_ident is not None else ident or "",
        subject=_text(attributes, "subject"),
        time_ns=_time(attributes, time_ns),
        extensions=_extensions(attributes),
        hops=hops,
        cause=cause,
        datacontenttype=_shaped(attributes, "datacontenttype", _MEDIA_TYPE, "a media type"),
        dataschema=_shaped(attributes, "dataschema", _URI, "an absolute URI"),
    )


def to_cloudevent(signal: Signal) -> dict[str, object]:
    """Return *signal* as a plain mapping in CloudEvents' JSON format; absent attributes left out.

    `hops` and `cause` are jido's own bookkeeping and are not in it.
    """
    event: dict[str, object] = {
        "specversion": SPEC_VERSION,
        "id": signal.id,
        "source": signal.source,
        "type": signal.type,
        "time": signal.time,
    }
    for name in ("subject", "datacontenttype", "dataschema"):
        value = getattr(signal, name)
        if value is not None:
            event[name] = value
    if signal.extensions:
        event.update(signal.extensions)
    if signal.data is not None:
        event["data"] = thaw(signal.data)
    return event


def check_attribute(name: str, text: str) -> None:
    """Refuse *text* as the attribute *name* if it is empty or has forbidden characters.

    Raises:
        SignalError: it does; names the attribute.
    """
    if not text:
        raise SignalError(name, "is empty")
    if _FORBIDDEN.search(text):
        raise SignalError(name, f"holds a character that CloudEvents forbids: {text!r}")


def freeze_extensions(extensions: Mapping[str, object]) -> FrozenDict | None:
    """Return *extensions* checked and frozen, None when there are none; nulls count as absent.

    Raises:
        SignalError: a name or a value is not what CloudEvents allows.
    """
    kept: dict[str, object] = {}
    for name, value in extensions.items():
        if value is not None:
            _check_extension(name, value)
            kept[name] = value
    return of_items(kept) if kept else None


def _check_spec_version(attributes: Mapping[str, object]) -> None:
    if "specversion" not in attributes:
        return
    version = attributes["specversion"]
    if not isinstance(version, str) or not _SPEC_VERSIONS.fullmatch(version):
        raise SignalError("specversion", f"{show(version)} is not 1.0 or 1.0.x")


def _text(attributes: Mapping[str, object], name: str) -> str | None:
    value = attributes.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise SignalError(name, f"{show(value)} is not a string")
    check_attribute(name, value)
    return value


def _source(attributes: Mapping[str, object], default: str | None) -> str:
    given = _text(attributes, "source") if "source" in attributes else default
    if given is None:
        raise SignalError("source", "is missing")
    if not _REFERENCE.fullmatch(given):
        raise SignalError("source", f"{given!r} is not a URI reference")
    return given


def _shaped(
    attributes: Mapping[str, object], name: str, shape: re.Pattern[str], noun: str
) -> str | None:
    value = _text(attributes, name)
    if value is not None and not shape.fullmatch(value):
        raise SignalError(name, f"{show(value)} is not {noun}")
    return value


def _time(attributes: Mapping[str, object], default: int) -> int:
    text = _text(attributes, "time")
    if text is None:
        return default
    try:
        return parse_time(text)
    except ValueError as error:
        raise SignalError("time", str(error)) from None


def _data(attributes: Mapping[str, object]) -> object:
    try:
        return freeze(attributes.get("data"), where="data")
    except ValueDomainError as error:
        raise SignalError("data", f"is not JSON: {error}") from None


def _extensions(attributes: Mapping[str, object]) -> FrozenDict | None:
    if attributes.keys() <= _CORE:
        return None
    return freeze_extensions({k: v for k, v in attributes.items() if k not in _CORE})


def _check_extension(name: str, value: object) -> None:
    if not isinstance(name, str) or not _EXTENSION_NAME.fullmatch(name) or name in _CORE:
        raise SignalError(str(name), "is no name for an extension: 1 to 20 of a-z and 0-9")
    if isinstance(value, str):
        if _FORBIDDEN.search(value):
            raise SignalError(name, f"holds a character that CloudEvents forbids: {value!r}")
    elif not isinstance(value, bool | int):
        raise SignalError(name, f"{value!r} is not a string, an integer or a boolean")
    elif not -_INT32 <= value < _INT32:
        raise SignalError(name, f"{value!r} is not a 32-bit integer")
