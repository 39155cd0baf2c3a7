"""`when` and `for_each` beside a signal or a directive: whether it is asked for, and how often.

Each element of a list is seen as `item`, its position from 0 as `index`; `when` is looked at for
each of them. What is asked for is compiled elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from jido_cli.core.cel.template import (
    Compiled,
    Computed,
    Constant,
    DeclarationError,
    Path,
    ValueCompiler,
    runner,
)
from jido_cli.core.cel.types import DYN, INT, CelType, common_type, constant_type, json_type
from jido_cli.core.declarative.failures import failed, unfit
from jido_cli.core.directive_types import Directive
from jido_cli.core.expressions import EvaluationError, Scope
from jido_cli.core.shown import show

GUARD_KEYS = ("when", "for_each")
NO_ELEMENT = {name: f"{name!r} is of for_each: there is none here" for name in ("item", "index")}
"""What is said about the variables of `for_each` where there is none."""
Make = Callable[[Scope], object]
Ask = Callable[[Scope, list[Directive]], None]
"""Adds what is asked for, in a scope, to the directives."""


class Guarded(msgspec.Struct, frozen=True):
    """What is asked for where a condition holds, or for each element of a list."""

    place: str
    ask: Ask
    when: Make | None
    each: Make | None

    def __call__(self, scope: Scope, asked: list[Directive]) -> None:
        """Add what is asked for."""
        if self.each is None:
            if self._holds(scope):
                self.ask(scope, asked)
            return
        outer = scope.item, scope.index
        for index, item in enumerate(self._elements(scope)):
            scope.item, scope.index = item, index
            if self._holds(scope):
                self.ask(scope, asked)
        scope.item, scope.index = outer

    def _holds(self, scope: Scope) -> bool:
        if self.when is None:
            return True
        try:
            return self.when(scope) is True
        except EvaluationError as error:
            raise failed(f"{self.place}.when", error) from None

    def _elements(self, scope: Scope) -> list[object]:
        assert self.each is not None
        try:
            found = self.each(scope)
        except EvaluationError as error:
            raise failed(f"{self.place}.for_each", error) from None
        if isinstance(found, list):
            return found
        raise unfit(f"{self.place}.for_each", f"the expression gives {show(found)}, not a list")


def compile_guarded(
    declared: Mapping[str, object],
    path: Path,
    compiler: ValueCompiler,
    compile_ask: Callable[[ValueCompiler], Ask],
) -> Ask:
    """Return what *compile_ask* makes, under the `when` and `for_each` of *declared*."""
    each: Make | None = None
    inside = compiler
    if "for_each" in declared:
        found = compiler.value(declared["for_each"], (*path, "for_each"))
        each = runner(found)
        element = _element_type(found, (*path, "for_each"), compiler)
        inside = compiler.within(compiler.environment.extended(item=element, index=INT))
    when: Make | None = None
    if "when" in declared:
        when = inside.condition(declared["when"], (*path, "when")).run
    ask = compile_ask(inside)
    if when is None and each is None:
        return ask
    return Guarded(".".join(map(str, path)), ask, when, each)


def _element_type(found: Compiled, path: Path, compiler: ValueCompiler) -> CelType:
    """Return the type of a list's elements; what is known to be no list is noted."""
    if isinstance(found, Constant):
        value = found.value
        if isinstance(value, list):
            return json_type(common_type([_type_of(each) for each in value]))
        message = f"for_each needs a list, not {show(value)}"
        compiler.problems.append(DeclarationError(path, message))
        return DYN
    kind = found.result_type if isinstance(found, Computed) else None
    if kind is None or kind == DYN:
        return DYN
    if kind.kind == "list" and kind.item is not None:
        return json_type(kind.item)
    hint = "write dyn(x).keys() or dyn(x).entries()" if kind.kind in ("map", "message") else None
    compiler.problems.append(
        DeclarationError(path, f"for_each needs a list, not {kind}", hint=hint)
    )
    return DYN


def _type_of(value: object) -> CelType:
    return DYN if isinstance(value, dict | list) else constant_type(value)
