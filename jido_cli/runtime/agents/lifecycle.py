"""Signals by which the engine tells agents of one another; quiet where no route takes them.

They start chains of their own (runtime.md 13).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jido_cli.core.signals import Signal
from jido_cli.runtime.agents.mailbox import deliver
from jido_cli.runtime.supervising.starts import AgentStart

if TYPE_CHECKING:
    from jido_cli.runtime.supervising.place import Place


def send_lifecycle(place: Place, signal_type: str, source: str, data: object) -> None:
    """Send the agent at *place* a lifecycle signal with frozen *data*, if it takes the type.

    It waits there for the next incarnation if none runs.
    """
    start = place.start
    if not isinstance(start, AgentStart) or place.has_ended:
        return
    if not start.program.definition.takes(signal_type):
        return
    kernel = place.kernel
    now_ns = kernel.wall_ns()
    ident = kernel.ids.next(now_ns // 1_000_000)
    signal = Signal(signal_type, source, data, ident, time_ns=now_ns)
    if deliver(place, signal) in ("blocked", "rejected"):
        kernel.dead_letters.add(place, signal, "mailbox full: lifecycle")
