"""Typing of `k=v` words: by the action's schema, else as JSON, else as text.

`k:=json` is always JSON. Pure; whether a value is allowed is the engine's to say.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from jido_cli.errors import UsageError

Schema = Mapping[str, Any]

_PAIR = re.compile(r"([^=]*?)(:?=)(.*)", re.DOTALL)
_INTEGER = re.compile(r"[+-]?[0-9]+")
_SHORT = 80
_MISSING = object()
# The order in which a text is tried against several allowed types; text takes everything.
_ORDER = ("null", "boolean", "integer", "number", "object", "array", "string")


def read_pairs(
    words: Sequence[str], schema: Schema | None, carried: Schema | None = None
) -> dict[str, object]:
    """Return the data that `k=v` words write.

    Args:
        words: as typed.
        schema: JSON Schema of the object, if one is known.
        carried: another, which says what *schema* leaves out.
    """
    data: dict[str, object] = {}
    for word in words:
        match = _PAIR.fullmatch(word)
        if match is None or not match[1]:
            raise UsageError(
                f"{word!r} is not a parameter",
                why="parameters are written name=value, or name:=json",
            )
        key, sign, text = match.groups()
        if key in data:
            raise UsageError(f"parameter {key!r} is given twice")
        if sign == ":=":
            data[key] = _explicit(key, text)
        else:
            data[key] = typed(text, _property(schema, key) or _property(carried, key))
    return data


def typed(text: str, schema: Schema | None) -> object:
    """Return the value that *text* writes where *schema* is expected.

    A text that fits none of the allowed types stays a text: the engine says what it wanted.
    """
    types = _types(schema)
    if not types:
        value = _json(text)
        return text if value is _MISSING else value
    for name in _ORDER:
        if name in types:
            value = _as(name, text)
            if value is not _MISSING:
                return value
    return text


def example(schema: Schema | None) -> str | None:
    """Return a text that the schema would take, for a hint; None if none is obvious."""
    types = _types(schema)
    if schema is None:
        return None
    for key in ("default", "const"):
        if key in schema:
            return _text(schema[key])
    if schema.get("enum"):
        return _text(schema["enum"][0])
    if "integer" in types or "number" in types:
        return str(schema.get("minimum", 1))
    return "true" if "boolean" in types else None


def properties(schema: Schema | None) -> Mapping[str, Schema]:
    """Return the declared members of an object schema."""
    found = (schema or {}).get("properties")
    return found if isinstance(found, Mapping) else {}


def _property(schema: Schema | None, key: str) -> Schema | None:
    found = properties(schema).get(key)
    if found is None and schema is not None:
        extra = schema.get("additionalProperties")
        found = extra if isinstance(extra, Mapping) else None
    if isinstance(found, Mapping) and isinstance(found.get("$ref"), str):
        found = _resolved(schema or {}, found["$ref"])
    return found if isinstance(found, Mapping) else None


def _resolved(schema: Schema, reference: str) -> Any:
    if not reference.startswith("#/"):
        return None
    found: Any = schema
    for part in reference[2:].split("/"):
        part = part.replace("~1", "/").replace("~0", "~")
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _types(schema: Schema | None) -> frozenset[str]:
    if schema is None:
        return frozenset()
    declared = schema.get("type")
    if isinstance(declared, str):
        return frozenset((declared,))
    if isinstance(declared, list | tuple):
        return frozenset(declared)
    values = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    if values:
        return frozenset(type_of(value) for value in values)
    found: frozenset[str] = frozenset()
    for key in ("anyOf", "oneOf"):
        for part in schema.get(key) or ():
            found |= _types(part) if isinstance(part, Mapping) else frozenset()
    return found


def type_of(value: object) -> str:
    """Return JSON Schema's name for the type of a value."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case Mapping():
            return "object"
        case _:
            return "array"


def _as(name: str, text: str) -> object:
    if name == "string":
        return text
    if name == "integer":
        return int(text) if _INTEGER.fullmatch(text) and len(text) < 100 else _MISSING
    value = _json(text)
    if value is _MISSING:
        return _MISSING
    is_type = type_of(value) == name or (name == "number" and type_of(value) == "integer")
    return value if is_type else _MISSING


def _explicit(key: str, text: str) -> object:
    value = _json(text)
    if value is _MISSING:
        raise UsageError(
            f"{key}:= takes JSON, and {_short(repr(text))} is none",
            hints=(f"{shlex.quote(f'{key}={text}')} for a text",) if len(text) < _SHORT else (),
        )
    return value


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 3]}..."


def _json(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return _MISSING


def _no_constant(word: str) -> object:
    raise ValueError(f"{word} is not JSON")


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
