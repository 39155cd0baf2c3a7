"""A committer that makes units durable when its test says so, or refuses them."""

from __future__ import annotations

from jido_cli.runtime.committer import CommitUnit


class DelayingCommitter:
    """Holds every unit until it is told what becomes of it."""

    def __init__(self) -> None:
        self.open: list[CommitUnit] = []
        self.submitted: list[CommitUnit] = []

    def submit(self, unit: CommitUnit) -> None:
        """Take *unit*; nothing happens."""
        self.open.append(unit)
        self.submitted.append(unit)

    def commit(self, count: int | None = None) -> None:
        """Say yes to the oldest *count* units, to all of them by default."""
        self._settle(count, True)

    def refuse(self, count: int | None = None) -> None:
        """Say no to the oldest *count* units, to all of them by default."""
        self._settle(count, False)

    def _settle(self, count: int | None, is_durable: bool) -> None:
        taken = self.open[:count] if count is not None else list(self.open)
        del self.open[: len(taken)]
        for unit in taken:
            unit.settle(is_durable)
