"""Lists that grew: where a valid list got more elements, only these are checked.

An element that is the same object as one of the valid list before is valid. Without that, to add
to a long list would cost what is in it. Where anything is in doubt, all of the value is checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from operator import is_
from typing import Final

from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.schema_quick import Fix
from jido_cli.core.updates import with_items
from jido_cli.core.values import FrozenDict, FrozenList, freeze

FEW: Final = 16  # elements that are checked anew in less time than it takes to compare
DROPPED: Final = 64  # so many may have gone at the front meanwhile
_SILENT: Final = frozenset({"default", "description", "examples", "title", "type"})
_LIST: Final = _SILENT | {"items"}
_OBJECT: Final = _SILENT | {"properties", "required", "additionalProperties"}
Keys = tuple[str, ...]


def list_places(schema: object, above: Keys = ()) -> Iterator[Keys]:
    """Yield where in values of *schema* lists stand of which it says only what elements are."""
    if not isinstance(schema, Mapping):
        return
    keywords = {key for key in schema if not str(key).startswith("x-")}
    if schema.get("type") == "array" and keywords <= _LIST:
        yield above
    elif schema.get("type") == "object" and keywords <= _OBJECT:
        properties = schema.get("properties")
        for name, inner in properties.items() if isinstance(properties, Mapping) else ():
            yield from list_places(inner, (*above, name))


def check_grown(places: Sequence[Keys], fix: Fix, old: object, value: object) -> object:
    """Return *value* as *fix* does, which is spared what the valid *old* holds at *places*.

    Raises:
        SchemaError: it is not valid.
    """
    shared = [
        (keys, count)
        for keys in places
        if (count := _shared(_at(old, keys), _at(value, keys))) >= FEW
    ]
    if not shared:
        return fix(value)
    rest = value
    for keys, count in shared:
        found = _at(value, keys)
        assert isinstance(found, FrozenList)
        rest = _put(rest, keys, freeze(found[count:]))
    try:
        fixed = fix(rest)
    except SchemaError:
        return fix(value)  # told as it is, with its own indexes
    if fixed is rest:
        return value
    for keys, count in shared:
        head, tail = _at(value, keys), _at(fixed, keys)
        assert isinstance(head, FrozenList)
        assert isinstance(tail, FrozenList)
        fixed = _put(fixed, keys, freeze([*head[:count], *tail]))
    return fixed


def _shared(old: object, new: object) -> int:
    """Return how many elements a list begins with that stand in one row in the old one."""
    if type(old) is not FrozenList or type(new) is not FrozenList or not new:
        return 0
    first = new[0]
    for start in range(min(DROPPED, len(old))):
        if old[start] is first:
            count = min(len(old) - start, len(new))
            return count if all(map(is_, islice(old, start, start + count), new)) else 0
    return 0


def _at(value: object, keys: Keys) -> object:
    for key in keys:
        if type(value) is not FrozenDict:
            return None
        value = value.get(key)
    return value


def _put(value: object, keys: Keys, new: object) -> object:
    if not keys:
        return new
    assert isinstance(value, FrozenDict)
    return with_items(value, {keys[0]: _put(value[keys[0]], keys[1:], new)})
