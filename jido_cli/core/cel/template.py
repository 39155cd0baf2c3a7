"""Expressions inside YAML values: `${{ }}`, alone or within longer text.

A text that is exactly one `${{ expression }}` keeps the type of its value; within longer text the
value is written as text. Any value whose texts may hold expressions is compiled at once, and all
mistakes in it are found, each with the path of keys that leads to it. What the expressions mean is
`jido_cli.core.expressions`' business.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from jido_cli.core.cel.conversions import double_text
from jido_cli.core.cel.diagnose import Finding
from jido_cli.core.cel.source import CLOSING, end_of_expression
from jido_cli.core.cel.types import DYN, STRING, CelType
from jido_cli.core.cel.values import TEXT, TOO_MUCH_TEXT, FuelError
from jido_cli.core.expressions import (
    BudgetError,
    Environment,
    EvaluationError,
    Expression,
    ExpressionError,
    Scope,
)
from jido_cli.core.values import ValueDomainError, freeze

OPENING = "${{"
Path = tuple[str | int, ...]


class DeclarationError(msgspec.Struct, frozen=True):
    """A mistake in a declared value, and where it is.

    Attributes:
        path: keys and indexes that lead to it.
        message: what is wrong.
        offset_line: line within the text at the path, from 1.
        offset_column: column within that line, from 1.
        length: how many characters are wrong; 0 means the whole value.
        hint: what to write instead.
        is_key: whether the text is the last key of the path, not the value under it.
    """

    path: Path
    message: str
    offset_line: int = 1
    offset_column: int = 1
    length: int = 0
    hint: str | None = None
    is_key: bool = False

    def under(self, *keys: str | int) -> DeclarationError:
        """Return the same mistake, seen from further out."""
        return msgspec.structs.replace(self, path=(*keys, *self.path))

    def as_value(self) -> DeclarationError:
        """Return the same mistake in a value, where the text is not a key."""
        return msgspec.structs.replace(self, is_key=False)


class Constant(NamedTuple):
    """A compiled value without expressions."""

    value: object


class Computed(msgspec.Struct, frozen=True):
    """A compiled value with expressions: `run` takes a scope and returns it.

    Attributes:
        run: makes the value.
        result_type: its type, as far as that is known.
        names: the variables that it reads.
    """

    run: Callable[[Scope], object]
    result_type: CelType | None = None
    names: frozenset[str] = frozenset()


Compiled = Constant | Computed
UNKNOWN = Computed(lambda _: None, DYN)
"""Stands for what could not be compiled."""


class _Piece(NamedTuple):
    """A part of a text: literal, or an expression and the offset at which it begins."""

    text: str
    offset: int | None = None


class ValueCompiler:
    """Compiles values of one environment.

    Attributes:
        environment: what the values see.
        problems: what is wrong with them.
        names: the variables that they read.
    """

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.problems: list[DeclarationError] = []
        self.names: set[str] = set()

    def within(self, environment: Environment) -> ValueCompiler:
        """Return a compiler of another environment that shares problems and names."""
        other = ValueCompiler(environment)
        other.problems, other.names = self.problems, self.names
        return other

    def value(self, value: object, path: Path) -> Compiled:
        """Return *value* compiled; what is constant is frozen, a mistake in it is noted."""
        compiled = self._value(value, path)
        if isinstance(compiled, Computed):
            return compiled
        try:
            return Constant(freeze(compiled.value))
        except ValueDomainError as error:
            self.problems.append(DeclarationError((*path, *error.path), error.reason))
            return UNKNOWN

    def text(self, text: str, path: Path, *, is_key: bool = False) -> Compiled:
        """Return a text compiled."""
        if OPENING not in text:
            return Constant(text)
        pieces = self._pieces(text, path, is_key=is_key)
        if len(pieces) == 1 and pieces[0].offset is not None and not is_key:
            found = self._expression(text, pieces[0], path, is_key=is_key)
            return _computed(found) if found else UNKNOWN
        parts: list[str | Expression] = []
        for piece in pieces:
            if piece.offset is None:
                parts.append(piece.text)
            elif found := self._expression(text, piece, path, is_key=is_key):
                parts.append(found)
        return _interpolation(parts)

    def condition(self, text: object, path: Path) -> Computed:
        """Return plain CEL, without braces, whose value is true or false."""
        if isinstance(text, bool):
            return Computed(lambda _: text)
        return self.plain(text, path, is_condition=True)

    def plain(self, text: object, path: Path, *, is_condition: bool = False) -> Computed:
        """Return plain CEL, without braces; a mistake in it is noted."""
        if not isinstance(text, str):
            self.problems.append(DeclarationError(path, f"{text!r} is not an expression"))
            return Computed(lambda _: False)
        if text.strip().startswith(OPENING):
            message = "this is plain CEL already, without ${{ }}"
            self.problems.append(DeclarationError(path, message, hint="leave out the braces"))
            return Computed(lambda _: False)
        found = self._expression(text, _Piece(text, 0), path, is_condition=is_condition)
        return _computed(found) if found else Computed(lambda _: False)

    def segments(self, path_text: str, path: Path, *, is_key: bool = True) -> tuple[Compiled, ...]:
        """Return the segments of a dotted path; none of them if there is a mistake in it.

        An interpolation is one segment, or part of one, whatever dots its value has.
        """
        known = len(self.problems)
        segments: list[list[str | Expression]] = [[]]
        for piece in self._pieces(path_text, path, is_key=is_key):
            if piece.offset is not None:
                if found := self._expression(path_text, piece, path, is_key=is_key):
                    segments[-1].append(found)
                continue
            first, *others = piece.text.split(".")
            segments[-1] += [first] if first else []
            segments += [[other] if other else [] for other in others]
        if len(self.problems) == known and any(not segment for segment in segments):
            message = f"{path_text!r} has an empty part"
            self.problems.append(DeclarationError(path, message, is_key=is_key))
        return tuple(map(_interpolation, segments)) if len(self.problems) == known else ()

    def _value(self, value: object, path: Path) -> Compiled:
        if isinstance(value, str):
            return self.text(value, path)
        if isinstance(value, Mapping):
            return self._mapping(value, path)
        if isinstance(value, Sequence):
            return self._sequence(value, path)
        return Constant(value)

    def _mapping(self, value: Mapping[object, object], path: Path) -> Compiled:
        items: list[tuple[Compiled, Compiled]] = []
        for key, each in value.items():
            if not isinstance(key, str):
                self.problems.append(DeclarationError(path, f"the key {key!r} is not text"))
                return UNKNOWN
            inner = (*path, key)
            items.append((self.text(key, inner, is_key=True), self._value(each, inner)))
        if all(isinstance(part, Constant) for item in items for part in item):
            return Constant(value)
        parts = [part for item in items for part in item]
        return Computed(_mapping_runner(items), None, _names(parts))

    def _sequence(self, value: Sequence[object], path: Path) -> Compiled:
        items = [self._value(each, (*path, index)) for index, each in enumerate(value)]
        if all(isinstance(item, Constant) for item in items):
            return Constant(value)
        makers = list(map(runner, items))
        return Computed(lambda scope: [make(scope) for make in makers], None, _names(items))

    def _pieces(self, text: str, path: Path, *, is_key: bool) -> list[_Piece]:
        """Split a text; an expression that is never closed is noted and left out."""
        pieces: list[_Piece] = []
        position = 0
        while (start := text.find(OPENING, position)) >= 0:
            if start > position:
                pieces.append(_Piece(text[position:start]))
            inside = start + len(OPENING)
            end = end_of_expression(text, inside)
            if end is None:
                line, column = _place(text, start)
                message = "this expression is never closed"
                self.problems.append(
                    DeclarationError(
                        path, message, line, column, len(OPENING), f"end it with {CLOSING}", is_key
                    )
                )
                return pieces
            expression = text[inside:end].lstrip()
            pieces.append(_Piece(expression.rstrip(), end - len(expression)))
            position = end + len(CLOSING)
        if position < len(text):
            pieces.append(_Piece(text[position:]))
        return pieces

    def _expression(
        self,
        text: str,
        piece: _Piece,
        path: Path,
        *,
        is_key: bool = False,
        is_condition: bool = False,
    ) -> Expression | None:
        try:
            found = self.environment.compile(piece.text, is_condition=is_condition)
        except ExpressionError as error:
            first_line, first_column = _place(text, piece.offset or 0)
            for each in (error, *error.others):
                column = each.offset_column + (first_column - 1 if each.offset_line == 1 else 0)
                line = each.offset_line + first_line - 1
                self.problems.append(
                    DeclarationError(
                        path, each.message, line, column, each.length, each.hint, is_key
                    )
                )
            return None
        self.names |= found.names
        return found


def compile_value(value: object, environment: Environment) -> Compiled:
    """Return *value*, any YAML value whose texts may hold `${{ }}`, compiled.

    Raises:
        ExpressionError: an expression in it is wrong; line and column count within its text.
            `ValueCompiler` finds all mistakes, with their paths.
    """
    compiler = ValueCompiler(environment)
    compiled = compiler.value(value, ())
    for each in compiler.problems:
        place = each.offset_line, each.offset_column, each.length
        raise ExpressionError(Finding(*place, each.message, each.hint))
    return compiled


def text_of(value: object) -> str:
    """Return *value* as it stands within longer text: a text as it is, anything else as JSON.

    Raises:
        FuelError: that would be too much text.
    """
    if isinstance(value, str):
        return value
    pieces: list[str] = []
    _write(value, pieces, TEXT)
    return "".join(pieces)


def _write(value: object, pieces: list[str], left: int) -> int:
    """Write *value* as JSON; return how much text may still be made."""
    match value:
        case list():
            items = [(", " if n else "", each) for n, each in enumerate(value)]
            brackets = "[]"
        case dict():
            keys = (json.dumps(key, ensure_ascii=False) for key in value)
            items = [
                (f"{', ' if n else ''}{key}: ", each)
                for n, (key, each) in enumerate(zip(keys, value.values(), strict=True))
            ]
            brackets = "{}"
        case float():
            return _put(double_text(value), pieces, left)
        case _:
            return _put(json.dumps(value, ensure_ascii=False), pieces, left)
    left = _put(brackets[0], pieces, left)
    for before, each in items:
        left = _write(each, pieces, _put(before, pieces, left))
    return _put(brackets[1], pieces, left)


def _put(text: str, pieces: list[str], left: int) -> int:
    pieces.append(text)
    if len(text) > left:
        raise FuelError(TOO_MUCH_TEXT)
    return left - len(text)


def _computed(found: Expression) -> Computed:
    return Computed(found.run, found.result_type, found.names)


def runner(compiled: Compiled) -> Callable[[Scope], object]:
    """Return the function that makes a compiled value."""
    if isinstance(compiled, Computed):
        return compiled.run
    value = compiled.value
    return lambda _: value


def _names(parts: Sequence[Compiled]) -> frozenset[str]:
    return frozenset().union(*(part.names for part in parts if isinstance(part, Computed)))


def _interpolation(parts: Sequence[str | Expression]) -> Compiled:
    """Return a text made of literal parts and of values written as text."""
    expressions = [part for part in parts if isinstance(part, Expression)]
    if not expressions:
        return Constant("".join(part for part in parts if isinstance(part, str)))

    def run(scope: Scope) -> str:
        texts = [part if isinstance(part, str) else _interpolated(part, scope) for part in parts]
        if sum(map(len, texts)) > TEXT:
            raise BudgetError(TOO_MUCH_TEXT, source=expressions[0].source)
        return "".join(texts)

    return Computed(run, STRING, frozenset().union(*(each.names for each in expressions)))


def _interpolated(expression: Expression, scope: Scope) -> str:
    try:
        return text_of(expression.run(scope))
    except FuelError as error:
        raise BudgetError(str(error), source=expression.source) from None


def _mapping_runner(items: Sequence[tuple[Compiled, Compiled]]) -> Callable[[Scope], object]:
    if all(isinstance(key, Constant) for key, _ in items):
        named = [(key.value, runner(each)) for key, each in items if isinstance(key, Constant)]
        return lambda scope: {key: make(scope) for key, make in named}
    makers = [(runner(key), runner(each)) for key, each in items]

    def run(scope: Scope) -> object:
        made: dict[object, object] = {}
        for make_key, make in makers:
            key = make_key(scope)
            if key in made:
                raise EvaluationError(f"the key {key!r} is twice in the mapping", source=str(key))
            made[key] = make(scope)
        return made

    return run


def _place(text: str, offset: int) -> tuple[int, int]:
    """Return line and column, from 1, of an offset."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
