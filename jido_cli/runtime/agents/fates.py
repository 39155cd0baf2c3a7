"""What became of commands whose callers were told `unknown`: they had begun, and went on alone.

Whoever got such an answer looks the command up by its id later (runtime.md 7). The newest are
kept; nothing is noted for a command that was answered in time.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from jido_cli.core.signals import Signal
    from jido_cli.runtime.agents.calls import Answer
    from jido_cli.runtime.clock import Clock
    from jido_cli.runtime.supervising.place import Place

FATES_KEPT: Final = 4_096
OUTPUT_KEPT: Final = 65_536  # bytes; of a larger output only the rest of the answer is kept


class Fate(msgspec.Struct):
    """A command that its caller does not wait for any more; *answer* is what he would have got.

    `told_at` is when he was told that nobody knows, `ended_at` when the command came to its end:
    wall time in seconds.
    """

    command: str
    path: str
    type: str
    told_at: float
    answer: object = None
    ended_at: float | None = None


class Fates:
    """The fates of one engine; readable from other threads."""

    __slots__ = ("_clock", "_kept")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, Fate] = OrderedDict()

    def begin(self, place: Place, signal: Signal) -> Fate:
        """The caller of *signal* goes without an answer."""
        fate = Fate(signal.id, place.path, signal.type, self._clock.wall_ns() / 1e9)
        self._kept[fate.command] = fate
        if len(self._kept) > FATES_KEPT:
            self._kept.popitem(last=False)
        return fate

    def end(self, fate: Fate, answer: Answer) -> None:
        """The command has come to its end; the first answer counts."""
        if fate.ended_at is None:
            is_large = getattr(answer.output, "size", 0) > OUTPUT_KEPT
            output = None if is_large else answer.output
            fate.answer = msgspec.structs.replace(answer, state=None, output=output)
            fate.ended_at = self._clock.wall_ns() / 1e9

    def of(self, command: str) -> Fate | None:
        """Return what is known of *command*."""
        return self._kept.get(command)
