"""A keyed supervisor in the dashboard: it says how many sleep, and takes signals."""

from __future__ import annotations

import pytest

from jido_cli.tui.screens.signal_form import SignalFormScreen
from tests.tui import scenes, scripted
from tests.tui.desks import opened

CRAWLERS = "root/crawlers"
KEYED = {
    "awake": 3,
    "hibernated": 12_000,
    "max_children": 500,
    "on_full": "reject",
    "on_missing": "start",
    "idle_timeout_s": 600.0,
}
ROUTE = {"pattern": "page.wanted", "actions": ["fetch"], "params": None, "states": []}


async def test_a_keyed_supervisor_says_how_many_sleep_and_takes_signals():
    for size in ((80, 24), (120, 36)):
        engine = scenes.well()
        node = scenes.node(engine, CRAWLERS)
        engine.inspected[CRAWLERS] = scripted.inspect(node, keyed=KEYED, routes=[ROUTE])
        async with opened(size, handle=engine) as desk:
            await desk.press(*"GH", "j", "j", "j", "j")
            desk.dashboard.select(CRAWLERS)
            await desk.step()
            assert desk.shows("3 awake, 12,000 asleep")
            assert desk.shows(" s send")
            await desk.press("s")
            assert isinstance(desk.app.screen, SignalFormScreen)
            assert desk.shows("page.wanted")


async def test_another_supervisor_takes_none():
    async with opened(handle=scenes.well()) as desk:
        await desk.press("s")
        assert desk.app.screen is desk.dashboard
        assert desk.shows("root is a supervisor: only agents take signals")


@pytest.mark.parametrize(
    ("asleep", "says"),
    [(7, "All are asleep: the next signal"), (0, "Nobody has begun: the next signal")],
)
async def test_a_keyed_supervisor_with_nobody_awake_says_what_comes_next(asleep, says):
    engine = scenes.nothing()
    node = engine.answer["nodes"][0]
    keyed = {**KEYED, "awake": 0, "hibernated": asleep}
    engine.inspected["root"] = scripted.inspect(node, keyed=keyed, routes=[ROUTE])
    async with opened((120, 36), handle=engine) as desk:
        await desk.step()
        assert desk.shows(says)
        assert not desk.shows("Children are started by")
