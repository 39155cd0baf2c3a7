"""What is wrong with a supervisor's flags and specifications: OTP's checks in OTP's order.

Pure questions with the first problem as answer; nothing is raised and nothing explained to
people. The words of a `Problem` are OTP's, so that a trace can be compared with OTP's own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from jido_cli.supervision.reasons import ExitReason
from jido_cli.supervision.specs import (
    AutoShutdown,
    ChildSpec,
    ChildType,
    Restart,
    Strategy,
    SupervisorFlags,
)

Word = Literal[
    "supervisor_data",
    "start_spec",
    "bad_start_spec",
    "invalid_strategy",
    "invalid_intensity",
    "invalid_period",
    "invalid_auto_shutdown",
    "invalid_max_children",
    "missing_id",
    "missing_start",
    "invalid_child_spec",
    "invalid_restart_type",
    "bad_combination",
    "invalid_significant",
    "invalid_child_type",
    "invalid_shutdown",
    "duplicate_child_name",
]

_STRATEGIES: Final = get_args(Strategy)
_RESTARTS: Final = get_args(Restart)
_TYPES: Final = get_args(ChildType)
_AUTO_SHUTDOWNS: Final = get_args(AutoShutdown)


class Absent:
    """The type of `ABSENT`: a problem that has no value beside its word."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong: OTP's word, and the offending value or the problem within."""

    word: Word
    value: object = ABSENT

    def __str__(self) -> str:
        if isinstance(self.value, Absent):
            return self.word
        inner = str(self.value) if isinstance(self.value, Problem) else repr(self.value)
        return f"{self.word}: {inner}"


@dataclass(frozen=True, slots=True)
class FailedChild:
    """The detail of a supervisor's start error: the child that did not start, and why."""

    id: str
    reason: ExitReason

    def __str__(self) -> str:
        return f"failed_to_start_child: {self.id!r}, {self.reason}"


def check_flags(flags: SupervisorFlags) -> Problem | None:
    """Return the first problem of *flags*."""
    if not _is_word(flags.strategy, _STRATEGIES):
        return Problem("invalid_strategy", flags.strategy)
    if not _is_count(flags.max_restarts):
        return Problem("invalid_intensity", flags.max_restarts)
    if not _is_duration(flags.max_seconds):
        return Problem("invalid_period", flags.max_seconds)
    if not _is_word(flags.auto_shutdown, _AUTO_SHUTDOWNS):
        return Problem("invalid_auto_shutdown", flags.auto_shutdown)
    if flags.max_children is not None and not _is_count(flags.max_children):
        return Problem("invalid_max_children", flags.max_children)
    return None


def check_specs(flags: SupervisorFlags, specs: Sequence[ChildSpec]) -> Problem | None:
    """Return the first problem of *specs*, left to right, each first by itself."""
    if flags.strategy == "dynamic" and len(specs) != 1:
        return Problem("bad_start_spec")
    seen: set[str] = set()
    for spec in specs:
        problem = check_spec(spec, flags.auto_shutdown)
        if problem is None and spec.id in seen:
            problem = Problem("duplicate_child_name", spec.id)
        if problem is not None:
            return Problem("start_spec", problem)
        seen.add(spec.id)
    return None


def check_spec(spec: ChildSpec, auto_shutdown: AutoShutdown) -> Problem | None:
    """Return the first problem of *spec*; an id or a start of None is a missing one."""
    if _is_missing(spec.id):
        return Problem("missing_id")
    if _is_missing(spec.start):
        return Problem("missing_start")
    if not _is_word(spec.restart, _RESTARTS):
        return Problem("invalid_restart_type", spec.restart)
    problem = _check_significant(spec, auto_shutdown)
    if problem is not None:
        return problem
    if not _is_word(spec.type, _TYPES):
        return Problem("invalid_child_type", spec.type)
    if not _is_shutdown(spec.shutdown):
        return Problem("invalid_shutdown", spec.shutdown)
    return None


def _check_significant(spec: ChildSpec, auto_shutdown: AutoShutdown) -> Problem | None:
    if spec.significant is not True:
        return (
            None if spec.significant is False else Problem("invalid_significant", spec.significant)
        )
    if auto_shutdown == "never":
        return Problem("bad_combination", (("auto_shutdown", "never"), ("significant", True)))
    if spec.restart == "permanent":
        return Problem("bad_combination", (("restart", "permanent"), ("significant", True)))
    return None


# A file or a caller may have put anything where a word or a number belongs, unhashable things
# too, and to Python True is 1: hence `object`, `isinstance` and no sets.


def _is_missing(value: object) -> bool:
    return value is None


def _is_word(value: object, words: tuple[str, ...]) -> bool:
    return isinstance(value, str) and value in words


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_duration(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return value > 0 and math.isfinite(value)


def _is_shutdown(value: object) -> bool:
    return value is None or _is_word(value, ("brutal_kill", "infinity")) or _is_count(value)
