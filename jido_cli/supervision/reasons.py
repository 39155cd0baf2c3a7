"""Why a child exited: one closed type, and the question that OTP asks of it.

No formatting for people beyond the short word, and nothing on what a restart takes with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never

from jido_cli.supervision.specs import Restart

ExitKind = Literal["normal", "shutdown", "killed", "crash"]


@dataclass(frozen=True, slots=True)
class ExitReason:
    """Why a process exited.

    `detail` never changes a decision. For `crash` it is the error (an exception, a text, or the
    structured start error of a supervisor); for `shutdown` OTP's `{shutdown, detail}`; for
    `killed` what killed it (memory, hang).
    """

    kind: ExitKind
    detail: object = None

    @property
    def is_orderly(self) -> bool:
        """Whether a transient child that exits so stays down."""
        return self.kind == "normal" or self.kind == "shutdown"

    def __str__(self) -> str:
        return self.kind if self.detail is None else f"{self.kind}({self.detail})"


NORMAL = ExitReason("normal")
SHUTDOWN = ExitReason("shutdown")
KILLED = ExitReason("killed")


def crash(error: object) -> ExitReason:
    """Return the reason of a process that ended by *error*."""
    return ExitReason("crash", error)


def should_restart(restart: Restart, reason: ExitReason) -> bool:
    """Return whether a child that exits by itself with *reason* is started again."""
    match restart:
        case "permanent":
            return True
        case "transient":
            return not reason.is_orderly
        case "temporary":
            return False
        case _:
            assert_never(restart)
