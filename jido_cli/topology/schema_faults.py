"""What is wrong with a schema of the user's, beyond what a validator says about it.

JSON Schema ignores keywords that it does not know, and validators explain a wrong type by all the
ways to be right. Only the schema itself is looked at here, never a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from jido_cli.core.schema import is_full_schema
from jido_cli.core.schema_document import LISTED_SCHEMAS, NAMED_SCHEMAS, ONE_SCHEMA
from jido_cli.core.schema_short import KEYWORDS
from jido_cli.topology.positions import Path
from jido_cli.topology.raw import Raw
from jido_cli.topology.schema_cycles import endless
from jido_cli.topology.words import Suggester, listed, shown

MAX_UNIQUE_ITEMS: Final = 1000
TYPES: Final = ("array", "boolean", "integer", "null", "number", "object", "string")


class Fault(NamedTuple):
    """One fault of a schema; `is_key` says that the key at the path is meant."""

    path: Path
    message: str
    hint: str | None = None
    is_key: bool = False


def faults(declared: Raw, suggester: Suggester) -> Iterator[Fault]:
    """Yield what is wrong with a schema, full or in short form."""
    if is_full_schema(declared):
        yield from _walk((), declared, suggester)
        fault = endless(declared)
        if fault is not None:
            yield Fault(*fault)
        return
    for name, below in declared.items():
        if isinstance(below, dict) and not _is_unknown(below):
            yield from _walk((name,), below, suggester)
    members = {name: below for name, below in declared.items() if isinstance(below, dict)}
    fault = endless({"properties": members})
    if fault is not None:
        yield Fault(fault[0][1:], fault[1])


def _is_unknown(schema: Raw) -> bool:
    """Tell a mapping that is no schema at all: the reader of the short form refuses it."""
    return bool(schema) and KEYWORDS.isdisjoint(schema)


def _walk(path: Path, schema: object, suggester: Suggester) -> Iterator[Fault]:
    if not isinstance(schema, dict):
        return
    for key in schema:
        if key not in KEYWORDS and not key.startswith("x-"):
            hint = suggester.near(key, KEYWORDS)
            if hint is not None:
                fact = f"{key!r} is not a keyword of JSON Schema"
                yield Fault((*path, key), fact, hint, is_key=True)
    yield from _own_faults(path, schema, suggester)
    for key, below in schema.items():
        if key in NAMED_SCHEMAS and isinstance(below, dict):
            for name, inner in below.items():
                yield from _walk((*path, key, name), inner, suggester)
        elif key in LISTED_SCHEMAS and isinstance(below, list):
            for index, inner in enumerate(below):
                yield from _walk((*path, key, index), inner, suggester)
        elif key in ONE_SCHEMA:
            yield from _walk((*path, key), below, suggester)


def _own_faults(path: Path, schema: Raw, suggester: Suggester) -> Iterator[Fault]:
    declared = schema.get("type")
    for index, kind in enumerate(declared if isinstance(declared, list) else [declared]):
        if "type" in schema and kind not in TYPES:
            below: Path = ("type", index) if isinstance(declared, list) else ("type",)
            fact = f"type {shown(kind)} is not one of {listed(TYPES)}"
            yield Fault((*path, *below), fact, _type_hint(kind, suggester))
    for key in ("$ref", "$dynamicRef"):
        target = schema.get(key)
        if isinstance(target, str) and not target.startswith("#"):
            fact = f"{key} {target!r} leads out of the file: nothing is fetched or read"
            yield Fault(
                (*path, key), fact, "name a file of the project, or a place here: '#/$defs/...'"
            )
    most = schema.get("maxItems")
    is_bounded = isinstance(most, int | float) and most <= MAX_UNIQUE_ITEMS
    if schema.get("uniqueItems") is True and not is_bounded:
        # Every pair is compared: without a bound one message could stop the engine.
        fact = f"'uniqueItems' needs 'maxItems' of at most {MAX_UNIQUE_ITEMS:,}"
        yield Fault((*path, "uniqueItems"), fact, is_key=True)


def _type_hint(kind: object, suggester: Suggester) -> str | None:
    if kind is None:
        return 'quote it: "null"'
    meant = {
        "int": "integer",
        "float": "number",
        "double": "number",
        "str": "string",
        "text": "string",
        "bool": "boolean",
        "dict": "object",
        "map": "object",
        "mapping": "object",
        "list": "array",
    }
    if not isinstance(kind, str):
        return None
    if kind.lower() in meant:
        return f"did you mean {meant[kind.lower()]!r}?"
    return suggester.near(kind, TYPES)
