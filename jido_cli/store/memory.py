"""A store in the memory of the engine: checkpoints live as long as it does, and no longer.

Each is kept as one text of bytes, so that an agent at rest costs little more than its state.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from jido_cli.store.checkpoints import Checkpoint, Lineage

CHECKPOINTS_KEPT: Final = 1_000_000
_DECODER = msgspec.msgpack.Decoder(Checkpoint)
_ENCODER = msgspec.msgpack.Encoder()


class MemoryStore:
    """Keeps checkpoints until the engine ends.

    Args:
        limit: so many at most; one more is not kept, which `save` tells.
    """

    __slots__ = ("_count", "_kept", "_limit")

    def __init__(self, limit: int = CHECKPOINTS_KEPT) -> None:
        self._kept: dict[str, dict[str, bytes]] = {}
        self._count = 0
        self._limit = limit

    def load(self, lineage: Lineage) -> Checkpoint | None:
        """Return the checkpoint of *lineage*."""
        kept = self._kept.get(lineage.owner, {}).get(lineage.id)
        return None if kept is None else _DECODER.decode(kept)

    def save(self, lineage: Lineage, checkpoint: Checkpoint, done: Callable[[bool], None]) -> None:
        """Keep *checkpoint*; *done* is told no where there is no room for one more."""
        is_new = not self.holds(lineage)
        if is_new and self._count >= self._limit:
            done(False)
            return
        self._count += is_new
        self._kept.setdefault(lineage.owner, {})[lineage.id] = _ENCODER.encode(checkpoint)
        done(True)

    def discard(self, lineage: Lineage) -> None:
        """Forget the checkpoint of *lineage*."""
        below = self._kept.get(lineage.owner)
        if below is not None:
            self._count -= below.pop(lineage.id, None) is not None
            if not below:
                del self._kept[lineage.owner]

    def holds(self, lineage: Lineage) -> bool:
        """Whether there is a checkpoint of *lineage*."""
        return lineage.id in self._kept.get(lineage.owner, {})

    def count(self, owner: str) -> int:
        """Return how many checkpoints there are under *owner*."""
        return len(self._kept.get(owner, {}))
