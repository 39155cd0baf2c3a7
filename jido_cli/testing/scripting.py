"""Answers in place of effects: what effectful actions and directives give in a test, in order.

No effectful action of a topology under test runs, and no directive of a user's own, unless the
script says `REAL`: one without an answer left is noted, and fails the test. Nothing is asserted
here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from jido_cli.core.action import Action, ActionError
from jido_cli.core.outcomes import Call
from jido_cli.errors import UsageError
from jido_cli.runtime.agents.effectful import EffectTimeout
from jido_cli.runtime.supervising.place import Place
from jido_cli.testing.failures import UnscriptedEffectError
from jido_cli.testing.virtual_time import VirtualLoop


@dataclass(frozen=True, slots=True)
class Scripted:
    """One answer: what the action returns, or raises, and how long that takes."""

    result: object = None
    error: BaseException | None = None
    takes_s: float = 0.0


class _Real:
    def __repr__(self) -> str:
        return "REAL"


REAL: Final = _Real()
"""In a script: let the action run, in real time as far as it waits for a thread."""
Answers = Sequence[object] | Callable[[Mapping[str, Any]], object] | Scripted | _Real
"""A list in order, a function of the params, one `Scripted` for ever, or `REAL`."""


def fails(
    message: str,
    *,
    code: str = "scripted",
    retryable: bool = True,
    details: Mapping[str, object] | None = None,
) -> Scripted:
    """Return the answer of an action that raises an `ActionError`; `timeout` is its time-out."""
    if message == "timeout":
        return Scripted(error=EffectTimeout("timeout, as the script says"))
    error = ActionError(message, code=code, retryable=retryable, details=details)
    return Scripted(error=error)


def takes(seconds: float, answer: object = None) -> Scripted:
    """Return an answer that comes after *seconds* of virtual time."""
    told = _scripted(answer)
    return Scripted(told.result, told.error, told.takes_s + seconds)


class Script:
    """What the effects of one engine answer.

    Args:
        answers: by the name of the action; of a directive by `module:function`, or by the name of
            the function where no action has it.
        actions: the names of actions, which mean no directive.

    Raises:
        UsageError: an entry is none of `Answers`.
    """

    def __init__(self, answers: Mapping[str, Answers], actions: Collection[str] = ()) -> None:
        self.unscripted: list[str] = []
        self._answers: dict[str, Answers | deque[object]] = {}
        self._asked: dict[str, int] = {}
        self._actions = actions
        for name, given in answers.items():
            is_list = isinstance(given, list | tuple)
            if not (is_list or callable(given) or isinstance(given, Scripted | _Real)):
                raise UsageError(
                    f"script of {name!r}: {given!r} is not a list, a function, Scripted or REAL",
                    hints=(f"one answer, once: {{{name!r}: [{given!r}]}}",),
                )
            self._answers[name] = deque(given) if isinstance(given, list | tuple) else given

    def stand_in(self, place: Place, call: Call) -> Call:
        """Return what is performed in place of *call*."""
        action = call.action
        name = self._key(action)
        if self._answers.get(name) is REAL:
            if action.kind != "thread":
                return call
            replaced = msgspec.structs.replace(action, kind="async", run=_on_thread(call))
        else:
            replaced = msgspec.structs.replace(
                action, kind="async", run=self._answering(place, name)
            )
        return msgspec.structs.replace(call, action=replaced)

    def _key(self, action: Action) -> str:
        """Return under which name of the script the answers for *action* are."""
        if not action.target:
            return action.name
        is_by_name = action.name in self._answers and action.name not in self._actions
        return action.name if is_by_name and action.target not in self._answers else action.target

    def _answering(self, place: Place, name: str) -> Callable[..., object]:
        async def run(_state: object, params: Mapping[str, Any], _ctx: object) -> object:
            answer = self._next(place.path, name, params)
            if answer.takes_s:
                await asyncio.sleep(answer.takes_s)
            if answer.error is not None:
                raise answer.error
            return answer.result

        return run

    def _next(self, path: str, name: str, params: Mapping[str, Any]) -> Scripted:
        asked = self._asked[name] = self._asked.get(name, 0) + 1
        given = self._answers.get(name)
        if isinstance(given, deque) and given:
            return _scripted(given.popleft())
        if isinstance(given, Scripted):
            return given
        if callable(given):
            return _scripted(given(params))
        why = "the script has no answer for it"
        if given is not None:
            why = f"the script has {asked - 1} of its answers, this is call {asked}"
        told = f"{path} ran {name}: {why}"
        self.unscripted.append(told)
        return Scripted(error=UnscriptedEffectError(told))


def _scripted(answer: object) -> Scripted:
    if isinstance(answer, Scripted):
        return answer
    if isinstance(answer, BaseException):
        return Scripted(error=answer)
    return Scripted(answer)


def _on_thread(call: Call) -> Callable[..., object]:
    """Return the work on a thread; the clock stands while it runs."""

    async def run(*given: Any) -> object:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        with loop.hold():
            return await asyncio.to_thread(call.action.run, *given)

    return run
