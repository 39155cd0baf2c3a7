"""What an agent does about errors: log, stop, stop after several, or tell it by a signal.

The policy is the file's `on_error` (runtime.md 8). A policy that cannot be carried out is itself
only an event: the agent lives.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from jido_cli.core.directives import Emit, Error
from jido_cli.core.failures import ActionFailure
from jido_cli.core.signals import Signal
from jido_cli.errors import InternalError
from jido_cli.runtime.agents.calls import Mail
from jido_cli.runtime.agents.cancelling import Cancelled
from jido_cli.supervision.reasons import crash

if TYPE_CHECKING:
    from jido_cli.runtime.agents.server import AgentServer


class ActionCrash(Exception):
    """The error that an agent exits with where its policy says `stop`."""


class ErrorWindow:
    """The times (monotonic seconds) of an agent's latest errors."""

    __slots__ = ("_times", "open_until")

    def __init__(self) -> None:
        self._times: deque[float] = deque()
        self.open_until = 0.0  # then the newest error is too old to count

    def record(self, now: float, within_s: float) -> int:
        """Note an error and return how many there were within the span."""
        self._times.append(now)
        self.open_until = now + within_s
        while self._times[0] < now - within_s:
            self._times.popleft()
        return len(self._times)


def on_failure(
    server: AgentServer,
    error: Error,
    failure: ActionFailure | None,
    signal: Signal,
    mail: Mail,
) -> Emit | None:
    """Apply the error policy; return a signal that it wants emitted.

    Args:
        error: the directive that tells the error.
        failure: why the command failed, where it did; its exception goes into the exit.
        signal: what was being handled.
        mail: the same as it lay in the mailbox: a dead letter if the agent stops over it.
    """
    kernel = server.kernel
    exception = None if failure is None else failure.exception
    policy = server.program.on_error
    if policy.kind == "split":
        is_bug = failure is not None and not failure.is_declared
        chosen = policy.bug if is_bug else policy.declared
        assert chosen is not None, "a split policy has both"
        policy = chosen
    action = error.action or "-"
    kernel.events.fact(
        "error",
        server.place,
        f"{signal.type} → {action}: {error.message}",
        type=signal.type,
        action=error.action,
        message=error.message,
        code=error.code,
    )
    if isinstance(exception, Cancelled):
        return None  # somebody asked for it: that is no error of the agent's
    match policy.kind:
        case "log":
            return None
        case "stop":
            server.exit(crash(exception or ActionCrash(error.message)), mail)
        case "max_errors":
            window = server.parts.need_window()
            if window.record(kernel.monotonic(), policy.within_s) >= policy.max_errors:
                server.exit(crash(exception or ActionCrash(error.message)), mail)
        case "emit":
            assert policy.emit is not None
            data = {
                "message": error.message,
                "code": error.code,
                "action": error.action,
                "type": signal.type,
            }
            return Emit(policy.emit, data)
        case "split":
            raise InternalError("a split policy is split again")
    return None
