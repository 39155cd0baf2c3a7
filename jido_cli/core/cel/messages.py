"""JSON Schemas as types: of ours, and as the protobuf messages that the checker understands.

The checker knows fields, elements and presence only of protobuf messages. So each closed object
of a schema becomes a message. What a message cannot say becomes dynamic, never wrong: unions, open
objects, names that are no identifiers. No message is ever filled: values stay dicts and lists. How
messages are written for the checker is in `descriptors`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import count

from jido_cli.core.cel.descriptors import PACKAGE, Field, Pool
from jido_cli.core.cel.types import (
    ANY_LIST,
    ANY_MAP,
    BOOL,
    DOUBLE,
    DYN,
    INT,
    NULL,
    SCALARS,
    STRING,
    CelType,
    list_of,
    map_of,
)

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NO_FIELD_NAMES = frozenset({"in", "true", "false", "null"})
_MAX_FIELDS = 10_000
_BY_NAME = {"integer": INT, "number": DOUBLE, "string": STRING, "boolean": BOOL, "null": NULL}

Schema = Mapping[str, object]
Form = tuple[tuple[tuple[str, Field], ...], ...]
"""A message and those in it, as fields; they refer to each other by their numbers in the form."""


class MessageTypes:
    """The message types of one environment, collected from its schemas."""

    def __init__(self) -> None:
        self.fields: dict[str, dict[str, CelType]] = {}
        self._messages: dict[str, dict[str, Field]] = {}
        self._numbers = count(1)

    def copy(self) -> MessageTypes:
        """Return the same types, to which others can be added."""
        other = MessageTypes()
        other.fields, other._messages = dict(self.fields), dict(self._messages)
        other._numbers = self._numbers
        return other

    def add(self, schema: Schema) -> CelType:
        """Return the type of a full JSON Schema; its objects become messages."""
        return _SchemaReader(self, schema).field(schema).type

    def define(self, fields: Mapping[str, Field]) -> CelType:
        """Return a new message type with these fields."""
        result = self.reserve()
        self.fill(result, fields)
        return result

    def reserve(self) -> CelType:
        """Return a new message type whose fields are told later: a schema may contain itself."""
        name = f"{PACKAGE}.M{next(self._numbers)}"
        self._messages[name] = {}
        self.fields[name] = {}
        return CelType("message", None, name)

    def fill(self, message: CelType, fields: Mapping[str, Field]) -> None:
        """Tell the fields of a reserved message."""
        self._messages[message.name] = dict(fields)
        self.fields[message.name] = {name: field.type for name, field in fields.items()}

    def pool(self) -> Pool:
        """Return a pool that has all the messages."""
        pool = Pool()
        if self._messages:
            pool.add(self._messages)
        return pool

    def form(self, message: str, words: Collection[str]) -> Form:
        """Return what a message is, whatever it is called, to a text with these words.

        Args:
            message: its name.
            words: the fields to look at; others that there are make no difference.
        """
        order = [message]
        numbers = {message: "0"}
        form = []
        for name in order:
            fields = self._messages[name]
            seen = {field: each for field, each in fields.items() if field in words}
            for field in seen.values():
                inner = _innermost(field.type)
                if inner.kind == "message" and inner.name not in numbers:
                    numbers[inner.name] = str(len(order))
                    order.append(inner.name)
            form.append(tuple((field, _renamed(each, numbers)) for field, each in seen.items()))
        return tuple(form)


def with_names(form: Form, names: Sequence[str]) -> Form:
    """Return a form in which messages are referred to by names instead of by numbers."""
    by_number = {str(number): name for number, name in enumerate(names)}
    return tuple(
        tuple((field, _renamed(each, by_number)) for field, each in fields) for fields in form
    )


def _innermost(kind: CelType) -> CelType:
    while kind.item is not None:
        kind = kind.item
    return kind


def _renamed(field: Field, names: Mapping[str, str]) -> Field:
    if _innermost(field.type).kind != "message":
        return field
    return field._replace(type=_renamed_type(field.type, names))


def _renamed_type(kind: CelType, names: Mapping[str, str]) -> CelType:
    if kind.item is not None:
        return kind._replace(item=_renamed_type(kind.item, names))
    return kind._replace(name=names[kind.name])


class _SchemaReader:
    """Reads one schema; references inside it are followed, recursion included."""

    def __init__(self, types: MessageTypes, root: Schema) -> None:
        self._types = types
        self._root = root
        self._objects: dict[int, CelType] = {}

    def field(self, schema: object) -> Field:
        if not isinstance(schema, Mapping):
            return Field(DYN)
        if "$ref" in schema:
            return self.field(self._resolve(schema["$ref"]))
        names = schema.get("type")
        if isinstance(names, list):
            others = [name for name in names if name != "null"]
            if len(others) != 1:
                return Field(DYN)
            return self._typed(others[0], schema, is_nullable=len(others) < len(names))
        if isinstance(names, str):
            return self._typed(names, schema, is_nullable=schema.get("nullable") is True)
        return Field(
            _enumerated(schema.get("enum", [schema["const"]] if "const" in schema else ()))
        )

    def _typed(self, name: str, schema: Schema, *, is_nullable: bool) -> Field:
        if name == "object":
            kind = self._object(schema)
            return Field(DYN if is_nullable and kind.kind == "map" else kind)
        if name == "array":
            return Field(DYN if is_nullable else self._array(schema))
        scalar = _BY_NAME.get(name, DYN)
        if is_nullable and scalar in SCALARS:
            return Field(DYN, scalar)
        return Field(DYN if scalar == NULL else scalar)

    def _array(self, schema: Schema) -> CelType:
        if "prefixItems" in schema:
            return ANY_LIST
        return list_of(self.field(schema.get("items")).type)

    def _object(self, schema: Schema) -> CelType:
        known = self._objects.get(id(schema))
        if known is not None:
            return known
        properties = schema.get("properties")
        extra = schema.get("additionalProperties")
        if not isinstance(properties, Mapping) or not properties:
            return map_of(self.field(extra).type) if isinstance(extra, Mapping) else ANY_MAP
        if extra or "patternProperties" in schema or not _are_field_names(properties):
            return ANY_MAP
        result = self._types.reserve()
        self._objects[id(schema)] = result
        self._types.fill(result, {name: self.field(each) for name, each in properties.items()})
        return result

    def _resolve(self, reference: object, hops: int = 0) -> object:
        """Return the schema that a local reference names; nothing else is ever read."""
        if not isinstance(reference, str) or not reference.startswith("#") or hops > 64:
            return None
        found: object = self._root
        for part in reference[1:].split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            found = found.get(key) if isinstance(found, Mapping) else None
        if isinstance(found, Mapping) and "$ref" in found:
            return self._resolve(found["$ref"], hops + 1)
        return found


def _are_field_names(properties: Mapping[object, object]) -> bool:
    return len(properties) <= _MAX_FIELDS and all(
        isinstance(name, str) and _IDENTIFIER.fullmatch(name) and name not in _NO_FIELD_NAMES
        for name in properties
    )


def _enumerated(values: object) -> CelType:
    """Return the type that all the listed values have, else dyn."""
    kinds = {type(value) for value in values} if isinstance(values, (list, tuple)) else set()
    if len(kinds) != 1:
        return DYN
    return {str: STRING, bool: BOOL, int: INT, float: DOUBLE}.get(kinds.pop(), DYN)
