"""Children with `replicas`: one declaration becomes the members of a group.

The members are checked with `replica.index` in scope, all of them only where an expression could
tell them apart. How many there are is bounded by what a topology may hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from jido_cli.topology import raw
from jido_cli.topology.load_time import MAX_NODES, LoadTime
from jido_cli.topology.positions import MapMark, Mark, ScalarMark, pos_of, span
from jido_cli.topology.rules import FILE_LIMIT, Findings

Node = Mapping[str, Any]


class Checked(NamedTuple):
    """A value that was checked, with its expressions replaced, and its marks."""

    value: object
    mark: Mark


class Checks(Protocol):
    """Holds values against nodes of the format's schema."""

    def chosen(self, node: Node, value: object) -> Node:
        """Follow references to the node that speaks about a value."""

    def check(self, node: Node, value: object, mark: Mark, label: str, at: ScalarMark) -> Checked:
        """Check one value."""


class Replicas:
    """Expands children of one topology."""

    def __init__(self, shape: Checks, findings: Findings, load_time: LoadTime) -> None:
        self._shape = shape
        self._findings = findings
        self._load_time = load_time

    def expand(self, node: Node, child: raw.Raw, mark: MapMark, label: str) -> list[Checked]:
        """Return the members of a child with `replicas`, checked against *node*.

        Where their number or their name is not known, or wrong, the child stands for itself.
        """
        own = {key: value for key, value in child.items() if key != "replicas"}
        before = len(self._findings)
        count, group = self._count_and_group(node, child, mark)
        outer = self._load_time.replica
        if len(self._findings) > before or not isinstance(count, int) or group is None:
            self._load_time.replica = 1  # there would be one at least
            try:
                return [self._shape.check(node, own, mark, label, span(mark))]
            finally:
                self._load_time.replica = outer
        if not self._has_room(own, count, mark):
            count = 1
        key = "id" if "id" in child else "agent"
        named = MapMark(
            mark.pos,
            {**mark.keys, "id": mark.keys[key]},
            {**mark.values, "id": mark.values[key]},
        )
        try:
            return self._members(node, own, named, label, group, count)
        finally:
            self._load_time.replica = outer

    def _members(
        self, node: Node, own: raw.Raw, mark: MapMark, label: str, group: str, count: int
    ) -> list[Checked]:
        before = len(self._findings)
        # Whether an expression can tell them apart; where it could, each has been counted.
        is_alike = not raw.has_expression({key: own[key] for key in own if key != "id"})
        made: list[Checked] = []
        for index in range(1, count + 1):
            if made and (is_alike or len(self._findings) > before):
                # The others say the same; and of one mistake the first member has told already.
                value, below = made[0]
            else:
                self._load_time.replica = index
                member = raw.Member(own, group, index, own)
                value, below = self._shape.check(node, member, mark, label, span(mark))
            made.append(Checked(raw.Member(raw.mapping(value), group, index, own), below))
            if len(made) == 1 and not self._has_room(value, count, mark, raw.size(own)):
                break
        return made

    def _count_and_group(
        self, node: Node, child: raw.Raw, mark: MapMark
    ) -> tuple[object, str | None]:
        declared = self._shape.chosen(node, child)["properties"]

        def checked(key: str, value: object) -> object:
            at = mark.keys[key]
            return self._shape.check(declared[key], value, mark.values[key], key, at).value

        count = checked("replicas", child["replicas"])
        if isinstance(count, bool) or not isinstance(count, int | float):
            return None, None
        key = "id" if "id" in child else "agent"
        before = len(self._findings)
        group = raw.text(checked(key, child[key])) if key in child else None
        if group is not None and len(self._findings) == before:
            self._shape.check(
                declared["id"], f"{group}-{int(count)}", mark.values[key], "id", mark.keys[key]
            )
        return int(count), group

    def _has_room(self, child: object, count: int, mark: MapMark, known: int = 0) -> bool:
        """Count the members' values, *known* of which are counted; tell whether so many may be."""
        was_full = self._load_time.nodes > MAX_NODES
        self._load_time.nodes += (raw.size(child) - known) * (count - 1)
        if self._load_time.nodes <= MAX_NODES:
            return True
        if not was_full:
            fact = f"more than {MAX_NODES:,} values, replicas expanded"
            self._findings.add(FILE_LIMIT, pos_of(mark.keys["replicas"]), fact)
        return False
