"""Asks the checking library whether an expression fits the types of its variables.

To declare variables to the library costs most of a millisecond for every set of them. So one
checker, to which none are declared, serves all: they are bound around the text, to values of the
right type, `cel.bind(state, jido.T1{}, state.count + 1)`, and what the library gives is read from
inside. Only what is refused so is asked again with the variables declared: then the complaint is
about the user's text alone. Nothing is ever evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from jido_cli.core.cel.descriptors import PACKAGE, Pool
from jido_cli.core.cel.library import declarations, is_plain
from jido_cli.core.cel.messages import Key, MessageTypes
from jido_cli.core.cel.signatures import spelled
from jido_cli.core.cel.source import Source
from jido_cli.core.cel.types import BOOL, DOUBLE, DYN, INT, STRING, TIMESTAMP, CelType
from jido_cli.core.cel.wire import Node, RefusedError, decode

if TYPE_CHECKING:
    from cel_expr_python import cel

_WORD = re.compile(r"(?<![\w.])[A-Za-z_]\w*", re.ASCII)
_NAME_OF_OURS = re.compile(r"T[0-9]+_[0-9]")
_MAX_TYPES = 4096
"""How many message types one checker gets to know; then another takes its place."""
_OF_TYPE = {
    BOOL: "true",
    INT: "0",
    DOUBLE: "0.0",
    STRING: "''",
    DYN: "dyn(0)",
    TIMESTAMP: "timestamp(0)",
}


class UncheckedError(Exception):
    """What the library complains of, in its own words; it has no class of its own for that."""


class Checking:
    """Checks the expressions of one environment.

    Args:
        types: of the variables.
        messages: which those types name.
    """

    def __init__(self, types: Mapping[str, CelType], messages: MessageTypes) -> None:
        self._types = types
        self._messages = messages
        self._bindings: dict[tuple[str, ...], _Bindings | None] = {}
        self._declared: dict[bool, cel.Env] = {}

    def tree(self, source: Source) -> Node:
        """Return the tree of an expression that fits.

        Raises:
            UncheckedError: it does not.
            RefusedError: it does, but the language leaves out something that it uses.
        """
        found = self.bound_tree(source)
        return self.declared_tree(source) if found is None else found

    def declared_tree(self, source: Source) -> Node:
        """Return the tree as it is had with the variables declared; raises what `tree` does."""
        checker = self._declaring(is_plain=is_plain(source.text))
        try:
            serialized: bytes = checker.compile(source.text).serialize()
        except RuntimeError as error:
            raise UncheckedError(str(error)) from None
        return decode(serialized, source)

    def bound_tree(self, source: Source) -> Node | None:
        """Return the tree as it is had without declaring; None says nothing yet."""
        if _NAME_OF_OURS.search(source.text):
            return None
        used = tuple({word: None for word in _WORD.findall(source.text) if word in self._types})
        if used not in self._bindings:
            self._bindings[used] = self._bind(used)
        bindings = self._bindings[used]
        if bindings is None:
            return None
        # The new line ends a comment, if the text ends with one.
        text = f"{bindings.before}{source.text}\n{')' * len(used)}"
        try:
            checker = bindings.checker.of(is_plain=is_plain(source.text))
            serialized: bytes = checker.compile(text).serialize()
            return decode(serialized, source.behind(len(bindings.before)), used)
        except (RuntimeError, RefusedError):
            return None

    def _bind(self, used: tuple[str, ...]) -> _Bindings | None:
        """Return how these variables are bound, None if one has a type that no text has."""
        checker = _usual_checker()
        names: dict[str, str] = {}
        pieces: list[str] = []
        for name in used:
            value = self._value_of(self._types[name], names, checker)
            if value is None:
                return None
            pieces.append(f"cel.bind({name}, {value}, ")
        return _Bindings(checker, "".join(pieces))

    def _value_of(self, kind: CelType, names: dict[str, str], checker: _Checker) -> str | None:
        """Return CEL whose type is *kind*; *names* are how the checker calls our messages."""
        if kind.kind == "message":
            if kind.name not in names:
                names[kind.name] = checker.name_of(kind.name, self._messages, names)
            return f"{names[kind.name]}{{}}"
        if kind.item is None or kind.kind not in ("list", "map"):
            return _OF_TYPE.get(kind)
        item = self._value_of(kind.item, names, checker)
        if item is None:
            return None
        return f"[{item}]" if kind.kind == "list" else f"{{'': {item}}}"

    def _declaring(self, *, is_plain: bool) -> cel.Env:
        """Return a checker to which the variables are declared."""
        found = self._declared.get(is_plain)
        if found is None:
            from cel_expr_python import cel

            variables = {name: cel.Type(spelled(kind)) for name, kind in self._types.items()}
            pool, config = self._messages.pool(), _configuration(is_plain=is_plain)
            found = cel.NewEnv(pool, config=config, variables=variables)
            self._declared[is_plain] = found
        return found


class _Checker:
    """A checker without variables, which learns the message types that are bound."""

    def __init__(self) -> None:
        self._pool = Pool()
        self._made: dict[bool, cel.Env] = {}
        self._names: dict[tuple[Key, int], str] = {}
        self._numbers = count(1)

    @property
    def is_full(self) -> bool:
        return len(self._names) >= _MAX_TYPES

    def of(self, *, is_plain: bool) -> cel.Env:
        """Return the library's checker, for plain texts or for all."""
        found = self._made.get(is_plain)
        if found is None:
            from cel_expr_python import cel

            config = _configuration(is_plain=is_plain)
            found = self._made[is_plain] = cel.NewEnv(self._pool, config=config)
        return found

    def name_of(self, message: str, messages: MessageTypes, taken: Mapping[str, str]) -> str:
        """Return the name of a message type here; equal ones of other environments share it.

        Args:
            message: its name there.
            messages: the types there.
            taken: names here that other messages of the same expression have: types that are
                equal by chance stay two types.
        """
        key, members = messages.form(message)
        number = 0
        while True:
            name = self._names.get((key, number))
            if name is None:
                break
            if name not in taken.values():
                return name
            number += 1
        stem = f"{PACKAGE}.T{next(self._numbers)}"
        names = {each: f"{stem}_{index}" for index, each in enumerate(members)}
        self._pool.add(messages.renamed(names))
        # Only now, so that another thread never finds a name without its type.
        return self._names.setdefault((key, number), names[message])


class _Bindings(NamedTuple):
    """The text that binds variables, and the checker that knows the types in it."""

    checker: _Checker
    before: str


_usual: list[_Checker] = []


def _usual_checker() -> _Checker:
    """Return the checker that learns at present."""
    if not _usual or _usual[-1].is_full:
        _usual[:] = [_Checker()]
    return _usual[-1]


@cache
def _configuration(*, is_plain: bool) -> cel.EnvConfig:
    from cel_expr_python import cel

    return cel.NewEnvConfigFromYaml(declarations(is_plain=is_plain))
