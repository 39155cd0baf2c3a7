"""The commands of one agent that are decided but not yet durable.

The agent goes on deciding on its new state meanwhile; nothing it decided is seen before its
commit. A refused commit takes back that command and all that were decided on top of it
(guarantees.md G1).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jido_cli.core.outcomes import Done
from jido_cli.core.signals import Signal
from jido_cli.runtime.agents.calls import Answer, CallRequest, Mail
from jido_cli.runtime.agents.mailbox import make_dead_letter
from jido_cli.runtime.committer import CommitUnit
from jido_cli.runtime.supervising.place import Place

if TYPE_CHECKING:
    from jido_cli.runtime.agents.server import AgentServer

REFUSED = "the commit was refused; the state before it holds"


@dataclass(slots=True)
class _Pending:
    done: Done
    seq: int
    signal: Signal
    mail: Mail
    now_ns: int
    verdict: bool | None = None


class PendingCommits:
    """What one incarnation waits for."""

    __slots__ = ("_pending", "_server", "durable_seq")

    def __init__(self, server: AgentServer) -> None:
        self._server = server
        self._pending: deque[_Pending] = deque()
        self.durable_seq = server.place.handled - 1

    @property
    def is_open(self) -> bool:
        """Whether a commit is not answered yet."""
        return bool(self._pending)

    def submit(self, done: Done, seq: int, signal: Signal, mail: Mail, now_ns: int) -> None:
        """Hand the command to the committer."""
        server = self._server
        committer = server.kernel.committer
        assert committer is not None, "without a committer commands settle at once"
        pending = _Pending(done, seq, signal, mail, now_ns)
        self._pending.append(pending)
        server.kernel.open_commits += 1
        unit = CommitUnit(
            path=server.source,
            life=server.generation,
            seq=seq,
            signal=signal,
            agent=done.agent,
            directives=done.directives,
            now_ns=now_ns,
            dedupe=None if server.window is None else server.window.key_at(seq),
            settle=lambda is_durable: self._settle(pending, is_durable),
        )
        committer.submit(unit)

    def _settle(self, pending: _Pending, is_durable: bool) -> None:
        if pending.verdict is not None:
            return
        pending.verdict = is_durable
        if not self._server.is_alive:
            self._late(pending)
            return
        if not is_durable:
            self._refuse_from(pending)
        while self._pending and self._pending[0].verdict:  # an exit in here empties it
            one = self._pending.popleft()
            self._server.kernel.open_commits -= 1
            self.durable_seq = one.seq
            self._server.settle(one.done, one.seq, one.signal, one.mail, one.now_ns)
        self._server.settled()

    def _refuse_from(self, refused: _Pending) -> None:
        """Take back *refused* and everything that was decided on its state."""
        server = self._server
        kept: deque[_Pending] = deque()
        is_after = False
        taken: list[_Pending] = []
        for one in self._pending:
            is_after = is_after or one is refused
            (taken if is_after else kept).append(one)
        self._pending = kept
        server.kernel.open_commits -= len(taken)
        server.agent = kept[-1].done.agent if kept else server.committed
        server.place.handled = kept[-1].seq if kept else self.durable_seq
        for one in taken:
            one.verdict = False
            if one.done.error is not None:
                server.place.log.failed -= 1
            refuse(server.place, one.mail)
        if taken:
            server.taken_back(taken[0].seq)
        server.take_back_running()
        server.kernel.events.fact(
            "refused", server.place, f"{len(taken)} commands were taken back", commands=len(taken)
        )

    def abandon(self) -> None:
        """The incarnation is gone: what was not durable by now is unknown to its callers."""
        self._server.kernel.open_commits -= len(self._pending)
        for one in self._pending:
            self._late(one)
        self._pending.clear()

    def _late(self, pending: _Pending) -> None:
        server = self._server
        if isinstance(pending.mail, CallRequest):
            if not pending.mail.is_answered:
                server.kernel.note_late(server.place, f"the commit of {pending.signal.type}")
            why = f"{server.source} exited before its commit was answered"
            pending.mail.reply(
                Answer(False, 0, None, outcome="unknown", command=pending.signal.id, why=why)
            )


def refuse(place: Place, mail: Mail) -> None:
    """Tell the caller that his command surely had no effect; without one it is a dead letter."""
    if isinstance(mail, CallRequest):
        mail.reply(Answer(False, 0, None, outcome="refused", why=REFUSED))
    else:
        make_dead_letter(place, mail, f"refused: {REFUSED}")
