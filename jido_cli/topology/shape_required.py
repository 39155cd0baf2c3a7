"""Which keys of a mapping must be there, which need one another, and which exclude each other.

One mapping and one node of the schema at a time; how a document is walked is in `shape`. The
values of the keys are looked at elsewhere, and so are keys that are none of the format's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from jido_cli.topology.positions import MapMark, ScalarMark
from jido_cli.topology.rules import CONFLICTING_KEYS, MISSING_KEY
from jido_cli.topology.shape_keys import LATER_GROUP_KEYS, example_hint, holds, joined, keys_of
from jido_cli.topology.shape_scalars import Add

Node = Mapping[str, Any]

_ONE_KIND: Final = "a child runs an agent, is a supervisor or mounts a topology"


class RequiredKeys:
    """Reports keys that are missing, and keys too many.

    Args:
        add: takes a finding.
    """

    def __init__(self, add: Add) -> None:
        self._add = add

    def check(
        self, node: Node, present: set[str], mark: MapMark, label: str, at: ScalarMark
    ) -> None:
        """Check the keys of one mapping.

        Args:
            node: what the schema says of the mapping.
            present: its keys, and those that were meant by others.
            mark: its places.
            label: what it is called.
            at: where something missing is reported.
        """
        missing = [key for key in node.get("required", ()) if key not in present]
        if missing:
            hint = example_hint(node, missing)
            self._add(MISSING_KEY, at, f"{label} has no {joined(missing)}", hint=hint)
        for key, needed in node.get("dependentRequired", {}).items():
            if key in mark.keys and not present.issuperset(needed):
                fact = f"{key!r} of {label} means nothing without {needed[0]!r}"
                self._add(MISSING_KEY, mark.keys[key], fact)
        if "anyOf" in node and not any(holds(group, present) for group in node["anyOf"]):
            self._no_group(node, node["anyOf"], present, label, at)
        if "oneOf" in node:
            self._one_group(node, present, mark, label, at)

    def _one_group(
        self, node: Node, present: set[str], mark: MapMark, label: str, at: ScalarMark
    ) -> None:
        groups: Sequence[Node] = node["oneOf"]
        known: Node = node.get("properties", {})
        held = [group for group in groups if not present.isdisjoint(keys_of(group))]
        written = [next((key for key in mark.keys if key in keys_of(group)), "") for group in held]
        if any(known.get(key, {}).get("x-jido-reserved") for key in written):
            return  # told already
        if len(held) > 1 and all(written):
            fact = f"{written[0]!r} and {written[1]!r} of {label} exclude each other"
            later = max(mark.keys[written[0]], mark.keys[written[1]])
            self._add(CONFLICTING_KEYS, later, fact)
        elif not any(holds(group, present) for group in groups) and (
            # A key that is none of ours is told already, and may be what is missing.
            held or all(key in known or key.startswith("x-") for key in mark.keys)
        ):
            self._no_group(node, held or groups, present, label, at)

    def _no_group(
        self, node: Node, groups: Sequence[Node], present: set[str], label: str, at: ScalarMark
    ) -> None:
        known: Node = node.get("properties", {})
        here = {key for key in known if not known[key].get("x-jido-reserved")}
        later = LATER_GROUP_KEYS - here
        offered = [group for group in groups if later.isdisjoint(keys_of(group))]
        wanted = []
        for group in offered:
            lacking = [key for key in keys_of(group) if key not in present]
            wanted.append(joined(lacking, "or" if "anyOf" in group else "and"))
        self._add(MISSING_KEY, at, f"{label} has no {joined(wanted, 'or', quote=False)}")

    def excluded(self, key: str, others: list[str], mark: MapMark, label: str) -> None:
        """Refuse *key* beside the *others* that stand in the same mapping and exclude it."""
        fact = f"{key!r} and {others[0]!r} of {label} exclude each other"
        later = max(mark.keys[key], mark.keys[others[0]])
        self._add(CONFLICTING_KEYS, later, fact, hint=_ONE_KIND)
