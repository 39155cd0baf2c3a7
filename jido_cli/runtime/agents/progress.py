"""`ctx.progress(data)`: how far an effectful action is, as events while it runs.

At most ten a second for one run: of more the newest is told when its time has come, with the
count of those before it. May be called on any thread.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Final

from jido_cli.core.values import freeze
from jido_cli.errors import UsageError

if TYPE_CHECKING:
    from jido_cli.runtime.kernel import Kernel
    from jido_cli.runtime.supervising.place import Place

PERIOD_S: Final = 0.1
MAX_BYTES: Final = 4_096


class Progress:
    """What one run says of itself; `newest` is what it said last."""

    __slots__ = (
        "_action",
        "_is_over",
        "_kernel",
        "_next_at",
        "_place",
        "_timer",
        "_untold",
        "newest",
    )

    def __init__(self, kernel: Kernel, place: Place, action: str) -> None:
        self._kernel = kernel
        self._place = place
        self._action = action
        self._is_over = False
        self._next_at = 0.0
        self._untold = 0
        self._timer: asyncio.TimerHandle | None = None
        self.newest: object = None

    def say(self, data: object) -> None:
        """Take *data*, a JSON value of at most 4 KiB.

        Raises:
            ValueDomainError: it is no JSON value.
            UsageError: it is too large.
        """
        frozen = freeze(data, where="progress")
        if len(json.dumps(frozen, ensure_ascii=False).encode()) > MAX_BYTES:
            raise UsageError(f"progress: the data is larger than {MAX_BYTES:,} bytes")
        try:
            self._kernel.loop.call_soon_threadsafe(self._said, frozen)
        except RuntimeError:  # the engine ended first: nobody looks any more
            if not self._kernel.loop.is_closed():
                raise

    def end(self) -> None:
        """The run is over: tell what still waits, and nothing after it."""
        if self._timer is not None:
            self._timer.cancel()
            self._tell()
        self._is_over = True

    def _said(self, data: object) -> None:
        if self._is_over:  # of a run that was given up: it speaks for nobody
            return
        self.newest = data
        self._untold += 1
        if self._timer is not None:
            return
        wait_s = self._next_at - self._kernel.monotonic()
        if wait_s <= 0:
            self._tell()
        else:
            self._timer = self._kernel.clock.call_later(wait_s, self._tell)

    def _tell(self) -> None:
        self._timer = None
        self._next_at = self._kernel.monotonic() + PERIOD_S
        skipped, self._untold = self._untold - 1, 0
        data = self.newest
        said = "" if data is None else f"  {json.dumps(data, ensure_ascii=False)}"
        self._kernel.events.fact(
            "progress",
            self._place,
            f"{self._action}{said}",
            action=self._action,
            data=data,
            skipped=skipped,
        )
