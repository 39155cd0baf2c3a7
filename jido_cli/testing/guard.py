"""Looks after a loop on virtual time, in real time: an action that never yields is interrupted.

On virtual time nothing is late, so the engine's watchdog does not run. But an action that computes
for ever would hold the test for ever: over its own timeout, in real time, it is ended as hung.
"""

from __future__ import annotations

import threading
import time
from typing import Final

from jido_cli.runtime.watching.watch import Watch

POLL_S: Final = 0.05


class Guard:
    """The thread that looks after one engine under test."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jido-test-guard", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        watch = self._watch
        seen_by: object = None
        seen: object = None
        since_s = time.monotonic()
        while not self._stop.wait(POLL_S):
            running, signal, since = watch.running, watch.signal, watch.since
            now_s = time.monotonic()
            # A step is known by its signal: many steps may begin at one virtual instant.
            is_same = running is seen_by and signal is seen
            if running is None or signal is None or not is_same:
                seen_by, seen, since_s = running, signal, now_s
                continue
            _, timeout_s = running.describe_step(signal)
            if now_s - since_s > timeout_s:
                watch.inject(running, since)
