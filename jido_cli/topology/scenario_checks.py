"""Do the scenarios make sense? Expressions over the tree, times, scripts, what goes together.

Whether what they name is there is the linter's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.core.expressions import ExpressionError
from jido_cli.core.timestamps import parse_time
from jido_cli.core.tree_expressions import TreeExpressions
from jido_cli.topology import durations, raw
from jido_cli.topology.data_checks import Schemas
from jido_cli.topology.nodes import Nodes
from jido_cli.topology.positions import Path, Pos, Positions, ScalarMark
from jido_cli.topology.raw import Raw, RawNode
from jido_cli.topology.rules import (
    BAD_DURATION,
    BAD_VALUE,
    CONFLICTING_KEYS,
    EXPRESSION,
    MISSING_KEY,
    UNKNOWN_ACTION,
    UNKNOWN_KEY,
    WRONG_TYPE,
    Findings,
    Rule,
)
from jido_cli.topology.scenario_build import is_answer
from jido_cli.topology.targets import is_target
from jido_cli.topology.text_places import Lines, locate, offset_of
from jido_cli.topology.traps import COMMENT_HINT, is_broken_off
from jido_cli.topology.variables import Variables
from jido_cli.topology.words import Suggester, shown

_CANNOT_FAIL: Final = ("advance", "wait", "expect")
_ERROR_KEYS: Final = ("message", "code", "retryable", "details")


class ScenarioChecks:
    """Checks the scenarios of one document; what other checks reported already is left out."""

    def __init__(
        self,
        document: Raw,
        lines: Lines,
        positions: Positions,
        findings: Findings,
        schemas: Schemas,
        variables: Variables,
    ) -> None:
        self._document = document
        self._lines = lines
        self._positions = positions
        self._findings = findings
        self._schemas = schemas
        self._variables = variables
        self._nodes = Nodes(document)

    def check(self, suggester: Suggester, *, is_whole: bool) -> None:
        """Add a finding for everything that cannot be carried out."""
        scenarios = [node for _, node in raw.entries(self._document, "scenarios")]
        for scenario in scenarios:
            self._check_time(scenario)
            self._check_script(scenario, suggester, is_whole=is_whole)
            for path, step in _steps(scenario):
                self._check_step(path, step)
        self._check_expressions(scenarios)

    def _check_time(self, scenario: RawNode) -> None:
        at = raw.text(scenario.value.get("at"))
        if at:
            try:
                parse_time(at)
            except ValueError as error:
                self._add(BAD_VALUE, (*scenario.path, "at"), f"at: {error}")

    def _check_step(self, path: Path, step: Raw) -> None:
        beside = [verb for verb in _CANNOT_FAIL if verb in step]
        if "fails" in step and beside:
            fact = f"'fails' and {beside[0]!r} of step exclude each other"
            place = self._positions.key((*path, "fails"))
            self._findings.add(CONFLICTING_KEYS, place, fact)

    # -- scripts

    def _check_script(self, scenario: RawNode, suggester: Suggester, *, is_whole: bool) -> None:
        for name, given in raw.mapping(scenario.value.get("script")).items():
            path = (*scenario.path, "script", name)
            self._check_scripted(path, name, suggester, is_whole=is_whole)
            if isinstance(given, list):
                for index, answer in enumerate(given):
                    self._check_answer((*path, index), answer, suggester)
            elif isinstance(given, dict) and "always" in given:
                self._check_answer((*path, "always"), given["always"], suggester)

    def _check_scripted(
        self, path: Path, name: str, suggester: Suggester, *, is_whole: bool
    ) -> None:
        """Check that *name* is that of an action or of a directive of the user's own."""
        actions = {action.name for action in raw.actions(self._document)}
        if name in actions or is_target(name):  # what Python asks for does not stand in the file
            return
        targets = {
            run
            for action in raw.actions(self._document)
            for _, item in raw.directives(action.path, action.value)
            if is_target(run := raw.text(item.get("run")) or "")
        }
        meant = sorted(run for run in targets if run.partition(":")[2] == name)
        place = self._positions.key(path)
        if len(meant) > 1:
            fact = f"{name!r} is the name of several directives: {', '.join(meant)}"
            self._findings.add(BAD_VALUE, place, fact, hint=f"write {meant[0]!r}")
        elif not meant and is_whole:
            known = actions | {run.partition(":")[2] for run in targets}
            hint = suggester.near(name, known)
            fact = f"action {name!r} is not declared"
            self._findings.add(UNKNOWN_ACTION, place, fact, hint=hint)

    def _check_answer(self, path: Path, answer: object, suggester: Suggester) -> None:
        if not is_answer(answer):
            return
        value = raw.mapping(answer)
        if "after" in value and (problem := durations.problem(value["after"])) is not None:
            self._add(BAD_DURATION, (*path, "after"), f"after {problem[0]}", problem[1])
        if "error" in value and "result" in value:
            fact = "'error' and 'result' of an answer exclude each other"
            place = self._positions.key((*path, "error"))
            self._findings.add(CONFLICTING_KEYS, place, fact)
        error = value.get("error", "")
        if isinstance(error, dict):
            for key in error:
                if key not in _ERROR_KEYS:
                    place = self._positions.key((*path, "error", key))
                    fact = f"{key!r} is not a key of error"
                    hint = suggester.near(key, _ERROR_KEYS)
                    self._findings.add(UNKNOWN_KEY, place, fact, hint=hint)
            if "message" not in error and set(error) <= set(_ERROR_KEYS):
                self._add(MISSING_KEY, (*path, "error"), "error has no 'message'")
        elif not isinstance(error, str):
            fact = f"error is {shown(error)}, not text or {{message, code, retryable}}"
            self._add(WRONG_TYPE, (*path, "error"), fact)

    # -- expressions

    def _check_expressions(self, scenarios: list[RawNode]) -> None:
        texts = [
            (path, text)
            for scenario in scenarios
            for path, text in _conditions(scenario)
            if not self._findings.has_any_at(self._positions.value(path))
        ]
        if not texts:
            return
        type_of_all = self._variables.type_of_all
        compiler = TreeExpressions(
            [text for _, text in texts], self._state_of, type_of_all, is_check=True
        )
        for path, text in texts:
            try:
                compiler.compile(text)
            except ExpressionError as error:
                self._refuse(path, text, error)

    def _state_of(self, ident: str) -> Raw | None:
        agents = self._nodes.agents_of(ident)
        if len(agents) != 1:
            return None
        (agent,) = agents
        schema = self._schemas.states.get(agent)
        is_usable = ("agents", agent, "state") not in self._schemas.unusable
        return schema.source if schema is not None and is_usable else None

    def _refuse(self, path: Path, text: str, error: ExpressionError) -> None:
        mark = self._positions.mark(path)
        pos = self._positions.value(path)
        if isinstance(mark, ScalarMark) and error.length:
            offset = offset_of(text, error.offset_line, error.offset_column)
            pos = self._located(mark, text, offset, error.length)
        hint = error.hint
        if error.message == "there is no variable 'state' here":
            hint = 'write agents["id"].state'
        elif is_broken_off(error.message) and "#" in self._rest(mark):
            hint = COMMENT_HINT
        self._findings.add(EXPRESSION, pos, error.message, hint=hint)

    def _located(self, mark: ScalarMark, text: str, offset: int, length: int) -> Pos:
        return locate(self._lines.of(mark.file), mark, text, offset, length)

    def _rest(self, mark: object) -> str:
        if not isinstance(mark, ScalarMark) or mark.style:
            return ""
        return self._lines.of(mark.file)[mark.end_line - 1][mark.end_column - 1 :]

    def _add(self, rule: Rule, path: Path, fact: str, hint: str | None = None) -> None:
        self._findings.add(rule, self._positions.value(path), fact, hint=hint)


def _steps(scenario: RawNode) -> Iterator[tuple[Path, Raw]]:
    for index, step in enumerate(raw.items(scenario.value.get("steps"))):
        if isinstance(step, dict):
            yield (*scenario.path, "steps", index), step


def _conditions(scenario: RawNode) -> Iterator[tuple[Path, str]]:
    """Yield the expressions of a scenario, with their paths."""
    for path, step in _steps(scenario):
        until = raw.mapping(step.get("wait")).get("until")
        if isinstance(until, str) and until:
            yield (*path, "wait", "until"), until
        expect = step.get("expect")
        if isinstance(expect, str) and expect:
            yield (*path, "expect"), expect
        for index, item in enumerate(raw.items(expect)):
            if isinstance(item, str) and item:
                yield (*path, "expect", index), item
