"""SIGTERM, SIGINT and SIGHUP of an engine: the first one asks for the end, a second one ends it.

Plain signal handlers, not the loop's: they run also while an action keeps the loop from turning.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType, TracebackType

_WORDS = {signal.SIGTERM: "SIGTERM", signal.SIGINT: "SIGINT", signal.SIGHUP: "SIGHUP"}


class EndSignals:
    """While it is entered, signals ask for the end through *ask*; afterwards all is as before.

    Args:
        ask: called in the main thread, at any instant, with the signal's name.
        with_hangup: whether the end of the terminal asks for the end too.
    """

    def __init__(self, ask: Callable[[str], None], *, with_hangup: bool) -> None:
        self._ask = ask
        self._numbers = [signal.SIGTERM, signal.SIGINT]
        if with_hangup and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # not nohup
            self._numbers.append(signal.SIGHUP)
        self._before: dict[signal.Signals, object] = {}
        self.first: signal.Signals | None = None

    def __enter__(self) -> EndSignals:
        for number in self._numbers:
            self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number in self._numbers:
            signal.signal(number, self._before[number])  # type: ignore[arg-type]  # what was there

    def _take(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - its shape
        taken = signal.Signals(number)
        if self.first is None:
            self.first = taken
            self._ask(_WORDS[taken])
            return
        if taken is signal.SIGHUP:  # comes with the ^C of a terminal that closes
            return
        os.write(2, f"killed by a second {_WORDS[taken]}: nothing more was stopped\n".encode())
        os._exit(128 + number)
