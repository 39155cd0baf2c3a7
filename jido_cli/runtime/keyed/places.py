"""Places of keyed agents: awake ones in the tree, and those at rest as readers see them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, ClassVar

from jido_cli.observe.records import ExitRecord
from jido_cli.runtime.supervising.place import Place
from jido_cli.store.checkpoints import Checkpoint

if TYPE_CHECKING:
    from jido_cli.runtime.agents.calls import Waiter
    from jido_cli.runtime.keyed.children import KeyedChildren
    from jido_cli.runtime.supervising.starts import AgentStart


_NO_EXITS: deque[ExitRecord] = deque(maxlen=0)
_NO_RESTARTS: deque[float] = deque(maxlen=0)
_NO_WAITERS: deque[Waiter] = deque(maxlen=0)


class KeyedPlace(Place):
    """The place of one key while its agent is awake; `used_at` is when it last had work."""

    __slots__ = ("is_leaving", "keyed", "used_at")

    is_keyed: ClassVar[bool] = True

    def __init__(self, keyed: KeyedChildren, ident: str, start: AgentStart) -> None:
        super().__init__(keyed.place.kernel, ident, keyed.place, start)
        self.keyed = keyed
        self.used_at = 0.0
        self.is_leaving = False  # its state is on its way to the store, or is there

    def wake(self) -> None:
        """It has just worked, or is new: go on with what waits."""
        super().wake()
        self.keyed.used(self)

    def about_to_end(self) -> None:
        """It leaves the tree."""
        self.keyed.ended(self)

    def has_left(self) -> None:
        """Let go of the history: keys come and go, and records name their places for long."""
        log = self.log
        log.exits, log.own_restarts, log.waiters = _NO_EXITS, _NO_RESTARTS, _NO_WAITERS


class RestingPlace(Place):
    """A key without a living agent, for readers: asleep, or (without checkpoint) never begun."""

    __slots__ = ("checkpoint",)

    def __init__(
        self, keyed: KeyedChildren, ident: str, start: AgentStart, checkpoint: Checkpoint | None
    ) -> None:
        super().__init__(keyed.place.kernel, ident, keyed.place, start)
        self.status = "stopped"
        self.since = self.kernel.clock.monotonic()
        self.checkpoint = checkpoint
        if checkpoint is not None:
            self.handled = checkpoint.seq
            self.generation = checkpoint.generation
            self.since += checkpoint.at - self.kernel.wall_ns() / 1e9
