"""The key `emit` of a declared action: one signal, or a list of them.

Here it is compiled into what makes `Emit` directives. They see the state before as `state` and the
state after as `next`. What is constant is made and checked once. Delivery is the runtime's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jido_cli.core.cel_template import (
    Computed,
    Constant,
    DeclarationError,
    Path,
    ValueCompiler,
    runner,
)
from jido_cli.core.declarative_state import failed
from jido_cli.core.directives import PLACES, AgentTarget, DirectiveError, Emit
from jido_cli.core.expressions import EvaluationError, Scope
from jido_cli.core.suggestions import did_you_mean

_PARTS = ("type", "data", "subject", "id", "source", "extensions")
_LATER = ("when", "for_each")
_LATER_PLACES = ("children", "log", "console")
_LATER_TARGETS = ("child", "key", "target")


@dataclass(frozen=True, slots=True)
class _Emission:
    """One signal: its computed parts, and how its target is found."""

    place: str
    parts: tuple[tuple[str, Callable[[Scope], object]], ...]
    target: Callable[[Scope], object]
    fixed: Emit | None

    def make(self, scope: Scope) -> Emit:
        """Return the directive."""
        if self.fixed is not None:
            return self.fixed
        name = ""
        made: dict[str, object] = {}
        try:
            for name, make in self.parts:
                made[name] = make(scope)
            name = "to"
            return Emit(**made, to=self.target(scope))  # type: ignore[arg-type]
        except EvaluationError as error:
            raise failed(f"{self.place}.{name}", error) from None


class Emissions:
    """The compiled signals of one action."""

    def __init__(self, emissions: tuple[_Emission, ...], *, wants_next: bool) -> None:
        self._emissions = emissions
        self.wants_next = wants_next

    def make(self, scope: Scope) -> list[Emit]:
        """Return the directives, in order."""
        return [each.make(scope) for each in self._emissions]


def compile_emit(declared: object, compiler: ValueCompiler) -> Emissions:
    """Return the value of `emit` compiled."""
    items = declared if isinstance(declared, list | tuple) else [declared]
    is_list = items is declared
    makers: list[_Emission] = []
    names: set[str] = set()
    for index, item in enumerate(items):
        path: Path = ("emit", index) if is_list else ("emit",)
        if isinstance(item, Mapping):
            makers.append(_emission(item, path, compiler, names))
        else:
            compiler.problems.append(
                DeclarationError(path, f"{item!r} is not a mapping {{type, data, ...}}")
            )
    return Emissions(tuple(makers), wants_next="next" in names)


def _emission(
    item: Mapping[str, object], path: Path, compiler: ValueCompiler, names: set[str]
) -> _Emission:
    _check_keys(item, path, compiler)
    compiled = {name: compiler.value(item[name], (*path, name)) for name in _PARTS if name in item}
    for each in compiled.values():
        if isinstance(each, Computed):
            names |= each.names
    target, is_fixed = _targets(item.get("to"), (*path, "to"), compiler, names)
    place = ".".join(map(str, path))
    fixed = None
    if is_fixed and all(isinstance(each, Constant) for each in compiled.values()):
        fixed = _fixed(compiled, target, path, compiler)
    parts = tuple((name, runner(each)) for name, each in compiled.items())
    return _Emission(place, parts, target, fixed)


def _fixed(
    compiled: Mapping[str, object],
    target: Callable[[Scope], object],
    path: Path,
    compiler: ValueCompiler,
) -> Emit | None:
    """Make a directive in which nothing is computed; a mistake in it is noted."""
    values = {name: each.value for name, each in compiled.items() if isinstance(each, Constant)}
    if "type" not in values:
        return None
    try:
        return Emit(**values, to=target(Scope()))  # type: ignore[arg-type]
    except DirectiveError as error:
        compiler.problems.append(DeclarationError(path, error.message))
        return None


def _check_keys(item: Mapping[str, object], path: Path, compiler: ValueCompiler) -> None:
    if "type" not in item:
        compiler.problems.append(DeclarationError(path, "a signal needs a type"))
    for key in item:
        if key in _PARTS or key == "to" or str(key).startswith("x-"):
            continue
        if key in _LATER:
            message, hint = f"{key!r} of emit is not available yet", None
        else:
            message, hint = f"unknown key {key!r}", did_you_mean(str(key), (*_PARTS, "to"))
        compiler.problems.append(DeclarationError((*path, key), message, hint=hint, is_key=True))


def _targets(
    declared: object, path: Path, compiler: ValueCompiler, names: set[str]
) -> tuple[Callable[[Scope], object], bool]:
    """Return what finds the targets, and whether it always finds the same."""
    if not isinstance(declared, list | tuple):
        return _target(declared, path, compiler, names)
    found = [_target(each, (*path, n), compiler, names) for n, each in enumerate(declared)]
    makers = [make for make, _ in found]
    return lambda scope: [make(scope) for make in makers], all(fixed for _, fixed in found)


def _target(
    declared: object, path: Path, compiler: ValueCompiler, names: set[str]
) -> tuple[Callable[[Scope], object], bool]:
    if declared is None:
        return lambda _: None, True
    if isinstance(declared, Mapping) and set(declared) == {"agent"}:
        compiled = compiler.text(str(declared["agent"]), (*path, "agent"))
        if isinstance(compiled, Computed):
            names |= compiled.names
        make = runner(compiled)
        return lambda scope: AgentTarget(str(make(scope))), isinstance(compiled, Constant)
    if declared in PLACES and declared not in _LATER_PLACES:
        return lambda _: declared, True
    compiler.problems.append(_bad_target(declared, path))
    return lambda _: None, False


def _bad_target(declared: object, path: Path) -> DeclarationError:
    is_later = isinstance(declared, Mapping) and any(key in declared for key in _LATER_TARGETS)
    if is_later or declared in _LATER_PLACES:
        return DeclarationError(path, f"the target {declared!r} is not available yet")
    places = [place for place in PLACES if place not in _LATER_PLACES]
    hint = did_you_mean(str(declared), places) or "an agent is named by {agent: ID}"
    return DeclarationError(path, f"{declared!r} is not a target", hint=hint)
