"""An engine that is lost: the last view stays, is called old, and the engine is tried again."""

from __future__ import annotations

import pytest

from jido_cli.errors import ControlError
from jido_cli.tui.feed.frames import Frame
from jido_cli.tui.feed.link import TRIES_S
from tests.tui import scenes
from tests.tui.desks import opened
from tests.tui.scripted import NOW


def gone() -> ControlError:
    return ControlError("the engine of shop is gone", code="engine-gone")


async def test_the_last_view_stays_and_is_called_old():
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj")
        await desk.step()
        engine.lost = gone()
        await desk.step(6.0)
        assert desk.line("× engine lost, showing 14:02:11")
        assert desk.line("× engine lost 0s ago: socket closed, pid 4127 is gone.")
        assert desk.line("├ intake").startswith("│  ├ intake               ? was running       0│")
        assert desk.shows("mail 0/10,000 at 14:02:11")
        assert desk.shows("2 State, old") and desk.shows("stopped 14:02:17")
        assert desk.shows("└ ledger") and desk.shows("invoice.total")


async def test_the_footer_offers_only_what_works():
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        engine.lost = gone()
        await desk.step()
        assert desk.lines()[-1] == " ctrl+r try now  y copy  ? help  q quit"


async def test_it_is_tried_again_in_growing_pauses():
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        engine.lost = gone()
        pauses = []
        for _ in range(7):
            await desk.step()
            pauses.append(desk.app.desk.link.next_try_s)
        assert pauses == [*TRIES_S, TRIES_S[-1]] or pauses[-1] == TRIES_S[-1]


async def test_on_return_it_says_which_engine_is_back_and_how_long_it_was_gone():
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        engine.lost = gone()
        await desk.step()
        engine.lost = None
        engine.answer["engine"] |= {"pid": 5210, "started_at": NOW + 10}
        await desk.step(14.0)
        assert desk.line("● engine is back, pid 5210, down 14s")
        assert desk.shows("-- engine restarted --") and desk.shows("● all 15 running")
        await desk.step(11.0)
        assert not desk.shows("engine is back")


async def test_an_engine_that_was_only_silent_is_not_called_another_one():
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        engine.lost = ControlError("it does not answer", code="connection-lost")
        await desk.step()
        assert desk.line("× engine lost 0s ago: it does not answer.")
        engine.lost = None
        await desk.step(3.0)
        assert desk.line("● engine answers again, pid 4127, silent for 3s")
        assert not desk.shows("engine restarted")


async def test_the_dashboard_that_opened_an_engine_does_not_own_the_next_one():
    engine = scenes.well()
    async with opened(handle=engine, owns_engine=True) as desk:
        engine.lost = gone()
        await desk.step()
        engine.lost = None
        engine.answer["engine"] |= {"pid": 5210, "started_at": NOW + 10}
        await desk.step()
        await desk.press("q")
    assert desk.app.return_value == "left"


async def test_before_the_first_answer_it_says_that_it_asks():
    engine = scenes.well()
    engine.lost = ControlError("the engine of shop takes no calls yet", code="engine-busy")
    async with opened(handle=engine) as desk:
        assert desk.shows("asking the engine")
        assert desk.line("takes no calls yet")
        engine.lost = None
        await desk.step(1.0)
        assert desk.shows("● all 15 running")


@pytest.mark.parametrize("key", ["y", "question_mark", "j", "slash", "colon", "i"])
async def test_reading_and_copying_go_on(key):
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        engine.lost = gone()
        await desk.step()
        await desk.press(key)
        assert desk.app.is_running


async def test_an_engine_that_falls_silent_is_told_before_it_counts_as_lost():
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        desk.clock.turn(5.0)
        desk.app._listen()
        desk.dashboard.repaint()
        await desk.settle()
        assert desk.line("▲ the engine has not answered for 5s")
        await desk.step()
        desk.app._listen()
        desk.dashboard.repaint()
        await desk.settle()
        assert not desk.shows("has not answered")


async def test_a_fault_of_the_feed_ends_the_dashboard_instead_of_going_unseen():
    fault = KeyError("nodes")
    async with opened() as desk:
        desk.app._take(Frame(fault=fault))
        await desk.settle()
    assert desk.app.fault is fault and not desk.app.is_running


async def test_a_node_that_is_gone_is_told_and_the_selection_goes_up():
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj")
        await desk.step()
        nodes = engine.answer["nodes"]
        engine.answer["nodes"] = [one for one in nodes if one["id"] != "orders"]
        await desk.step()
        assert desk.selected == "root/pipeline"
