"""Carries out the scenarios of a topology file, each on an engine of its own, on virtual time.

A scenario ends with its first step that is not as it should be. What is printed of it is the
command line's.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jido_cli.core.values import thaw
from jido_cli.errors import JidoCliError
from jido_cli.testing.failures import (
    ExpectationError,
    UnscriptedEffectError,
    hold_outcome,
    whole,
)
from jido_cli.testing.scripting import REAL, Answers, Scripted, fails, takes
from jido_cli.testing.topology_run import TopologyRun
from jido_cli.topology.model import Topology
from jido_cli.topology.positions import Pos
from jido_cli.topology.scenarios import (
    AdvanceStep,
    AnswerDecl,
    Expected,
    ExpectStep,
    ScenarioDecl,
    ScriptDecl,
    SignalStep,
    SteerStep,
    StepDecl,
    WaitStep,
)


@dataclass(frozen=True, slots=True)
class Failure:
    """What was not as it should be, and where the file says that it should."""

    pos: Pos
    error: ExpectationError


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """What came of one scenario; `clock_s` is virtual time, `took_s` real."""

    scenario: ScenarioDecl
    failure: Failure | None
    signals: int
    clock_s: float
    took_s: float
    trace: list[str] = field(default_factory=list)

    @property
    def is_pass(self) -> bool:
        """Whether all was as it should be."""
        return self.failure is None


def run_scenario(
    topology: Topology, scenario: ScenarioDecl, *, has_trace: bool = False
) -> ScenarioResult:
    """Run one scenario of a topology; with *has_trace* tell all that happened in it."""
    began = time.perf_counter()
    try:
        run = TopologyRun(
            topology,
            script={name: answers_of(given) for name, given in scenario.script.items()},
            state=scenario.start,
            at=scenario.at,
            seed=scenario.seed,
        )
    except (JidoCliError, UnscriptedEffectError) as error:
        failure = Failure(scenario.pos, _refusal("it starts", error))
        return ScenarioResult(scenario, failure, 0, 0.0, time.perf_counter() - began)
    except ExpectationError as error:  # signals for ever, from the start on
        failure = Failure(scenario.pos, error)
        return ScenarioResult(scenario, failure, 0, 0.0, time.perf_counter() - began)
    try:
        failed = _Steps(run, scenario).carry_out()
        trace = run.record.lines() if has_trace else []
        signals, clock_s = run.record.total, run.now
    finally:
        run.close()
    took_s = time.perf_counter() - began
    return ScenarioResult(scenario, failed, signals, clock_s, took_s, trace)


def answers_of(script: ScriptDecl) -> Answers:
    """Return what the kit's script takes for a script of the file."""
    if script.kind == "real":
        return REAL
    answers = [_answer(one) for one in script.answers]
    return answers if script.kind == "list" else answers[0]


def _answer(one: AnswerDecl) -> Scripted:
    if one.error is None:
        return takes(one.after_ms / 1000, thaw(one.result))
    given: Mapping[str, Any] = one.error
    failure = fails(
        given["message"],
        code=given.get("code", "scripted"),
        retryable=given.get("retryable", True),
        details=given.get("details"),
    )
    return takes(one.after_ms / 1000, failure)


class _Steps:
    """The steps of one scenario, and what they look at."""

    def __init__(self, run: TopologyRun, scenario: ScenarioDecl) -> None:
        self._run = run
        self._scenario = scenario
        self._pos = scenario.pos

    def carry_out(self) -> Failure | None:
        for step in self._scenario.steps:
            for _ in range(step.repeat):
                self._pos = step.pos
                try:
                    self._do(step)
                except ExpectationError as error:
                    return Failure(self._pos, self._with_end(error))
                except UnscriptedEffectError as error:
                    told = ExpectationError("an answer in the script for every effect", str(error))
                    return Failure(self._pos, told)
        return None

    def _with_end(self, error: ExpectationError) -> ExpectationError:
        """Add that the root gave up, if it has: all that comes later follows from it."""
        story = None if self._run.record.is_full else self._run.story()
        if story is None or any(" gave up " in line for line in error.why):
            return error
        why = f"the root gave up: {story.child} exited {story.used} times"
        return ExpectationError(error.expected, error.got, [*error.why, why])

    def _do(self, step: StepDecl) -> None:
        match step:
            case SignalStep():
                self._signal(step)
            case SteerStep():
                self._steer(step)
            case AdvanceStep():
                self._run.advance(step.ms / 1000)
            case WaitStep():
                self._run.wait_until(step.until, step.within_ms / 1000)
            case ExpectStep():
                for one in step.expected:
                    self._pos = one.pos
                    self._expect(one)

    # -- doing

    def _signal(self, step: SignalStep) -> None:
        given = {key: thaw(each) for key, each in step.attributes.items()}
        what = f"{step.verb} {given['type']} to {given['to']}"
        try:
            if step.verb == "send":
                self._run.order("send", **given)
                reason = None
            else:
                timeout_ms = step.timeout_ms or 5000
                told = self._run.order("call", timeout_ms=timeout_ms, **given)
                error = told["error"]
                reason = None if told["ok"] else str(error["message"] if error else told["why"])
        except JidoCliError as error:
            reason = whole(error)
        hold_outcome(what, step.fails, reason)

    def _steer(self, step: SteerStep) -> None:
        reason = None
        try:
            match step.verb:
                case "crash":
                    self._run.crash(step.ident)
                case "kill":
                    self._run.kill(step.ident)
                case _:
                    self._run.order(step.verb, id=step.ident)
        except JidoCliError as error:
            reason = whole(error)
        hold_outcome(f"{step.verb} {step.ident}", step.fails, reason)

    def _expect(self, one: Expected) -> None:
        run = self._run
        value: Any = thaw(one.value)
        match one.kind:
            case "cel":
                run.expect(value)
            case "emitted":
                run.expect_emitted(*value)
            case "directives":
                run.expect_directives(*value)
            case "restarted":
                run.expect_restarted(*value)
            case "dead_letters":
                run.expect_dead_letters(*value)


def _refusal(what: str, error: Exception) -> ExpectationError:
    told = whole(error) if isinstance(error, JidoCliError) else str(error)
    return ExpectationError(what, told, error.hints if isinstance(error, JidoCliError) else ())
