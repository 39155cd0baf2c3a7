"""From declared values to the parts of directives: texts, durations, signals, places.

Each function takes what an expression or a file gives and returns what the directive's record
wants, or raises `DirectiveError`, `ValueError`. Which directive has which parts is told in
`jido_cli.core.declarative.directives`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from jido_cli.core.cel.template import text_of
from jido_cli.core.directive_types import DirectiveError
from jido_cli.core.directives import SignalSpec
from jido_cli.core.shown import show
from jido_cli.core.suggestions import did_you_mean
from jido_cli.core.targets import PLACES, AgentTarget, ChildTarget, KeyTarget, Target

SIGNAL_KEYS = ("type", "data", "subject")
_LATER_TARGETS = ("target",)
_DURATION = re.compile(r"([0-9]{1,15})(\.[0-9]{1,9})?(ms|s|m|h|d)")
_UNITS_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
DURATION_HINT = "write a number and a unit: 250ms, 5s, 2m, 1h, 1d"


def anything(value: object) -> object:
    """Return *value* as it is."""
    return value


def text(value: object) -> object:
    """Return a scalar as text; null stands for nothing at all."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        raise DirectiveError(f"{show(value)} is not text")
    return text_of(value)


def mapping(value: object) -> object:
    """Return *value* if it is a mapping."""
    if isinstance(value, Mapping):
        return value
    raise DirectiveError(f"{show(value)} is not a mapping")


def duration_ms(value: object) -> int:
    """Return the milliseconds of a duration; of expressions it may have a fraction."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise DirectiveError(f"{show(value)} is not a duration", hints=(DURATION_HINT,))
    unit = _UNITS_MS[found[3]]
    return int(found[1]) * unit + round(float(found[2] or 0) * unit)


def signal(value: object) -> SignalSpec | str:
    """Return the signal that a type, or a mapping, means."""
    if isinstance(value, Mapping):
        parts = {key: value[key] for key in SIGNAL_KEYS if key in value}
        return SignalSpec(
            str(text(parts.get("type"))),
            parts.get("data"),
            text(parts.get("subject")),  # type: ignore[arg-type]
        )
    if isinstance(value, str):
        return value
    raise DirectiveError(f"{show(value)} is neither a signal's type nor {{type, data}}")


def target(value: object) -> Target | list[Target] | None:
    """Return where a signal goes: a word, the agent or child of a mapping, or a list of these."""
    if value is None:
        return None
    if isinstance(value, list | tuple):
        return [_one_target(each) for each in value]
    return _one_target(value)


def _one_target(value: object) -> Target:
    if isinstance(value, Mapping) and len(value) == 1:
        ((key, name),) = value.items()
        if key == "agent":
            return AgentTarget(str(text(name)))
        if key == "child":
            return ChildTarget(str(text(name)))
    if isinstance(value, Mapping) and set(value) == {"key", "of"}:
        return KeyTarget(str(text(value["key"])), str(text(value["of"])))
    if isinstance(value, str) and value in PLACES:
        return value
    if isinstance(value, Mapping) and any(key in value for key in _LATER_TARGETS):
        raise DirectiveError(f"the target {show(value)} is not available yet")
    hint = did_you_mean(str(value), PLACES) or "an agent is named by {agent: ID}"
    raise DirectiveError(f"{show(value)} is not a target", hints=(hint,))
