"""A topology at work in a test: what the test sees of it, and what it expects.

How it is driven is in `driven`; what expectations mean is in `expectations`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jido_cli.errors import UsageError
from jido_cli.lint.judge import ERRORS, check
from jido_cli.runtime.serving.view_records import directive
from jido_cli.runtime.supervising.story import Story
from jido_cli.testing import expectations
from jido_cli.testing.driven import DrivenTopology
from jido_cli.testing.failures import ExpectationError
from jido_cli.testing.recorder import EmittedSignal
from jido_cli.testing.scripting import Answers
from jido_cli.topology.load import load
from jido_cli.topology.model import Topology
from jido_cli.topology.report import render
from jido_cli.topology.var_sources import VarSources


@dataclass(slots=True)
class Checked:
    """How far the checks have looked, each in its own record."""

    signals: int = 0
    restarted: int = 0
    directives: int = 0
    dead_letters: int = 0


class TopologyRun(DrivenTopology):
    """A topology at work, and what a test sees of it."""

    def __init__(
        self,
        topology: Topology,
        *,
        script: Mapping[str, Answers] | None = None,
        state: Mapping[str, Mapping[str, object]] | None = None,
        at: str | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(topology, script=script, state=state, at=at, seed=seed)
        self._checked = Checked(
            self.record.mark,
            self.record.mark,
            self.kernel.directives.head,
            self.kernel.dead_letters.ring.head,
        )

    # -- looking

    def state(self, ident: str, path: str | None = None) -> Any:
        """Return the committed state of an agent, or the part of it that a dotted path names."""
        return self.port.state(ident, path)["state"]

    def node(self, ident: str) -> dict[str, Any]:
        """Return everything known of a node, as `jido inspect --json` does."""
        return self.port.node(ident)

    def emitted(self, signal_type: str | None = None) -> list[EmittedSignal]:
        """Return the signals that agents emitted since the start, of one type if it is named."""
        found = self.record.emitted()
        return [one for one in found if signal_type is None or one.type == signal_type]

    def directives(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Return the directives with their outcomes, of one kind if it is named."""
        found, _ = self.kernel.directives.after(0, self.kernel.directives.head)
        rows = [directive(number, one) for number, one in found]
        return [one for one in rows if kind is None or one["type"] == kind]

    def restarted(self, *, since: int = 0) -> tuple[str, ...]:
        """Return the paths of what started again, in order; *since* is a `record.mark`."""
        return self.record.restarted(since)

    def story(self) -> Story | None:
        """Return how the root gave up; None if it has not."""
        end = self.end()
        return None if end is None else end.story

    # -- expectations

    def expect(self, *conditions: str) -> None:
        """Expect that these hold now: CEL, as in the `expect` of a scenario.

        Raises:
            ExpectationError: shows what it compares, and what happened to the nodes it names.
            UsageError: one is no condition over the tree.
        """
        __tracebackhide__ = True
        for text in conditions:
            self.checks.expect(text)

    def expect_emitted(self, *expected: Mapping[str, Any]) -> None:
        """Expect these signals, in order, and no more of their types.

        Counted from the check before this one, or from the start. A mapping fits a signal that
        has at least its members: `type`, `data`, `subject`, `from` (the id of the emitter), `id`,
        `source`, `extensions`. Without any, no signal at all may have been emitted.

        Raises:
            ExpectationError: shows the nearest signal, with what is different.
        """
        __tracebackhide__ = True
        since, self._checked.signals = self._checked.signals, self.record.mark
        got = [one.attributes() for one in self.record.emitted(since)]
        _raise(expectations.in_order("signal", expected, got))

    def expect_directives(self, *expected: Mapping[str, Any]) -> None:
        """Expect these directives, in order, and no more of their types, since the check before.

        A mapping fits a directive that has at least its members: `type`, `agent` (its id),
        `outcome`, `summary`, `cause`, `detail`.

        Raises:
            ExpectationError: shows the nearest directive, with what is different.
        """
        __tracebackhide__ = True
        since, self._checked.directives = self._checked.directives, self.kernel.directives.head
        got = [
            {**one, "agent": one["agent"].rpartition("/")[2]}
            for one in self.directives()
            if one["seq"] > since
        ]
        _raise(expectations.in_order("directive", expected, got))

    def expect_dead_letters(self, *expected: Mapping[str, Any]) -> None:
        """Expect these dead letters, in order, and no more of their types, since the check before.

        A mapping fits one with its `type` and `of` (the id of the node), whose reason holds its
        `reason`.

        Raises:
            ExpectationError: shows the nearest one, with what is different.
        """
        __tracebackhide__ = True
        page = self.port.dead_letters(after=self._checked.dead_letters, limit=100_000)
        self._checked.dead_letters = page["next"]
        got = [
            {
                "type": one["type"],
                "of": (one["path"] or "").rpartition("/")[2],
                "reason": one["reason"],
            }
            for one in page["dead_letters"]
        ]
        _raise(expectations.in_order("dead letter", expected, got, within=("reason",)))

    def expect_restarted(self, *idents: str) -> None:
        """Expect that just these nodes started again since the check before, or the start.

        Raises:
            ExpectationError: others did, or some of these did not.
        """
        __tracebackhide__ = True
        since, self._checked.restarted = self._checked.restarted, self.record.mark
        known = {place.path for place in self.kernel.tree.walk()}
        got = self.restarted(since=since)
        _raise(expectations.of_paths("restarted", idents, got, known.union(got)))


def run_topology(
    file: str | os.PathLike[str],
    *,
    script: Mapping[str, Answers] | None = None,
    state: Mapping[str, Mapping[str, object]] | None = None,
    values: Mapping[str, str] | None = None,
    at: str | None = None,
    seed: int = 0,
) -> TopologyRun:
    """Load the topology in *file* and start it on virtual time.

    Args:
        file: the topology.
        script: what effectful actions answer, by the name of the action.
        state: initial states, over those in the file, by the id or path of the child.
        values: texts for the vars of the topology, as `--set` gives them.
        at: RFC 3339 text of the time at which the virtual wall clock starts.
        seed: of random numbers and ids; the same run has the same ones.

    Raises:
        UsageError: the file has errors; the message shows them.
        StartError: it does not start.
    """
    topology = load_topology(Path(file), values or {})
    return TopologyRun(topology, script=script, state=state, at=at, seed=seed)


def load_topology(file: Path, values: Mapping[str, str]) -> Topology:
    """Return the topology in *file*.

    Raises:
        UsageError: it has errors; the message shows them.
    """
    given = tuple(f"{name}={text}" for name, text in values.items())
    result = load(file, values=VarSources(assignments=given, environ=os.environ, reads_files=True))
    findings = check(result, severities=ERRORS)
    if result.topology is None or findings:
        raise UsageError(f"{file} cannot be run\n{render(findings, result.texts)}")
    return result.topology


def _raise(error: ExpectationError | None) -> None:
    __tracebackhide__ = True
    if error is not None:
        raise error
