"""Schemas as documents: the parts of a JSON Schema, its references, and what is ours in it.

Nothing here checks a value. References are followed inside one document only; one that leads out
of it is refused here, before any validator sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.schema_short import expand_short_form
from jido_cli.core.values import ValueDomainError, freeze_mapping, thaw

NAMED_SCHEMAS = frozenset(
    {"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"}
)
"""Keywords that hold schemas by name."""
LISTED_SCHEMAS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
"""Keywords that hold a list of schemas."""
ONE_SCHEMA = frozenset(
    {
        "additionalProperties",
        "contains",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)
"""Keywords that hold one schema."""
_NOT_READ = frozenset({"$dynamicRef", "$recursiveRef"})
_PLAIN = frozenset(
    {
        "$comment",
        "$defs",
        "$id",
        "$schema",
        "additionalProperties",
        "default",
        "definitions",
        "description",
        "examples",
        "properties",
        "required",
        "title",
        "type",
    }
)
"""What an object may say whose members can be checked one by one."""


def read_document(source: Mapping[str, object], *, is_closed: bool) -> dict[str, object]:
    """Return the full JSON Schema that *source*, full or in short form, stands for.

    Args:
        source: the schema as it was declared.
        is_closed: whether an object that says nothing about further members refuses them.

    Raises:
        SchemaError: it is none of an object, or a `$ref` in it leads out of it.
    """
    try:
        full = thaw(freeze_mapping(expand_short_form(source)))
    except ValueDomainError as error:
        raise SchemaError(error.path, error.reason) from None
    spelled = _without_nullable(full)
    assert isinstance(spelled, dict)
    for path, schema in subschemas(spelled):
        _check_references(spelled, path, schema)
    if is_closed and spelled.get("type") == "object" and _PLAIN.issuperset(_spoken(spelled)):
        spelled.setdefault("additionalProperties", False)
    return spelled


def is_plain(full: Mapping[str, object]) -> bool:
    """Return whether the members of the object that *full* describes can be checked singly."""
    required = full.get("required", [])
    return (
        full.get("type") == "object"
        and _PLAIN.issuperset(_spoken(full))
        and isinstance(full.get("additionalProperties", True), bool)
        and isinstance(required, list)
        and set(required) <= set(properties_of(full))
    )


def is_simple(schema: object) -> bool:
    """Return whether *schema* is sound at sight: a few keywords, each with a value that it takes.

    One that is not may be sound too; that is for a validator to say.
    """
    if isinstance(schema, bool):
        return True
    if not isinstance(schema, Mapping):
        return False
    return all(
        keyword.startswith("x-") or (keyword in _SIMPLE and _SIMPLE[keyword](value))
        for keyword, value in schema.items()
    )


def properties_of(schema: object) -> dict[str, object]:
    """Return the declared members of an object's *schema* by name."""
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    return dict(properties) if isinstance(properties, Mapping) else {}


def subschemas(
    schema: object, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, object]]]:
    """Yield (path, subschema) for *schema* and all schemas inside it."""
    if not isinstance(schema, Mapping):
        return
    yield path, schema
    for keyword, inner in schema.items():
        for place, part in _parts(keyword, inner):
            yield from subschemas(part, (*path, keyword, *place))


def resolve(root: object, reference: str) -> object:
    """Return what the JSON pointer *reference*, such as `#/$defs/line`, names in *root*.

    Raises:
        SchemaError: it leads out of the document, or nowhere.
    """
    if not reference.startswith("#"):
        hint = "only '#/...' is followed"
        raise SchemaError((), f"$ref {reference!r} leads out of the schema", hint)
    if reference[1:2] not in ("", "/"):
        hint = "use a pointer such as '#/$defs/name'"
        raise SchemaError((), f"$ref {reference!r} leads nowhere", hint)
    here = root
    for key in path_of(reference):
        if isinstance(here, list) and key.isdecimal() and int(key) < len(here):
            here = here[int(key)]
        elif isinstance(here, Mapping) and key in here:
            here = here[key]
        else:
            raise SchemaError((), f"$ref {reference!r} leads nowhere")
    return here


def path_of(pointer: str) -> tuple[str, ...]:
    """Return the path that *pointer*, a fragment, writes; indexes stay text."""
    parts = pointer[1:].split("/")[1:]
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def pointer_to(path: Sequence[str | int]) -> str:
    """Return the JSON pointer, as a fragment, to *path* in a document."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return "".join(["#", *(f"/{part}" for part in parts)])


def known_at(root: object, path: Sequence[str | int]) -> list[str]:
    """Return the names of the members that the schema at *path* in *root* declares."""
    return list(properties_of(resolve(root, pointer_to(path))))


def _check_references(
    full: object, path: tuple[str | int, ...], schema: Mapping[str, object]
) -> None:
    reference = schema.get("$ref")
    if isinstance(reference, str):
        try:
            resolve(full, reference)
        except SchemaError as error:
            raise error.under(*path) from None
    unread = _NOT_READ if not path else _NOT_READ | {"$id", "$schema"}
    for keyword in unread.intersection(schema):
        raise SchemaError((*path, keyword), "is not followed; a $ref with a pointer is")


def _spoken(schema: Mapping[str, object]) -> set[str]:
    return {key for key in schema if not key.startswith("x-")}


def _parts(keyword: str, inner: object) -> list[tuple[tuple[str | int, ...], object]]:
    """Return (path below the keyword, schema) of the schemas that *keyword* holds."""
    if keyword in NAMED_SCHEMAS and isinstance(inner, Mapping):
        return [((name,), schema) for name, schema in inner.items()]
    if keyword in LISTED_SCHEMAS and isinstance(inner, list):
        return [((index,), schema) for index, schema in enumerate(inner)]
    if keyword in ONE_SCHEMA:
        return [((), inner)]
    return []


def _without_nullable(schema: object) -> object:
    """Replace `nullable: true`, which is ours, by the null that JSON Schema knows."""
    if not isinstance(schema, dict):
        return schema
    new: dict[str, object] = {}
    for keyword, inner in schema.items():
        if keyword in NAMED_SCHEMAS and isinstance(inner, dict):
            new[keyword] = {name: _without_nullable(part) for name, part in inner.items()}
        elif keyword in LISTED_SCHEMAS and isinstance(inner, list):
            new[keyword] = [_without_nullable(part) for part in inner]
        else:
            new[keyword] = _without_nullable(inner) if keyword in ONE_SCHEMA else inner
    if new.get("nullable") is not True:
        return new
    del new["nullable"]
    kinds, choices = new.get("type"), new.get("enum")
    if kinds is not None and "null" not in _listed(kinds):
        new["type"] = [*_listed(kinds), "null"]
    if isinstance(choices, list) and None not in choices:
        new["enum"] = [*choices, None]
    return {"anyOf": [new, {"type": "null"}]} if "$ref" in new else new


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


def _is_type(value: object) -> bool:
    named = value if isinstance(value, list) else [value]
    words = [each for each in named if isinstance(each, str) and each in _TYPES]
    return 0 < len(set(words)) == len(named)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _are_names(value: object) -> bool:
    names = value if isinstance(value, list) else [0]
    return all(isinstance(each, str) for each in names) and len(set(names)) == len(names)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
_SIMPLE: Mapping[str, Callable[[object], bool]] = {
    "type": _is_type,
    "default": lambda _: True,
    "const": lambda _: True,
    "enum": lambda value: isinstance(value, list),
    "description": _is_text,
    "title": _is_text,
    "required": _are_names,
    "items": is_simple,
    "additionalProperties": is_simple,
    "properties": lambda value: isinstance(value, Mapping) and all(map(is_simple, value.values())),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _is_number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _is_size),
}
