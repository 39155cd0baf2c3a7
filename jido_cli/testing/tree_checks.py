"""Expressions over the tree of a topology under test: whether they hold, and why they do not.

What they may name is `jido_cli.core.tree_expressions`' business.
"""

from __future__ import annotations

from typing import Final

from jido_cli.core.directives import Error
from jido_cli.core.expressions import EvaluationError, ExpressionError
from jido_cli.core.tree_expressions import (
    TreeExpression,
    TreeExpressions,
    UnknownNodeError,
)
from jido_cli.core.values import thaw
from jido_cli.errors import UsageError
from jido_cli.runtime.kernel import Kernel
from jido_cli.runtime.serving.tree_values import TreeValues
from jido_cli.testing.failures import ExpectationError
from jido_cli.testing.matching import shown
from jido_cli.testing.recorder import HandledSignal, HappenedFact, Recorder
from jido_cli.topology.model import Topology

TELLING: Final = ("exited", "restarted", "gave_up", "directive_failed", "overflow")
MOST_WHY: Final = 4
MOST_OF_ONE: Final = 2


class TreeChecks:
    """The expressions over one running topology."""

    def __init__(self, topology: Topology, kernel: Kernel, record: Recorder) -> None:
        self._record = record
        self._values = TreeValues(kernel, record.count)
        self._vars = topology.readable_vars
        self._vars_type = "map" if topology.var_decls else None
        self._compiled: dict[str, TreeExpression] = {}

    def holds(self, text: str) -> bool:
        """Tell whether *text* is true now; what names a node that is not there yet is not.

        Raises:
            UsageError: it is no condition over a tree.
        """
        try:
            return self._compile(text).run(self._values.look_up, self._vars) is True
        except (EvaluationError, UnknownNodeError):
            return False

    def expect(self, text: str) -> None:
        """Raise if *text* is not true now.

        Raises:
            ExpectationError: shows what it compares, and what happened to the nodes it names.
            UsageError: it is no condition over a tree.
        """
        __tracebackhide__ = True
        if not self.holds(text):
            raise self.refusal(text)

    def refusal(self, text: str, after: str = "", more: tuple[str, ...] = ()) -> ExpectationError:
        """Return the error for what does not hold; *after* says for how long it was waited."""
        got, why = self._look(self._compile(text))
        return ExpectationError(text, f"{got} {after}".rstrip(), [*why, *more])

    def _compile(self, text: str) -> TreeExpression:
        found = self._compiled.get(text)
        if found is None:
            try:
                compiler = TreeExpressions([text], lambda _: None, self._vars_type)
                found = self._compiled[text] = compiler.compile(text)
            except ExpressionError as error:
                raise UsageError(
                    f"{text}: {error.message}",
                    where=f"column {error.offset_column}",
                    hints=error.hints,
                ) from None
        return found

    def _look(self, compiled: TreeExpression) -> tuple[str, list[str]]:
        """Return what an expression came to, and what explains that."""
        try:
            look = compiled.explain(self._values.look_up, self._vars)
        except EvaluationError as error:
            got, part = error.message, compiled.text
        except UnknownNodeError as error:
            return str(error), []
        else:
            got, part = shown(thaw(look.got)), look.part
        why = [f"in {part}"] if part != compiled.text.strip() else []
        happened = [
            line
            for mention in compiled.mentions
            if mention.kind in ("agents", "supervisors")
            for line in self._history(mention.name)
        ]
        why += happened or self._troubles()
        return got, list(dict.fromkeys(why))[:MOST_WHY]

    def _history(self, ident: str) -> list[str]:
        """Return the last things that happened to a node: exits, restarts, failed commands."""
        tail = f"/{ident}"
        found = [
            (one.at, f"{ident} {one.kind.replace('_', ' ')} at {one.at:g}s: {one.text}")
            for one in self._record.facts(*TELLING)
            if one.path is not None and f"/{one.path}".endswith(tail)
        ]
        found += [
            (one.at, f"{ident} restarted with {one.path} at {one.at:g}s")
            for one in self._record.facts("restarted")
            if one.path is not None and _went_along(one, ident)
        ]
        found += [(at, text) for at, path, text in self._failures() if f"/{path}".endswith(tail)]
        return _last(found)

    def _troubles(self) -> list[str]:
        """Return the last things that went wrong anywhere."""
        found = [
            (one.at, f"{one.path} {one.kind.replace('_', ' ')} at {one.at:g}s: {one.text}")
            for one in self._record.facts("exited", "gave_up", "directive_failed", "overflow")
        ]
        return _last([*found, *((at, text) for at, _, text in self._failures())])

    def _failures(self) -> list[tuple[float, str, str]]:
        """Return when, where and why commands failed."""
        return [
            (one.at, one.path, _failed(one, asked.message))
            for one in self._record.handled()
            for asked in one.directives
            if isinstance(asked, Error)
        ]


def _failed(command: HandledSignal, why: str) -> str:
    ident = command.path.rpartition("/")[2]
    return f"{ident} failed {command.signal.type} at {command.at:g}s: {why}"


def _last(found: list[tuple[float, str]]) -> list[str]:
    return [" ".join(text.split()) for _, text in sorted(found)[-MOST_OF_ONE:]]


def _went_along(restart: HappenedFact, ident: str) -> bool:
    """Whether a node that *ident* names was restarted because another one exited."""
    above = (restart.path or "").rpartition("/")[0]
    group = restart.data.get("group")
    mates = group if isinstance(group, list) else []
    return any(f"/{above}/{mate}".endswith(f"/{ident}") for mate in mates)
