"""Pictures: colours, shading and reversed cells, which drawings in text cannot hold."""

from __future__ import annotations

import pytest

from tests.tui import scenes
from tests.tui.desks import Clock, opened
from tests.tui.scripted import NOW


@pytest.mark.parametrize(
    ("size", "theme"),
    [((80, 24), "dark"), ((120, 36), "dark"), ((80, 24), "light"), ((80, 24), "plain")],
    ids=str,
)
async def test_a_crash_loop_looks_the_same_each_time(size, theme, snapshot):
    engine = scenes.crash_looping()
    async with opened(size, handle=engine, clock=Clock(NOW), theme=theme) as desk:
        await desk.press(*"jjjj")
        await desk.step()
        snapshot(f"crash-looping-{size[0]}x{size[1]}-{theme}", desk.app)


async def test_what_a_command_changed_is_reversed_for_a_second(snapshot):
    engine = scenes.well()
    async with opened((80, 24), handle=engine, clock=Clock(NOW)) as desk:
        await desk.press(*"jjj")
        await desk.step()
        scenes.order_comes(engine)
        await desk.step()
        snapshot("changed-80x24", desk.app)
        await desk.step(1.1)
        snapshot("changed-before-80x24", desk.app)
