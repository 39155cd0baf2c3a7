"""Does the document have the shape of the format? One finding for one mistake.

Walks a value along the JSON Schema of the format. It understands the part of JSON Schema that
this schema uses, and its `x-jido-` annotations; general validators find the same mistakes (a
test compares them) but explain a wrong key with every branch that it is not. Where the file's own
expressions stand it puts what they come to, and looks at that; a child with `replicas` becomes
its members. The changed document comes back, the given one stays as it is. What names mean, and
whether they fit together, is not looked at here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec

from jido_cli.core.cel.types import BOOL, DOUBLE, INT, STRING, CelType
from jido_cli.topology import raw
from jido_cli.topology.load_time import LoadTime, synthetic
from jido_cli.topology.parts import Part
from jido_cli.topology.positions import ListMark, MapMark, Mark, ScalarMark, pos_of, span
from jido_cli.topology.raw import OPENING
from jido_cli.topology.replicas import Checked, Replicas
from jido_cli.topology.rules import (
    BAD_NAME,
    BAD_VALUE,
    EXPRESSION,
    NOT_AVAILABLE,
    WRONG_TYPE,
    Findings,
    Rule,
)
from jido_cli.topology.schema_files import SchemaFiles
from jido_cli.topology.shape_keys import (
    has_type,
    holds,
    item_label,
    matches,
)
from jido_cli.topology.shape_repair import Repaired, Repairs
from jido_cli.topology.shape_required import RequiredKeys
from jido_cli.topology.shape_scalars import Scalars
from jido_cli.topology.words import TYPE_NAMES, Suggester

Node = Mapping[str, Any]

_ROOT: Final = "the file"
_EXPRESSION_REF: Final = "#/$defs/expression"
_GIVES: Final = {BOOL: "boolean", INT: "integer", DOUBLE: "number", STRING: "string"}
_NUMBERS: Final = ("integer", "number")
_NOTE: Final = ("this is what the expression comes to",)


class Shape:
    """Holds the documents of a topology against the schema; what is wrong becomes findings."""

    def __init__(
        self,
        schema: Node,
        findings: Findings,
        suggester: Suggester,
        load_time: LoadTime,
        schema_files: SchemaFiles | None = None,
    ) -> None:
        self._schema = schema
        self._defs: Node = schema["$defs"]
        self._findings = findings
        self._suggester = suggester
        self._load_time = load_time
        self._schema_files = schema_files
        self._scalars = Scalars(suggester, self._add)
        self._repairs = Repairs(suggester, self._add, self.chosen)
        self._required = RequiredKeys(self._add)
        self._replicas = Replicas(self, findings, load_time)
        self._notes: tuple[str, ...] = ()

    def check_only(self, keys: Collection[str], part: Part) -> Part:
        """Check some keys of a whole document; return it with what they were meant to be."""
        properties = self._schema["properties"]
        mark = part.mark
        changed: dict[str, Checked] = {}
        for key, below in part.value.items():
            if key in keys:
                found = self.check(properties[key], below, mark.values[key], key, mark.keys[key])
                if found.value is not below:
                    changed[key] = found
        value, mark = _with_changes(part.value, mark, changed)
        return msgspec.structs.replace(part, value=value, mark=mark)

    def repair(self, part: Part) -> Part:
        """Report the unknown keys of a whole document; return it with those that were meant."""
        repaired = self._repaired(self._schema, self._schema, part.value, part.mark, _ROOT)
        if repaired is None:
            return part
        return msgspec.structs.replace(part, value=repaired[0], mark=repaired[1])

    def check_document(
        self,
        value: dict[str, object],
        mark: MapMark,
        *,
        without: Collection[str] = (),
        optional: Collection[str] = (),
    ) -> Checked:
        """Check a whole document.

        Args:
            value: the document.
            mark: its places.
            without: keys that have been checked already.
            optional: keys that need not be there.
        """
        repaired = self._repaired(self._schema, self._schema, value, mark, _ROOT)
        value, mark = repaired or (value, mark)
        required = [key for key in self._schema["required"] if key not in optional]
        node = {**self._schema, "required": required}
        return self._mapping(node, value, mark, _ROOT, span(mark), without)

    def check(self, node: Node, value: object, mark: Mark, label: str, at: ScalarMark) -> Checked:
        """Check one value; *label* names it, *at* is where something missing is reported."""
        form = whole = node
        node = self.chosen(node, value)
        if "oneOf" in node and "type" not in node:
            branch = self._branch(node["oneOf"], value)
            if branch is None:
                self._wrong_type(node, value, mark, label)
                return Checked(value, mark)
            form, node = branch, self.chosen(branch, value)
        if node.get("x-jido-reserved"):
            self._add(NOT_AVAILABLE, mark, f"this form of {label} is not available yet")
            return Checked(value, mark)
        if node.get("x-jido-literal") and raw.has_expression(value):
            fact = f"an expression cannot give {label}"
            self._add(EXPRESSION, mark, fact, hint="it is read before vars have values")
            return Checked(value, mark)
        if isinstance(value, str) and OPENING in value:
            expressed = self._expressed(whole, form, node, value, mark, label, at)
            if expressed is not None:
                return expressed
        if isinstance(value, dict) and isinstance(mark, MapMark):
            repaired = self._repaired(form, node, value, mark, label)
            if repaired is not None:
                value, mark = repaired
                node = self.chosen(form, value)
        return self._typed(node, value, mark, label, at)

    def _repaired(
        self, form: Node, node: Node, value: dict[str, object], mark: MapMark, label: str
    ) -> tuple[dict[str, object], MapMark] | None:
        if node.get("additionalProperties", True) is not False:
            return None
        return self._repairs.repaired(form, node, value, mark, label)

    def _typed(self, node: Node, value: object, mark: Mark, label: str, at: ScalarMark) -> Checked:
        kind = node.get("x-jido-kind")
        if kind is not None:
            self._scalars.duration(kind, value, mark, label)
        elif "type" in node and not has_type(value, node["type"]):
            if "enum" in node and not isinstance(value, dict | list) and value is not None:
                self._scalars.unknown_value(node, value, node["enum"], mark, label)
            else:
                self._wrong_type(node, value, mark, label)
        elif node.get("x-jido-load"):
            given = self._load_time.deep(value, mark)
            if node.get("x-jido-schema") and self._schema_files is not None:
                given = self._schema_files.inlined(given, mark)
            return Checked(given, mark)
        elif isinstance(value, dict) and isinstance(mark, MapMark):
            return self._mapping(node, value, mark, label, at)
        elif isinstance(value, list) and isinstance(mark, ListMark):
            return self._list(node, value, mark, label)
        else:
            self._scalars.check(node, value, mark, label)
        return Checked(value, mark)

    def chosen(self, node: Node, value: object) -> Node:
        """Follow references and `if` to the node that speaks about this value."""
        while True:
            if "$ref" in node:
                node = self._defs[node["$ref"].rpartition("/")[2]]
            elif "if" in node and isinstance(value, dict):
                node = node["then"] if holds(node["if"], value) else node["else"]
            elif "anyOf" in node and node["anyOf"][-1].get("$ref") == _EXPRESSION_REF:
                node = node["anyOf"][0]
            else:
                return node

    def _branch(self, branches: Sequence[Node], value: object) -> Node | None:
        for branch in branches:
            node = self.chosen(branch, value)
            if "type" not in node or has_type(value, node["type"]):
                return branch
        return None

    # -- expressions

    def _expressed(
        self,
        whole: Node,
        form: Node,
        node: Node,
        value: str,
        mark: Mark,
        label: str,
        at: ScalarMark,
    ) -> Checked | None:
        """Check a text with an expression; None if it is to be looked at as the text it is."""
        if node.get("x-jido-expression"):
            return Checked(value, mark)  # whoever compiles the action looks at it
        if "type" not in node:
            return None
        found = self._load_time.value(value, span(mark))
        if not found.is_known:
            if form is whole:
                self._check_result(node, found.result_type, mark, label)
            return Checked(value, mark)
        given = found.value
        notes, self._notes = self._notes, _NOTE
        try:
            if isinstance(given, dict | list):
                mark = synthetic(given, span(mark))
            return self.check(whole, given, mark, label, at)
        finally:
            self._notes = notes

    def _check_result(self, node: Node, kind: CelType | None, mark: Mark, label: str) -> None:
        """Refuse an expression whose type can never do, though its value is not known yet."""
        wanted, given = node["type"], _GIVES.get(kind) if kind is not None else None
        if given is None or given == wanted or (given in _NUMBERS and wanted in _NUMBERS):
            return
        want = node.get("x-jido-want") or TYPE_NAMES[wanted]
        self._add(WRONG_TYPE, mark, f"{label} is {TYPE_NAMES[given]} here, not {want}")

    # -- mappings and lists

    def _mapping(
        self,
        node: Node,
        value: dict[str, object],
        mark: MapMark,
        label: str,
        at: ScalarMark,
        without: Collection[str] = (),
    ) -> Checked:
        properties: Node = node.get("properties", {})
        extra = node.get("additionalProperties", True)
        is_ours = "patternProperties" in node
        if len(value) < node.get("minProperties", 0):
            self._add(BAD_VALUE, mark, f"{label} is empty")
        present = set(value)
        if isinstance(value, Repaired):
            present |= value.also
        changed: dict[str, Checked] = {}
        for key, below in value.items():
            place = mark.keys[key]
            if (is_ours and key.startswith("x-")) or key in without:
                continue
            if "propertyNames" in node:
                self._key_name(node["propertyNames"], key, place, label)
            if key in properties:
                excluded_by = properties[key].get("x-jido-excluded-by", ())
                if excluded_by:
                    others = [each for each in excluded_by if each in value]
                    self._required.excluded(key, others, mark, label)
                    return Checked(value, mark)
                if properties[key].get("x-jido-reserved"):
                    owner = "" if label == _ROOT else f" of {label}"
                    self._add(NOT_AVAILABLE, place, f"{key!r}{owner} is not available yet")
                    continue
                found = self.check(properties[key], below, mark.values[key], key, place)
            elif isinstance(extra, dict):
                word = node.get("x-jido-item", "")
                named = f"{word} {key!r}".lstrip()
                found = self.check(extra, below, mark.values[key], named, place)
            else:
                continue
            if found.value is not below:
                changed[key] = found
        self._required.check(node, present, mark, label, at)
        return Checked(*_with_changes(value, mark, changed))

    def _list(self, node: Node, value: list[object], mark: ListMark, label: str) -> Checked:
        if len(value) < node.get("minItems", 0):
            self._add(BAD_VALUE, mark, f"{label} is an empty list")
        items = node.get("items")
        if items is None:
            return Checked(value, mark)
        word = node.get("x-jido-item", f"an item of {label}")
        has_replicas = node.get("x-jido-children", False)
        made: list[Checked] = []
        is_changed = False
        for below, place in zip(value, mark.items, strict=True):
            named = item_label(word, below)
            if has_replicas and isinstance(below, dict) and isinstance(place, MapMark):
                repaired = self._repaired(items, self.chosen(items, below), below, place, named)
                child, child_mark = repaired or (below, place)
                if "replicas" in child:
                    made += self._replicas.expand(items, child, child_mark, named)
                    is_changed = True
                    continue
            found = self.check(items, below, place, named, span(place))
            is_changed = is_changed or found.value is not below
            made.append(found)
        if not is_changed:
            return Checked(value, mark)
        marks = ListMark(mark.pos, [each.mark for each in made])
        return Checked([each.value for each in made], marks)

    # -- keys

    def _key_name(self, node: Node, key: str, place: ScalarMark, label: str) -> None:
        node = self.chosen(node, key)
        if len(key) < node.get("minLength", 0):
            self._add(BAD_NAME, place, f"a key of {label} is empty")
        elif len(key) > node.get("maxLength", len(key)):
            fact = f"a key of {label} is longer than {node['maxLength']:,} characters"
            self._add(BAD_NAME, place, fact)
        elif "pattern" in node and not matches(node["pattern"], key):
            self._scalars.bad_name(key, node["pattern"], place, f"in {label}, the name")

    def _wrong_type(self, node: Node, value: object, mark: Mark, label: str) -> None:
        fact, hint = self._scalars.wrong_type(node, value, label)
        if self._notes and hint is not None and hint.startswith("quote it"):
            hint = "convert to text: string(x)"
        self._add(WRONG_TYPE, mark, fact, hint=hint)

    def _add(self, rule: Rule, mark: Mark, message: str, *, hint: str | None = None) -> None:
        self._findings.add(rule, pos_of(mark), message, hint=hint, notes=self._notes)


def _with_changes(
    value: dict[str, object], mark: MapMark, changed: Mapping[str, Checked]
) -> tuple[dict[str, object], MapMark]:
    if not changed:
        return value, mark
    values = {**value, **{key: found.value for key, found in changed.items()}}
    marks = {**mark.values, **{key: found.mark for key, found in changed.items()}}
    return values, MapMark(mark.pos, mark.keys, marks)
