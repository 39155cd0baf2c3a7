"""Calls: a signal to one agent, and the future of what comes of it.

The chain of calls goes along (runtime.md 7): whoever would wait for an agent that waits for him
is told so at once, with the circle, instead of after a time-out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from jido_cli.core.agent import AgentDefinition
from jido_cli.core.catalogue import fault_of
from jido_cli.core.context import Context
from jido_cli.core.failures import ActionFailure
from jido_cli.core.signals import Signal
from jido_cli.core.values import freeze
from jido_cli.runtime.agents.addressing import known_params, no_such_param
from jido_cli.runtime.agents.calls import (
    DEFAULT_CALL_TIMEOUT_S,
    Answer,
    CallRequest,
    Delivery,
)
from jido_cli.runtime.agents.mailbox import deliver, wait_for_room
from jido_cli.runtime.supervising import mounts
from jido_cli.runtime.supervising.starts import AgentStart

if TYPE_CHECKING:
    from jido_cli.runtime.agents.progress import Progress
    from jido_cli.runtime.kernel import Kernel
    from jido_cli.runtime.pools import Pool
    from jido_cli.runtime.supervising.place import Place

# The agents that wait for the effectful action that runs in this task, outermost first.
CHAIN: Final[ContextVar[tuple[Place, ...]]] = ContextVar("jido_call_chain", default=())
TYPES_KNOWN: Final = 4096
SOURCE: Final = "/jido"


def outside_signal(kernel: Kernel, signal_type: str, data: object, source: str = SOURCE) -> Signal:
    """Return a new signal that no command made."""
    now_ns = kernel.wall_ns()
    return Signal(
        signal_type, source, freeze(data), kernel.ids.next(now_ns // 1_000_000), None, now_ns
    )


def ask(
    kernel: Kernel, place: Place, signal: Signal, timeout_s: float, *, takes_any: bool = False
) -> asyncio.Future[Answer]:
    """Deliver *signal* to *place* as a call; the future is the answer.

    The answer says `expired` when *timeout_s* has passed before the turn of the call, and
    `unknown` when it has passed after. With *takes_any* members of the data that the agent's
    actions do not declare are let through: one of them may be the key that it was found by.
    """
    future: asyncio.Future[Answer] = kernel.loop.create_future()
    chain = CHAIN.get()
    if chain and place in chain:
        circle = " → ".join(one.path for one in (*chain[chain.index(place) :], place))
        why = f"a call in a circle: {circle}"
        future.set_result(Answer(False, place.handled, None, outcome="rejected", why=why))
        return future
    problem = _problem(place, signal, takes_any=takes_any)
    if problem is not None:
        failure = ActionFailure(problem, "invalid_params", signal.type)
        future.set_result(Answer(False, place.handled, None, error=failure, outcome="rejected"))
        return future
    request = CallRequest(
        signal,
        future,
        kernel.monotonic() + timeout_s,
        chain,
        place,
    )
    kernel.deadlines.add(request)
    delivery = deliver(place, request)
    if delivery == "blocked":
        start = place.start
        assert isinstance(start, AgentStart)
        wait_s = min(timeout_s, start.program.mailbox.block_timeout_s)
        wait_for_room(place, request, wait_s, lambda end: _tell(request, end))
    elif delivery != "accepted":
        _tell(request, delivery)
    return future


def ask_named(
    kernel: Kernel, ident: str, signal: Signal, timeout_s: float, seen_from: Place | None = None
) -> asyncio.Future[Answer]:
    """Call the agent that *ident* names where *seen_from* stands, by path, tail of one or key.

    Raises:
        ControlError: `no-node` or `ambiguous-node`.
    """
    above = None if seen_from is None else mounts.mount_above(kernel, seen_from)
    place = None if above is None else kernel.tree.find(ident, above)
    place = place or kernel.keyed.find(ident, signal) or kernel.tree.resolve(ident)
    is_by_key = kernel.keyed.named(ident) is not None
    return ask(kernel, place, signal, timeout_s, takes_any=is_by_key)


def _problem(place: Place, signal: Signal, *, takes_any: bool) -> str | None:
    """Return what is wrong with params that no action of the agent declares (runtime.md 30)."""
    start = place.start
    data = signal.data
    if type(start) is not AgentStart:
        return f"{place.id} is a {start.kind}: it takes no signals"
    catalogue = start.program.definition.catalogue
    if catalogue and (fault := fault_of(catalogue, signal.type, data)) is not None:
        return fault
    if takes_any or not data or not isinstance(data, Mapping):
        return None
    known = _known(place.kernel, start.program.definition, signal.type)
    if known is None or known.issuperset(data):
        return None
    return no_such_param(signal.type, data, known)


def _known(kernel: Kernel, definition: AgentDefinition, signal_type: str) -> frozenset[str] | None:
    """Look `known_params` up once for a definition and a type."""
    key = (definition, signal_type)
    table = kernel.known_params
    if key not in table:
        if len(table) >= TYPES_KNOWN:  # types come from outside: the table must have an end
            table.clear()
        table[key] = known_params(definition, signal_type)
    return table[key]


def _tell(request: CallRequest, delivery: Delivery) -> None:
    if delivery != "accepted":
        why = f"the mailbox is full: {delivery}"
        request.reply(Answer(False, 0, None, outcome="rejected", why=why))


class EffectContext(Context):
    """The context of an effectful action: it may call other agents, and say how far it is."""

    kernel: object = None
    said: object = None  # a `Progress`

    def progress(self, data: object = None) -> None:
        """Tell people how far the work is, by an event; for any thread.

        Args:
            data: a JSON value of at most 4 KiB.

        Raises:
            ValueDomainError: it is no JSON value.
            UsageError: it is too large.
        """
        said: Progress = self.said  # type: ignore[assignment]
        said.say(data)

    async def call(
        self,
        ident: str,
        signal_type: str,
        data: object = None,
        *,
        timeout_s: float = DEFAULT_CALL_TIMEOUT_S,
    ) -> Answer:
        """Send a signal to the agent that *ident* names, and wait for what comes of it.

        In a mounted topology a name of its own comes first.

        Raises:
            ControlError: `no-node` or `ambiguous-node`.
        """
        kernel: Kernel = self.kernel  # type: ignore[assignment]
        signal = outside_signal(kernel, signal_type, data, self.agent.path)
        chain = CHAIN.get()
        return await ask_named(kernel, ident, signal, timeout_s, chain[-1] if chain else None)

    def pool(self, ident: str, *, max_waiting: int = 1000) -> Pool:
        """Return the pool of a group of replicas, or of a dynamic supervisor's children.

        Args:
            ident: the group's name, or as much of its path as makes it the only one.
            max_waiting: so many callers may wait for a member.

        Raises:
            PoolError: there is no such pool, or it has never had a member.
        """
        kernel: Kernel = self.kernel  # type: ignore[assignment]
        return kernel.pools.pool(ident, self.agent.path, max_waiting=max_waiting)


def effect_context(kernel: Kernel, context: Context, said: Progress) -> EffectContext:
    """Return *context* with what only effectful actions may do."""
    return EffectContext(
        now_ns=context.now_ns,
        seed=context.seed,
        agent=context.agent,
        signal=context.signal,
        deadline=context.deadline,
        attempt=context.attempt,
        command=context.command,
        step=context.step,
        draws=context.draws,
        kernel=kernel,
        said=said,
    )
