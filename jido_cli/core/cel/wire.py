"""The syntax tree of a checked expression, read from the bytes the checker hands out.

`serialize()` of the checking library gives a `CheckedExpr` in protobuf's wire format. It is read
here without protobuf, and only what is needed: the tree and the offset of each node. Macros arrive
as loops; their known shapes are recognised and become nodes of their own. What is valid CEL but
not in this language is refused here, with its offset. No code generation.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

from jido_cli.core.cel.source import Source
from jido_cli.core.cel.types import DYN, CelType

MAX_BYTES = 64 * 1024


class RefusedError(Exception):
    """Valid CEL that this language leaves out.

    Args:
        message: what is refused.
        offset: code points before the place, or None for the whole expression.
        hint: what to write instead.
    """

    def __init__(self, message: str, offset: int | None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.hint = hint


class Node:
    """One node of the tree.

    `kind` is one of `const ident select has list map call` or a macro: `all exists exists_one
    collect sort bind`. A macro's `name` is its variable and its `args` are the range, then the
    predicate, and for `collect` (both `map` and `filter`) the predicate if there is one, then the
    element; of `sort` the range and the key, of `bind` the value and the result. `optional` are
    the positions of elements, or of a map's values, that have a `?` before them.
    """

    __slots__ = (
        "args",
        "has_receiver",
        "ident",
        "kind",
        "name",
        "offset",
        "optional",
        "type",
        "value",
    )

    def __init__(self, ident: int, kind: str, offset: int | None) -> None:
        self.ident = ident
        self.kind = kind
        self.offset = offset
        self.name = ""
        self.args: list[Node] = []
        self.value: bool | int | float | str | bytes | None = None
        self.optional: frozenset[int] = frozenset()
        self.has_receiver = False
        self.type: CelType = DYN


class _Message:
    """The fields of one message: number -> values, as numbers or as bytes."""

    __slots__ = ("numbers", "parts")

    def __init__(self, data: bytes) -> None:
        self.numbers: dict[int, int] = {}
        self.parts: dict[int, list[bytes]] = {}
        index, end = 0, len(data)
        # Nearly all numbers are of one byte; the calls that this saves are most of the time.
        while index < end:
            tag = data[index]
            index += 1
            if tag > 127:
                tag, index = _varint(data, index - 1)
            wire = tag & 7
            if wire == 0:
                number = data[index]
                index += 1
                if number > 127:
                    number, index = _varint(data, index - 1)
                self.numbers[tag >> 3] = number
                continue
            length = 8
            if wire == 2:
                length = data[index]
                index += 1
                if length > 127:
                    length, index = _varint(data, index - 1)
            self.parts.setdefault(tag >> 3, []).append(data[index : index + length])
            index += length

    def first(self, number: int) -> bytes:
        return self.parts[number][0] if number in self.parts else b""

    def text(self, number: int) -> str:
        return self.first(number).decode()


def _varint(data: bytes, index: int) -> tuple[int, int]:
    byte = data[index]
    if byte < 128:
        return byte, index + 1
    result = byte & 127
    shift = 7
    while True:
        index += 1
        byte = data[index]
        result |= (byte & 127) << shift
        if byte < 128:
            return result, index + 1
        shift += 7


def decode(serialized: bytes, source: Source, bound: Sequence[str] = ()) -> Node:
    """Return the tree of a serialized `CheckedExpr`.

    Args:
        serialized: what the checker gives.
        source: what was checked, and how its offsets are those of the user's text.
        bound: the variables that were bound around the user's text; the tree is what is inside.

    Raises:
        RefusedError: the expression is larger than the limit, or uses what the language leaves out.
    """
    if len(serialized) > MAX_BYTES:
        raise RefusedError(
            f"the expression checks to {len(serialized)} bytes; the limit is {MAX_BYTES}",
            None,
            "split it",
        )
    checked = _Message(_Message(serialized).first(2))
    reader = _Reader(_offsets(checked.first(5)), _names(checked.parts.get(2, ())), source)
    root = checked.first(4)
    for name in bound:
        root = _inside(root, name)
    return reader.node(root)


def _inside(data: bytes, name: str) -> bytes:
    """Return the result of what binds a variable.

    Nothing else stands there, unless the text closes a bracket that it does not open.
    """
    loop = _Message(_Message(data).first(9))
    if loop.text(1)[:1] != "#" or loop.text(3) != name:
        raise RefusedError("a bracket is closed that is not open", None)
    return loop.first(7)


def _offsets(source_info: bytes) -> dict[int, int]:
    """Return number and offset, in the checked text, of every node."""
    found: dict[int, int] = {}
    for data in _Message(source_info).parts.get(4, ()):
        if len(data) == 4 and data[0] == 8 and data[2] == 16:
            found[data[1]] = data[3]
        else:
            entry = _Message(data).numbers
            found[entry.get(1, 0)] = entry.get(2, 0)
    return found


def _names(references: Iterable[bytes]) -> dict[int, str]:
    """Return the qualified names, such as those of types, by the number of their node."""
    entries = (_Message(data) for data in references if b"." in data)
    named = ((each.numbers.get(1, 0), _Message(each.first(2))) for each in entries)
    return {ident: reference.text(1) for ident, reference in named if 1 in reference.parts}


class _Reader:
    def __init__(self, offsets: dict[int, int], names: dict[int, str], source: Source) -> None:
        self._offsets = offsets
        self._names = names
        self._sorts = source.sorts
        self._original = source.original

    def node(self, data: bytes) -> Node:
        message = _Message(data)
        ident = message.numbers.get(2, 0)
        offset = self._offsets.get(ident)
        if offset is not None:
            offset = self._original(offset)
        (number,) = message.parts
        body = _Message(message.parts[number][0])
        match number:
            case 3:
                return self._constant(Node(ident, "const", offset), body)
            case 4:
                node = Node(ident, "ident", offset)
                node.name = body.text(1)
                return node
            case 5:
                return self._select(Node(ident, "select", offset), body)
            case 6:
                return self._call(Node(ident, "call", offset), body)
            case 7:
                node = Node(ident, "list", offset)
                node.args = [self.node(each) for each in body.parts.get(1, ())]
                node.optional = frozenset(_packed(body))
                return node
            case 8:
                return self._map(Node(ident, "map", offset), body)
            case _:
                return self._macro(Node(ident, "collect", offset), body)

    def _constant(self, node: Node, body: _Message) -> Node:
        if 5 in body.parts:
            (node.value,) = struct.unpack("<d", body.first(5))
        elif 6 in body.parts:
            node.value = body.text(6)
        elif 2 in body.numbers:
            node.value = bool(body.numbers[2])
        elif 3 in body.numbers:
            number = body.numbers[3]
            node.value = number - (1 << 64) if number >> 63 else number
        elif 4 in body.numbers:
            raise RefusedError(
                "unsigned integers are not in this language", node.offset, "leave out the u"
            )
        elif 7 in body.parts:
            node.value = body.first(7)
        return node

    def _select(self, node: Node, body: _Message) -> Node:
        if node.ident in self._names and not body.numbers.get(3):
            node.kind, node.name = "ident", self._names[node.ident]
            return node
        if body.numbers.get(3):
            node.kind = "has"
        node.name = body.text(2)
        node.args = [self.node(body.first(1))]
        return node

    def _call(self, node: Node, body: _Message) -> Node:
        node.name = body.text(2)
        node.has_receiver = 1 in body.parts
        node.args = [self.node(each) for n in (1, 3) for each in body.parts.get(n, ())]
        if node.name == "uint":
            raise RefusedError(
                "unsigned integers are not in this language", node.offset, "write int(x)"
            )
        return node

    def _map(self, node: Node, body: _Message) -> Node:
        if 1 in body.parts:
            raise RefusedError(
                "message literals are not in this language",
                node.offset,
                "write a map: {'key': value}",
            )
        optional = []
        for entry in map(_Message, body.parts.get(2, ())):
            key = self.node(entry.first(3))
            if entry.numbers.get(5):
                optional.append(len(node.args) + 1)
            if key.kind == "const" and not isinstance(key.value, str):
                raise RefusedError("the keys of a map are text", key.offset, "put it in quotes")
            node.args += [key, self.node(entry.first(4))]
        node.optional = frozenset(optional)
        return node

    def _macro(self, node: Node, body: _Message) -> Node:
        if 8 in body.parts:
            raise RefusedError(
                "macros with two variables are not in this language",
                node.offset,
                "iterate over the keys and look the value up",
            )
        node.name = body.text(1)
        if node.name.startswith("#"):
            # A loop over nothing, whose accumulator is what was bound.
            node.kind, node.name = "bind", body.text(3)
            node.args = [self.node(body.first(4)), self.node(body.first(7))]
            return node
        source = self.node(body.first(2))
        node.kind, parts = _shape(self.node(body.first(6)), body.text(3), node.offset)
        if node.offset in self._sorts:
            (key,) = parts[0].args  # what was put in dyn(), to stand where a condition stands
            node.kind, parts = "sort", [key]
        node.args = [source, *parts]
        return node


def _packed(body: _Message) -> list[int]:
    """Return the positions of a list's optional elements, however they are written."""
    found = [body.numbers[2]] if 2 in body.numbers else []
    for data in body.parts.get(2, ()):
        index = 0
        while index < len(data):
            number, index = _varint(data, index)
            found.append(number)
    return found


def _shape(step: Node, accumulator: str, offset: int | None) -> tuple[str, list[Node]]:
    """Return the macro's kind and its parts, by the shape of one step of its loop."""
    match step.name, step.args:
        case "_&&_", [first, predicate] if first.name == accumulator:
            return "all", [predicate]
        case "_||_", [first, predicate] if first.name == accumulator:
            return "exists", [predicate]
        case "_+_", [_, element]:
            return "collect", element.args
        case "_?_:_", [predicate, then, last] if last.name == accumulator:
            added = then.args[1]
            if added.kind == "list":
                return "collect", [predicate, *added.args]
            return "exists_one", [predicate]
        case _:
            raise RefusedError("this macro is not available yet", offset)
