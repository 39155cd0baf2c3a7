"""Schedules in the dashboard, and agents that are machines of states."""

from __future__ import annotations

from typing import Any

from jido_cli.errors import ControlError
from jido_cli.tui.screens.schedules import SchedulesScreen
from tests.tui import scenes, scripted
from tests.tui.desks import NOW, opened

RECOUNT: dict[str, Any] = {
    "agent": "root/pipeline/inventory",
    "name": "recount",
    "kind": "cron",
    "spec": "*/5 * * * *",
    "timezone": "UTC",
    "jitter_s": 0.0,
    "catch_up": "skip",
    "paused": False,
    "next_at": NOW + 168.796,
    "ticks": 1_200,
    "skipped": 0,
    "last": [{"at": NOW - 131.2, "outcome": "ok", "ms": 14.2, "why": None}],
}
MACHINE = {
    "kind": "fsm",
    "status": "running",
    "done": False,
    "result": None,
    "details": {"state": "processing", "allowed": ["done", "error"]},
}


async def test_6_shows_the_schedules_and_keeps_them_fresh():
    engine = scenes.well()
    engine.schedule_rows = [RECOUNT]
    async with opened((120, 36), handle=engine) as desk:
        await desk.press("6")
        assert isinstance(desk.app.screen, SchedulesScreen)
        assert desk.line("inventory/recount").split()[1:] == [
            *("inventory/recount", "*/5", "*", "*", "*", "*", "14:05:00", "14:00:00"),
            *("ok", "14ms", "1,200", "0", "skip", "│"),
        ]
        engine.schedule_rows = [RECOUNT | {"paused": True, "ticks": 1_201}]
        desk.app.screen._ask()
        await desk.settle()
        assert "paused" in desk.line("1,201")
        assert desk.shows("6 Schedules") and len(desk.app.screen_stack) == 2
        await desk.press("Y")
        assert desk.app.clipboard == "jido schedule list"
        await desk.press("y", "escape")
        assert "inventory/recount" in desk.app.clipboard
        assert desk.app.screen is desk.dashboard


async def test_without_schedules_it_is_said_where_they_come_from():
    async with opened(handle=scenes.well()) as desk:
        await desk.press("6")
        assert desk.shows("No schedules yet.")


async def test_schedules_of_a_lost_engine_are_not_asked_for():
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        await desk.press("6")
        engine.lost = ControlError("no engine is running", code="engine-gone")
        await desk.step()
        before = engine.asked.count("schedules")
        desk.app.screen._ask()
        await desk.press("escape", "6")
        assert engine.asked.count("schedules") == before
        assert desk.shows("engine lost")


async def test_a_machine_of_states_says_where_it_stands_and_where_it_may_go():
    engine = scenes.well()
    node = scenes.node(engine, scenes.ORDERS)
    routes = [{"pattern": "order.paid", "actions": ["pay"], "params": None, "states": ["open"]}]
    engine.inspected[scenes.ORDERS] = scripted.inspect(
        node, agent_strategy=MACHINE, routes=routes, state={"status": "processing"}
    )
    async with opened((120, 36), handle=engine) as desk:
        await desk.press(*"jjj")
        await desk.step()
        assert desk.shows("fsm, running: processing → done, error")
        await desk.press("2", "right_square_bracket")
        assert desk.shows("order.paid → pay (in open)")
    async with opened((80, 24), handle=engine) as desk:
        await desk.press(*"jjj")
        await desk.step()
        assert desk.shows("fsm, running: processing →")
