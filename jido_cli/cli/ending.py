"""Waiting until an engine's process is gone, and ending it when it does not go.

Whose process it is, the kernel says (the peer of the socket); a pid from a file is never used.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from jido_cli.control import peer
from jido_cli.control.state_dir import EnginePlace

_CONNECT_S = 2.0
_POLL_S = 0.02
_KILL_S = 10.0


@dataclass(slots=True)
class EngineProcess:
    """The process behind an engine's socket; `descriptor` is its pidfd where the system has one."""

    place: EnginePlace
    pid: int
    descriptor: int | None

    @classmethod
    def of(cls, place: EnginePlace) -> EngineProcess:
        """Return the process that serves the socket now; raises `OSError` when none does."""
        pid = _peer_pid(place)
        descriptor = None
        if hasattr(os, "pidfd_open") and pid > 0:
            with contextlib.suppress(OSError):  # gone already, or a kernel without pidfds
                descriptor = os.pidfd_open(pid)
        if descriptor is not None and _peer_pid(place) != pid:
            os.close(descriptor)  # another process took over in between: it is not ours to end
            descriptor = None
        return cls(place, pid, descriptor)

    def wait_gone(self, timeout_s: float, *, now: Callable[[], float] = time.monotonic) -> bool:
        """Wait until the process has ended; return whether it has."""
        if self.descriptor is not None:
            ready, _, _ = select.select([self.descriptor], [], [], max(0.0, timeout_s))
            return bool(ready)
        deadline = now() + timeout_s
        while self.place.is_locked():  # an engine holds its lock as long as it lives
            if now() >= deadline:
                return False
            time.sleep(_POLL_S)
        return True

    def kill(self) -> bool:
        """End the process at once; return whether it is gone."""
        try:
            if self.descriptor is not None:
                signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)
            else:
                pid = _peer_pid(self.place)
                if pid <= 0:
                    return False
                os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return True
        except ConnectionRefusedError:
            return not self.place.is_locked()
        return self.wait_gone(_KILL_S)

    def __enter__(self) -> EngineProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


def _peer_pid(place: EnginePlace) -> int:
    with peer.connect(place.socket, timeout_s=_CONNECT_S) as connection:
        return peer.credentials(connection).pid
