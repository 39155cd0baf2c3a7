"""Walks that bring values to what a schema says they are, before they are validated.

An `integer` holds an int (1.0 becomes 1), a `number` a float (0 becomes 0.0), and members with a
default are filled in where that is asked for, so that static and run-time types agree. Whether a
value is valid is not decided here: what does not fit stays as it is, for the validator to refuse.

A walk takes and gives frozen values, and gives the same object when there is nothing to change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import is_not

from jido_cli.core.schema_document import path_of, pointer_to, properties_of, resolve
from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.updates import with_items
from jido_cli.core.values import MAX_INT, MIN_INT, FrozenDict, FrozenList, freeze

_INNER = frozenset(("$ref", "properties", "additionalProperties", "prefixItems", "items")) | {
    "allOf",
    "anyOf",
    "oneOf",
    "if",
}
"""The keywords under which there are schemas to walk into."""
Walk = Callable[[object, bool], object]
"""(frozen value, whether to fill in defaults) -> frozen value"""
IsValid = Callable[[object], bool]


class WalkBuilder:
    """Builds the walks of one schema document.

    Args:
        root: the whole document, where `$ref: '#/...'` leads.
        is_valid: makes the test of the subschema at a pointer.
    """

    def __init__(self, root: Mapping[str, object], is_valid: Callable[[str], IsValid]) -> None:
        self._root = root
        self._is_valid = is_valid
        self._by_pointer: dict[str, list[Walk | None]] = {}

    def build(self, schema: object, path: tuple[str | int, ...] = ()) -> Walk | None:
        """Return the walk of *schema*, which is at *path* of the document.

        None stands for a walk that could change nothing.

        Raises:
            SchemaError: a `$ref` in it leads nowhere, or out of the document.
        """
        if not isinstance(schema, Mapping):
            return None
        if _INNER.isdisjoint(schema):
            return self._number(schema)
        parts = [
            self._ref(schema),
            self._number(schema),
            self._object(schema, path),
            self._array(schema, path),
            self._all_of(schema, path),
            *(self._branches(schema, keyword, path) for keyword in ("anyOf", "oneOf")),
            self._condition(schema, path),
        ]
        return _chain([part for part in parts if part is not None])

    def _ref(self, schema: Mapping[str, object]) -> Walk | None:
        pointer = schema.get("$ref")
        if not isinstance(pointer, str):
            return None
        if pointer not in self._by_pointer:
            # The entry is made first: a schema may refer to itself.
            slot: list[Walk | None] = [None]
            self._by_pointer[pointer] = slot
            slot[0] = self.build(resolve(self._root, pointer), path_of(pointer))
        slot = self._by_pointer[pointer]

        def walk(value: object, fill: bool) -> object:
            inner = slot[0]
            return value if inner is None else inner(value, fill)

        return walk

    def _number(self, schema: Mapping[str, object]) -> Walk | None:
        declared = schema.get("type")
        kinds = declared if isinstance(declared, list) else [declared]
        if "integer" in kinds and "number" not in kinds:
            return _to_integer
        if "number" in kinds and "integer" not in kinds:
            return _to_number
        return None

    def _object(self, schema: Mapping[str, object], path: tuple[str | int, ...]) -> Walk | None:
        properties = properties_of(schema)
        walks = _present(
            {
                name: self.build(inner, (*path, "properties", name))
                for name, inner in properties.items()
            }
        )
        rest = self.build(schema.get("additionalProperties"), (*path, "additionalProperties"))
        defaults = {
            name: freeze(inner["default"])
            for name, inner in properties.items()
            if isinstance(inner, Mapping) and "default" in inner
        }
        if not walks and rest is None and not defaults:
            return None

        def walk(value: object, fill: bool) -> object:
            if type(value) is not FrozenDict:
                return value
            changed: dict[str, object] = {}
            if fill:
                for key, default in defaults.items():
                    if key not in value:
                        changed[key] = _step(walks.get(key), default, fill, key)
            for key, item in value.items():
                new = _step(walks.get(key) if key in properties else rest, item, fill, key)
                if new is not item:
                    changed[key] = new
            return with_items(value, changed) if changed else value

        return walk

    def _array(self, schema: Mapping[str, object], path: tuple[str | int, ...]) -> Walk | None:
        prefix = schema.get("prefixItems")
        heads = [
            self.build(inner, (*path, "prefixItems", index))
            for index, inner in enumerate(prefix if isinstance(prefix, list) else [])
        ]
        tail = self.build(schema.get("items"), (*path, "items"))
        if tail is None and not any(heads):
            return None

        def walk(value: object, fill: bool) -> object:
            if type(value) is not FrozenList:
                return value
            new = [
                _step(heads[index] if index < len(heads) else tail, item, fill, index)
                for index, item in enumerate(value)
            ]
            is_changed = any(map(is_not, new, value))
            return freeze(new) if is_changed else value

        return walk

    def _all_of(self, schema: Mapping[str, object], path: tuple[str | int, ...]) -> Walk | None:
        branches = schema.get("allOf")
        if not isinstance(branches, list):
            return None
        walks = [
            self.build(branch, (*path, "allOf", index)) for index, branch in enumerate(branches)
        ]
        return _chain([walk for walk in walks if walk is not None])

    def _branches(
        self, schema: Mapping[str, object], keyword: str, path: tuple[str | int, ...]
    ) -> Walk | None:
        """Walk as the first branch does whose result fits that branch."""
        branches = schema.get(keyword)
        if not isinstance(branches, list):
            return None
        walks = [
            self.build(branch, (*path, keyword, index)) for index, branch in enumerate(branches)
        ]
        if all(walk is None for walk in walks):
            return None
        pairs = [
            (walk, self._is_valid(pointer_to((*path, keyword, index))))
            for index, walk in enumerate(walks)
        ]

        def walk(value: object, fill: bool) -> object:
            for inner, is_valid in pairs:
                try:
                    new = value if inner is None else inner(value, fill)
                except SchemaError:
                    continue  # it does not fit this branch; the validator says so of all
                if is_valid(new):
                    return new
            return value

        return walk

    def _condition(self, schema: Mapping[str, object], path: tuple[str | int, ...]) -> Walk | None:
        if "if" not in schema:
            return None
        is_met = self._is_valid(pointer_to((*path, "if")))
        then = self.build(schema.get("then"), (*path, "then"))
        otherwise = self.build(schema.get("else"), (*path, "else"))
        if then is None and otherwise is None:
            return None

        def walk(value: object, fill: bool) -> object:
            inner = then if is_met(value) else otherwise
            return value if inner is None else inner(value, fill)

        return walk


def _step(inner: Walk | None, value: object, fill: bool, key: str | int) -> object:
    if inner is None:
        return value
    try:
        return inner(value, fill)
    except SchemaError as error:
        raise error.under(key) from None


def _chain(walks: list[Walk]) -> Walk | None:
    if len(walks) <= 1:
        return walks[0] if walks else None

    def walk(value: object, fill: bool) -> object:
        for inner in walks:
            value = inner(value, fill)
        return value

    return walk


def _to_integer(value: object, _fill: bool) -> object:
    if type(value) is not float or not value.is_integer():
        return value
    whole = int(value)
    if not MIN_INT <= whole <= MAX_INT:
        raise SchemaError((), f"{value!r} is not a 64-bit integer")
    return whole


def _to_number(value: object, _fill: bool) -> object:
    return float(value) if type(value) is int else value


def _present(walks: Mapping[str, Walk | None]) -> dict[str, Walk]:
    return {name: walk for name, walk in walks.items() if walk is not None}
