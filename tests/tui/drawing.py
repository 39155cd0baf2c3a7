"""The scenes as they are drawn: what is done in each, and how to write the drawings anew.

`python -m tests.tui.drawing` writes them; what changed is to be looked at, against the design.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jido_cli.control.engines import EngineGoneError  # noqa: F401 - what a lost engine raises
from jido_cli.errors import ControlError
from tests.tui import scenes
from tests.tui.desks import Clock, Desk, opened
from tests.tui.scripted import NOW, ScriptedEngine

DRAWINGS = Path(__file__).parent / "drawings"
WIDE, NARROW = (120, 36), (80, 24)
Act = Callable[[Desk, ScriptedEngine], Awaitable[None]]


@dataclass(frozen=True)
class Scene:
    """One drawing: whose engine, which keys, what happens then."""

    name: str
    size: tuple[int, int]
    engine: Callable[[], ScriptedEngine]
    keys: tuple[str, ...] = ()
    signals: int = 1204
    act: Act | None = None
    options: dict[str, Any] = field(default_factory=dict)


async def _order_comes(desk: Desk, engine: ScriptedEngine) -> None:
    desk.clock.turn(-0.2)
    scenes.order_comes(engine)
    await desk.step()
    await desk.step(0.2)


async def _lost(desk: Desk, engine: ScriptedEngine) -> None:
    engine.lost = ControlError("the engine of shop is gone", code="engine-gone")
    for _ in range(4):
        await desk.step()
    await desk.step(6.0)


async def _paused(desk: Desk, engine: ScriptedEngine) -> None:
    await desk.press("p")
    log = desk.app.desk.log
    log.new, log.missed = 1284, 96
    desk.dashboard.repaint()


async def _filtered(desk: Desk, engine: ScriptedEngine) -> None:
    await desk.press("slash")
    await desk.type("agent:shipping -outcome:ok")


def keys(*names: str) -> Act:
    """Return an act that presses keys."""

    async def act(desk: Desk, engine: ScriptedEngine) -> None:
        await desk.press(*names)

    return act


SCENES = (
    Scene("all-well-120x36", WIDE, scenes.well, ("j", "j", "j"), act=_order_comes),
    Scene("all-well-80x24", NARROW, scenes.well, ("j", "j", "j"), act=_order_comes),
    Scene("crash-looping-120x36", WIDE, scenes.crash_looping, tuple("jjjj"), 611),
    Scene("crash-looping-80x24", NARROW, scenes.crash_looping, tuple("jjjj"), 611),
    Scene(
        "crash-looping-ascii-80x24",
        NARROW,
        scenes.crash_looping,
        tuple("jjjj"),
        611,
        options={"is_ascii": True},
    ),
    Scene("gave-up-120x36", WIDE, scenes.given_up, ("exclamation_mark",), 402),
    Scene("gave-up-80x24", NARROW, scenes.given_up, ("exclamation_mark",), 402),
    Scene("boundary-120x36", WIDE, scenes.well, tuple("jj")),
    Scene("boundary-80x24", NARROW, scenes.well, tuple("jj")),
    Scene("paused-80x24", NARROW, scenes.well, tuple("jjj"), act=_paused),
    Scene("filtered-80x24", NARROW, scenes.with_labels, tuple("jjj"), act=_filtered),
    Scene("lost-80x24", NARROW, scenes.well, tuple("jjj"), act=_lost),
    Scene("backing-off-80x24", NARROW, scenes.backing_off, ("j",), 188),
    Scene("degraded-80x24", NARROW, scenes.degraded, tuple("jjjj"), 820),
    Scene("nothing-80x24", NARROW, scenes.nothing, (), 0),
    Scene("small-64x18", (64, 18), scenes.well, ("j",)),
    Scene("words-60x12", (60, 12), scenes.degraded, (), 820),
    Scene("help-80x24", NARROW, scenes.well, ("3",), act=keys("question_mark")),
    Scene("kill-80x24", NARROW, scenes.crash_looping, tuple("jjjj"), 611, act=keys("X")),
    Scene("leave-80x24", NARROW, scenes.well, act=keys("q"), options={"owns_engine": True}),
    Scene("palette-80x24", NARROW, scenes.well, act=keys("colon", *"rest", "space", *"inv")),
    Scene(
        "form-80x24",
        NARROW,
        scenes.with_form,
        tuple("jjj"),
        act=keys("s", "tab", "A", "minus", *"100", "tab", "0", "tab", "space"),
    ),
    Scene("routes-120x36", WIDE, scenes.with_form, tuple("jjj"), act=keys("right_square_bracket")),
    Scene(
        "exits-80x24", NARROW, scenes.crash_looping, tuple("jjjj"), act=keys("left_square_bracket")
    ),
)


async def drawn(scene: Scene) -> list[str]:
    """Play a scene and return what is on the screen."""
    engine = scene.engine()
    async with opened(
        scene.size,
        handle=engine,
        clock=Clock(NOW - 1),
        **scene.options,  # type: ignore[arg-type]
    ) as desk:
        await desk.press(*scene.keys)
        scenes.flow(engine, scene.signals)
        await desk.step(1.0)
        desk.app.desk.directive_rate = 148.0 if engine.log else 0.0
        if scene.act is not None:
            await scene.act(desk, engine)
        desk.dashboard.repaint()
        await desk.settle()
        return desk.lines()


def main() -> None:
    """Write every drawing."""
    DRAWINGS.mkdir(exist_ok=True)
    for scene in SCENES:
        text = "\n".join(asyncio.run(drawn(scene)))
        (DRAWINGS / f"{scene.name}.txt").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
