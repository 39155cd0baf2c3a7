"""JSON Schemas as types: of ours, and as the protobuf messages that the checker understands.

The checker knows fields, elements and presence only of protobuf messages. So each closed object
of a schema becomes a message of a descriptor pool made for one environment. What a message cannot
say becomes dynamic, never wrong: unions, open objects, names that are no identifiers.
No message is ever filled: values stay dicts and lists. Protobuf is imported when a pool is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

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
    TIMESTAMP,
    CelType,
    list_of,
    map_of,
)

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto
    from google.protobuf.descriptor_pool import DescriptorPool

PACKAGE = "jido"
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NO_FIELD_NAMES = frozenset({"in", "true", "false", "null"})
_MAX_FIELDS = 10_000
_BY_NAME = {"integer": INT, "number": DOUBLE, "string": STRING, "boolean": BOOL, "null": NULL}
_WRAPPERS = {INT: "Int64Value", DOUBLE: "DoubleValue", STRING: "StringValue", BOOL: "BoolValue"}

Schema = Mapping[str, object]


class Field(NamedTuple):
    """A field of a message: its type, and the scalar it holds when it may also be null."""

    type: CelType
    nullable: CelType | None = None


class MessageTypes:
    """The message types of one environment, collected from its schemas."""

    def __init__(self) -> None:
        self.fields: dict[str, dict[str, CelType]] = {}
        self._messages: dict[str, dict[str, Field]] = {}

    def copy(self) -> MessageTypes:
        """Return the same types, to which others can be added."""
        other = MessageTypes()
        other.fields, other._messages = dict(self.fields), dict(self._messages)
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
        name = f"{PACKAGE}.M{len(self._messages) + 1}"
        self._messages[name] = {}
        self.fields[name] = {}
        return CelType("message", None, name)

    def fill(self, message: CelType, fields: Mapping[str, Field]) -> None:
        """Tell the fields of a reserved message."""
        self._messages[message.name] = dict(fields)
        self.fields[message.name] = {name: field.type for name, field in fields.items()}

    def pool(self) -> DescriptorPool:
        """Return a descriptor pool that holds all the messages."""
        from google.protobuf import (
            descriptor_pb2,
            descriptor_pool,
            struct_pb2,
            timestamp_pb2,
            wrappers_pb2,
        )

        pool = descriptor_pool.DescriptorPool()
        known = (wrappers_pb2, struct_pb2, timestamp_pb2)
        for module in known:
            pool.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
        file = descriptor_pb2.FileDescriptorProto(
            name="jido.proto",
            package=PACKAGE,
            syntax="proto3",
            dependency=[module.DESCRIPTOR.name for module in known],
        )
        for name, fields in self._messages.items():
            message = file.message_type.add(name=name.partition(".")[2])
            # `a_b` and `aB` share a JSON name, which the pool would refuse; nobody asks for it.
            message.options.deprecated_legacy_json_field_conflicts = True
            for number, (field_name, field) in enumerate(fields.items(), start=1):
                proto = message.field.add(name=field_name, number=number)
                _describe(proto, field, message, fields)
        pool.AddSerializedFile(file.SerializeToString())
        return pool


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


def _describe(
    proto: FieldDescriptorProto, field: Field, message: DescriptorProto, names: Iterable[str]
) -> None:
    """Write a field's type into its descriptor; *names* are those of all fields."""
    kind = field.type
    proto.label = proto.LABEL_OPTIONAL
    if field.nullable is not None:
        _set_message(proto, f".google.protobuf.{_WRAPPERS[field.nullable]}")
    elif kind.kind == "list" and kind.item is not None:
        _set_element(proto, kind.item)
        proto.label = proto.LABEL_REPEATED
    elif kind.kind == "map" and kind.item is not None:
        _set_map(proto, kind.item, message, names)
    else:
        _set_element(proto, kind)


def _set_element(proto: FieldDescriptorProto, kind: CelType) -> None:
    scalars = {
        INT: proto.TYPE_INT64,
        DOUBLE: proto.TYPE_DOUBLE,
        STRING: proto.TYPE_STRING,
        BOOL: proto.TYPE_BOOL,
    }
    if kind in scalars:
        proto.type = scalars[kind]
    elif kind.kind == "message":
        _set_message(proto, f".{kind.name}")
    elif kind == TIMESTAMP:
        _set_message(proto, ".google.protobuf.Timestamp")
    elif kind == ANY_MAP:
        _set_message(proto, ".google.protobuf.Struct")
    else:
        _set_message(proto, ".google.protobuf.Value")


def _set_message(proto: FieldDescriptorProto, name: str) -> None:
    proto.type = proto.TYPE_MESSAGE
    proto.type_name = name


def _set_map(
    proto: FieldDescriptorProto, value: CelType, message: DescriptorProto, names: Iterable[str]
) -> None:
    """Make the field a protobuf map, unless the name its entry must have is none, or taken."""
    entry_name = "".join(part[:1].upper() + part[1:] for part in proto.name.split("_")) + "Entry"
    taken = {*names, *(each.name for each in message.nested_type)}
    if value == DYN or entry_name in taken or not entry_name[0].isalpha():
        _set_message(proto, ".google.protobuf.Struct")
        return
    entry = message.nested_type.add(name=entry_name)
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=proto.TYPE_STRING, label=proto.LABEL_OPTIONAL)
    _set_element(
        entry.field.add(name="value", number=2, label=proto.LABEL_OPTIONAL),
        value,
    )
    _set_message(proto, f".{PACKAGE}.{message.name}.{entry_name}")
    proto.label = proto.LABEL_REPEATED
