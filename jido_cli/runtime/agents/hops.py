"""How long a chain of signals has become, and what goes in a circle when it is too long.

Each signal that causes one counts a hop (runtime.md 12). Shortly before the limit the steps are
noted, so that the dead letter at the limit can say which part of the chain repeats. Below that
nothing is kept: `tracked_from` is all that the usual way has to compare with.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from jido_cli.core.idents import Ident
from jido_cli.core.signals import Signal

if TYPE_CHECKING:
    from jido_cli.runtime.kernel import Kernel
    from jido_cli.runtime.supervising.place import Place

STEPS_NOTED: Final = 32  # of one chain: the longest circle that is told has half of them
CHAINS_NOTED: Final = 4096
STEPS_SHOWN: Final = 8


class Hops:
    """The steps of chains that come near the limit."""

    __slots__ = ("_steps", "limit", "tracked_from")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.tracked_from = max(0, limit - STEPS_NOTED) if limit else sys.maxsize
        self._steps: OrderedDict[Ident, tuple[Ident | None, str, str]] = OrderedDict()

    def refuse(self, kernel: Kernel, place: Place, signal: Signal) -> str | None:
        """Note a step near the limit; over it, make a dead letter of *signal* and return why."""
        if signal.hops <= self.limit:
            self._steps[signal.ident] = (signal.cause, signal.type, place.path)
            if len(self._steps) > CHAINS_NOTED:
                self._steps.popitem(last=False)
            return None
        why = f"over {self.limit} hops: the signals go in a circle{self._circle(place, signal)}"
        kernel.dead_letters.add(place, signal, why)
        return why

    def _circle(self, place: Place, signal: Signal) -> str:
        """Return the part of the chain that repeats, as `: a (root/p) → b (root/q) → a`."""
        steps = [(signal.type, place.path)]
        cause = signal.cause
        while cause is not None and (step := self._steps.get(cause)) is not None:
            cause, *named = step
            steps.append((named[0], named[1]))
        steps.reverse()
        last = steps[-1]
        before = [number for number, step in enumerate(steps[:-1]) if step == last]
        if not before:
            return ""
        circle = [f"{kind} ({path})" for kind, path in steps[before[-1] : -1]]
        left_out = len(circle) - STEPS_SHOWN
        if left_out > 0:
            circle[STEPS_SHOWN:] = [f"{left_out} more"]
        return ": " + " → ".join((*circle, last[0]))
