"""What is wrong with a value, said for people: the error of schemas and its texts.

No checking happens here; findings of the validator are only put into words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from jido_cli.core.shown import cut, show
from jido_cli.core.suggestions import did_you_mean
from jido_cli.errors import JidoCliError

_NOUNS = {
    "array": "a list",
    "boolean": "a boolean",
    "integer": "an integer",
    "null": "null",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}

_LIMITS = {
    "const": "is not {!r}",
    "exclusiveMaximum": "is not less than {}",
    "exclusiveMinimum": "is not more than {}",
    "maxItems": "has more than {} elements",
    "maxLength": "is longer than {} characters",
    "maximum": "is more than {}",
    "minItems": "has fewer than {} elements",
    "minLength": "is shorter than {} characters",
    "minimum": "is less than {}",
    "multipleOf": "is not a multiple of {}",
    "pattern": "does not match {!r}",
}


class SchemaError(JidoCliError):
    """Raised for a value that does not fit its schema, and for a schema that is none.

    Args:
        path: keys and indexes from the outermost value to the offending one.
        message: what is wrong, with the offending value.
        hint: what to do about it.
    """

    default_code = "schema"

    def __init__(self, path: Sequence[str | int], message: str, hint: str | None = None) -> None:
        self.path = tuple(path)
        self.hint = hint
        place = format_path(self.path)
        text = f"{place}: {message}" if place else message
        super().__init__(
            f"{text}; {hint}" if hint else text, where=place, hints=(hint,) if hint else ()
        )
        self.message = message

    def under(self, *keys: str | int) -> SchemaError:
        """Return the same finding, seen from the value that holds it under *keys*."""
        return SchemaError((*keys, *self.path), self.message, self.hint)


class Kind(Protocol):
    """Which keyword a finding of jsonschema_rs is about, with the keyword's values."""

    @property
    def name(self) -> str:
        """The keyword."""

    def as_dict(self) -> dict[str, object]:
        """Return the values that belong to it."""


class Finding(Protocol):
    """What is used of an error of jsonschema_rs."""

    @property
    def message(self) -> str:
        """What is wrong, in the validator's words."""

    @property
    def instance_path(self) -> list[str | int]:
        """Where the value is."""

    @property
    def schema_path(self) -> list[str | int]:
        """Where the keyword is in the schema."""

    @property
    def instance(self) -> object:
        """The value."""

    @property
    def kind(self) -> Kind:
        """What it is about."""


def format_path(path: Sequence[str | int]) -> str:
    """Return *path* as it is written in expressions, such as `lines[0].sku`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def unknown_key(key: str, known: Iterable[str]) -> SchemaError:
    """Return the finding that *key* is none of *known*."""
    names = list(known)
    hint = did_you_mean(key, names)
    if hint is None:
        shown = ", ".join(repr(name) for name in names[:8]) + (", ..." if len(names) > 8 else "")
        hint = f"known: {shown}" if names else None
    return SchemaError((), f"unknown key {key!r}", hint)


def missing_key(key: str) -> SchemaError:
    """Return the finding that *key* must be there and is not."""
    return SchemaError((), f"{key!r} is missing")


def explain(finding: Finding, known: Callable[[Sequence[str | int]], Iterable[str]]) -> SchemaError:
    """Return a finding of the validator in the words of the house.

    Args:
        finding: what jsonschema_rs says.
        known: gives the names that the object at a path of the schema declares.
    """
    path = tuple(finding.instance_path)
    value = finding.instance
    facts = finding.kind.as_dict()
    match finding.kind.name:
        case "type":
            kinds = sorted(map(str, _strings(facts.get("types"))), key="null".__eq__)
            nouns = " or ".join(_NOUNS.get(kind, kind) for kind in kinds)
            return SchemaError(path, f"{show(value)} is not {nouns}")
        case "falseSchema":
            return SchemaError(path, f"{show(value)} is not allowed here")
        case "enum":
            return _not_one_of(path, value, facts.get("options"))
        case "required":
            return missing_key(str(facts.get("property"))).under(*path)
        case "additionalProperties" | "unevaluatedProperties":
            unexpected = _strings(facts.get("unexpected"))
            return unknown_key(str(unexpected[0]), known(finding.schema_path[:-1])).under(*path)
    template = _LIMITS.get(finding.kind.name)
    if template is not None:
        return SchemaError(path, f"{show(value)} {template.format(*facts.values())}")
    return SchemaError(path, cut(finding.message))


def _not_one_of(path: tuple[str | int, ...], value: object, options: object) -> SchemaError:
    choices = options if isinstance(options, list) else [options]
    shown = ", ".join(repr(choice) for choice in choices)
    words = [choice for choice in choices if isinstance(choice, str)]
    hint = did_you_mean(value, words) if isinstance(value, str) else None
    return SchemaError(path, f"{show(value)} is not one of {shown}", hint)


def _strings(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []
