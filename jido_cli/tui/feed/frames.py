"""What the feeding threads hand over: one frame holds all that came since the last one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Answer: TypeAlias = Mapping[str, Any]
LinkStatus: TypeAlias = Literal["connecting", "up", "lost", "ended"]


@dataclass(frozen=True, slots=True)
class LinkState:
    """How the engine is reached.

    Args:
        status: `ended` is an engine that stopped in order or gave up, and said so.
        since: when it became so.
        why: in a few words, for `lost` and `ended`.
        next_try_s: pause before the next try.
        last_exit: what an ended engine left behind.
        down_s: on return, how long it was gone.
        is_other: on return, whether it is another engine than before.
        engine: who it is.
    """

    status: LinkStatus
    since: float
    why: str = ""
    next_try_s: float = 0.0
    last_exit: Answer | None = None
    down_s: float = 0.0
    is_other: bool = False
    engine: Answer | None = None


@dataclass(slots=True)
class NodeNews:
    """What is new of the watched node; *problem* says why nothing is known."""

    path: str
    at: float
    inspect: Answer | None = None
    state: Answer | None = None
    problem: str | None = None


@dataclass(slots=True)
class Frame:
    """News of a tenth of a second. Of trees and states only the newest counts."""

    link: list[LinkState] = field(default_factory=list)
    tree: tuple[Answer, float] | None = None
    nodes: list[NodeNews] = field(default_factory=list)
    directives: list[Answer] = field(default_factory=list)
    missed: int = 0
    directive_rate: float | None = None
    events: list[Answer] = field(default_factory=list)
    events_missed: int = 0
    signal_rate: float | None = None
    fault: Exception | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is no news."""
        return self == Frame()
