"""The story of a root that gave up: what happened, why, what is kept (runtime.md 37).

It is kept while the engine lives, in bounds, and told once; the words on a terminal are the
command line's.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from jido_cli.observe.events import Event
from jido_cli.observe.records import ExitRecord
from jido_cli.runtime.supervising.starts import AgentStart, Persist

if TYPE_CHECKING:
    from jido_cli.runtime.kernel import Kernel
    from jido_cli.runtime.supervising.starts import Origin

TOLD: Final = frozenset({"exited", "restarted", "gave_up", "start_failed", "stopping"})
EVENTS_KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class Cause:
    """One kind of crash: how often, and what the latest of them left."""

    path: str
    count: int
    exit: ExitRecord


@dataclass(frozen=True, slots=True)
class Story:
    """What is told when the root gave up."""

    child: str
    used: int
    max_restarts: int
    max_seconds: float
    seconds: float
    events: tuple[Event, ...]
    causes: tuple[Cause, ...]
    kept: tuple[tuple[str, str], ...]
    dead_letters: int
    origin: Origin | None

    def to_dict(self) -> dict[str, object]:
        """Return it as plain data, for files and clients."""
        return asdict(self)


class StoryKeeper:
    """Listens to the facts that a story is made of."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._events: deque[Event] = deque(maxlen=EVENTS_KEPT)
        self._failed_start: tuple[str, str, Origin | None] | None = None
        kernel.events.listen(self._hear)

    def _hear(self, event: Event) -> None:
        if event.kind not in TOLD:
            return
        self._events.append(event)
        if event.kind == "start_failed" and event.path is not None and not self._failed_start:
            place = self._kernel.tree.find(event.path)
            why = str(event.data.get("reason", event.text))
            origin = None if place is None else place.start.origin
            self._failed_start = (event.path, why, origin)

    def first_failed_start(self) -> tuple[str, str, Origin | None] | None:
        """Return path, reason and place of the first child that did not start."""
        return self._failed_start

    def tell(self) -> Story:
        """Tell what led to the exit of the root."""
        kernel = self._kernel
        gave_up = [one for one in self._events if one.kind == "gave_up"]
        last = gave_up[-1] if gave_up else None
        data = {} if last is None else last.data
        crashes = [one for one in self._events if one.kind == "exited" and _is_crash(one)]
        begin = crashes[0].at if crashes else 0.0
        end = crashes[-1].at if crashes else 0.0
        child = str(data.get("child", ""))
        trigger = kernel.tree.root.child(child) if kernel.tree.root is not None else None
        return Story(
            child=child,
            used=_int(data.get("used")),
            max_restarts=_int(data.get("max_restarts")),
            max_seconds=float(_int(data.get("max_seconds"))),
            seconds=end - begin,
            events=tuple(one for one in self._events if one.at >= begin),
            causes=self._causes(),
            kept=tuple(
                (place.path, _kept(place.start.program.persist))
                for place in kernel.tree.walk()
                if isinstance(place.start, AgentStart)
            ),
            dead_letters=kernel.dead_letters.total,
            origin=None if trigger is None else trigger.start.origin,
        )

    def _causes(self) -> tuple[Cause, ...]:
        counts: Counter[tuple[str, str]] = Counter()
        latest: dict[tuple[str, str], ExitRecord] = {}
        for place in self._kernel.tree.walk():
            for record in place.log.exits if place.has_log else ():
                if record.kind == "crash" or record.kind == "killed":
                    key = (place.path, record.reason)
                    counts[key] += 1
                    latest[key] = record
        return tuple(Cause(key[0], counts[key], latest[key]) for key in latest)


def _is_crash(event: Event) -> bool:
    return event.data.get("how") in ("crash", "killed")


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _kept(persist: Persist) -> str:
    """Return what is left of an agent when its engine has ended."""
    if persist == "none":
        return "nothing (persist: none)"
    return f"nothing (persist: {persist}, in the engine's memory)"
