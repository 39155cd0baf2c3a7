"""Quick tests: values that a member's schema surely accepts as they are.

What passes is a subset of what the slow check accepts, unchanged; what does not pass may be right
too, which the slow check says. Here the tests are found and made on one value; `schema_generate`
writes them out as Python for the values that come by the thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, cast

import msgspec

from jido_cli.core.schema_errors import missing_key, unknown_key
from jido_cli.core.values import MAX_INT, MIN_INT

Fix = Callable[[object], object]
"""Slow check of one member: any value -> the frozen, normalised, valid one, or SchemaError."""

ABSENT = object()
_ANNOTATIONS = frozenset(
    {
        "$comment",
        "default",
        "deprecated",
        "description",
        "examples",
        "format",
        "readOnly",
        "title",
        "writeOnly",
    }
)
_RANGE = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
_LIMITS: Mapping[str, tuple[str, ...]] = {
    "boolean": (),
    "integer": _RANGE,
    "number": _RANGE,
    "string": ("minLength", "maxLength"),
}


class Member(msgspec.Struct, frozen=True):
    """One property of an object.

    Attributes:
        name: of the property.
        schema: of it.
        fix: slow check of a given value, which fills in defaults inside.
        recheck: slow check of a value that is in place already, which fills in none.
        default: frozen; `ABSENT` if there is none.
        is_required: whether it must be there.
        quick: the quick test of a value; None if there is none.
    """

    name: str
    schema: object
    fix: Fix
    recheck: Fix
    default: object
    is_required: bool
    quick: Quick | None


class Quick(NamedTuple):
    """A quick test: of the scalar's type, of limits by keyword, or of a choice of texts."""

    kind: str
    is_nullable: bool
    limits: tuple[tuple[str, object], ...]
    choice: frozenset[str] | None


def quick_test(schema: object) -> Quick | None:
    """Return the quick test of a member, None if there is none."""
    if not isinstance(schema, Mapping):
        return None
    named = schema.get("type")
    kinds = list(named) if isinstance(named, list) else [named]
    others = [kind for kind in kinds if kind != "null"]
    kind, is_nullable = others[0] if len(others) == 1 else None, len(others) < len(kinds)
    if not isinstance(kind, str) or kind not in _LIMITS:
        return None
    keywords = {key for key in schema if not str(key).startswith("x-")} - _ANNOTATIONS - {"type"}
    if keywords <= set(_LIMITS[kind]):
        limits = tuple((key, schema[key]) for key in _LIMITS[kind] if key in schema)
        return Quick(kind, is_nullable, limits, None)
    choice = schema.get("enum")
    if kind == "string" and keywords == {"enum"} and isinstance(choice, list) and not is_nullable:
        return Quick(kind, False, (), frozenset(x for x in choice if isinstance(x, str)))
    return None


def passes(quick: Quick, value: object) -> bool:
    """Return whether *value* passes."""
    if value is None:
        return quick.is_nullable
    match quick.kind:
        case "boolean":
            return type(value) is bool
        case "integer":
            if type(value) is not int or not MIN_INT <= value <= MAX_INT:
                return False
            measured: float = value
        case "number":
            if type(value) is not float or value - value != 0.0:  # NaN, the infinities
                return False
            measured = value
        case _:
            if type(value) is not str:
                return False
            if quick.choice is not None:
                return value in quick.choice
            if not value.isascii():
                return False
            measured = len(value)
    return all(_is_within(measured, keyword, limit) for keyword, limit in quick.limits)


def _is_within(measured: float, keyword: str, limit: object) -> bool:
    bound = cast("float", limit)
    match keyword:
        case "minimum" | "minLength":
            return bound <= measured
        case "exclusiveMinimum":
            return bound < measured
        case "exclusiveMaximum":
            return bound > measured
        case _:
            return bound >= measured


def take_once(
    members: Sequence[Member], data: Mapping[str, object], *, is_strict: bool
) -> dict[str, object]:
    """Return the declared members of *data*, checked and with defaults, as generated code does.

    Args:
        members: the properties, in order.
        data: a mapping.
        is_strict: refuse other keys; else they are left alone.

    Raises:
        SchemaError: the data does not fit.
    """
    given: dict[str, object] = {}
    absent: dict[str, object] = {}
    for member in members:
        value = data.get(member.name, ABSENT)
        if value is ABSENT:
            if member.default is not ABSENT:
                given[member.name] = member.default
            elif member.is_required:
                raise missing_key(member.name)
            continue
        quick = member.quick
        fixed = value if quick is not None and passes(quick, value) else member.fix(value)
        if member.is_required or member.default is not ABSENT:
            given[member.name] = fixed
        else:
            absent[member.name] = fixed
    if is_strict:
        known = {member.name for member in members}
        for key in data:
            if key not in known:
                raise unknown_key(str(key), [member.name for member in members])
    return given | absent
