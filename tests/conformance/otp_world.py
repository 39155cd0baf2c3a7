"""What a driver of the OTP corpus must offer: the seam between comparing and running.

Records of the corpus' JSON stay JSON here; what a scenario means is in the driver that runs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

Json = Any
Step = Mapping[str, Json]

# {"ret", "events", "downs", "root", "tree"} as the corpus has them, but raw: events in true order
# without the orphans taken out, and each start with a fourth element, the number of the attempt
# of the parent's path under which it started (0 for the root's).
RawObservation = dict[str, Json]


class World(Protocol):
    """One tree, brought up and driven. Every method returns when nothing moves any more."""

    def boot(self) -> RawObservation:
        """Start the tree."""
        ...

    def step(self, step: Step) -> RawObservation:
        """Do one step."""
        ...

    def close(self) -> None:
        """Leave nothing behind."""
        ...


class MakeWorld(Protocol):
    """What a level's module exports as `make_world`."""

    def __call__(self, tree: Mapping[str, Json]) -> World: ...
