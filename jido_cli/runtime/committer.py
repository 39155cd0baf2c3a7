"""The commit path: a finished command waits here before anybody may see what came of it.

Answers, directives and readings of the state leave only after the committer said yes
(guarantees.md G1). Without a store it says yes at once and no unit is even made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from jido_cli.core.agent import Agent


@dataclass(slots=True)
class CommitUnit:
    """One command on its way: all of it becomes durable, or none (guarantees.md G4).

    `settle(True)` releases what waits for it, `settle(False)` undoes it: the agent goes back to
    its last durable state and everybody who waits is told `refused`. Call it on the loop, once.
    """

    path: str
    life: int
    seq: int
    signal: object
    agent: Agent
    directives: Sequence[object]
    now_ns: int
    settle: Callable[[bool], None]
    dedupe: str | None = None  # by which the signal is known again, if the agent keeps such keys


class Committer(Protocol):
    """Makes units durable, in the order in which they are submitted."""

    def submit(self, unit: CommitUnit) -> None:
        """Take *unit*; call its `settle` now or later, units of one agent in order."""
        ...
