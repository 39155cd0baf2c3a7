"""Are the scalars of a document what their keys want? Words, numbers, names, durations.

One value and one node of the schema at a time; how a document is walked is in `shape`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from jido_cli.topology import durations
from jido_cli.topology.positions import Mark
from jido_cli.topology.rules import (
    BAD_DURATION,
    BAD_NAME,
    BAD_VALUE,
    NOT_AVAILABLE,
    RESTART_TYPE,
    RUN_TARGET,
    UNKNOWN_VALUE,
    Rule,
)
from jido_cli.topology.shape_keys import matches
from jido_cli.topology.words import TYPE_NAMES, Suggester, listed, shown

Node = Mapping[str, Any]

_RULES: Final[dict[str, Rule]] = {rule.code: rule for rule in (RESTART_TYPE, RUN_TARGET)}


class Add(Protocol):
    """Takes one finding."""

    def __call__(self, rule: Rule, mark: Mark, message: str, *, hint: str | None = None) -> None:
        """Add it."""


class Scalars:
    """Checks scalars, and finds the words for values of the wrong type."""

    def __init__(self, suggester: Suggester, add: Add) -> None:
        self._suggester = suggester
        self._add = add

    def check(self, node: Node, value: object, mark: Mark, label: str) -> None:
        """Hold a value that has the right type against what else its node says."""
        if "const" in node and value != node["const"]:
            self.unknown_value(node, value, (node["const"],), mark, label)
        elif "enum" in node and value not in node["enum"]:
            self.unknown_value(node, value, node["enum"], mark, label)
        elif value in node.get("x-jido-reserved-values", ()):
            self._add(NOT_AVAILABLE, mark, f"{label} {value!r} is not available yet")
        elif isinstance(value, str):
            self._text(node, value, mark, label)
        elif isinstance(value, int | float):
            self._bounds(node, value, mark, label)

    def _text(self, node: Node, value: str, mark: Mark, label: str) -> None:
        if len(value) < node.get("minLength", 0):
            self._add(BAD_VALUE, mark, f"{label} is empty")
        elif len(value) > node.get("maxLength", len(value)):
            fact = f"{label} is longer than {node['maxLength']:,} characters"
            self._add(BAD_VALUE, mark, fact)
        elif "pattern" in node and not matches(node["pattern"], value):
            if "x-jido-want" in node:
                fact = f"{label} {shown(value)} is not {node['x-jido-want']}"
                self._add(BAD_VALUE, mark, fact)
            else:
                self.bad_name(value, node["pattern"], mark, label)

    def _bounds(self, node: Node, value: float, mark: Mark, label: str) -> None:
        if "exclusiveMinimum" in node and value <= node["exclusiveMinimum"]:
            fact = f"{label} {value} is not above {node['exclusiveMinimum']}"
        elif value < node.get("minimum", value):
            fact = f"{label} {value} is below {node['minimum']}"
        elif value > node.get("maximum", value):
            fact = f"{label} {value} is above {node['maximum']:,}"
        else:
            return
        self._add(BAD_VALUE, mark, fact)

    def duration(self, kind: str, value: object, mark: Mark, label: str) -> None:
        """Check a duration, or the words that a shutdown may be beside one."""
        words = ("infinity", "brutal_kill") if kind == "shutdown" else ()
        if isinstance(value, str) and value in words:
            return
        problem = durations.problem(value)
        if problem is None:
            return
        message, hint = problem
        if isinstance(value, str) and words:
            near = self._suggester.near_value(value, words)
            hint = near or hint
        self._add(BAD_DURATION, mark, f"{label} {message}", hint=hint)

    def unknown_value(
        self, node: Node, value: object, known: Sequence[str], mark: Mark, label: str
    ) -> None:
        """Report a word that is none of those of its key."""
        rule = _RULES.get(node.get("x-jido-rule", ""), UNKNOWN_VALUE)
        later = node.get("x-jido-reserved-values", ())
        offered = [word for word in known if word not in later]
        hint = self._suggester.near_value(str(value), offered)
        choice = listed(offered)
        fact = f"is not one of {choice}" if len(offered) > 1 else f"is not {choice}"
        self._add(rule, mark, f"{label} {shown(value)} {fact}", hint=hint)

    def bad_name(self, name: str, pattern: str, place: Mark, label: str) -> None:
        """Report a name that is none, with one that would be."""
        has_dash, has_bar = "-]" in pattern, "_" in pattern
        signs = {
            (True, True): "a-z, 0-9, _ and -",
            (True, False): "a-z, 0-9 and -",
        }.get((has_dash, has_bar), "a-z, 0-9 and _")
        hint = f"a name begins with a lower-case letter and has {signs}, 63 at most"
        better = re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-_")
        if not has_bar:
            better = better.replace("_", "-")
        if not has_dash:
            better = better.replace("-", "_")
        if better != name and matches(pattern, better):
            hint = f"did you mean {better!r}? {hint}"
        self._add(BAD_NAME, place, f"{label} {shown(name)} is not a name", hint=hint)

    def wrong_type(self, node: Node, value: object, label: str) -> tuple[str, str | None]:
        """Return the words for a value of the wrong type, and what to write."""
        wanted = node.get("x-jido-want") or TYPE_NAMES[node["type"]]
        is_whole = isinstance(value, dict | list) or value is None
        fact = f"{label} is {shown(value)}, not {wanted}"
        if not is_whole:
            fact = f"{label} {shown(value)} is not {wanted}"
        return fact, _type_hint(node.get("type"), value) or _short_hint(node, value)


def _short_hint(node: Node, value: object) -> str | None:
    """Show how a mapping is written for which only its most important value was given."""
    written = node.get("x-jido-short")
    if written is None or isinstance(value, dict | list) or value is None:
        return None
    kind = {bool: "boolean", int: "integer", float: "number"}.get(type(value), "string")
    return f"write {written.format(type=kind, value=shown(value))}"


def _type_hint(wanted: str | None, value: object) -> str | None:
    if value is None:
        return "the key has no value"
    if wanted == "string" and isinstance(value, int | float):
        return f'quote it: "{shown(value)}"'
    if wanted in ("integer", "number") and isinstance(value, str):
        plain = value.replace("_", "").replace(",", "")
        return f"write {plain}" if plain.isdecimal() and plain.isascii() else None
    if wanted == "boolean" and isinstance(value, str):
        meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(value.lower())
        return f"write {meant}" if meant else None
    if wanted == "array" and isinstance(value, str):
        return f"write [{value}]" if value.isprintable() and "," not in value else None
    return None
