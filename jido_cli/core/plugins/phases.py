"""The hooks of an agent's plugins, phase by phase, each in the order of the plugins.

A hook that raises, or returns what it may not, refuses the command (`Refused`): phases fail
closed. What follows from a refusal is the command's business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from jido_cli.core.context import Context
from jido_cli.core.directive_types import Directive
from jido_cli.core.directives import Emit
from jido_cli.core.failures import ActionFailure, failure_from, invalid
from jido_cli.core.plugins.contract import Override, Plugin, PluginView
from jido_cli.core.plugins.mounting import Mounted
from jido_cli.core.plugins.slices import slice_of
from jido_cli.core.router import matches
from jido_cli.core.shown import show
from jido_cli.core.signals import Signal
from jido_cli.core.updates import with_items
from jido_cli.core.values import FrozenDict, ValueDomainError, freeze_mapping

RESERVED = frozenset({"state", "params", "signal", "agent", "ctx", "result", "directive"})
"""Facts that no plugin may give: they are what actions know already."""


class Refused(Exception):
    """Carries why a hook lets the command fail."""

    def __init__(self, failure: ActionFailure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Phases:
    """The hooks that the plugins of one kind of agent override."""

    __slots__ = ("_by_phase",)

    def __init__(self, mounted: Sequence[Mounted]) -> None:
        self._by_phase = {
            phase: [one for one in mounted if _overrides(one.plugin, phase)] for phase in PHASES
        }

    def __bool__(self) -> bool:
        return any(self._by_phase.values())

    def has(self, phase: str) -> bool:
        """Whether any plugin has a hook for *phase*."""
        return bool(self._by_phase[phase])

    def handle_signal(
        self, signal: Signal, state: FrozenDict, ctx: Context
    ) -> tuple[Signal, Override | None]:
        """Return the signal to go on with; an override ends the phase.

        Raises:
            Refused: a hook raised, or returned something else.
        """
        for one in self._asked("handle_signal", signal):
            answer = _call(one, "handle_signal", signal, _view(one, state, ctx))
            if isinstance(answer, Override):
                return answer.signal or signal, answer
            if answer is not None:
                signal = _signal(one, "handle_signal", answer)
        return signal, None

    def prepare_signal(
        self, signal: Signal, state: FrozenDict, ctx: Context
    ) -> tuple[Signal, FrozenDict]:
        """Return the signal to route, and the facts that hooks gave.

        Raises:
            Refused: a hook raised, returned something else, or gave a fact that is known already.
        """
        facts = ctx.facts
        for one in self._asked("prepare_signal", signal):
            answer = _call(one, "prepare_signal", signal, _view(one, state, ctx))
            if isinstance(answer, tuple) and len(answer) == 2:
                answer, given = answer
                facts = _with_facts(one, "prepare_signal", facts, given)
            if answer is not None:
                signal = _signal(one, "prepare_signal", answer)
        return signal, facts

    def prepare_action(
        self, signal: Signal, actions: tuple[str, ...], state: FrozenDict, ctx: Context
    ) -> FrozenDict:
        """Return the facts for the actions that are about to run.

        Raises:
            Refused: a hook refused, returned something else, or gave a fact that is known already.
        """
        facts = ctx.facts
        for one in self._asked("prepare_action", signal):
            answer = _call(one, "prepare_action", signal, actions, _view(one, state, ctx))
            if answer is not None:
                facts = _with_facts(one, "prepare_action", facts, answer)
        return facts

    def prepare_emit(
        self, directives: Sequence[Directive], signal: Signal, state: FrozenDict, ctx: Context
    ) -> tuple[Directive, ...]:
        """Return *directives* with the signals to emit as hooks want them.

        Raises:
            Refused: a hook raised, or returned something else.
        """
        asked = self._asked("prepare_emit", signal)
        return tuple(
            _emit(one, asked, state, ctx) if isinstance(one, Emit) else one for one in directives
        )

    def transform_result(
        self, output: object, signal: Signal, state: FrozenDict, ctx: Context
    ) -> tuple[object, list[ActionFailure]]:
        """Return what a caller is answered, and what went wrong; that changes nothing."""
        problems: list[ActionFailure] = []
        for one in self._asked("transform_result", signal):
            try:
                output = _call(one, "transform_result", output, _view(one, state, ctx))
            except Refused as error:
                problems.append(error.failure)
        return output, problems

    def _asked(self, phase: str, signal: Signal) -> list[Mounted]:
        return [
            one
            for one in self._by_phase[phase]
            if not one.plugin.signal_patterns
            or any(matches(signal.type, pattern) for pattern in one.plugin.signal_patterns)
        ]


PHASES = ("handle_signal", "prepare_signal", "prepare_action", "prepare_emit", "transform_result")


def _overrides(plugin: Plugin, phase: str) -> bool:
    return getattr(type(plugin), phase) is not getattr(Plugin, phase)


def _view(one: Mounted, state: FrozenDict, ctx: Context) -> PluginView:
    return PluginView(slice_of(state, one.key), state, one.plugin.config, ctx)


def _call(one: Mounted, phase: str, *args: object) -> object:
    hook: Callable[..., object] = getattr(one.plugin, phase)
    try:
        return hook(*args)
    except Exception as error:  # noqa: BLE001 - the edge where users' code runs
        failure = failure_from(f"{one.key}.{phase}", error)
        if failure.code == "exception":  # what it says by an `ActionError` are its own words
            said = f"plugin {one.key!r}: {phase} raised {failure.message}"
            failure = msgspec.structs.replace(failure, message=said)
        raise Refused(failure) from None


def _emit(emit: Emit, asked: Sequence[Mounted], state: FrozenDict, ctx: Context) -> Emit:
    for one in asked:
        answer = _call(one, "prepare_emit", emit, _view(one, state, ctx))
        if isinstance(answer, Emit):
            emit = answer
        elif answer is not None:
            raise _refused(one, "prepare_emit", f"returned {show(answer)}, not an Emit or None")
    return emit


def _signal(one: Mounted, phase: str, answer: object) -> Signal:
    if isinstance(answer, Signal):
        return answer
    raise _refused(one, phase, f"returned {show(answer)}, not a signal or None")


def _with_facts(one: Mounted, phase: str, facts: FrozenDict, given: object) -> FrozenDict:
    if not isinstance(given, Mapping):
        raise _refused(one, phase, f"gave {show(given)}, not a mapping of facts")
    for name in given:
        if name in RESERVED:
            raise _refused(one, phase, f"gave the fact {name!r}, which is reserved")
        if name in facts:
            raise _refused(one, phase, f"gave the fact {name!r}, which another plugin gave")
    try:
        return with_items(facts, freeze_mapping(given, where="facts"))
    except ValueDomainError as error:
        raise _refused(one, phase, f"gave facts that are no JSON: {error}") from None


def _refused(one: Mounted, phase: str, what: str) -> Refused:
    text = f"plugin {one.key!r}: {phase} {what}"
    failure = invalid("invalid_result", f"{one.key}.{phase}", text)
    return Refused(msgspec.structs.replace(failure, is_declared=False))
