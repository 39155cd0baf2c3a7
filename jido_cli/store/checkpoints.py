"""Checkpoints: what is kept of an agent between two of its lives, and the store that keeps them.

Records and the interface only; each store is a module of its own. A store knows no engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

import msgspec


class Lineage(NamedTuple):
    """One agent over all its lives: the path of its supervisor, and its id there."""

    owner: str
    id: str

    @property
    def path(self) -> str:
        """The path of the agent."""
        return f"{self.owner}/{self.id}"


class Handled(NamedTuple):
    """A signal that is known again: its key, when, by which command, and whether that was ok."""

    key: str
    at_ns: int
    seq: int
    is_ok: bool = True


class Checkpoint(msgspec.Struct, frozen=True):
    """An agent at rest.

    `seq` is the number of the newest command in it, `generation` that of the incarnation that
    ran it: neither ever goes back. `counts` is what its place had counted so far, `handled` the
    signals that it would know again.
    """

    seq: int
    generation: int
    at: float
    state: Mapping[str, object]
    counts: Mapping[str, int] = {}
    handled: tuple[Handled, ...] = ()


class CheckpointStore(Protocol):
    """Keeps the newest checkpoint of each lineage."""

    def load(self, lineage: Lineage) -> Checkpoint | None:
        """Return the checkpoint of *lineage*, None if there is none; `StoreError` if it cannot."""
        ...

    def save(self, lineage: Lineage, checkpoint: Checkpoint, done: Callable[[bool], None]) -> None:
        """Keep *checkpoint* in place of the one before; *done* is told, on the loop, if it is."""
        ...

    def discard(self, lineage: Lineage) -> None:
        """Forget the checkpoint of *lineage*; none is no error."""
        ...

    def holds(self, lineage: Lineage) -> bool:
        """Whether there is a checkpoint of *lineage*; for any thread."""
        ...

    def count(self, owner: str) -> int:
        """Return how many checkpoints there are under *owner*; for any thread."""
        ...
