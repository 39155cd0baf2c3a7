"""Pools: the members of a group, lent out one at a time.

Whoever checks a member out has it alone among all who use the pool, until he gives it back; who
comes when all are lent waits, for a time and behind a bounded number of others. What is sent to a
member past its pool still reaches it. A member keeps its state from one to the next.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Final

from jido_cli.bus.groups import Group
from jido_cli.errors import PoolError
from jido_cli.runtime.agents.calling import ask, outside_signal
from jido_cli.runtime.agents.calls import DEFAULT_CALL_TIMEOUT_S, Answer, Delivery
from jido_cli.runtime.agents.mailbox import deliver
from jido_cli.runtime.supervising.place import Place

if TYPE_CHECKING:
    from jido_cli.runtime.kernel import Kernel

DEFAULT_CHECKOUT_S: Final = 5.0
DEFAULT_MAX_WAITING: Final = 1000


@dataclass(frozen=True, slots=True)
class PoolStatus:
    """How many members there are, how many of them are lent, how many callers wait."""

    size: int
    lent: int
    waiting: int

    @property
    def free(self) -> int:
        """How many could be lent now."""
        return self.size - self.lent


class Desk:
    """Who of one group is lent, and who waits; all pools of the group share it."""

    __slots__ = ("group", "lent", "waiting")

    def __init__(self, group: Group[Place]) -> None:
        self.group = group
        self.lent: set[Place] = set()
        self.waiting: deque[asyncio.Future[Place]] = deque()
        group.on_joined = self.serve

    def lend(self) -> Place | None:
        """Lend the free member that has the least to do; None if there is none."""
        free = [member for member in self.group.members if member not in self.lent]
        if not free:
            return None
        chosen = min(free, key=lambda one: (one.process is None, one.mail_depth))
        self.lent.add(chosen)
        return chosen

    def give_back(self, member: Place) -> None:
        """A member is not lent any more."""
        self.lent.discard(member)
        self.serve()

    def serve(self) -> None:
        """Lend what is free to those who wait, first come, first served."""
        while self.waiting:
            if self.waiting[0].done():  # he gave up
                self.waiting.popleft()
                continue
            member = self.lend()
            if member is None:
                return
            self.waiting.popleft().set_result(member)


class Member:
    """A member that is checked out; as a context manager it gives itself back."""

    __slots__ = ("_desk", "_is_lent", "_kernel", "_source", "place")

    def __init__(self, kernel: Kernel, desk: Desk, place: Place, source: str) -> None:
        self._kernel = kernel
        self._desk = desk
        self._source = source
        self._is_lent = True
        self.place = place

    @property
    def path(self) -> str:
        """The member's path."""
        return self.place.path

    async def call(
        self, signal_type: str, data: object = None, *, timeout_s: float = DEFAULT_CALL_TIMEOUT_S
    ) -> Answer:
        """Send the member a signal, and wait for what comes of it."""
        signal = outside_signal(self._kernel, signal_type, data, self._source)
        return await ask(self._kernel, self.place, signal, timeout_s)

    def cast(self, signal_type: str, data: object = None) -> Delivery:
        """Send the member a signal without waiting."""
        signal = outside_signal(self._kernel, signal_type, data, self._source)
        return deliver(self.place, signal)

    def give_back(self) -> None:
        """Let others have it; once is enough."""
        if self._is_lent:
            self._is_lent = False
            self._desk.give_back(self.place)

    async def __aenter__(self) -> Member:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.give_back()


class Pool:
    """The pool of one group, as one user sees it.

    Args:
        kernel: of the engine.
        name: of the group, for errors.
        desk: of the group.
        source: what signals say where they come from.
        max_waiting: so many callers may wait; one more is refused.
    """

    __slots__ = ("_desk", "_kernel", "_max_waiting", "_source", "name")

    def __init__(
        self, kernel: Kernel, name: str, desk: Desk, source: str, max_waiting: int
    ) -> None:
        self.name = name
        self._kernel = kernel
        self._desk = desk
        self._source = source
        self._max_waiting = max_waiting

    @property
    def status(self) -> PoolStatus:
        """How it stands."""
        desk = self._desk
        members = set(desk.group.members)
        waiting = sum(1 for one in desk.waiting if not one.done())
        return PoolStatus(len(members), len(desk.lent & members), waiting)

    async def checkout(self, *, timeout_s: float = DEFAULT_CHECKOUT_S) -> Member:
        """Take a member for oneself; `async with await pool.checkout() as member: ...`.

        Raises:
            PoolError: `pool-empty`, it has no members; `pool-full`, too many wait already;
                `pool-timeout`, no member was free in *timeout_s*.
        """
        desk = self._desk
        if not desk.group.members:
            raise PoolError(f"pool {self.name!r} has no members", code="pool-empty")
        desk.serve()  # those who wait come first
        place = None if desk.waiting else desk.lend()
        if place is None:
            place = await self._wait(timeout_s)
        return Member(self._kernel, desk, place, self._source)

    async def _wait(self, timeout_s: float) -> Place:
        desk, clock = self._desk, self._kernel.clock
        if self.status.waiting >= self._max_waiting:
            text = f"pool {self.name!r}: {self._max_waiting:,} wait for a member already"
            raise PoolError(text, code="pool-full")
        future: asyncio.Future[Place] = self._kernel.loop.create_future()
        desk.waiting.append(future)
        timer = clock.call_later(timeout_s, self._expire, future, timeout_s)
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                desk.give_back(future.result())  # it came while its taker went
            raise
        finally:
            timer.cancel()

    def _expire(self, future: asyncio.Future[Place], timeout_s: float) -> None:
        if not future.done():
            status = self.status
            text = f"pool {self.name!r}: none of its {status.size} members was free in "
            text += f"{timeout_s:g}s, {status.waiting - 1} others wait"
            future.set_exception(PoolError(text, code="pool-timeout"))

    async def call(
        self,
        signal_type: str,
        data: object = None,
        *,
        checkout_s: float = DEFAULT_CHECKOUT_S,
        timeout_s: float = DEFAULT_CALL_TIMEOUT_S,
    ) -> Answer:
        """Send a member a signal, have it for oneself until its answer, and return that.

        Raises:
            PoolError: as `checkout`.
        """
        async with await self.checkout(timeout_s=checkout_s) as member:
            return await member.call(signal_type, data, timeout_s=timeout_s)

    async def cast(
        self, signal_type: str, data: object = None, *, checkout_s: float = DEFAULT_CHECKOUT_S
    ) -> Delivery:
        """Send a member that is free a signal, and give it back at once.

        Raises:
            PoolError: as `checkout`.
        """
        async with await self.checkout(timeout_s=checkout_s) as member:
            return member.cast(signal_type, data)


class Pools:
    """The desks of one engine."""

    __slots__ = ("_desks", "_kernel")

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._desks: dict[int, Desk] = {}

    def pool(
        self,
        ident: str,
        source: str,
        *,
        max_waiting: int = DEFAULT_MAX_WAITING,
        seen_from: Place | None = None,
    ) -> Pool:
        """Return the pool of the group, or dynamic supervisor, that *ident* names.

        Raises:
            PoolError: `no-pool`, there is none of that name, or it has never had a member.
        """
        kernel = self._kernel
        group = kernel.hearing.group_named(ident, seen_from)
        if group is None and (place := kernel.tree.find(ident)) is not None:
            group = kernel.hearing.children_of(place)
        if group is None:
            text = f"no pool {ident!r}: it is no group of replicas, and no dynamic supervisor"
            raise PoolError(f"{text} with children", code="no-pool")
        desk = self._desks.get(id(group))
        if desk is None or desk.group is not group:
            desk = self._desks[id(group)] = Desk(group)
        return Pool(kernel, ident, desk, source, max_waiting)
