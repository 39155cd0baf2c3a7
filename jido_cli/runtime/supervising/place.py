"""A place in the tree: what stays when incarnations come and go.

The mailbox, the counts and the history belong to the place (runtime.md 16); an incarnation is
linked by `process` while it lives. Fencing is one comparison: who is not `place.process` any
more speaks for nobody (runtime.md 17). There may be 100,000 of these: what most places never
need hangs on `log`, which is made when it is first used.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final, Literal, Protocol

from jido_cli.observe.records import ExitRecord
from jido_cli.supervision.reasons import ExitReason

if TYPE_CHECKING:
    from jido_cli.runtime.agents.calls import Mail, Waiter
    from jido_cli.runtime.agents.schedule_record import ScheduleRecord
    from jido_cli.runtime.kernel import Kernel
    from jido_cli.runtime.supervising.starts import Start

EXITS_KEPT: Final = 20
Status = Literal[
    "starting",
    "running",
    "degraded",
    "backing_off",
    "stopping",
    "stopped",
    "failed",
]


class Process(Protocol):
    """One incarnation of a child, as its supervisor handles it."""

    place: Place
    ref: int
    generation: int
    is_alive: bool

    def terminate(self, reason: ExitReason) -> None:
        """Ask it to exit; its exit will be reported."""
        ...

    def kill(self, detail: object = None) -> None:
        """Revoke it: the exit is reported at once, whatever goes on is not ours any more."""
        ...

    def orphan(self) -> None:
        """Its supervisor was killed: it exits with `killed` by itself, nobody waits."""
        ...

    def run(self, limit: int) -> int:
        """Handle at most *limit* messages of the place."""
        ...


class PlaceLog:
    """What only some places have: exits, losses, restarts of its own, waiting senders."""

    __slots__ = (
        "backoffs",
        "dead",
        "dropped",
        "exits",
        "expired",
        "failed",
        "has_ended",
        "is_restarting",
        "looping_until",
        "lost",
        "made_restarts",
        "overflow_at",
        "own_restarts",
        "ran_s",
        "rejected",
        "schedules",
        "up_at",
        "waiters",
        "watchers",
        "why_failed",
    )

    def __init__(self) -> None:
        self.exits: deque[ExitRecord] = deque(maxlen=EXITS_KEPT)
        self.own_restarts: deque[float] = deque(maxlen=EXITS_KEPT)
        self.waiters: deque[Waiter] = deque()
        self.watchers: tuple[Callable[[], None], ...] = ()  # told of commits and statuses
        self.rejected = 0
        self.dropped = 0
        self.dead = 0
        self.expired = 0
        self.failed = 0
        self.has_ended = False  # the place left the tree: what still comes is a dead letter
        self.is_restarting = False  # by order: a new incarnation follows the one that is ended
        self.backoffs = 0
        self.made_restarts = 0  # a supervisor's: how often it started children again
        self.looping_until = 0.0
        self.up_at = 0.0  # of the incarnation after the first
        self.ran_s = 0.0  # how long the latest one that exited had been up
        self.overflow_at = -1.0
        self.why_failed: str | None = None
        self.lost: dict[str, str] = {}  # what an agent that runs is degraded by: name and why
        self.schedules: dict[str, ScheduleRecord] = {}  # of those that the file declares

    def recent_restarts(self, since: float) -> int:
        """Count the restarts for exits of its own since a monotonic time, as far as it knows."""
        return sum(1 for at in self.own_restarts if at >= since)


class Place:
    """One node of the tree, from its first start until it leaves its supervisor."""

    __slots__ = (
        "_log",
        "accepted",
        "children",
        "generation",
        "handled",
        "id",
        "is_idle",
        "kernel",
        "mail",
        "parent",
        "process",
        "restarts",
        "since",
        "start",
        "status",
    )

    is_keyed: ClassVar[bool] = False  # of a keyed agent, and so a subscriber by its key

    def __init__(self, kernel: Kernel, place_id: str, parent: Place | None, start: Start) -> None:
        self.kernel = kernel
        self.id = place_id
        self.parent = parent
        self.start = start
        self.process: Process | None = None
        self.children: dict[str, Place] | None = None
        self.mail: deque[Mail] | None = None
        self.is_idle = False  # runs and has no mail: the next mail puts it into the run queue
        self.accepted = 0
        self.handled = 0  # commands; the seq of the newest one, over all lives
        self.generation = 0
        self.restarts = 0
        self.status: Status = "starting"
        self.since = 0.0
        self._log: PlaceLog | None = None

    @property
    def path(self) -> str:
        """The ids from the root to here, joined by slashes."""
        ids = [self.id]
        place = self.parent
        while place is not None:
            ids.append(place.id)
            place = place.parent
        ids.reverse()
        return "/".join(ids)

    @property
    def log(self) -> PlaceLog:
        """The history of this place, made on first use."""
        if self._log is None:
            self._log = PlaceLog()
        return self._log

    @property
    def has_log(self) -> bool:
        """Whether anything was ever noted in `log`."""
        return self._log is not None

    @property
    def has_ended(self) -> bool:
        """Whether the place left the tree; whoever still knows it knows nobody."""
        return self._log is not None and self._log.has_ended

    @property
    def mail_depth(self) -> int:
        """How many signals wait here, senders that are blocked included."""
        mail = self.mail
        waiting = 0
        if self._log is not None and self._log.waiters:
            waiting = sum(1 for one in list(self._log.waiters) if not one.is_over)
        return waiting if mail is None else waiting + len(mail)

    def set_status(self, status: Status) -> None:
        """Note a change of status; readers see it with the next revision."""
        self.status = status
        self.since = self.kernel.clock.monotonic()
        self.kernel.revision += 1
        if self._log is not None and self._log.watchers:
            self.tell_watchers()

    def tell_watchers(self) -> None:
        """Something is another than before: let those look who wait for this place."""
        if self._log is not None:
            for look in self._log.watchers:
                look()

    def child(self, child_id: str) -> Place | None:
        """Return the child place *child_id*, if there is one."""
        return None if self.children is None else self.children.get(child_id)

    def run(self, limit: int) -> int:
        """Let the living incarnation work off mail; without one the mail waits."""
        process = self.process
        return 0 if process is None else process.run(limit)

    def about_to_end(self) -> None:
        """The place leaves the tree; what waits here may still be taken elsewhere."""

    def has_left(self) -> None:
        """The place is gone; records may still name it."""

    def wake(self) -> None:
        """A new incarnation is up (or a hold is over): go on with what waits."""
        if self.mail:
            self.is_idle = False
            self.kernel.queue.push(self)
        else:
            self.mail = None
            self.is_idle = True
