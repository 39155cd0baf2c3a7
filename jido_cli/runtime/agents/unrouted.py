"""Signals that no route takes: quiet for lifecycle news, told for everything else.

(runtime.md 13; the policy is the file's `on_unrouted`.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jido_cli.core.failures import ActionFailure
from jido_cli.core.signals import Signal
from jido_cli.runtime.agents.calls import Answer, CallRequest, Mail
from jido_cli.runtime.agents.mailbox import make_dead_letter
from jido_cli.supervision.reasons import crash

if TYPE_CHECKING:
    from jido_cli.runtime.agents.server import AgentServer

RESERVED = "jido."


def handle(server: AgentServer, signal: Signal, mail: Mail) -> None:
    """Apply the agent's `on_unrouted` to *mail*."""
    why = f"no route for {signal.type!r}"
    if isinstance(mail, CallRequest):
        error = ActionFailure(message=why, code="no-route", action="")
        mail.reply(Answer(False, server.place.handled, server.committed.state, error=error))
    if signal.type.startswith(RESERVED):
        return
    kernel = server.kernel
    policy = server.program.on_unrouted
    kernel.events.fact("unrouted", server.place, signal.type, type=signal.type, policy=policy)
    if policy == "dead_letter":
        make_dead_letter(server.place, mail, f"unrouted: {why}")
    elif policy == "error":
        server.exit(crash(why), mail)
