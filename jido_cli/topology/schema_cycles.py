"""Does a schema of the user's ever end? References that go round, or multiply.

A validator follows references without asking: `$ref: "#"` alone never comes to a value, and thirty
definitions that each name the next one twice are a billion checks of one value. Only references
that stay at the same value count; recursion into members and items ends with the data.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.topology.positions import Path
from jido_cli.topology.raw import Raw

MAX_PARTS: Final = 10_000
_MAX_CHAIN: Final = 200  # well below where Python and the validator run out of stack

_SAME_VALUE: Final = ("not", "if", "then", "else")
_SAME_VALUE_LISTS: Final = ("allOf", "anyOf", "oneOf")


def endless(document: Raw) -> tuple[Path, str] | None:
    """Return the path and the fault of a schema that cannot be checked in bounded time."""
    return _Walk(document).start()


class _Walk:
    def __init__(self, document: Raw) -> None:
        self._document = document
        self._parts: dict[int, int] = {}  # by identity of a schema: how many it expands to
        self._open: set[int] = set()
        self._fault: tuple[Path, str] | None = None

    def start(self) -> tuple[Path, str] | None:
        waiting: list[tuple[Path, object]] = [((), self._document)]
        while waiting and self._fault is None:
            path, node = waiting.pop()
            if isinstance(node, dict):
                if "$ref" in node:
                    self._expand(path, node, 0)
                waiting += [((*path, key), below) for key, below in node.items()]
            elif isinstance(node, list):
                waiting += [((*path, index), below) for index, below in enumerate(node)]
        return self._fault

    def _expand(self, path: Path, schema: Raw, depth: int) -> int:
        """Return how many schemas one value is held against; note a fault at *path*."""
        known = self._parts.get(id(schema))
        if known is not None or self._fault is not None:
            return known or 1
        if id(schema) in self._open:
            self._fault = ((*path, "$ref"), "the reference comes back to itself without a value")
            return 1
        if depth > _MAX_CHAIN:
            self._fault = ((*path, "$ref"), f"more than {_MAX_CHAIN} references follow one another")
            return 1
        self._open.add(id(schema))
        parts = 1 + sum(self._expand(path, below, depth + 1) for below in self._targets(schema))
        self._open.discard(id(schema))
        if parts > MAX_PARTS and self._fault is None:
            fact = f"the references hold one value against more than {MAX_PARTS:,} schemas"
            self._fault = ((*path, "$ref"), fact)
        self._parts[id(schema)] = parts
        return parts

    def _targets(self, schema: Raw) -> Iterator[Raw]:
        reference = schema.get("$ref")
        found = [self._referred(reference)] if isinstance(reference, str) else []
        found += [schema.get(key) for key in _SAME_VALUE]
        dependent = schema.get("dependentSchemas")
        found += dependent.values() if isinstance(dependent, dict) else []
        for key in _SAME_VALUE_LISTS:
            below = schema.get(key)
            found += below if isinstance(below, list) else []
        return (each for each in found if isinstance(each, dict))

    def _referred(self, reference: str) -> object:
        """Return what a reference into this document names, None where it names nothing."""
        if not reference.startswith("#"):
            return None
        node: object = self._document
        for step in reference[1:].split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(node, list):
                node = node[int(key)] if key.isdecimal() and int(key) < len(node) else None
            else:
                node = node.get(key) if isinstance(node, dict) else None
        return node
