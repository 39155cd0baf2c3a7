"""The life of an engine on its loop: boot, work, the reasons to end, the end.

Knows no file and no socket; `engine_process` puts those around it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jido_cli.cli.engine_signals import EndSignals
from jido_cli.observe.text import measures

if TYPE_CHECKING:
    from jido_cli.runtime.engine import Engine, EngineEnd
    from jido_cli.runtime.watching.watch import Stall

_IDLE_POLL_S = 0.05
_HELD_POLL_S = 2.0
_REST_S = 0.5
FOR_IS_OVER = "--for {span} is over"
IS_LOST = "its state dir was removed, nobody could reach it any more"
IS_IDLE = "--until-idle: nothing is left to do"


@dataclass(frozen=True, slots=True)
class Plan:
    """When to end without being asked."""

    for_ms: int | None = None
    until_idle: bool = False


@dataclass(frozen=True, slots=True)
class Life:
    """How it went: how the engine ended, how long it had been ready, by which signal."""

    end: EngineEnd
    ran_s: float
    is_interrupted: bool


async def live(
    engine: Engine,
    plan: Plan,
    *,
    has_terminal: bool,
    is_held: Callable[[], bool],
    on_ready: Callable[[float], None],
) -> Life:
    """Boot the engine, let it work, and end it in order when there is a reason to.

    Args:
        engine: not yet booted.
        plan: when to end without being asked.
        has_terminal: whether the end of the terminal is a reason.
        is_held: whether the engine still holds its name; that it does not is a reason.
        on_ready: told how long the start took, in seconds.

    Raises:
        StartError: the tree did not start.
    """
    loop = asyncio.get_running_loop()

    def ask(why: str) -> None:
        loop.call_soon_threadsafe(engine.begin_shutdown, why)
        if engine.watchdog is not None and engine.watchdog.stall is not None:
            os.write(2, f"{_held(why, engine.watchdog.stall)}\n".encode(errors="replace"))

    with EndSignals(ask, with_hangup=has_terminal) as signals:
        begun = time.monotonic()
        await engine.boot()
        ready = time.monotonic()
        on_ready(ready - begun)
        reasons = _reasons(engine, plan, is_held)
        try:
            end = await engine.wait_ended()
        finally:
            for reason in reasons:
                reason.cancel()
        ended = time.monotonic()
        await _rest()
    first = signals.first
    return Life(end, ended - ready, first is not None and first.name == "SIGINT")


def _held(why: str, stall: Stall) -> str:
    """Return why an engine does not stop yet: nothing of it turns before the action lets go."""
    held = measures.seconds(stall.ms / 1000)
    who = f"{stall.action or 'code'} of {stall.agent or 'the engine'}"
    return f"{why}: it stops when {who} lets the loop go, held for {held}; again: it is killed"


def _reasons(engine: Engine, plan: Plan, is_held: Callable[[], bool]) -> list[asyncio.Task[None]]:
    """Start what ends the engine by itself."""
    tasks = [asyncio.ensure_future(_end_when_lost(engine, is_held))]
    if plan.for_ms is not None:
        tasks.append(asyncio.ensure_future(_end_after(engine, plan.for_ms)))
    if plan.until_idle:
        tasks.append(asyncio.ensure_future(_end_when_idle(engine)))
    return tasks


async def _end_when_lost(engine: Engine, is_held: Callable[[], bool]) -> None:
    """End an engine whose folder was removed: nobody could find it, and another could start."""
    while is_held():
        await asyncio.sleep(_HELD_POLL_S)
    engine.begin_shutdown(IS_LOST)


async def _end_after(engine: Engine, for_ms: int) -> None:
    await asyncio.sleep(for_ms / 1000)
    engine.begin_shutdown(FOR_IS_OVER.format(span=measures.setting(for_ms)))


async def _end_when_idle(engine: Engine) -> None:
    """Two looks must find it idle: between them what is under way comes to light."""
    looks = 0
    while looks < 2:
        await asyncio.sleep(_IDLE_POLL_S)
        looks = looks + 1 if engine.is_idle else 0
    engine.begin_shutdown(IS_IDLE)


async def _rest() -> None:
    """Let what was cancelled end; what survives its cancellation is left behind."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=_REST_S)
