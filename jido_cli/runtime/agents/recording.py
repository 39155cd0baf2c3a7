"""The record of directives: what each comes from, and the one outcome that each has.

Nothing is performed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from jido_cli.core.directive_types import Directive
from jido_cli.core.signals import Signal
from jido_cli.runtime.agents.calls import Mail

if TYPE_CHECKING:
    from jido_cli.runtime.agents.server import AgentServer

PENDING: Final = "pending"  # what a performer says that will record the outcome itself


class Cause(msgspec.Struct, frozen=True):
    """What a directive comes from: the command, and the signal that the command handled."""

    done: Any  # a Done: a name for types only cannot stand in a record
    signal: Signal
    mail: Mail
    now_ns: int
    seq: int
    index: int


def record(
    server: AgentServer,
    directive: Directive,
    cause: Cause,
    outcome: Literal["done", "dead_letter", "cancelled"],
    detail: str | None = None,
) -> None:
    """Record the final outcome of *directive*; what is wrong is an event too."""
    kernel = server.kernel
    spent_s = max(0.0, kernel.wall_ns() / 1e9 - cause.now_ns / 1e9)
    kernel.directives.append(
        (cause.now_ns, server.place, directive, cause.signal.type, outcome, spent_s, detail)
    )
    if outcome == "dead_letter":
        kernel.failed_directives += 1
        kernel.events.fact("directive_failed", server.place, f"{directive.kind}  {detail}")
