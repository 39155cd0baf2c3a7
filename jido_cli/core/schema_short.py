"""The short form of schemas: what stands in a topology file, made into full JSON Schema.

Only the reading of the notation (topology-format.md, "Short form") lives here; what a schema
accepts is `jido_cli.core.schema`'s business.
"""

from __future__ import annotations

from collections.abc import Mapping

from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.suggestions import did_you_mean
from jido_cli.core.values import thaw

KEYWORDS = frozenset(
    {
        "$anchor",
        "$comment",
        "$defs",
        "$dynamicAnchor",
        "$dynamicRef",
        "$id",
        "$ref",
        "$schema",
        "$vocabulary",
        "additionalItems",
        "additionalProperties",
        "allOf",
        "anyOf",
        "const",
        "contains",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
        "default",
        "definitions",
        "dependencies",
        "dependentRequired",
        "dependentSchemas",
        "deprecated",
        "description",
        "else",
        "enum",
        "example",
        "examples",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "if",
        "items",
        "maxContains",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minContains",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "not",
        "nullable",
        "oneOf",
        "pattern",
        "patternProperties",
        "prefixItems",
        "properties",
        "propertyNames",
        "readOnly",
        "required",
        "then",
        "title",
        "type",
        "unevaluatedItems",
        "unevaluatedProperties",
        "uniqueItems",
        "writeOnly",
    }
)
"""The keywords of JSON Schema, and `nullable`, which is ours."""


def is_full_schema(declared: Mapping[str, object]) -> bool:
    """Return whether *declared* is a full JSON Schema rather than the short form of one."""
    if "$ref" in declared:
        return True
    properties = declared.get("properties")
    return declared.get("type") == "object" and isinstance(properties, Mapping)


def expand_short_form(declared: Mapping[str, object]) -> dict[str, object]:
    """Return the full JSON Schema that *declared* stands for; a full one comes back as a copy.

    In the short form a scalar or a list is a default whose type is inferred, and a mapping is a
    schema. The object is closed, and what has no default is required.

    Raises:
        SchemaError: a mapping in it is no schema.
    """
    if is_full_schema(declared):
        return dict(declared)
    properties = {name: _property(name, value) for name, value in declared.items()}
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name, schema in properties.items() if "default" not in schema],
        "additionalProperties": False,
    }


def _property(name: str, value: object) -> dict[str, object]:
    if isinstance(value, Mapping):
        _check_keywords(name, value)
        return dict(value)
    kind = _inferred_type(value)
    return {"default": thaw(value)} if kind is None else {"type": kind, "default": thaw(value)}


def _inferred_type(value: object) -> str | None:
    """Return the type of a default; a null says nothing about what else may stand there."""
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return None


def _check_keywords(name: str, schema: Mapping[str, object]) -> None:
    """Refuse a mapping that was meant as a default, and keywords that are nearly right.

    JSON Schema ignores keywords that it does not know, so a typo would accept everything.
    """
    unknown = [key for key in schema if key not in KEYWORDS and not str(key).startswith("x-")]
    for key in unknown:
        hint = did_you_mean(str(key), KEYWORDS)
        if hint:
            raise SchemaError((name,), f"{key!r} is not a keyword of JSON Schema", hint)
    if unknown and len(unknown) == len(schema):
        raise SchemaError(
            (name,),
            f"the mapping with {unknown[0]!r} is not a schema",
            "a mapping needs `type: object` and `default` or `properties`",
        )
