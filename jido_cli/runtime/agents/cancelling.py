"""What cancels an effectful command or instruction while it runs: the error that it fails with.

Who may ask for it is elsewhere (`serving.commands`, the directive `cancel_instruction`).
"""

from __future__ import annotations

from jido_cli.core.action import ActionError

CODE = "cancelled"


class Cancelled(ActionError):
    """The failure of what somebody cancelled: of nobody's making, so no error policy is asked."""

    def __init__(self, why: str) -> None:
        super().__init__(why, code=CODE, retryable=False)
