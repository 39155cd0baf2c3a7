"""Can a value that stands in the file be what a schema wants, as far as that can be told?

Values are constants, expressions, or mappings of both. An expression is known by its type only
where it reads one member of a state or of params; anything else may fit. No places, no findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec

from jido_cli.core.schema import Schema, SchemaError, compile_schema
from jido_cli.core.schema_document import properties_of, read_document
from jido_cli.core.suggestions import did_you_mean
from jido_cli.topology.raw import Raw
from jido_cli.topology.words import TYPE_NAMES

_READ: Final = re.compile(r"\$\{\{\s*(state|params|next)\.([A-Za-z_]\w*)\s*\}\}")
_DEFINITIONS: Final = ("$defs", "definitions")


class Misfit(NamedTuple):
    """Why a member does not fit; `path` leads to it, or to its key.

    `missing` are the names of members that are not there.
    """

    path: tuple[str | int, ...]
    fact: str
    hint: str | None = None
    is_key: bool = False
    missing: tuple[str, ...] = ()

    @property
    def lacking(self) -> str:
        """The names of what is missing, for a message."""
        return ", ".join(map(repr, self.missing))


class Shape(msgspec.Struct, frozen=True, eq=False):
    """What a declared schema says about its members; `required` are those without a default."""

    source: Mapping[str, object]
    properties: Mapping[str, object]
    required: tuple[str, ...]
    is_open: bool


def shape_of(declared: object) -> Shape | None:
    """Return what a schema, full or in short form, says; None for none, or one that is unsound.

    Nothing is compiled: what the loader has found wrong it has told.
    """
    if not isinstance(declared, dict):
        return None
    try:
        full = read_document(declared, is_closed=True)
    except (SchemaError, RecursionError):
        return None
    properties = properties_of(full)
    names = full.get("required")
    listed = names if isinstance(names, list) else []
    return Shape(
        full,
        properties,
        tuple(n for n in listed if isinstance(n, str) and not _has_default(properties.get(n))),
        full.get("additionalProperties", full.get("unevaluatedProperties", True)) is not False,
    )


Scope = Mapping[str, Shape | None]
"""The schemas of the variables that a value may read: `state`, `params`, `next`."""


def members_misfit(
    data: Raw, schema: Shape, scope: Scope, *, is_strict: bool = False
) -> Iterator[Misfit]:
    """Yield what is wrong with the members of a mapping as members that *schema* declares.

    Args:
        data: the mapping as written.
        schema: what it is to fit.
        scope: what expressions may read.
        is_strict: whether members that a closed schema does not declare are wrong.
    """
    known = schema.properties
    others = [name for name in data if name not in known and is_constant(name)]
    if all(map(is_constant, data.keys())):
        missing = [name for name in schema.required if name not in data]
        slips = {near[0]: name for name in others if (near := get_close_matches(name, missing))}
        if is_strict and not schema.is_open:
            missing = [name for name in missing if name not in slips]  # told as unknown keys
        if missing:
            slip = next((slips[name] for name in missing if name in slips), None)
            hint = None if slip is None else f"{slip!r} is there instead"
            yield Misfit((), "members are missing", hint, missing=tuple(missing))
    for name in others if is_strict and not schema.is_open else ():
        hint = did_you_mean(name, schema.properties)
        yield Misfit((name,), f"unknown key {name!r}", hint, is_key=True)
    for name, value in data.items():
        if name in known:
            yield from value_misfit(value, known[name], schema, scope, (name,))


def value_misfit(
    value: object, wanted: object, root: Shape, scope: Scope, path: tuple[str | int, ...] = ()
) -> Iterator[Misfit]:
    """Yield what is wrong with a value where *wanted*, a part of *root*, is asked for."""
    if isinstance(value, str) and "${{" in value:
        fact = _type_misfit(value, wanted, scope)
        if fact is not None:
            yield Misfit(path, fact)
    elif is_constant(value):
        yield from _constant_misfit(value, wanted, root, path)
    elif isinstance(value, dict) and isinstance(wanted, Mapping):
        properties = wanted.get("properties")
        for name, below in value.items():
            if isinstance(properties, Mapping) and name in properties:
                yield from value_misfit(below, properties[name], root, scope, (*path, name))
    elif isinstance(value, list) and isinstance(wanted, Mapping) and "items" in wanted:
        for index, below in enumerate(value):
            yield from value_misfit(below, wanted["items"], root, scope, (*path, index))


def is_constant(value: object) -> bool:
    """Tell whether no expression stands in a value."""
    if isinstance(value, str):
        return "${{" not in value
    if isinstance(value, dict):
        return all(is_constant(key) and is_constant(below) for key, below in value.items())
    return all(map(is_constant, value)) if isinstance(value, list) else True


def clash(given: object, wanted: object) -> tuple[str, str] | None:
    """Return the words for two schemas' types when no value has both."""
    has, wants = types_of(given), types_of(wanted)
    if not has or not wants or has & wants:
        return None
    if has & {"integer", "number"} and wants & {"integer", "number"}:
        return None  # 1.0 is an integer too
    return _called(has), _called(wants)


def types_of(schema: object) -> frozenset[str]:
    """Return the types that a schema allows, none where it does not say."""
    kind = schema.get("type") if isinstance(schema, Mapping) else None
    named = kind if isinstance(kind, list | tuple) else [kind]
    return frozenset(each for each in named if isinstance(each, str))


def _has_default(schema: object) -> bool:
    return isinstance(schema, Mapping) and "default" in schema


def _called(types: frozenset[str]) -> str:
    return " or ".join(TYPE_NAMES.get(each, each) for each in sorted(types))


def _type_misfit(text: str, wanted: object, scope: Scope) -> str | None:
    match = _READ.fullmatch(text.strip())
    if match is None:
        whole = text.strip()
        is_mixed = not (whole.startswith("${{") and whole.endswith("}}"))
        types = types_of(wanted)
        if is_mixed and types and "string" not in types:
            return f"this gives text, wanted is {_called(types)}"
        return None
    schema = scope.get(match[1])
    given = schema.properties.get(match[2]) if schema is not None else None
    words = clash(given, wanted)
    return None if words is None else f"this gives {words[0]}, wanted is {words[1]}"


def _constant_misfit(
    value: object, wanted: object, root: Shape, path: tuple[str | int, ...]
) -> Iterator[Misfit]:
    shape: dict[str, object] = {"type": "object", "properties": {"value": wanted}}
    shape |= {key: root.source[key] for key in _DEFINITIONS if key in root.source}
    schema = _compiled_text(msgspec.json.encode(shape))
    if schema is None:
        return
    try:
        schema.check({"value": value})
    except SchemaError as error:
        is_key = error.message.startswith("unknown key")
        yield Misfit((*path, *error.path[1:]), error.message, error.hint, is_key=is_key)


@lru_cache(maxsize=256)
def _compiled_text(shape: bytes) -> Schema | None:
    try:
        return compile_schema(msgspec.json.decode(shape))
    except (SchemaError, RecursionError):
        return None
