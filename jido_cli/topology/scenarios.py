"""The scenarios of a topology: what its tests do and expect, checked, with defaults filled in.

Records only. They are made by `scenario_build`, and carried out by the testing kit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from jido_cli.topology.placed import Placed
from jido_cli.topology.positions import Pos

SteerVerb = Literal["crash", "kill", "stop", "start", "restart"]
ExpectedKind = Literal["cel", "emitted", "directives", "restarted", "dead_letters"]


class SignalStep(Placed, frozen=True, eq=False):
    """A signal to one agent; *attributes* are those of the order, `timeout_ms` of a call."""

    verb: Literal["send", "call"]
    attributes: Mapping[str, object]
    pos: Pos
    timeout_ms: int | None = None
    fails: str | None = None
    repeat: int = 1


class SteerStep(Placed, frozen=True, eq=False):
    """Something that is done to one node."""

    verb: SteerVerb
    ident: str
    pos: Pos
    fails: str | None = None
    repeat: int = 1


class AdvanceStep(Placed, frozen=True, eq=False):
    """Time that passes."""

    ms: int
    pos: Pos
    repeat: int = 1


class WaitStep(Placed, frozen=True, eq=False):
    """Time that passes until a condition holds; CEL over the running tree."""

    until: str
    within_ms: int
    pos: Pos
    repeat: int = 1


class Expected(Placed, frozen=True, eq=False):
    """One thing that must hold: CEL text, or a list of what happened."""

    kind: ExpectedKind
    value: object
    pos: Pos


class ExpectStep(Placed, frozen=True, eq=False):
    """What must hold now."""

    expected: tuple[Expected, ...]
    pos: Pos
    repeat: int = 1


StepDecl = SignalStep | SteerStep | AdvanceStep | WaitStep | ExpectStep


class AnswerDecl(Placed, frozen=True, eq=False):
    """What an effectful action answers: a result, or an error, after a while."""

    result: object = None
    error: Mapping[str, object] | None = None
    after_ms: int = 0


class ScriptDecl(Placed, frozen=True, eq=False):
    """The answers of one action, in order or for ever; `real` lets it run."""

    kind: Literal["list", "always", "real"]
    answers: tuple[AnswerDecl, ...] = ()


class ScenarioDecl(Placed, frozen=True, eq=False):
    """One scenario."""

    name: str
    pos: Pos
    steps: tuple[StepDecl, ...]
    description: str = ""
    at: str | None = None
    seed: int = 0
    start: Mapping[str, Mapping[str, object]] = {}
    script: Mapping[str, ScriptDecl] = {}
