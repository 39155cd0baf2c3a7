"""What is painted: only what changed, at most ten times a second; resizing never breaks it."""

from __future__ import annotations

import pytest

from jido_cli.tui.widgets.lines import LinesWidget
from tests.tui import scenes
from tests.tui.desks import Desk, opened
from tests.tui.test_odd_data import is_square


def painted(desk: Desk) -> int:
    return sum(widget.painted for widget in desk.app.screen.query(LinesWidget))


async def test_an_idle_dashboard_paints_nothing():
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj")
        await desk.step()
        await desk.step(1.0)  # now the rates are known
        before = painted(desk)
        for _ in range(5):
            await desk.step(1.0)
            desk.dashboard.repaint()
        assert painted(desk) == before


async def test_in_the_first_minute_the_uptime_is_painted_and_nothing_else():
    engine = scenes.well()
    engine.answer["engine"]["uptime_s"] = 3.0
    for node in engine.answer["nodes"]:
        node["uptime_s"] = 300.0
    async with opened(handle=engine) as desk:
        await desk.step()
        before = {widget: widget.painted for widget in desk.app.screen.query(LinesWidget)}
        desk.clock.turn(1.0)
        desk.dashboard.repaint()
        await desk.settle()
        after = {widget: widget.painted for widget in desk.app.screen.query(LinesWidget)}
        assert [one.id for one in after if after[one] != before[one]] == ["header"]


async def test_only_rows_that_changed_are_painted():
    engine = scenes.well()
    async with opened((120, 36), handle=engine) as desk:
        await desk.step()
        pane = desk.dashboard.tree_pane
        before = pane.painted
        scenes.node(engine, "root/support/triage")["mailbox"] = 7
        await desk.step()
        assert pane.painted == before + 1


async def test_moving_the_selection_paints_the_rows_that_it_touches():
    engine = scenes.well()
    async with opened((120, 36), handle=engine) as desk:
        await desk.press(*"jjjjjjjj")
        await desk.step()
        pane = desk.dashboard.tree_pane
        before = pane.painted
        await desk.press("j")
        assert pane.painted - before <= 4


async def test_only_rows_in_sight_are_made(monkeypatch):
    engine = scenes.well()
    async with opened(handle=engine, is_busy=True) as desk:
        log = desk.app.desk.log
        for _ in range(40):
            log.add(log.entries[-1:] * 250)
        made = []
        row = type(desk.dashboard.log_pane).row
        monkeypatch.setattr(
            type(desk.dashboard.log_pane),
            "row",
            lambda self, index: made.append(index) or row(self, index),
        )
        desk.dashboard.repaint()
        assert len(made) == desk.dashboard.log_pane.room


SIZES = [(80, 24), (120, 36), (20, 5), (200, 60), (60, 16), (59, 16), (1, 1), (100, 30), (79, 24)]


async def test_a_resize_storm_leaves_a_whole_screen():
    engine = scenes.crash_looping()
    async with opened(handle=engine) as desk:
        await desk.press(*"jjjj")
        for size in SIZES * 3:
            await desk.pilot.resize_terminal(*size)
        await desk.settle()
        for size in SIZES:
            await desk.pilot.resize_terminal(*size)
            await desk.settle()
            assert is_square(desk)


@pytest.mark.parametrize("keys", ["X", "s", "i", "?", ":"], ids=str)
async def test_a_resize_storm_under_a_dialog_leaves_a_whole_screen(keys):
    names = {"?": "question_mark", ":": "colon"}
    async with opened(handle=scenes.with_form()) as desk:
        await desk.press(*"jjj")
        await desk.step()
        await desk.press(*(names.get(key, key) for key in keys))
        for size in SIZES:
            await desk.pilot.resize_terminal(*size)
            await desk.settle()
            assert is_square(desk)


async def test_panes_that_are_hidden_come_back_with_selection_and_place():
    engine = scenes.well()
    async with opened((120, 36), handle=engine) as desk:
        await desk.press(*"jjj")
        before = desk.lines()
        await desk.pilot.resize_terminal(40, 10)
        await desk.settle()
        await desk.pilot.resize_terminal(120, 36)
        await desk.settle()
        assert desk.lines() == before


async def test_where_there_is_room_for_one_the_state_is_behind_2():
    engine = scenes.well()
    async with opened((64, 20), handle=engine) as desk:
        await desk.press(*"jjj")
        await desk.step()
        assert desk.shows("1 Tree") and not desk.shows("2 State")
        await desk.press("2")
        assert desk.shows("2 State") and not desk.shows("1 Tree")
        await desk.press("tab")
        assert desk.shows("2 State") and desk.shows("3 Directives")
        await desk.press("1")
        assert desk.shows("1 Tree")


async def test_ages_grow_once_a_second_and_go_when_the_window_is_over():
    engine = scenes.crash_looping()
    async with opened(handle=engine) as desk:
        assert desk.shows("└ stock_feed   sen ● running (1s)")
        desk.clock.turn(2.0)
        desk.dashboard.repaint()
        await desk.settle()
        assert desk.shows("● running (3s)")
        desk.clock.turn(2.0)
        desk.dashboard.repaint()
        await desk.settle()
        assert not desk.shows("(5s)")


async def test_the_attention_line_of_a_supervisor_that_gave_up_goes_after_a_minute():
    engine = scenes.given_up()
    async with opened(handle=engine) as desk:
        assert desk.shows("pipeline gave up 2s ago")
        engine.answer = scenes.well().answer
        await desk.step(1.0)
        await desk.step(59.0)
        assert desk.shows("pipeline gave up 1m 2s ago")
        await desk.step(2.0)
        assert not desk.shows("gave up 1m")


async def test_an_agent_that_keeps_the_loop_is_told_everywhere():
    engine = scenes.well()
    scenes.node(engine, scenes.ORDERS)["facts"] = ["hung"]
    stall = {"agent": scenes.ORDERS, "action": "spin", "ms": 12_345, "stack": []}
    engine.answer["stalled"] = stall
    for size in ((80, 24), (120, 36)):
        async with opened(size, handle=engine) as desk:
            await desk.press(*"jjj")
            await desk.step()
            assert desk.line("× 1 hung, 14 running")
            assert desk.line("× orders holds the loop: spin runs for 12s")
            assert desk.line("● running [hung] ").startswith("│► ")
            assert desk.shows("● running [hung 12s]") and desk.shows(" spin runs for 12s")


async def test_what_keeps_the_loop_without_being_a_node_is_told_too():
    engine = scenes.well()
    engine.answer["stalled"] = {"agent": None, "action": None, "ms": 3_000, "stack": []}
    async with opened((120, 36), handle=engine) as desk:
        await desk.press("j", "j", "h")  # a folded supervisor could hide it
        await desk.step()
        assert desk.line("× the loop is held, 15 running")
        assert desk.line("the engine holds the loop: something runs for 3s")
