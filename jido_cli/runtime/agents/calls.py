"""What lies in a mailbox: a signal alone, or one with somebody who waits for the answer.

Here are the records of calls and their answers; who delivers and who answers is elsewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from jido_cli.core.failures import ActionFailure
from jido_cli.core.signals import Signal
from jido_cli.runtime.agents.deadlines import Bucket
from jido_cli.runtime.agents.fates import Fate

if TYPE_CHECKING:
    from jido_cli.runtime.supervising.place import Place

DEFAULT_CALL_TIMEOUT_S: Final = 5.0
Outcome = Literal["committed", "expired", "unknown", "refused", "rejected"]
Delivery = Literal["accepted", "rejected", "dropped", "blocked", "dead"]


class Answer(msgspec.Struct, frozen=True):
    """What came of a call (guarantees.md G2).

    `committed`: the command, also a failed one (`ok` false), is done and durable. `expired`,
    `refused`, `rejected`: surely no effect. `unknown`: it had begun and may still finish.
    `changed`: the command failed, and what its `on_error` answers, or another of its routes, left
    another state all the same.
    """

    ok: bool
    seq: int
    state: Mapping[str, object] | None
    output: object = None
    error: ActionFailure | None = None
    outcome: Outcome = "committed"
    command: str | None = None
    why: str | None = None
    changed: bool = False


class CallRequest:
    """A signal with a waiting caller, an absolute deadline and the chain of calls behind it.

    `future` is the caller's; `bucket` is where `Deadlines` keeps the request meanwhile.
    """

    __slots__ = (
        "bucket",
        "chain",
        "deadline",
        "fate",
        "future",
        "has_begun",
        "is_answered",
        "place",
        "signal",
    )

    def __init__(
        self,
        signal: Signal,
        future: asyncio.Future[Answer],
        deadline: float,
        chain: tuple[Place, ...] = (),
        place: Place | None = None,
    ) -> None:
        self.signal = signal
        self.future = future
        self.deadline = deadline
        self.chain = chain
        self.place = place
        self.fate: Fate | None = None
        self.bucket: Bucket = {}
        self.has_begun = False
        self.is_answered = False

    def reply(self, answer: Answer) -> None:
        """Answer the caller, once; of one that was told `unknown` the fate is kept."""
        if self.is_answered:
            if self.fate is not None and self.place is not None:
                self.place.kernel.fates.end(self.fate, answer)
        else:
            self.is_answered = True
            self.bucket.pop(id(self), None)
            if not self.future.done():  # else its owner gave it up
                self.future.set_result(answer)

    def expire(self) -> None:
        """The deadline has passed: tell the caller what that means."""
        if self.has_begun:
            why = "its command had begun and will finish whatever you do"
            ident = self.signal.id
            self.reply(Answer(False, 0, None, outcome="unknown", command=ident, why=why))
            if self.place is not None:
                self.fate = self.place.kernel.fates.begin(self.place, self.signal)
        else:
            why = "it expired before its turn and will not run"
            self.reply(Answer(False, 0, None, outcome="expired", why=why))


Mail = Signal | CallRequest


class Waiter:
    """A sender that a full mailbox holds, `overflow: block`; its mail waits outside.

    `done` is told how it ended: accepted, or rejected when its time was over.
    """

    __slots__ = ("bucket", "deadline", "done", "is_over", "mail")

    def __init__(self, mail: Mail, deadline: float, done: Callable[[Delivery], None]) -> None:
        self.bucket: Bucket = {}
        self.mail = mail
        self.deadline = deadline
        self.done = done
        self.is_over = False

    def expire(self) -> None:
        """The sender's time is over: reject."""
        self.finish("rejected")

    def withdraw(self) -> None:
        """The sender is not any more: nothing is delivered, nobody is told."""
        self.is_over = True
        self.bucket.pop(id(self), None)

    def finish(self, delivery: Delivery) -> None:
        """Tell the sender, once."""
        if not self.is_over:
            self.is_over = True
            self.bucket.pop(id(self), None)
            self.done(delivery)
