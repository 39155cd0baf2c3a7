"""Does the document have the shape of the format? One finding for one mistake.

Walks a value along the JSON Schema of the format. It understands the part of JSON Schema that
this schema uses, and its `x-jido-` annotations; general validators find the same mistakes (a
test compares them) but explain a wrong key with every branch that it is not. What names mean,
and whether they fit together, is not looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from jido_cli.topology import durations
from jido_cli.topology.positions import ListMark, MapMark, Mark, Pos, ScalarMark, span
from jido_cli.topology.rules import (
    BAD_DURATION,
    BAD_NAME,
    BAD_VALUE,
    CONFLICTING_KEYS,
    MISSING_KEY,
    NOT_AVAILABLE,
    RESTART_TYPE,
    RUN_TARGET,
    UNKNOWN_KEY,
    UNKNOWN_VALUE,
    WRONG_TYPE,
    Findings,
    Rule,
)
from jido_cli.topology.words import TYPE_NAMES, Suggester, listed, shown

Node = Mapping[str, Any]

_ROOT: Final = "the file"
_OPEN: Final = "${{"
_RULES: Final[dict[str, Rule]] = {rule.code: rule for rule in (RESTART_TYPE, RUN_TARGET)}


class Shape:
    """Holds one document against the schema and adds what is wrong to the findings."""

    def __init__(self, schema: Node, findings: Findings, suggester: Suggester) -> None:
        self._schema = schema
        self._defs: Node = schema["$defs"]
        self._findings = findings
        self._suggester = suggester

    def check(self, value: object, mark: Mark) -> None:
        """Check a whole document."""
        self._check(self._schema, value, mark, _ROOT, span(mark))

    def _check(self, node: Node, value: object, mark: Mark, label: str, at: ScalarMark) -> None:
        """Check one value; *label* names it, *at* is where something missing is reported."""
        node = self._chosen(node, value)
        if "oneOf" in node and "type" not in node:
            branch = self._branch(node["oneOf"], value)
            if branch is None:
                self._wrong_type(node, value, mark, label)
                return
            node = self._chosen(branch, value)
        if node.get("x-jido-reserved"):
            self._add(NOT_AVAILABLE, mark, f"this form of {label} is not available yet")
            return
        if _is_expression(value) and not node.get("x-jido-expression") and "type" in node:
            self._add(NOT_AVAILABLE, mark, f"an expression for {label} is not available yet")
            return
        kind = node.get("x-jido-kind")
        if kind is not None:
            self._duration(kind, value, mark, label)
        elif "type" in node and not _has_type(value, node["type"]):
            if "enum" in node and not isinstance(value, dict | list) and value is not None:
                self._unknown_value(node, value, node["enum"], mark, label)
            else:
                self._wrong_type(node, value, mark, label)
        elif isinstance(value, dict) and isinstance(mark, MapMark):
            self._mapping(node, value, mark, label, at)
        elif isinstance(value, list) and isinstance(mark, ListMark):
            self._list(node, value, mark, label)
        else:
            self._scalar(node, value, mark, label)

    def _chosen(self, node: Node, value: object) -> Node:
        """Follow references and `if` to the node that speaks about this value."""
        while True:
            if "$ref" in node:
                node = self._defs[node["$ref"].rpartition("/")[2]]
            elif "if" in node and isinstance(value, dict):
                node = node["then"] if _holds(node["if"], value) else node["else"]
            else:
                return node

    def _branch(self, branches: Sequence[Node], value: object) -> Node | None:
        for branch in branches:
            node = self._chosen(branch, value)
            if "type" not in node or _has_type(value, node["type"]):
                return branch
        return None

    def _mapping(
        self, node: Node, value: dict[str, object], mark: MapMark, label: str, at: ScalarMark
    ) -> None:
        properties: Node = node.get("properties", {})
        extra = node.get("additionalProperties", True)
        is_ours = "patternProperties" in node
        if len(value) < node.get("minProperties", 0):
            self._add(BAD_VALUE, mark, f"{label} is empty")
        present = set(value)
        for key, below in value.items():
            place = mark.keys[key]
            if is_ours and key.startswith("x-"):
                continue
            if "propertyNames" in node:
                self._key_name(node["propertyNames"], key, place, label)
            if key in properties:
                excluded_by = properties[key].get("x-jido-excluded-by", ())
                if excluded_by:
                    self._excluded(
                        key, [each for each in excluded_by if each in value], mark, label
                    )
                    return
                if properties[key].get("x-jido-reserved"):
                    owner = "" if label == _ROOT else f" of {label}"
                    self._add(NOT_AVAILABLE, place, f"{key!r}{owner} is not available yet")
                else:
                    self._check(properties[key], below, mark.values[key], key, place)
            elif extra is False:
                # A mistyped key stands for the one it was meant to be: that is not missing too.
                present |= self._unknown_key(key, place, node, label)
            elif isinstance(extra, dict):
                word = node.get("x-jido-item", "")
                self._check(extra, below, mark.values[key], f"{word} {key!r}".lstrip(), place)
        self._keys_present(node, present, mark, label, at)

    def _excluded(self, key: str, others: list[str], mark: MapMark, label: str) -> None:
        fact = f"{key!r} and {others[0]!r} of {label} exclude each other"
        later = max(mark.keys[key], mark.keys[others[0]])
        self._add(CONFLICTING_KEYS, later, fact, hint="a child runs an agent or is a supervisor")

    def _list(self, node: Node, value: list[object], mark: ListMark, label: str) -> None:
        if len(value) < node.get("minItems", 0):
            self._add(BAD_VALUE, mark, f"{label} is an empty list")
        items = node.get("items")
        if items is None:
            return
        word = node.get("x-jido-item", f"an item of {label}")
        for below, place in zip(value, mark.items, strict=True):
            self._check(items, below, place, _item_label(word, below), span(place))

    def _scalar(self, node: Node, value: object, mark: Mark, label: str) -> None:
        if "const" in node and value != node["const"]:
            wanted = (node["const"],)
            self._unknown_value(node, value, wanted, mark, label)
        elif "enum" in node and value not in node["enum"]:
            self._unknown_value(node, value, node["enum"], mark, label)
        elif value in node.get("x-jido-reserved-values", ()):
            self._add(NOT_AVAILABLE, mark, f"{label} {value!r} is not available yet")
        elif isinstance(value, str):
            self._text(node, value, mark, label)
        elif isinstance(value, int | float):
            self._bounds(node, value, mark, label)

    def _text(self, node: Node, value: str, mark: Mark, label: str) -> None:
        if len(value) < node.get("minLength", 0):
            self._add(BAD_VALUE, mark, f"{label} is empty")
        elif "pattern" in node and not _matches(node["pattern"], value):
            self._bad_name(value, node["pattern"], span(mark), label)

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

    def _duration(self, kind: str, value: object, mark: Mark, label: str) -> None:
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

    def _key_name(self, node: Node, key: str, place: ScalarMark, label: str) -> None:
        node = self._chosen(node, key)
        if len(key) < node.get("minLength", 0):
            self._add(BAD_NAME, place, f"a key of {label} is empty")
        elif "pattern" in node and not _matches(node["pattern"], key):
            self._bad_name(key, node["pattern"], place, f"in {label}, the name")

    def _keys_present(
        self, node: Node, present: set[str], mark: MapMark, label: str, at: ScalarMark
    ) -> None:
        missing = [key for key in node.get("required", ()) if key not in present]
        if missing:
            hint = _example_hint(node, missing)
            self._add(MISSING_KEY, at, f"{label} has no {_joined(missing)}", hint=hint)
        for key, needed in node.get("dependentRequired", {}).items():
            if key in mark.keys and not present.issuperset(needed):
                fact = f"{key!r} of {label} means nothing without {needed[0]!r}"
                self._add(MISSING_KEY, mark.keys[key], fact)
        if "anyOf" in node and not any(_holds(group, present) for group in node["anyOf"]):
            self._no_group(node["anyOf"], present, label, at)
        if "oneOf" in node:
            self._one_group(node["oneOf"], present, mark, label, at)

    def _one_group(
        self, groups: Sequence[Node], present: set[str], mark: MapMark, label: str, at: ScalarMark
    ) -> None:
        held = [group for group in groups if not present.isdisjoint(_keys_of(group))]
        written = [next((key for key in mark.keys if key in _keys_of(group)), "") for group in held]
        if len(held) > 1 and all(written):
            fact = f"{written[0]!r} and {written[1]!r} of {label} exclude each other"
            later = max(mark.keys[written[0]], mark.keys[written[1]])
            self._add(CONFLICTING_KEYS, later, fact)
        elif not any(_holds(group, present) for group in groups):
            self._no_group(held or groups, present, label, at)

    def _no_group(
        self, groups: Sequence[Node], present: set[str], label: str, at: ScalarMark
    ) -> None:
        named = [_keys_of(group) for group in groups]
        offered = [keys for keys in named if _LATER_GROUP_KEYS.isdisjoint(keys)]
        wanted = [_joined([key for key in keys if key not in present]) for keys in offered]
        self._add(MISSING_KEY, at, f"{label} has no {_joined(wanted, 'or', quote=False)}")

    def _unknown_key(self, key: str, place: ScalarMark, node: Node, label: str) -> set[str]:
        """Report a key, and return the one that was meant, if that can be told."""
        known: Node = node.get("properties", {})
        others = [name for group in node.get("anyOf", ()) for name in _keys_of(group)]
        offered = [name for name in known if not known[name].get("x-jido-reserved")]
        offered += [name for name in others if name not in known]
        hint = self._suggester.near_key(key, offered) or self._suggester.near(key, known.keys())
        self._add(UNKNOWN_KEY, place, f"{key!r} is not a key of {label}", hint=hint)
        return {name for name in offered if hint == f"did you mean {name!r}?"}

    def _unknown_value(
        self, node: Node, value: object, known: Sequence[str], mark: Mark, label: str
    ) -> None:
        rule = _RULES.get(node.get("x-jido-rule", ""), UNKNOWN_VALUE)
        later = node.get("x-jido-reserved-values", ())
        offered = [word for word in known if word not in later]
        hint = self._suggester.near_value(str(value), offered)
        choice = listed(offered)
        fact = f"is not one of {choice}" if len(offered) > 1 else f"is not {choice}"
        self._add(rule, mark, f"{label} {shown(value)} {fact}", hint=hint)

    def _wrong_type(self, node: Node, value: object, mark: Mark, label: str) -> None:
        wanted = node.get("x-jido-want") or TYPE_NAMES[node["type"]]
        is_whole = isinstance(value, dict | list) or value is None
        fact = f"{label} is {shown(value)}, not {wanted}"
        if not is_whole:
            fact = f"{label} {shown(value)} is not {wanted}"
        self._add(WRONG_TYPE, mark, fact, hint=_type_hint(node.get("type"), value))

    def _bad_name(self, name: str, pattern: str, place: ScalarMark, label: str) -> None:
        signs = "a-z, 0-9, _ and -" if "_" in pattern else "a-z, 0-9 and -"
        hint = f"a name begins with a lower-case letter and has {signs}, 63 at most"
        better = re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-_")
        if "_" not in pattern:
            better = better.replace("_", "-")
        if better != name and _matches(pattern, better):
            hint = f"did you mean {better!r}? {hint}"
        self._add(BAD_NAME, place, f"{label} {shown(name)} is not a name", hint=hint)

    def _add(self, rule: Rule, mark: Mark, message: str, *, hint: str | None = None) -> None:
        self._findings.add(rule, Pos(*span(mark)[:4]), message, hint=hint)


_LATER_GROUP_KEYS: Final = frozenset(
    ("declared", "bug", "service", "process", "topology", "mcp", "ingress")
)


def _item_label(word: str, value: object) -> str:
    """Name an item by its id where it has one."""
    item_id = value.get("id") if isinstance(value, dict) else None
    return f"{word} {item_id!r}" if isinstance(item_id, str) else word


def _is_expression(value: object) -> bool:
    return isinstance(value, str) and _OPEN in value


def _has_type(value: object, wanted: str) -> bool:
    match wanted:
        case "string":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "object":
            return isinstance(value, dict)
        case _:
            return isinstance(value, list)


def _keys_of(group: Node) -> list[str]:
    if "anyOf" in group:
        return [key for below in group["anyOf"] for key in _keys_of(below)]
    return list(group["required"])


def _holds(group: Node, present: Collection[str]) -> bool:
    if "anyOf" in group:
        return any(_holds(below, present) for below in group["anyOf"])
    return all(key in present for key in group["required"])


def _matches(pattern: str, value: str) -> bool:
    """Match as JSON Schema does, but let `$` mean the very end."""
    return re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value) is not None


def _joined(words: Sequence[str], last: str = "and", *, quote: bool = True) -> str:
    shown_words = [repr(word) for word in words] if quote else list(words)
    if len(shown_words) < 2:
        return "".join(shown_words)
    return f"{', '.join(shown_words[:-1])} {last} {shown_words[-1]}"


def _example_hint(node: Node, missing: Sequence[str]) -> str | None:
    """Show how a missing key is written, where one word shows it."""
    examples = node.get("properties", {}).get(missing[0], {}).get("examples")
    if not examples or isinstance(examples[0], dict | list):
        return None
    return f"for example {missing[0]}: {examples[0]}"


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
    return None
