"""Buses that are joined by bridges: what is published on one, and passes, is heard on the next.

Each bus has the subscriptions of `bus.subscriptions`; a bridge joins it with the bus above, and
names by patterns what passes inwards and what outwards. No delivery here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Generic

from jido_cli.bus.groups import M
from jido_cli.bus.subscriptions import Subscriptions
from jido_cli.core.router import Pattern, matches, parse_pattern
from jido_cli.core.signals import Signal


class Bus(Subscriptions[M]):
    """One bus, and its bridge to the one above: what passes inwards, and what outwards."""

    __slots__ = ("_inwards", "_outwards", "above", "below")

    def __init__(
        self,
        above: Bus[M] | None = None,
        inwards: Iterable[str] = (),
        outwards: Iterable[str] = (),
    ) -> None:
        super().__init__()
        self.above = above
        self.below: list[Bus[M]] = []
        self._inwards = _parsed(inwards)
        self._outwards = _parsed(outwards)
        if above is not None:
            above.below.append(self)

    def part(self) -> None:
        """Take the bridge down: nothing passes any more."""
        if self.above is not None:
            self.above.below.remove(self)
            self.above = None

    def passes_in(self, signal_type: str) -> bool:
        """Tell whether this type on the bus above is heard here."""
        return _is_one_of(signal_type, self._inwards)

    def passes_out(self, signal_type: str) -> bool:
        """Tell whether this type from here is heard on the bus above."""
        return _is_one_of(signal_type, self._outwards)

    def reached(self, signal_type: str) -> Iterator[Bus[M]]:
        """Yield every bus on which a signal of this type is heard when it is published here.

        Buses are a tree, so that no way leads back.
        """
        waiting: list[tuple[Bus[M], Bus[M] | None]] = [(self, None)]
        while waiting:
            bus, before = waiting.pop()
            yield bus
            above = bus.above
            if above is not None and above is not before and bus.passes_out(signal_type):
                waiting.append((above, bus))
            waiting += [
                (inner, bus)
                for inner in bus.below
                if inner is not before and inner.passes_in(signal_type)
            ]


class JoinedBuses(Generic[M]):
    """All buses of one engine, as one that is published on.

    Args:
        outermost: the bus of what belongs to no other.
        bus_of: says on which bus a publisher publishes.
    """

    __slots__ = ("_bus_of", "_outermost")

    def __init__(self, outermost: Bus[M], bus_of: Callable[[M], Bus[M]]) -> None:
        self._outermost = outermost
        self._bus_of = bus_of

    def receivers(self, signal: Signal, exclude: M | None = None) -> Iterator[M]:
        """Yield whom *signal* goes to, all but *exclude*, who publishes it."""
        start = self._outermost if exclude is None else self._bus_of(exclude)
        for bus in start.reached(signal.type):
            yield from bus.receivers(signal, exclude)


def _parsed(patterns: Iterable[str]) -> tuple[Pattern, ...]:
    return tuple(parse_pattern(pattern) for pattern in patterns)


def _is_one_of(signal_type: str, patterns: tuple[Pattern, ...]) -> bool:
    return any(matches(signal_type, pattern) for pattern in patterns)
