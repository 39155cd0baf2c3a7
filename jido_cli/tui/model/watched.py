"""The selected node: everything known of it, its state, and what its last command changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jido_cli.tui.model.changes import Change, Path, changes

Answer = Mapping[str, Any]
_OPENED_AT_ONCE = 50


class Watched:
    """What the state pane shows; made new when another node is selected."""

    def __init__(self, path: str | None) -> None:
        self.path = path
        self.inspect: Answer | None = None
        self.at = 0.0  # when the answer was true
        self.problem: str | None = None
        self.state: object = None
        self.seq: int | None = None
        self.changes: tuple[Change, ...] = ()
        self.commands = 0  # how many commands led to the changes
        self.changed_at = 0.0
        self._by_hand: dict[Path, bool] = {}
        self._opened: set[Path] = set()  # where something changed: it stays open

    def take(self, inspect: Answer, at: float) -> None:
        """Take everything known of the node."""
        self.inspect, self.at, self.problem = inspect, at, None
        if "state" in inspect:
            self._take_state(inspect.get("state"), inspect.get("seq"), at)

    def take_state(self, answer: Answer, at: float) -> None:
        """Take a newer state."""
        self._take_state(answer["state"], answer["seq"], at)

    def refuse(self, problem: str) -> None:
        """Say why nothing is known."""
        self.problem = problem

    def _take_state(self, state: object, seq: int | None, at: float) -> None:
        if seq is None or (self.seq is not None and seq < self.seq):
            # a new incarnation begins to count again, from another state
            self.state, self.seq, self.changes = state, seq, ()
            return
        if self.seq is not None and seq > self.seq:
            self.changes = changes(self.state, state)
            self.commands = seq - self.seq
            self.changed_at = at
            for change in self.changes[:_OPENED_AT_ONCE]:
                depth = len(change.path) + isinstance(change.after, dict | list)
                self._opened.update(change.path[:end] for end in range(1, depth))
        self.state, self.seq = state, seq

    # -- folding

    def is_folded(self, path: Path) -> bool:
        """Return whether a part of the state is folded; what changed inside opens it."""
        by_hand = self._by_hand.get(path)
        return bool(path) and path not in self._opened if by_hand is None else by_hand

    def is_opened_by_hand(self, path: Path) -> bool:
        """Return whether the user opened it, and wants to see all of it."""
        return self._by_hand.get(path) is False

    @property
    def is_folded_root(self) -> bool:
        """Whether the user folded the whole state."""
        return self._by_hand.get(()) is True

    def fold(self, path: Path, *, folded: bool) -> None:
        """Fold or unfold a part of the state."""
        self._by_hand[path] = folded
