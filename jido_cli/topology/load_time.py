"""Expressions of the file's own: what `${{ }}` comes to while a topology is loaded.

They see `vars`, `topology.name` and, below a child with `replicas`, `replica.index`. A value that
cannot be known stays the text that it was, so that whoever looks at it later passes it over.
Expressions that agents run are not looked at here.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from jido_cli.core.cel.template import Compiled, Computed, DeclarationError, ValueCompiler
from jido_cli.core.cel.types import CelType
from jido_cli.core.expressions import Environment, EvaluationError, Scope
from jido_cli.topology import raw
from jido_cli.topology.positions import ListMark, MapMark, Mark, ScalarMark, pos_of, span
from jido_cli.topology.raw import OPENING
from jido_cli.topology.rules import EVALUATION, EXPRESSION, FILE_LIMIT, SECRET, Findings
from jido_cli.topology.text_places import Lines, is_cut_by_comment, locate, offset_of
from jido_cli.topology.traps import COMMENT_HINT, is_broken_off
from jido_cli.topology.variables import Variables
from jido_cli.topology.words import shown

MAX_SECONDS: Final = 10.0
MAX_NODES: Final = 200_000
_TOPOLOGY: Final = {
    "type": "object",
    "properties": {"name": {"type": "string"}},
    "required": ["name"],
    "additionalProperties": False,
}
_REPLICA: Final = {
    "type": "object",
    "properties": {"index": {"type": "integer"}},
    "required": ["index"],
    "additionalProperties": False,
}
_READ: Final = r"\bvars\s*\.\??\s*([A-Za-z_][A-Za-z0-9_]*)"
_NO_REPLICA: Final = {"replica": "'replica' is known only below a child with 'replicas'"}


class _Text(NamedTuple):
    """One text with expressions, compiled."""

    compiled: Compiled
    problems: tuple[DeclarationError, ...]


class Evaluated(NamedTuple):
    """What an expression came to; without `is_known` the value is the text itself."""

    value: object
    is_known: bool = True
    result_type: CelType | None = None


class LoadTime:
    """Evaluates the expressions of one topology; `replica` is the number of the member at hand."""

    def __init__(
        self,
        variables: Variables,
        topology_name: object,
        lines: Lines,
        findings: Findings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.replica: int | None = None
        self.unknown = 0
        self.nodes = 0
        self._variables = variables
        self._name = topology_name if isinstance(topology_name, str) else None
        self._lines = lines
        self._findings = findings
        self._clock = clock
        self._deadline: float | None = None
        self._is_late = False
        self._environments: dict[bool, Environment] = {}
        self._texts: dict[tuple[str, bool], _Text] = {}
        self._values: dict[tuple[str, int | None], object] = {}

    def value(self, text: str, mark: ScalarMark) -> Evaluated:
        """Return what a text with expressions comes to; what is wrong is a finding."""
        found = self._compiled(text)
        for problem in found.problems:
            self._refuse(text, mark, problem)
        if found.problems or not self._may_go_on(mark):
            return self._not_known(text)
        if not isinstance(found.compiled, Computed):
            return Evaluated(found.compiled.value)
        key = (text, self.replica)
        if key not in self._values:
            try:
                self._values[key] = self._run(found.compiled, mark)
            except EvaluationError as error:
                return self._failed(text, mark, error, found.compiled)
        value = self._values[key]
        if raw.has_expression(value):
            fact = f"the value {shown(value)} holds '${{{{': nothing is evaluated twice"
            self._findings.add(EVALUATION, pos_of(mark), fact)
            return self._not_known(text)
        return Evaluated(value, True, found.compiled.result_type)

    def deep(self, value: object, mark: Mark) -> object:
        """Return a value of any shape with the expressions in it evaluated; keys have none."""
        if isinstance(value, str):
            if OPENING not in value:
                return value
            return self.value(value, span(mark)).value
        changed: dict[str, object] = {}
        if isinstance(value, dict) and isinstance(mark, MapMark):
            for key, below in value.items():
                if OPENING in key:
                    fact = "an expression cannot stand in a key here"
                    self._findings.add(EXPRESSION, pos_of(mark.keys[key]), fact)
                new = self.deep(below, mark.values[key])
                if new is not below:
                    changed[key] = new
            return {**value, **changed} if changed else value
        if isinstance(value, list) and isinstance(mark, ListMark):
            made = [self.deep(each, at) for each, at in zip(value, mark.items, strict=True)]
            if any(new is not old for new, old in zip(made, value, strict=True)):
                return made
        return value

    # -- one expression

    def _compiled(self, text: str) -> _Text:
        key = (text, self.replica is not None)
        found = self._texts.get(key)
        if found is None:
            compiler = ValueCompiler(self._environment())
            compiled = compiler.text(text, ())
            found = self._texts[key] = _Text(compiled, tuple(compiler.problems))
        return found

    def _environment(self) -> Environment:
        has_replica = self.replica is not None
        if has_replica not in self._environments:
            variables: dict[str, Mapping[str, object] | str] = {
                "vars": self._variables.type_of_all,
                "topology": _TOPOLOGY,
                "replica": _REPLICA,
            }
            whole = Environment(variables)
            self._environments = {True: whole, False: whole.without(_NO_REPLICA)}
        return self._environments[has_replica]

    def _run(self, compiled: Computed, mark: ScalarMark) -> object:
        scope = Scope(
            vars=self._variables.readable,
            topology={} if self._name is None else {"name": self._name},
            replica=None if self.replica is None else {"index": self.replica},
        )
        value = compiled.run(scope)
        self.nodes += raw.size(value)
        if self.nodes > MAX_NODES:
            fact = f"more than {MAX_NODES:,} values, expressions evaluated"
            self._findings.add(FILE_LIMIT, pos_of(mark), fact)
        return value

    def _may_go_on(self, mark: ScalarMark) -> bool:
        now = self._clock()
        if self._deadline is None:
            self._deadline = now + MAX_SECONDS
        if not self._is_late and now > self._deadline:
            self._is_late = True
            fact = f"the expressions of this file take longer than {MAX_SECONDS:g} seconds"
            self._findings.add(FILE_LIMIT, pos_of(mark), fact)
        return not self._is_late and self.nodes <= MAX_NODES

    def _not_known(self, text: str, result_type: CelType | None = None) -> Evaluated:
        self.unknown += 1
        return Evaluated(text, False, result_type)

    # -- what is wrong

    def _failed(
        self, text: str, mark: ScalarMark, error: EvaluationError, compiled: Computed
    ) -> Evaluated:
        """Report what an expression failed on, unless it is a value that nobody has given yet."""
        lacks = set(self._variables.decls) - set(self._variables.values)
        waits = any(error.message == f"there is no key {name!r}" for name in lacks)
        if self._variables.schema is None:
            waits = waits or "vars" in compiled.names
        if self._name is None:
            waits = waits or "topology" in compiled.names
        if not waits:
            offset = max(0, text.find(error.source))
            offset += offset_of(error.source, error.line, error.column)
            pos = locate(self._lines.of(mark.file), mark, text, offset)
            self._findings.add(EVALUATION, pos, error.message)
            return self._not_known(text)
        return self._not_known(text, compiled.result_type)

    def _refuse(self, text: str, mark: ScalarMark, problem: DeclarationError) -> None:
        offset = offset_of(text, problem.offset_line, problem.offset_column)
        pos = pos_of(mark)
        if problem.length:
            pos = locate(self._lines.of(mark.file), mark, text, offset, problem.length)
        secret = secret_read(text, problem, self._variables.secrets)
        if secret is not None:
            self._findings.add(SECRET, pos, secret_fact(secret))
        elif not self._findings.has_any_at(pos):
            hint = problem.hint
            if problem.message.startswith("undefined field") and not self._variables.decls:
                hint = "declare it under vars:"
            lines = self._lines.of(mark.file)
            if is_broken_off(problem.message) and is_cut_by_comment(lines, mark):
                hint = COMMENT_HINT
            self._findings.add(EXPRESSION, pos, problem.message, hint=hint)


def secret_read(text: str, problem: DeclarationError, secrets: frozenset[str]) -> str | None:
    """Return the secret whose name an expression could not read, None for any other problem."""
    if not secrets:
        return None
    offset = offset_of(text, problem.offset_line, problem.offset_column)
    for match in re.finditer(_READ, text):
        is_field = problem.message == f"undefined field {match[1]!r}"
        is_field = is_field and match.start(1) == offset
        is_variable = problem.message == "there is no variable 'vars' here"
        if is_field or (is_variable and match.start() == offset):
            return match[1] if match[1] in secrets else None
    return None


def secret_fact(name: str) -> str:
    """Return the words for a secret that stands where its value would be kept or shown."""
    return f"{name!r} is a secret: its value would be kept in states, signals and logs here"


def synthetic(value: object, place: ScalarMark) -> Mark:
    """Return marks for a value that an expression made: all of it stands where that stands."""
    if isinstance(value, dict):
        keys = dict.fromkeys(value, place)
        return MapMark(place, keys, {key: synthetic(each, place) for key, each in value.items()})
    if isinstance(value, list):
        return ListMark(place, [synthetic(each, place) for each in value])
    return place
