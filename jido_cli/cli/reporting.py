"""What a detached engine tells the `up -d` that waits for it: ready, there already, or failed.

One JSON line over an inherited pipe. Values only: who starts the process is `detached`, who speaks
is `engine_process`.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from jido_cli.cli.render.errors import Report


@dataclass(frozen=True, slots=True)
class Ready:
    """The engine's tree is up, which took `seconds`.

    Or `was_running`: it had been up before, for `seconds`, and its nodes were not counted.
    `notes` are what else the user should know.
    """

    name: str
    pid: int
    nodes: int
    seconds: float
    was_running: bool = False
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """The engine is not up, and why; `lines` are findings in the file, drawn."""

    report: Report
    lines: Sequence[str] = ()
    findings: Sequence[dict[str, Any]] = field(default_factory=tuple)


class Reporter:
    """The engine's end of the pipe; says one thing, then closes. Without a pipe it is mute."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        if descriptor is not None:
            os.set_inheritable(descriptor, False)

    def ready(self, news: Ready) -> None:
        """Say that the tree is up."""
        self._say({"ready": asdict(news)})

    def failed(self, news: Failed) -> None:
        """Say that it is not, and why."""
        self._say({"failed": asdict(news)})

    def _say(self, message: dict[str, Any]) -> None:
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        with contextlib.suppress(BrokenPipeError), os.fdopen(descriptor, "wb") as pipe:
            # a broken pipe: nobody waits any more, and the engine goes on
            pipe.write(json.dumps(message, default=str).encode() + b"\n")


def read_news(raw: bytes) -> Ready | Failed | None:
    """Return what was said, or None when the engine ended without a word."""
    try:
        message = json.loads(raw)
    except ValueError:
        return None
    if "ready" in message:
        ready = message["ready"]
        return Ready(**{**ready, "notes": tuple(ready["notes"])})
    failed = message["failed"]
    report = failed["report"]
    if report["kept"]:
        report["kept"] = tuple(report["kept"])
    return Failed(Report(**report), failed["lines"], failed["findings"])
