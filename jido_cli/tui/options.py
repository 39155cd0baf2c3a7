"""What the dashboard is told when it opens, and what it says when it closes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal["detached", "stopped", "ended", "left"]
"""How it was left: engine goes on, was told to stop, had ended before, or a mere look."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the dashboard behaves.

    Args:
        owns_engine: it was opened by `jido up`: leaving asks whether to detach or to stop, and it
            closes when the engine has ended in order, by whoever's order.
        leave_at_end: close however the engine ended (`--for`, `--until-idle`).
        engine_flag: how commands that are shown name the engine (` -e shop`), if they must.
        is_ascii: the product's signs are spelled in ASCII.
        only_ascii: the terminal takes nothing else: other characters become `?`.
        theme: a palette's name.
        now: wall time in seconds.
        zone: how moments are spelled; the local zone when None.
    """

    owns_engine: bool = False
    leave_at_end: bool = False
    engine_flag: str = ""
    is_ascii: bool = False
    only_ascii: bool = False
    theme: str = "dark"
    now: Callable[[], float] = time.time
    zone: tzinfo | None = None
