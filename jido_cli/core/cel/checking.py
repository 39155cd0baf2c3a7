"""Asks the checking library whether an expression fits the types of its variables.

To declare variables to the library costs most of a millisecond for every set of them. So one
checker, to which none are declared, serves all: they are bound around the text, to values of the
right type, `cel.bind(state, jido.T1{}, state.count + 1)`, and what the library gives is read from
inside. They are declared where many texts have the same variables, and for what is refused: then
the complaint is about the user's text alone. Nothing is ever evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from jido_cli.core.cel.descriptors import PACKAGE, Pool
from jido_cli.core.cel.library import declarations, is_plain
from jido_cli.core.cel.messages import Form, MessageTypes, with_names
from jido_cli.core.cel.signatures import spelled
from jido_cli.core.cel.source import Source
from jido_cli.core.cel.types import BOOL, DOUBLE, DYN, INT, STRING, TIMESTAMP, CelType
from jido_cli.core.cel.wire import Node, RefusedError, decode

if TYPE_CHECKING:
    from cel_expr_python import cel

_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_NAME_OF_OURS = re.compile(r"T[0-9]+_[0-9]")
_MAX_TYPES = 4096
"""How many message types one checker gets to know; then another takes its place."""
_KEPT = 1024
"""How many checked texts a checker keeps."""
_WORTH_DECLARING = 16
"""After how many texts of one environment its variables are declared: each costs less then."""
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
        self._bindings: dict[frozenset[str], _Bindings] = {}
        self._declared: dict[bool, cel.Env] = {}
        self._asked = 0

    def tree(self, source: Source) -> Node:
        """Return the tree of an expression that fits.

        Raises:
            UncheckedError: it does not.
            RefusedError: it does, but the language leaves out something that it uses.
        """
        self._asked += 1
        found = self.bound_tree(source) if self._asked <= _WORTH_DECLARING else None
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
        words = frozenset(_WORD.findall(source.text))
        bindings = self._bindings.get(words)
        if bindings is None:
            bindings = self._bindings[words] = self._bind(words)
        if not bindings.is_usable:
            return None
        # The new line ends a comment, if the text ends with one.
        text = f"{bindings.before}{source.text}\n{')' * len(bindings.names)}"
        try:
            serialized = bindings.checker.checked(text, is_plain=is_plain(source.text))
            return decode(serialized, source.behind(len(bindings.before)), bindings.names)
        except (RuntimeError, RefusedError):
            return None

    def _bind(self, words: frozenset[str]) -> _Bindings:
        """Return how variables are bound for a text with these words."""
        checker = _usual_checker()
        binder = _Binder(checker, self._messages, words)
        names = tuple(name for name in self._types if name in words)
        values = [binder.value_of(self._types[name]) for name in names]
        before = "".join(
            f"cel.bind({name}, {value}, " for name, value in zip(names, values, strict=True)
        )
        return _Bindings(checker, names, before, is_usable=None not in values)

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


class _Binder:
    """Makes values of the variables' types, for one text.

    Args:
        checker: gets to know the types.
        messages: the types there are.
        words: of the text. No other fields are looked at, so objects that differ in others are
            one type to the checker.
    """

    def __init__(self, checker: _Checker, messages: MessageTypes, words: frozenset[str]) -> None:
        self._checker = checker
        self._messages = messages
        self._words = words
        self._names: dict[str, str] = {}

    def value_of(self, kind: CelType) -> str | None:
        """Return CEL whose type is *kind*, None if no text has it."""
        if kind.kind == "message":
            return f"{self._name_of(kind.name)}{{}}"
        if kind.item is None or kind.kind not in ("list", "map"):
            return _OF_TYPE.get(kind)
        item = self.value_of(kind.item)
        if item is None:
            return None
        return f"[{item}]" if kind.kind == "list" else f"{{'': {item}}}"

    def _name_of(self, message: str) -> str:
        """Return the checker's name of a message; types equal by chance stay two types."""
        found = self._names.get(message)
        if found is None:
            form = self._messages.form(message, self._words)
            found = self._names[message] = self._checker.name_of(form, self._names.values())
        return found


class _Checker:
    """A checker without variables, which learns the message types that are bound."""

    def __init__(self) -> None:
        self._pool = Pool()
        self._made: dict[bool, cel.Env] = {}
        self._names: dict[tuple[Form, int], str] = {}
        self._numbers = count(1)
        self._checked: dict[str, bytes] = {}

    @property
    def is_full(self) -> bool:
        return len(self._names) >= _MAX_TYPES

    def checked(self, text: str, *, is_plain: bool) -> bytes:
        """Return what the library gives for a text; many agents compute the same.

        Raises:
            RuntimeError: it is refused.
        """
        found = self._checked.get(text)
        if found is None:
            found = self._library(is_plain=is_plain).compile(text).serialize()
            if len(self._checked) >= _KEPT:
                self._checked.clear()
            self._checked[text] = found
        return found

    def _library(self, *, is_plain: bool) -> cel.Env:
        """Return the library's checker, for plain texts or for all."""
        found = self._made.get(is_plain)
        if found is None:
            from cel_expr_python import cel

            config = _configuration(is_plain=is_plain)
            found = self._made[is_plain] = cel.NewEnv(self._pool, config=config)
        return found

    def name_of(self, form: Form, taken: Collection[str]) -> str:
        """Return the name here of a message type; those of one form share it.

        Args:
            form: of the type.
            taken: names that other types of the same text have: those that are equal by chance
                stay two types.
        """
        number = 0
        while (name := self._names.get((form, number))) in taken:
            number += 1
        if name is not None:
            return name
        stem = f"{PACKAGE}.T{next(self._numbers)}"
        names = [f"{stem}_{index}" for index in range(len(form))]
        self._pool.add(dict(zip(names, map(dict, with_names(form, names)), strict=True)))
        # Only now, so that another thread never finds a name without its type.
        return self._names.setdefault((form, number), names[0])


class _Bindings(NamedTuple):
    """The text that binds variables, and the checker that knows the types in it."""

    checker: _Checker
    names: tuple[str, ...]
    before: str
    is_usable: bool


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
