"""How functions of the expression language are written down: records and their signatures.

A `Function` is a row of the table from which everything else is made: what the checker is told,
which helper generated code calls, the types of results, the page of documentation. Signatures are
written as people read them: `list(T).take(int) -> list(T)`. The rows stand beside the helpers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from jido_cli.core.cel.types import DYN, CelType
from jido_cli.errors import InternalError

_TOKEN = re.compile(r"\w+|[(),]")
_SIMPLE = frozenset(
    ("int", "double", "string", "bool", "bytes", "null", "dyn", "timestamp", "duration", "type")
)
_CONTAINERS = frozenset({"list", "map", "optional"})
Example = tuple[str, object]
"""An expression, and the JSON value that it gives."""


class Function(NamedTuple):
    """A row of the table.

    Attributes:
        name: as it is called.
        signatures: all ways to call it.
        meaning: what it gives, for people: a phrase.
        examples: expressions with their values; each is run by a test.
        run: the helper; takes the fuel, then the arguments, a receiver first.
        source: which extension of the checker declares it; empty if its standard library does,
            and `jido` if we do.
        node: its name in the checker's tree, where that is another one.
    """

    name: str
    signatures: tuple[str, ...]
    meaning: str
    examples: tuple[Example, ...]
    run: Callable[..., object]
    source: str = "jido"
    node: str = ""


def row(
    name: str,
    signatures: str | tuple[str, ...],
    meaning: str,
    example: Example,
    run: Callable[..., object],
    source: str = "jido",
) -> Function:
    """Return a row with one example; a text is its only signature."""
    texts = (signatures,) if isinstance(signatures, str) else signatures
    return Function(name, texts, meaning, (example,), run, source)


class Form(NamedTuple):
    """An operator or a macro: how it is written, what it gives, examples."""

    usage: str
    meaning: str
    examples: tuple[Example, ...]


class Signature(NamedTuple):
    """One way to call a function; a receiver is its first parameter."""

    has_receiver: bool
    parameters: tuple[CelType, ...]
    result: CelType


def signatures_of(function: Function) -> tuple[Signature, ...]:
    """Return the signatures of a row, read."""
    return tuple(_signature(function.name, text) for text in function.signatures)


@cache
def _signature(name: str, text: str) -> Signature:
    call, arrow, result = text.partition(" -> ")
    receiver = ""
    start = 0
    if not call.startswith(f"{name}("):
        start = call.index(f".{name}(")
        receiver, start = call[:start], start + 1
    inside = call[start + len(name) + 1 : -1]
    if not arrow or not call.endswith(")"):
        raise InternalError(f"the signature {text!r} cannot be read")
    parameters = ([_type(receiver)] if receiver else []) + _types(inside)
    return Signature(bool(receiver), tuple(parameters), _type(result))


def _types(text: str) -> list[CelType]:
    found: list[CelType] = []
    tokens = _TOKEN.findall(text)
    while tokens:
        found.append(_read(tokens))
        if tokens:
            tokens.pop(0)  # a comma
    return found


def _type(text: str) -> CelType:
    return _read(_TOKEN.findall(text))


def _read(tokens: list[str]) -> CelType:
    word = tokens.pop(0)
    if word in _CONTAINERS:
        tokens.pop(0)
        if word == "map":
            del tokens[:2]  # its keys are text
        item = _read(tokens)
        tokens.pop(0)
        return CelType(word, item)
    if word in _SIMPLE:
        return CelType(word)
    return CelType("any", None, word)


def spelled(kind: CelType) -> str:
    """Return a type as the checker spells it."""
    match kind.kind:
        case "any":
            return f"~{kind.name}"
        case "message":
            return kind.name
        case "null":
            return "null_type"
    if kind.item is None:
        return kind.kind
    item = spelled(kind.item)
    return {"list": "list<{}>", "map": "map<string, {}>", "optional": "optional_type<{}>"}[
        kind.kind
    ].format(item)


def declaration(function: Function) -> list[str]:
    """Return what declares each signature to the checker, in its configuration's language."""
    lines = []
    for signature in signatures_of(function):
        parameters = list(map(spelled, signature.parameters))
        receiver = f"{parameters.pop(0)}." if signature.has_receiver else ""
        name = function.name.replace(".", "\\\\.")
        called = f"{receiver}{name}({', '.join(parameters)})"
        lines.append(f'signature: "{called}", return: "{spelled(signature.result)}"')
    return lines


def result_of(
    signatures: Sequence[Signature], arguments: Sequence[CelType], *, has_receiver: bool
) -> CelType:
    """Return the type of a call's result, dyn unless it has one type whatever the run brings."""
    candidates = [
        each
        for each in signatures
        if len(each.parameters) == len(arguments) and each.has_receiver == has_receiver
    ]
    results = {each.result for each in candidates}
    if len(results) == 1 and (only := next(iter(results))) and not _is_open(only):
        return only
    for each in candidates:
        bound: dict[str, CelType] = {}
        pairs = zip(each.parameters, arguments, strict=True)
        if all(_binds(wanted, given, bound) for wanted, given in pairs):
            return _filled(each.result, bound)
    return DYN


def _is_open(kind: CelType) -> bool:
    return kind.kind == "any" or (kind.item is not None and _is_open(kind.item))


def _binds(wanted: CelType, given: CelType, bound: dict[str, CelType]) -> bool:
    """Fit a type to a parameter exactly; dyn is a type like any other here."""
    if wanted.kind == "any":
        return bound.setdefault(wanted.name, given) == given
    if wanted.kind != given.kind:
        return False
    if wanted.item is None or given.item is None:
        return wanted == given
    return _binds(wanted.item, given.item, bound)


def _filled(kind: CelType, bound: Mapping[str, CelType]) -> CelType:
    if kind.kind == "any":
        return bound.get(kind.name, DYN)
    return kind if kind.item is None else CelType(kind.kind, _filled(kind.item, bound))
