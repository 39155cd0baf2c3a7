"""Groups: members that are one subscriber, and who of them a signal goes to (runtime.md 12).

`one`: the same subject goes to the same member, everything else to the shortest mailbox. `all`:
to each member. `hash`: the same key goes to the same member. Keys are spread by jump consistent
hashing over the members in a fixed order: when the group grows by one, only the keys that move to
the new member move. No delivery here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Final, Generic, Literal, Protocol, TypeVar

from jido_cli.core.signals import Signal

Spread = Literal["one", "all", "hash"]
SLOTS_KEPT: Final = 4096


class Member(Protocol):
    """Whoever can be handed a signal."""

    @property
    def mail_depth(self) -> int:
        """How much waits for it."""
        ...


M = TypeVar("M", bound=Member)


class Group(Generic[M]):
    """Members that are one subscriber.

    Args:
        members: gives those of now; asked once, `joined` and `left` keep up with it from then on.
        spread: how signals are spread over them.
        key: what `hash` spreads by; None where a signal has no key, which *key* has told.
    """

    __slots__ = ("_key", "_members", "_order", "_slots", "_turn", "on_joined", "spread")

    def __init__(
        self,
        members: Callable[[], Iterable[M]],
        spread: Spread = "one",
        key: Callable[[Signal], str | None] | None = None,
    ) -> None:
        self._members = members
        self.spread = spread
        self.on_joined: Callable[[], None] | None = None
        self._key = key
        self._order: list[M] | None = None
        self._slots: dict[str, int] = {}  # of keys that were asked for
        self._turn = 0

    def joined(self, member: M) -> None:
        """A member came."""
        if self._order is not None:
            self._order.append(member)
            self._slots.clear()
        if self.on_joined is not None:
            self.on_joined()

    def left(self, member: M) -> None:
        """A member went; the last one takes over its keys, so that few others move."""
        order = self._order
        if order is not None and member in order:
            index = order.index(member)
            last = order.pop()
            if last is not member:
                order[index] = last
            self._slots.clear()

    def receivers(self, signal: Signal, exclude: M | None = None) -> Iterable[M]:
        """Return the members that *signal* goes to, but not *exclude*."""
        order = self.members
        if not order:
            return ()
        if self.spread == "all":
            return [member for member in order if member is not exclude]
        if self.spread == "hash" and self._key is not None:
            key = self._key(signal)
            chosen = None if key is None else order[self._slot(key)]
        elif signal.subject is not None:
            chosen = order[self._slot(signal.subject)]
        else:
            chosen = self._shortest(order, exclude)
        return () if chosen is None or chosen is exclude else (chosen,)

    @property
    def members(self) -> list[M]:
        """The members of now; not to be changed."""
        if self._order is None:
            self._order = list(self._members())
        return self._order

    def _slot(self, key: str) -> int:
        slots = self._slots
        slot = slots.get(key)
        if slot is None:
            assert self._order is not None
            if len(slots) >= SLOTS_KEPT:  # keys come from outside: the table must have an end
                slots.clear()
            slot = slots[key] = jump(key, len(self._order))
        return slot

    def _shortest(self, order: list[M], exclude: M | None) -> M | None:
        """Return a member with the least mail, in turn; the first empty one will do."""
        size = len(order)
        best: M | None = None
        for step in range(size):
            index = (self._turn + step) % size
            member = order[index]
            if member is exclude:
                continue
            depth = member.mail_depth
            if depth == 0:
                self._turn = index + 1
                return member
            if best is None or depth < best.mail_depth:
                best = member
        self._turn += 1
        return best


def jump(key: str, buckets: int) -> int:
    """Return the bucket of *key*, 0 up, by jump consistent hashing (Lamping, Veach 2014)."""
    state = int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest())
    bucket, following = -1, 0
    while following < buckets:
        bucket = following
        state = (state * 2862933555777941757 + 1) & 0xFFFFFFFFFFFFFFFF
        following = ((bucket + 1) << 31) // ((state >> 33) + 1)
    return bucket
