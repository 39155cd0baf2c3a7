"""The keys `emit` and `directives` of a declared action.

Here they are compiled into what makes the records of `jido_cli.core.directives`. Their expressions
see the state before as `state` and the state after as `next`. What is constant is made and checked
once. Carrying directives out is the runtime's business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from jido_cli.core.cel.template import (
    Compiled,
    Constant,
    DeclarationError,
    Path,
    ValueCompiler,
    runner,
)
from jido_cli.core.declarative import parts
from jido_cli.core.declarative.failures import failed, unfit
from jido_cli.core.declarative.guard import GUARD_KEYS, Ask, Make, compile_guarded
from jido_cli.core.directive_types import Directive, DirectiveError
from jido_cli.core.directives import (
    AdoptChild,
    Cancel,
    CancelInstruction,
    Cron,
    CronCancel,
    DeadLetter,
    Emit,
    Error,
    Reply,
    RunInstruction,
    Schedule,
    SpawnAgent,
    Stop,
    StopChild,
)
from jido_cli.core.expressions import EvaluationError, Scope
from jido_cli.core.own_directives import Run
from jido_cli.core.sensor_directives import StartSensor, StopSensor
from jido_cli.core.suggestions import did_you_mean
from jido_cli.errors import JidoCliError

Convert = Callable[[object], object]


class _Part(NamedTuple):
    """A key of a directive: the attribute of the record, and how its value is made."""

    attribute: str
    convert: Convert = parts.text
    is_needed: bool = False


class _Kind(NamedTuple):
    """A directive: its record, and its keys."""

    record: type[Directive]
    parts: Mapping[str, _Part]


def _needed(*names: str) -> dict[str, _Part]:
    return {name: _Part(name, is_needed=True) for name in names}


def _texts(*names: str) -> dict[str, _Part]:
    return {name: _Part(name) for name in names}


_EMIT = _Kind(
    Emit,
    _needed("type")
    | {"data": _Part("data", parts.anything)}
    | _texts("subject", "id", "source")
    | {"extensions": _Part("extensions", parts.mapping), "to": _Part("to", parts.target)},
)
_SIGNAL = {"signal": _Part("signal", parts.signal, is_needed=True)}
_KINDS: Mapping[str, _Kind] = {
    "emit": _EMIT,
    "schedule": _Kind(
        Schedule,
        _texts("id", "at")
        | {"after": _Part("after_ms", parts.duration_ms)}
        | _SIGNAL
        | {"durable": _Part("durable", parts.anything)},
    ),
    "cancel": _Kind(Cancel, _needed("id")),
    "cron": _Kind(Cron, _needed("id", "cron") | _texts("timezone") | _SIGNAL),
    "cron_cancel": _Kind(CronCancel, _needed("id")),
    "spawn_agent": _Kind(
        SpawnAgent,
        _needed("agent")
        | _texts("tag", "under", "restart", "on_parent_death")
        | {name: _Part(name, parts.mapping) for name in ("state", "meta")},
    ),
    "stop_child": _Kind(StopChild, _needed("tag")),
    "adopt_child": _Kind(
        AdoptChild, _needed("child", "tag") | {"meta": _Part("meta", parts.mapping)}
    ),
    "start_sensor": _Kind(
        StartSensor,
        _needed("tag")
        | _texts("use", "run", "signal", "restart")
        | {"with": _Part("config", parts.mapping)},
    ),
    "stop_sensor": _Kind(StopSensor, _needed("tag")),
    "run_instruction": _Kind(
        RunInstruction,
        _needed("action")
        | _texts("id", "on_result", "on_error")
        | {"with": _Part("params", parts.mapping)},
    ),
    "cancel_instruction": _Kind(CancelInstruction, _needed("id")),
    "dead_letter": _Kind(DeadLetter, _needed("reason")),
    "error": _Kind(Error, _needed("message") | _texts("code")),
    "stop": _Kind(Stop, {"reason": _Part("reason", parts.anything)}),
}
_REPLY = "reply"
_RUN = "run"
_WITH = "with"
_OWN = _Kind(Run, {_RUN: _Part("target", is_needed=True), _WITH: _Part("params", parts.mapping)})


class _Asked(msgspec.Struct, frozen=True):
    """One directive: its record and its compiled parts, or what it always is."""

    place: str
    record: type[Directive]
    parts: tuple[tuple[str, _Part, Make], ...]
    fixed: Directive | None = None

    def __call__(self, scope: Scope, asked: list[Directive]) -> None:
        """Add the directive."""
        asked.append(self.fixed or self._made(scope))

    def _made(self, scope: Scope) -> Directive:
        made: dict[str, object] = {}
        key = ""
        try:
            for key, part, make in self.parts:  # noqa: B007 - told below
                value = make(scope)
                if value is not None or part.convert is parts.anything:
                    made[part.attribute] = part.convert(value)
                elif part.is_needed:
                    raise DirectiveError("this is null")
            key = ""
            return self.record(**made)
        except EvaluationError as error:
            raise failed(f"{self.place}.{key}", error) from None
        except JidoCliError as error:
            said = error.message.removeprefix(f"{self.record.kind}: ")
            raise unfit(f"{self.place}.{key}" if key else self.place, said) from None


def compile_emit(declared: object, path: Path, compiler: ValueCompiler) -> list[Ask]:
    """Return the value of `emit`, one signal or a list of them, compiled."""
    items = declared if isinstance(declared, list | tuple) else [declared]
    paths = [(*path, n) for n in range(len(items))] if items is declared else [path]
    return [
        ask
        for item, place in zip(items, paths, strict=True)
        if (ask := _emission(item, place, compiler)) is not None
    ]


def compile_directives(declared: object, path: Path, compiler: ValueCompiler) -> list[Ask]:
    """Return the value of `directives`, a list, compiled."""
    if not isinstance(declared, list | tuple):
        _note(compiler, path, f"{declared!r} is not a list of directives")
        return []
    asks = (_directive(item, (*path, n), compiler) for n, item in enumerate(declared))
    return [ask for ask in asks if ask is not None]


def _emission(item: object, path: Path, compiler: ValueCompiler) -> Ask | None:
    if not isinstance(item, Mapping):
        _note(compiler, path, f"{item!r} is not a mapping {{type, data, ...}}")
        return None
    _check_keys(item, path, compiler, (*_EMIT.parts, *GUARD_KEYS))
    return compile_guarded(item, path, compiler, lambda inside: _asked(_EMIT, item, path, inside))


def _directive(item: object, path: Path, compiler: ValueCompiler) -> Ask | None:
    if not isinstance(item, Mapping):
        _note(compiler, path, f"{item!r} is not a directive")
        return None
    known = (*_KINDS, _REPLY, _RUN)
    kinds = [str(key) for key in item if key in known]
    _check_keys(item, path, compiler, (*known, *GUARD_KEYS, *([_WITH] if _RUN in item else [])))
    if len(kinds) != 1:
        if not kinds and not any(_is_other(key) for key in item):
            _note(compiler, path, "a directive needs one of the keys " + ", ".join(known))
        elif kinds:
            message = f"{kinds[0]!r} and {kinds[1]!r} are two directives: make two entries"
            _note(compiler, (*path, kinds[1]), message, is_key=True)
        return None
    (kind,) = kinds
    place = (*path, kind)

    def ask(inside: ValueCompiler) -> Ask:
        if kind == _RUN:
            return _own(item, path, inside)
        if kind == _REPLY:
            return _answer(item[kind], place, inside)
        if kind == "emit":
            return _emission(item[kind], place, inside) or _nothing
        return _asked_kind(kind, item[kind], place, inside)

    return compile_guarded(item, path, compiler, ask)


def _asked_kind(kind: str, declared: object, path: Path, compiler: ValueCompiler) -> Ask:
    wanted = _KINDS[kind]
    if not isinstance(declared, Mapping):
        shown = ", ".join(wanted.parts)
        _note(compiler, path, f"{declared!r} is not a mapping {{{shown}}}")
        return _nothing
    _check_keys(declared, path, compiler, tuple(wanted.parts))
    found = declared.get("signal")
    if isinstance(found, Mapping):
        _check_keys(found, (*path, "signal"), compiler, parts.SIGNAL_KEYS)
    return _asked(wanted, declared, path, compiler)


def _asked(kind: _Kind, declared: Mapping[str, object], path: Path, compiler: ValueCompiler) -> Ask:
    for name, part in kind.parts.items():
        if part.is_needed and name not in declared:
            what = "a signal" if kind is _EMIT else f"{kind.record.kind}"
            _note(compiler, path, f"{what} needs {_article(name)}")
    known = len(compiler.problems)
    compiled = {
        name: compiler.value(declared[name], (*path, name))
        for name in kind.parts
        if name in declared
    }
    place = ".".join(map(str, path))
    made = tuple((name, kind.parts[name], runner(each)) for name, each in compiled.items())
    asked = _Asked(place, kind.record, made)
    if len(compiler.problems) == known:
        fixed = _fixed(asked, compiled, kind, path, compiler)
        if fixed is not None:
            return _Asked(place, kind.record, (), fixed)
    return asked


def _fixed(
    asked: _Asked,
    compiled: Mapping[str, Compiled],
    kind: _Kind,
    path: Path,
    compiler: ValueCompiler,
) -> Directive | None:
    """Make a directive in which nothing is computed; a mistake in a constant part is noted."""
    made: dict[str, object] = {}
    for name, each in compiled.items():
        part = kind.parts[name]
        if not isinstance(each, Constant):
            continue
        try:
            made[part.attribute] = part.convert(each.value)
        except JidoCliError as error:
            _note(compiler, (*path, name), error.message, error.hints[0] if error.hints else None)
            return None
    is_whole = all(name in compiled for name, part in kind.parts.items() if part.is_needed)
    if len(made) < len(compiled) or not is_whole:
        return None
    try:
        return asked.record(**made)
    except JidoCliError as error:
        _note(compiler, path, error.message)
        return None


def _answer(declared: object, path: Path, compiler: ValueCompiler) -> Ask:
    make = runner(compiler.value(declared, path))
    output = _Part("output", parts.anything)
    return _Asked(".".join(map(str, path[:-1])), Reply, ((_REPLY, output, make),))


def _own(item: Mapping[str, object], path: Path, compiler: ValueCompiler) -> Ask:
    """Compile a call of a user's own function; which one is never computed."""
    try:
        Run(item[_RUN])  # type: ignore[arg-type]
    except DirectiveError as error:
        _note(compiler, (*path, _RUN), error.message.removeprefix("run: "))
        return _nothing
    given = {key: item[key] for key in (_RUN, _WITH) if key in item}
    return _asked(_OWN, given, path, compiler)


def _nothing(_scope: Scope, _asked: list[Directive]) -> None:
    """Stand for what could not be compiled."""


def _check_keys(
    item: Mapping[str, object], path: Path, compiler: ValueCompiler, known: Sequence[str]
) -> None:
    for key in item:
        if key in known or str(key).startswith("x-"):
            continue
        hint = did_you_mean(str(key), known)
        _note(compiler, (*path, key), f"unknown key {key!r}", hint, is_key=True)


def _is_other(key: object) -> bool:
    return key not in GUARD_KEYS and not str(key).startswith("x-")


def _note(
    compiler: ValueCompiler,
    path: Path,
    message: str,
    hint: str | None = None,
    *,
    is_key: bool = False,
) -> None:
    compiler.problems.append(DeclarationError(path, message, hint=hint, is_key=is_key))


def _article(name: str) -> str:
    return f"{'an' if name[0] in 'aeio' else 'a'} {name}"
