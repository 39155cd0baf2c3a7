"""What a strategy says of itself to those who look: status, whether it is done, its result.

A record only; strategies make it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

StrategyStatus = Literal["idle", "running", "waiting", "success", "failure"]


class Snapshot(msgspec.Struct, frozen=True):
    """How far an agent's strategy is.

    Attributes:
        status: `idle`, `running`, `waiting`, `success` or `failure`.
        is_done: whether nothing more is to come.
        result: what came out, any JSON value.
        details: further facts, any JSON mapping.
    """

    status: StrategyStatus = "idle"
    is_done: bool = False
    result: object = None
    details: Mapping[str, object] = {}
