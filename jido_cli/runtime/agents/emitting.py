"""Emitted signals on their way: to whom, through full mailboxes, with one outcome for all.

In order per destination: only a destination without room holds what comes after it for that
destination (runtime.md 10, 11, 12). What is wrong is a dead letter and the outcome's detail.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from jido_cli.core import directives as ask
from jido_cli.core.directive_types import Directive
from jido_cli.core.signals import Signal
from jido_cli.core.targets import AgentTarget, ChildTarget, KeyTarget
from jido_cli.errors import ControlError
from jido_cli.runtime.agents.calls import Delivery, Waiter
from jido_cli.runtime.agents.mailbox import deliver, has_waiters, wait_for_room
from jido_cli.runtime.agents.recording import PENDING, Cause, record
from jido_cli.runtime.supervising import mounts
from jido_cli.runtime.supervising.place import Place
from jido_cli.runtime.supervising.starts import AgentStart

if TYPE_CHECKING:
    from jido_cli.runtime.agents.server import AgentServer

NOTED: Final = 2_000  # characters of a signal's data that an event shows


def emit(server: AgentServer, directive: Directive, cause: Cause) -> str | None:
    """Send a signal: on the bus, or to one or several targets."""
    assert isinstance(directive, ask.Emit)
    kernel = server.kernel
    now_ns, before = cause.now_ns, cause.signal
    hops = before.hops + 1
    signal = Signal(
        directive.type,
        directive.source or server.source,
        directive.data,
        directive.id
        or (now_ns // 1_000_000, server.source, server.generation, cause.seq, cause.index),
        directive.subject,
        now_ns,
        directive.extensions,  # type: ignore[arg-type]
        hops,
        before.ident,
    )
    if hops > kernel.hops.tracked_from:
        too_far = kernel.hops.refuse(kernel, server.place, signal)
        if too_far is not None:
            return too_far
    to = directive.to
    if kernel.on_emitted is not None:
        kernel.on_emitted(signal, server.place, to)
    if to is None:
        sending = _send(server, kernel.bus.receivers(signal, server.place), signal, None)
    else:
        problems: list[str] = []
        places = _find(server, to if isinstance(to, tuple) else (to,), signal, before, problems)
        sending = _send(server, places, signal, problems)
    return None if sending is None else sending.end(directive, cause)


# -- to whom


def _find(
    server: AgentServer,
    targets: Iterable[object],
    signal: Signal,
    before: Signal,
    problems: list[str],
) -> list[Place]:
    """Return the places of all *targets*; *problems* gets what is wrong with the others."""
    places: list[Place] = []
    for target in targets:
        found = _places_of(server, target, signal, before)
        if isinstance(found, str):
            server.kernel.dead_letters.add(server.place, signal, found)
            problems.append(found)
        else:
            places += found
    return places


def _places_of(
    server: AgentServer, target: object, signal: Signal, before: Signal
) -> Iterable[Place] | str:
    """Return the places that *target* names, or what is wrong with it."""
    kernel, bonds = server.kernel, server.kernel.bonds
    place: Place | None
    match target:
        case "bus":
            return kernel.bus.receivers(signal, server.place)
        case "none":
            return ()
        case "log" | "console":
            return _noted(server, target, signal)
        case "children":
            return [bond.child for bond in bonds.children(server.place)]
        case "self":
            return (server.place,)
        case "parent":
            bond = bonds.of(server.place)
            place = None if bond is None else bond.parent
        case "sender":
            place = kernel.keyed.find_source(before.source)
        case AgentTarget(id=agent_id):
            try:
                places = kernel.keyed.find_all(agent_id, signal, server.place)
            except ControlError as error:
                return error.message
            if len(places) != 1:
                return places or mounts.nobody(kernel, server.place, agent_id)
            place = places[0]
        case KeyTarget(key=key, of=of):
            try:
                keyed = kernel.keyed.named(of, server.place)
                if keyed is None:
                    return f"no keyed supervisor {of!r}"
                place = keyed.for_key(key)
            except ControlError as error:
                return error.message
        case ChildTarget(child=tag):
            place = bonds.child(server.place, tag)
        case _:
            return f"target {target!r} is not available"
    if place is None or type(place.start) is not AgentStart:
        return f"no agent {_name(target)!r}"
    return (place,)


def _noted(server: AgentServer, target: object, signal: Signal) -> Iterable[Place]:
    """Make an event of a signal that goes to people, its data cut short; no agent gets it."""
    data = "" if signal.data is None else "  " + json.dumps(signal.data, ensure_ascii=False)
    text = signal.type + (data if len(data) <= NOTED else data[:NOTED] + " ...")
    events, place = server.kernel.events, server.place
    if target == "console":
        events.fact("console", place, text, type=signal.type)
    else:
        events.fact("log", place, text, type=signal.type)
    return ()


def _name(target: object) -> object:
    return getattr(target, "id", None) or getattr(target, "child", None) or target


# -- through their mailboxes


def _send(
    server: AgentServer, places: Iterable[Place], signal: Signal, problems: list[str] | None
) -> Sending | None:
    """Deliver *signal* to *places*; None when every one has taken it and nothing was wrong."""
    sending = Sending(server, signal, problems) if problems else None
    for place in places:
        if place._log is not None and has_waiters(place):  # noqa: SLF001 - hot path
            delivery: Delivery = "blocked"  # behind the ones that wait already
        else:
            delivery = deliver(place, signal)
        if delivery != "accepted":
            if sending is None:
                sending = Sending(server, signal, [])
            sending.not_taken(place, delivery)
    return sending


class Sending:
    """One emitted signal that not everybody has taken at once."""

    __slots__ = ("_directive", "_problems", "_server", "_signal", "_waiters")

    def __init__(self, server: AgentServer, signal: Signal, problems: list[str]) -> None:
        self._server = server
        self._signal = signal
        self._problems = problems
        self._waiters: set[Waiter] = set()
        self._directive: tuple[Directive, Cause] | None = None

    def not_taken(self, place: Place, delivery: Delivery) -> None:
        """*place* has not taken the signal; where its policy is `block`, wait for room there."""
        if delivery == "blocked":
            start = place.start
            assert isinstance(start, AgentStart)
            parts = self._server.parts
            parts.waiting_directives += 1
            parts.sendings.add(self)
            waiter = wait_for_room(
                place,
                self._signal,
                start.program.mailbox.block_timeout_s,
                lambda end: self._waited(waiter, place, end),
            )
            self._waiters.add(waiter)
        else:
            self._refused(place, delivery, f"mailbox full: {delivery}")

    def end(self, directive: Directive, cause: Cause) -> str | None:
        """Return the outcome as a performer does; it is recorded later if somebody waits."""
        if self._waiters:
            self._directive = directive, cause
            return PENDING
        return "; ".join(self._problems) or None

    def cancel(self) -> None:
        """The agent was killed: who has not taken the signal by now does not get it."""
        parts = self._server.parts
        parts.sendings.discard(self)
        parts.waiting_directives -= len(self._waiters)
        for waiter in self._waiters:
            waiter.withdraw()
        self._waiters.clear()
        if self._directive is not None:
            record(self._server, *self._directive, "cancelled", "the agent was killed")

    def _refused(self, place: Place, delivery: Delivery, why: str) -> None:
        if delivery == "rejected":
            self._server.kernel.dead_letters.add(place, self._signal, why)
        if delivery == "dead":  # a dead letter of the place's own
            why = "its place ended"
        self._problems.append(f"{place.path}: {why}")

    def _waited(self, waiter: Waiter, place: Place, delivery: Delivery) -> None:
        server = self._server
        self._waiters.discard(waiter)
        server.parts.waiting_directives -= 1
        if delivery != "accepted":
            self._refused(place, delivery, "mailbox full: no room in time")
        if not self._waiters:
            server.parts.sendings.discard(self)
            if self._directive is not None:
                detail = "; ".join(self._problems) or None
                record(server, *self._directive, "dead_letter" if detail else "done", detail)
        server.release()
