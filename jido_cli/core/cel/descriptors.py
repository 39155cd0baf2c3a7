"""Message types as the checking library reads them: descriptor files in protobuf's wire format.

The library asks a pool for the file of a symbol when it first meets the name, and takes any object
that answers as protobuf's pools do. So files are written here by hand, and protobuf's own Python,
whose import takes longer than most checks, is not needed. No schemas, no expressions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from jido_cli.core.cel.types import (
    ANY_MAP,
    BOOL,
    DOUBLE,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    CelType,
)

PACKAGE = "jido"
_WELL_KNOWN = "google.protobuf"
_DEPENDENCIES = tuple(
    f"google/protobuf/{name}.proto" for name in ("wrappers", "struct", "timestamp")
)
_WRAPPERS = {INT: "Int64Value", DOUBLE: "DoubleValue", STRING: "StringValue", BOOL: "BoolValue"}
# Numbers of protobuf's descriptor.proto.
_SCALARS = {DOUBLE: 1, INT: 3, BOOL: 8, STRING: 9}
_MESSAGE = 11
_OPTIONAL, _REPEATED = 1, 3


class Field(NamedTuple):
    """A field of a message: its type, and the scalar it holds when it may also be null."""

    type: CelType
    nullable: CelType | None = None


class File(NamedTuple):
    """A file of a pool, with the one attribute that the library reads."""

    serialized_pb: bytes


class Pool:
    """The files that a checker may ask for."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}

    def add(self, messages: Mapping[str, Mapping[str, Field]]) -> None:
        """Add a file with these messages: full name -> field -> what it is."""
        file = File(_file(messages))
        self._files.update(dict.fromkeys(messages, file))

    def FindFileContainingSymbol(self, name: str) -> File:  # noqa: N802 - the library's word
        """Return the file that has a message; KeyError if none has."""
        return self._files[name]

    def FindFileByName(self, name: str) -> File:  # noqa: N802 - the library's word
        """Refuse: our files stand for themselves, and protobuf's own the library has."""
        raise KeyError(name)


def _file(messages: Mapping[str, Mapping[str, Field]]) -> bytes:
    parts = [_text(1, f"{next(iter(messages))}.proto"), _text(2, PACKAGE)]
    parts += [_text(3, name) for name in _DEPENDENCIES]
    parts += [_bytes(4, _message(name, fields)) for name, fields in messages.items()]
    return b"".join((*parts, _text(12, "proto3")))


def _message(name: str, fields: Mapping[str, Field]) -> bytes:
    parts = [_text(1, name.removeprefix(f"{PACKAGE}."))]
    taken = set(fields)
    for number, (field_name, field) in enumerate(fields.items(), start=1):
        entry_name = _entry_name(field_name)
        value = field.type.item
        is_entry = field.type.kind == "map" and value is not None and value != DYN
        if is_entry and value and entry_name not in taken and entry_name[0].isalpha():
            taken.add(entry_name)
            parts.append(_bytes(3, _entry(entry_name, value)))
            kind = _typed(_MESSAGE, f".{name}.{entry_name}")
            parts.append(_bytes(2, _field(field_name, number, kind, _REPEATED)))
        else:
            parts.append(_bytes(2, _described(field_name, number, field)))
    # `a_b` and `aB` share a JSON name, which the library would refuse; nobody asks for it.
    parts.append(_bytes(7, _number(11, 1)))
    return b"".join(parts)


def _entry_name(field_name: str) -> str:
    """Return the name that protobuf wants for the entries of a map; not always a usable one."""
    return "".join(part[:1].upper() + part[1:] for part in field_name.split("_")) + "Entry"


def _entry(name: str, value: CelType) -> bytes:
    fields = (_field("key", 1, _typed(_SCALARS[STRING])), _field("value", 2, _element(value)))
    options = _bytes(7, _number(7, 1))  # a map's entry
    return b"".join((_text(1, name), *(_bytes(2, each) for each in fields), options))


def _described(name: str, number: int, field: Field) -> bytes:
    kind = field.type
    if field.nullable is not None:
        return _field(name, number, _known(_WRAPPERS[field.nullable]))
    if kind.kind == "list" and kind.item is not None:
        return _field(name, number, _element(kind.item), _REPEATED)
    if kind.kind == "map":
        return _field(name, number, _known("Struct"))
    return _field(name, number, _element(kind))


def _element(kind: CelType) -> bytes:
    if kind in _SCALARS:
        return _typed(_SCALARS[kind])
    if kind.kind == "message":
        return _typed(_MESSAGE, f".{kind.name}")
    if kind == TIMESTAMP:
        return _known("Timestamp")
    return _known("Struct" if kind == ANY_MAP else "Value")


def _known(name: str) -> bytes:
    return _typed(_MESSAGE, f".{_WELL_KNOWN}.{name}")


def _typed(number: int, name: str = "") -> bytes:
    return _number(5, number) + (_text(6, name) if name else b"")


def _field(name: str, number: int, kind: bytes, label: int = _OPTIONAL) -> bytes:
    return b"".join((_text(1, name), _number(3, number), _number(4, label), kind))


def _number(field: int, value: int) -> bytes:
    return bytes(_varint(field << 3)) + bytes(_varint(value))


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode())


def _bytes(field: int, data: bytes) -> bytes:
    length = len(data)
    head = (
        bytes((field << 3 | 2, length))
        if length < 128
        else bytes((field << 3 | 2, *_varint(length)))
    )
    return head + data


def _varint(value: int) -> Iterable[int]:
    while value > 127:
        yield value & 127 | 128
        value >>= 7
    yield value
