"""Keys that are none of the format's: reported, and taken for what they were meant to be.

Whoever looks at the document afterwards finds the key that was meant, so that one slip of the
finger is one finding. What the values are is looked at elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from jido_cli.topology.positions import MapMark, ScalarMark
from jido_cli.topology.rules import UNKNOWN_KEY
from jido_cli.topology.shape_keys import has_type, keys_of
from jido_cli.topology.shape_scalars import Add
from jido_cli.topology.words import Suggester

Node = Mapping[str, Any]

_FEW_KEYS: Final = 3  # so few that a key in the wrong words must be the one that is missing


class Repaired(dict[str, object]):
    """A mapping with keys that were meant; `also` are meant by keys of another tool."""

    def __init__(self, values: Mapping[str, object], also: frozenset[str]) -> None:
        super().__init__(values)
        self.also = also


class Repairs:
    """Repairs the keys of mappings.

    Args:
        suggester: finds near words.
        add: takes findings.
        chosen: follows references of the schema to the node about a value.
    """

    def __init__(
        self, suggester: Suggester, add: Add, chosen: Callable[[Node, object], Node]
    ) -> None:
        self._suggester = suggester
        self._add = add
        self._chosen = chosen

    def repaired(
        self, whole: Node, node: Node, value: dict[str, object], mark: MapMark, label: str
    ) -> tuple[dict[str, object], MapMark] | None:
        """Report the unknown keys of a mapping; return it with those that were meant, if any.

        Args:
            whole: the node of the schema before it was decided which of its forms is meant.
            node: the node of that form.
            value: the mapping.
            mark: its places.
            label: its name.
        """
        known: Node = node.get("properties", {})
        renamed: dict[str, str] = {}
        foreign: set[str] = set()
        for key in value:
            if key in known or key.startswith("x-"):
                continue
            meant = self._meant(key, whole, node, value, mark.keys[key], label)
            if meant is None or meant in value or meant in renamed.values():
                continue
            if self._suggester.is_foreign(key):
                foreign.add(meant)  # what another tool's key holds is not for us to judge
            else:
                renamed[key] = meant
        if not renamed and not foreign:
            return None
        values = {renamed.get(key, key): below for key, below in value.items()}
        keys = {renamed.get(key, key): place for key, place in mark.keys.items()}
        marks = {renamed.get(key, key): below for key, below in mark.values.items()}
        return Repaired(values, frozenset(foreign)), MapMark(mark.pos, keys, marks)

    def _meant(
        self,
        key: str,
        whole: Node,
        node: Node,
        value: Mapping[str, object],
        place: ScalarMark,
        label: str,
    ) -> str | None:
        """Report a key, and return the one that it stands for, if that can be told."""
        known: Node = node.get("properties", {})
        forms = self._forms(whole)
        offered = [name for name in known if not known[name].get("x-jido-reserved")]
        offered += [name for name in forms if name not in known]
        hint = self._suggester.near_key(key, offered) or self._suggester.near(key, known.keys())
        lacking = [name for name in node.get("required", ()) if name not in value]
        if hint is None and len(lacking) == 1 and len(known) <= _FEW_KEYS:
            kind = self._chosen(known[lacking[0]], value[key]).get("type", "")
            if has_type(value[key], kind):
                hint = f"did you mean {lacking[0]!r}?"
        self._add(UNKNOWN_KEY, place, f"{key!r} is not a key of {label}", hint=hint)
        for name in offered:
            if hint == f"did you mean {name!r}?":
                is_excluded = "x-jido-excluded-by" in known.get(name, {})
                return None if is_excluded else name
        return None

    def _forms(self, whole: Node) -> list[str]:
        """Return the keys that decide which form a mapping has, where it may have several."""
        while "$ref" in whole or "anyOf" in whole:
            if "$ref" not in whole:
                return [name for group in whole["anyOf"] for name in keys_of(group)]
            below = self._chosen({"$ref": whole["$ref"]}, None)
            if below is whole:
                break
            whole = below
        return keys_of(whole["if"]) if "if" in whole else []
