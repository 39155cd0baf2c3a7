"""Delivery to a place: bounded, in order of arrival, nothing lost in silence.

For every place holds, in every run: accepted + rejected + dropped + dead = sent
(guarantees.md G15), where accepted is what was handled, expired or still waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from jido_cli.runtime.agents.calls import Answer, CallRequest, Delivery, Mail, Waiter
from jido_cli.runtime.supervising.starts import AgentStart

if TYPE_CHECKING:
    from jido_cli.runtime.supervising.place import Place

OVERFLOW_EVENT_EVERY_S: Final = 1.0


def deliver(place: Place, mail: Mail) -> Delivery:
    """Put *mail* into the mailbox of *place* and wake it; what became of it.

    `blocked` means: not taken, the policy is that the sender waits (`wait_for_room`).
    """
    queue = place.mail
    if queue is None:
        if place._log is not None and place._log.has_ended:  # noqa: SLF001 - hot path
            return _come_too_late(place, mail)
        place.mail = deque((mail,))
    else:
        start = place.start
        if type(start) is AgentStart and len(queue) >= start.program.mailbox.max:
            return _overflow(place, queue, mail)
        queue.append(mail)
    place.accepted += 1
    if place.is_idle:
        place.is_idle = False
        place.kernel.queue.push(place)
    return "accepted"


def _come_too_late(place: Place, mail: Mail) -> Delivery:
    place.accepted += 1
    make_dead_letter(place, mail, "its place ended")
    return "dead"


def _overflow(place: Place, queue: deque[Mail], mail: Mail) -> Delivery:
    start = place.start
    assert isinstance(start, AgentStart)
    match start.program.mailbox.overflow:
        case "block":
            return "blocked"
        case "reject":
            place.log.rejected += 1
            _tell_overflow(place, "rejected")
            return "rejected"
        case "drop_newest":
            place.log.dropped += 1
            _tell_overflow(place, "dropped")
            return "dropped"
        case "drop_oldest":
            oldest = queue.popleft()
            place.log.dropped += 1
            if isinstance(oldest, CallRequest):
                oldest.reply(_no_room("it was dropped for a newer signal"))
            queue.append(mail)
            _tell_overflow(place, "dropped")
            return "accepted"


def wait_for_room(
    place: Place, mail: Mail, timeout_s: float, done: Callable[[Delivery], None]
) -> Waiter:
    """Let *mail* wait outside a full mailbox, at most *timeout_s*; *done* is told the end.

    Senders are admitted in the order in which they came. `Waiter.withdraw` takes it back.
    """
    kernel = place.kernel

    def count(delivery: Delivery) -> None:
        if delivery == "rejected":
            place.log.rejected += 1
            _tell_overflow(place, "rejected")
        done(delivery)

    waiter = Waiter(mail, kernel.clock.monotonic() + timeout_s, count)
    place.log.waiters.append(waiter)
    kernel.deadlines.add(waiter)
    return waiter


def has_waiters(place: Place) -> bool:
    """Whether senders wait for room here."""
    return place.has_log and bool(place.log.waiters)


def admit_waiters(place: Place) -> None:
    """Let waiting senders in while there is room."""
    start = place.start
    assert isinstance(start, AgentStart)
    waiters = place.log.waiters
    while waiters and (place.mail is None or len(place.mail) < start.program.mailbox.max):
        waiter = waiters.popleft()
        if waiter.is_over:
            continue
        waiter.finish(deliver(place, waiter.mail))


def dead_letter_mail(place: Place, reason: str) -> None:
    """Make dead letters of all that waits at *place*; waiting callers are answered."""
    queue, place.mail = place.mail, None
    for mail in queue or ():
        if isinstance(mail, CallRequest) and mail.is_answered:
            continue
        make_dead_letter(place, mail, reason)
    if has_waiters(place):
        waiters, place.log.waiters = place.log.waiters, deque()
        for waiter in waiters:
            waiter.expire()


def make_dead_letter(place: Place, mail: Mail, reason: str) -> None:
    """Turn accepted *mail* into a dead letter of *place*."""
    place.accepted -= 1
    place.log.dead += 1
    if isinstance(mail, CallRequest):
        place.kernel.dead_letters.add(place, mail.signal, reason)
        mail.reply(Answer(False, 0, None, outcome="rejected", why=f"dead letter: {reason}"))
    else:
        place.kernel.dead_letters.add(place, mail, reason)


def _no_room(why: str) -> Answer:
    return Answer(False, 0, None, outcome="rejected", why=why)


def _tell_overflow(place: Place, what: str) -> None:
    """Record an overflow as an event, at most one a second for a place; counts are exact."""
    now = place.kernel.clock.monotonic()
    log = place.log
    if now - log.overflow_at < OVERFLOW_EVENT_EVERY_S and log.overflow_at >= 0:
        return
    log.overflow_at = now
    place.kernel.events.fact(
        "overflow",
        place,
        f"mailbox is full: {log.rejected:,} rejected, {log.dropped:,} dropped so far ({what} now)",
        rejected=log.rejected,
        dropped=log.dropped,
    )
