"""From scenarios without mistakes to their records.

Everything here has been checked already; no findings are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from jido_cli.core.values import freeze
from jido_cli.topology import raw
from jido_cli.topology.durations import known_ms
from jido_cli.topology.positions import Path, Positions
from jido_cli.topology.scenarios import (
    AdvanceStep,
    AnswerDecl,
    Expected,
    ExpectedKind,
    ExpectStep,
    ScenarioDecl,
    ScriptDecl,
    SignalStep,
    SteerStep,
    SteerVerb,
    StepDecl,
    WaitStep,
)

STEER_VERBS: Final[tuple[SteerVerb, ...]] = ("crash", "kill", "stop", "start", "restart")
ANSWER_KEYS: Final = frozenset(("result", "error", "after"))
HAPPENED: Final[tuple[ExpectedKind, ...]] = (
    "emitted",
    "directives",
    "restarted",
    "dead_letters",
)


def build_scenarios(document: raw.Raw, positions: Positions) -> Mapping[str, ScenarioDecl]:
    """Return the scenarios of a document, by name."""
    return MappingProxyType(
        {
            name: _scenario(name, node, positions)
            for name, node in raw.entries(document, "scenarios")
        }
    )


def _scenario(name: str, node: raw.RawNode, positions: Positions) -> ScenarioDecl:
    value: Mapping[str, Any] = node.value
    return ScenarioDecl(
        name=name,
        pos=positions.key(node.path),
        steps=tuple(
            _step(step, (*node.path, "steps", index), positions)
            for index, step in enumerate(value["steps"])
        ),
        description=value.get("description", ""),
        at=value.get("at"),
        seed=int(value.get("seed", 0)),
        start=_frozen(value.get("start", {})),
        script=MappingProxyType(
            {action: script_of(given) for action, given in value.get("script", {}).items()}
        ),
    )


def script_of(given: object) -> ScriptDecl:
    """Return the answers of one action as its script gives them."""
    if given == "real":
        return ScriptDecl("real")
    if isinstance(given, list):
        return ScriptDecl("list", tuple(map(_answer, given)))
    return ScriptDecl("always", (_answer(raw.mapping(given).get("always")),))


def is_answer(value: object) -> bool:
    """Tell whether a value says how an action ends, and is not just its result."""
    return isinstance(value, dict) and bool(value) and ANSWER_KEYS.issuperset(value)


def _answer(value: object) -> AnswerDecl:
    if not is_answer(value):
        return AnswerDecl(freeze(value))
    given: Mapping[str, Any] = raw.mapping(value)
    error = given.get("error")
    if isinstance(error, str):
        error = {"message": error}
    return AnswerDecl(
        freeze(given.get("result")),
        None if error is None else _frozen(error),
        known_ms(given.get("after", "0s")),
    )


def _step(value: Mapping[str, Any], path: Path, positions: Positions) -> StepDecl:
    repeat, fails = int(value.get("repeat", 1)), value.get("fails")
    for verb in STEER_VERBS:
        if verb in value:
            pos = positions.key((*path, verb))
            return SteerStep(verb, value[verb], pos, fails, repeat)
    if "advance" in value:
        ms = known_ms(value["advance"])
        return AdvanceStep(ms, positions.key((*path, "advance")), repeat)
    if "wait" in value:
        within = known_ms(value["wait"].get("within", "10s"))
        pos = positions.value((*path, "wait", "until"))
        return WaitStep(value["wait"]["until"], within, pos, repeat)
    if "expect" in value:
        expected = tuple(_expected(value["expect"], (*path, "expect"), positions))
        return ExpectStep(expected, positions.key((*path, "expect")), repeat)
    signal_verb: Literal["send", "call"] = "send" if "send" in value else "call"
    given = dict(value[signal_verb])
    timeout = given.pop("timeout", None)
    return SignalStep(
        signal_verb,
        _frozen({key: each for key, each in given.items() if not key.startswith("x-")}),
        positions.key((*path, signal_verb)),
        None if timeout is None else known_ms(timeout),
        fails,
        repeat,
    )


def _expected(value: object, path: Path, positions: Positions) -> list[Expected]:
    if isinstance(value, str):
        return [Expected("cel", value, positions.value(path))]
    if isinstance(value, list):
        return [
            one
            for index, item in enumerate(value)
            for one in _expected(item, (*path, index), positions)
        ]
    given = raw.mapping(value)
    return [
        Expected(kind, freeze(given[kind]), positions.key((*path, kind)))
        for kind in HAPPENED
        if kind in given
    ]


def _frozen(value: object) -> Any:
    return freeze(value)
