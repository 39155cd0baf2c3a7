"""Whether the engine can be reached: lost, tried again in growing pauses, and back.

Shared by the feeding threads; one of them tries, the others wait. No request is made here but
the one that asks whether the engine is back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from jido_cli.control.handle import EngineHandle
from jido_cli.errors import ControlError
from jido_cli.tui.feed.frames import LinkState

TRIES_S: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 5.0)
_UNREACHABLE: Final = frozenset(
    {"engine-gone", "engine-busy", "connection-lost", "no-engine", "protocol-version"}
)


def is_unreachable(error: ControlError) -> bool:
    """Return whether an error means that the engine was not reached at all."""
    return error.code in _UNREACHABLE


class Link:
    """The state of the connection to one engine.

    Args:
        handle: the engine.
        now: wall time.
        tell: called with every change, from any thread.
        on_other: called before it is told that another engine answers than before.
    """

    def __init__(
        self,
        handle: EngineHandle,
        now: Callable[[], float],
        tell: Callable[[LinkState], None],
        on_other: Callable[[], None] = lambda: None,
    ) -> None:
        self._handle = handle
        self._now = now
        self._tell = tell
        self._on_other = on_other
        self._changed = threading.Condition()
        self._is_closed = False
        self._is_hurried = False
        self._tries = 0
        self._down_since: float | None = None
        self._engine: Mapping[str, Any] | None = None
        self.state = LinkState("connecting", now())

    @property
    def is_up(self) -> bool:
        """Whether the engine answered last time."""
        return self.state.status == "up"

    @property
    def is_closed(self) -> bool:
        """Whether the dashboard closes."""
        return self._is_closed

    def close(self) -> None:
        """End all waiting."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def hurry(self) -> None:
        """Try again now."""
        with self._changed:
            self._is_hurried = True
            self._changed.notify_all()

    def connect(self) -> bool:
        """Ask the engine who it is; return whether it answered."""
        try:
            engine = self._handle.engine()
        except ControlError as error:
            self.lose(error)
            return False
        before = self._engine
        is_other = before is not None and _identity(before) != _identity(engine)
        down_s = self._now() - self._down_since if self._down_since is not None else 0.0
        self._engine, self._tries, self._down_since = engine, 0, None
        if is_other:
            self._on_other()
        self._set(LinkState("up", self._now(), down_s=down_s, is_other=is_other, engine=engine))
        return True

    def lose(self, error: ControlError) -> None:
        """Say that the engine did not answer."""
        if self._down_since is None:
            self._down_since = self._now()
        pause = TRIES_S[min(self._tries, len(TRIES_S) - 1)]
        self._tries += 1
        last_exit = getattr(error, "last_exit", None)
        self._set(
            LinkState(
                "lost" if last_exit is None else "ended",
                self._down_since,
                why=self._why(error, last_exit),
                next_try_s=pause,
                last_exit=last_exit,
                engine=self._engine,
            )
        )

    def _why(self, error: ControlError, last_exit: Mapping[str, Any] | None) -> str:
        if last_exit is not None:
            return str(last_exit.get("reason") or last_exit.get("kind") or "it did not say why")
        if error.code == "engine-gone":
            pid = f", pid {self._engine['pid']} is gone" if self._engine else ""
            return f"socket closed{pid}"
        return error.message

    def wait_up(self) -> bool:
        """Wait until the engine answers; return False when the dashboard closes."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self.is_up)
        return not self._is_closed

    def wait_for_try(self) -> bool:
        """Wait until it is time to try again; return False when the dashboard closes."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._is_closed or self._is_hurried, timeout=self.state.next_try_s
            )
            self._is_hurried = False
        return not self._is_closed

    def _set(self, state: LinkState) -> None:
        with self._changed:
            self.state = state
            self._changed.notify_all()
        self._tell(state)


def _identity(engine: Mapping[str, Any]) -> tuple[object, object]:
    return (engine.get("pid"), engine.get("started_at"))
