"""Tunes the garbage collector for an engine: many long-lived objects, many short-lived tuples.

CPython's defaults walk the whole heap again and again while 100,000 agents stand still in it.
"""

from __future__ import annotations

import gc
from typing import Final

YOUNG: Final = 50_000  # containers made before the youngest generation is looked at
MIDDLE: Final = 20
OLD: Final = 50


def tune() -> None:
    """Collect what start-up left, then look at long-lived objects rarely.

    Cycles are still found: only later, with some megabytes of them at the most.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
