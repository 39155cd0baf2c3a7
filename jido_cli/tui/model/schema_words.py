"""What a JSON Schema takes, in words, and what is plainly wrong with a value. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from jido_cli.control import parameters

Schema: TypeAlias = Mapping[str, Any]
_WORDS: Mapping[str, str] = {"string": "text", "boolean": "true or false"}


def describe(schema: Schema, *, is_required: bool) -> str:
    """Return what a schema takes, in words."""
    kind = schema.get("type")
    kinds = [kind] if isinstance(kind, str) else list(kind or ())
    text = " or ".join(_WORDS.get(one, str(one)) for one in kinds) or "any value"
    if schema.get("enum"):
        text = "one of " + str(len(schema["enum"]))
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        text += f", {low} to {high}"
    elif low is not None:
        text += f", at least {low}"
    elif high is not None:
        text += f", at most {high}"
    if is_required and "default" not in schema:
        return f"{text}, required" if kind in ("string", None) or low is None else text
    return text if "default" in schema or kind == "boolean" else f"{text}, optional"


def check(value: object, schema: Schema) -> str:
    """Return what is wrong with a value, in a few words; only what is plain to see."""
    kind = schema.get("type")
    found = parameters.type_of(value)
    is_number = kind == "number" and found == "integer"
    if isinstance(kind, str) and found != kind and not is_number:
        return f"wanted is {'an' if kind[0] in 'aio' else 'a'} {kind}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if "minimum" in schema and value < schema["minimum"]:
            return f"at least {schema['minimum']}"
        if "maximum" in schema and value > schema["maximum"]:
            return f"at most {schema['maximum']}"
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            return f"at least {schema['minLength']} characters"
        if "maxLength" in schema and len(value) > schema["maxLength"]:
            return f"at most {schema['maxLength']} characters"
    return ""
