"""What a supervisor is told: its flags and the specifications of its children.

Values only, as a user or a caller gave them; `validation` says what is wrong with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Strategy = Literal["one_for_one", "one_for_all", "rest_for_one", "dynamic"]
Restart = Literal["permanent", "transient", "temporary"]
ChildType = Literal["worker", "supervisor"]
AutoShutdown = Literal["never", "any_significant", "all_significant"]
Shutdown = int | Literal["brutal_kill", "infinity"]  # an int is milliseconds

DEFAULT_MAX_RESTARTS: Final = 3
DEFAULT_MAX_SECONDS: Final = 5
DEFAULT_WORKER_SHUTDOWN_MS: Final = 5000


@dataclass(frozen=True, slots=True)
class Backoff:
    """Wait before a restart: `initial_ms * factor**n`, at most `max_ms`, spread by `jitter`.

    A child that ran for `reset_after_ms` (None: `max_ms`) since its last restart begins anew;
    after `give_up_after` restarts in a row the supervisor gives up. Each restart counts in the
    supervisor's window as well. None of this exists in OTP: it is opt-in per child.
    """

    initial_ms: int = 100
    max_ms: int = 30_000
    factor: float = 2.0
    jitter: float = 0.0
    reset_after_ms: int | None = None
    give_up_after: int | None = None


@dataclass(frozen=True, slots=True)
class SupervisorFlags:
    """How a supervisor restarts its children.

    `max_children` limits a `dynamic` supervisor; None is no limit.
    """

    strategy: Strategy = "one_for_one"
    max_restarts: int = DEFAULT_MAX_RESTARTS
    max_seconds: float = DEFAULT_MAX_SECONDS
    auto_shutdown: AutoShutdown = "never"
    max_children: int | None = None


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """How one child is started, stopped and restarted.

    `start` is opaque to this room: the runner knows what to do with it. `shutdown` None means
    the default of the child's type: 5 s for a worker, infinity for a supervisor.
    """

    id: str
    start: object
    restart: Restart = "permanent"
    shutdown: Shutdown | None = None
    type: ChildType = "worker"
    significant: bool = False
    backoff: Backoff | None = None

    def shutdown_time(self) -> Shutdown:
        """Return `shutdown` with the default filled in."""
        if self.shutdown is not None:
            return self.shutdown
        return DEFAULT_WORKER_SHUTDOWN_MS if self.type == "worker" else "infinity"
