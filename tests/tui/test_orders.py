"""Orders: asked where they take more with them, shown as a command, told when they are done."""

from __future__ import annotations

import pytest
from textual import events

from jido_cli.errors import ControlError
from jido_cli.tui.screens.confirm import ConfirmScreen
from jido_cli.tui.screens.leave import LeaveScreen
from jido_cli.tui.screens.signal_form import SignalFormScreen
from tests.tui import scenes, scripted
from tests.tui.desks import opened

ORDERS = "root/pipeline/orders"
SHIPPING = "root/pipeline/shipping"
TRIAGE = "root/support/triage"


def at(path: str) -> tuple[str, ...]:
    """Return the keys that select a node of the shop through the palette."""
    return ("colon", *"go", "space", *path.rpartition("/")[2].replace("_", ""), "enter")


# -- stop, start, restart, kill


@pytest.mark.parametrize(("key", "verb"), [("X", "kill"), ("x", "stop")])
async def test_kill_and_stop_ask_and_are_done_with_y(key, verb):
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj", key)
        assert isinstance(desk.app.screen, ConfirmScreen)
        assert desk.shows(f"jido {verb} orders")
        await desk.press("enter", "j", "q")
        assert isinstance(desk.app.screen, ConfirmScreen)
        await desk.press("y")
        assert engine.orders == [(verb, ORDERS)]
        assert desk.app.screen is desk.dashboard
        assert desk.feed.asked == ["hurry"]


@pytest.mark.parametrize(
    ("persist", "says"),
    [
        ("none", "begins anew: nothing of it is kept"),
        ("checkpoint", "goes back to its last checkpoint"),
    ],
)
async def test_a_question_says_what_becomes_of_the_state(persist, says):
    engine = scenes.well()
    scenes.node(engine, ORDERS)["persist"] = persist
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj", "X")
        assert desk.line("│ state").split("state")[1].strip(" │").startswith(says)


@pytest.mark.parametrize("key", ["n", "escape", "ctrl+c"])
async def test_a_question_is_answered_with_no(key):
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj", "X", key)
        assert engine.orders == []
        assert desk.app.screen is desk.dashboard


@pytest.mark.parametrize(("key", "orders"), [("y", [("kill", ORDERS)]), ("n", [])])
async def test_keys_typed_ahead_into_a_closing_question_are_ignored(key, orders):
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj", "X")
        for _ in range(3):  # all of them lie in the queue before the first is handled
            desk.app.screen.post_message(events.Key(key, key))
        await desk.pilot.pause()
        assert engine.orders == orders
        assert desk.app.screen is desk.dashboard


async def test_capital_y_copies_the_command_of_a_question():
    async with opened(handle=scenes.well(), engine_flag=" -e shop") as desk:
        await desk.press(*"jjj", "X", "Y")
        assert desk.app.clipboard == "jido kill orders -e shop"
        assert isinstance(desk.app.screen, ConfirmScreen)


async def test_a_question_says_what_falls_with_it_and_what_the_window_becomes():
    async with opened(handle=scenes.crash_looping()) as desk:
        await desk.press(*"jjjj", "X")
        assert desk.shows("┃ restarts with it   stock_feed, shipping")
        assert desk.shows("pipeline 2/3 in 5s ██░, this makes it 3/3")


async def test_the_kill_that_is_one_too_many_says_so():
    engine = scenes.crash_looping()
    scenes.node(engine, "root/pipeline")["window"]["used"] = 3
    async with opened(handle=engine) as desk:
        await desk.press(*"jjjj", "X")
        assert desk.shows("pipeline 3/3 in 5s ███: it gives up")


async def test_killing_the_root_says_that_the_engine_ends():
    async with opened(handle=scenes.well()) as desk:
        await desk.press("X")
        assert desk.shows("It is the root: the engine ends with it.")


async def test_the_kill_of_a_temporary_child_says_that_it_stays_down():
    engine = scenes.well()
    found = scripted.inspect(scenes.node(engine, "root/intake"))
    engine.inspected["root/intake"] = found | {"child": found["child"] | {"restart": "temporary"}}
    async with opened(handle=engine) as desk:
        await desk.press("j")
        await desk.step()
        await desk.press("X")
        assert desk.shows("It is temporary: it is not restarted.")


async def test_a_restart_that_takes_nothing_with_it_is_not_asked_for():
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        await desk.press("j", "r")
        assert engine.orders == [("restart", "root/intake")]
        assert desk.line("● intake restarted in ").endswith(", gen 8 ──┘")


async def test_the_restart_of_a_supervisor_asks():
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        await desk.press(*"jj", "r")
        assert desk.shows("┃ restarts with it   orders, inventory,")
        await desk.press("y")
        assert engine.orders == [("restart", "root/pipeline")]


async def test_the_restart_of_a_node_with_a_boundary_says_that_the_others_stay():
    async with opened(handle=scenes.well()) as desk:
        await desk.press(*"jjj", "r")
        assert desk.shows("┃ restarts with it   nothing")
        assert desk.shows("┊ stays as it is     inventory, stock_feed,")


@pytest.mark.parametrize("status", ["stopped", "failed"])
async def test_x_starts_what_is_down_and_the_footer_says_so(status):
    engine = scenes.well()
    scenes.node(engine, "root/intake").update(status=status, uptime_s=None)
    async with opened(handle=engine) as desk:
        await desk.press("j")
        assert "x start" in desk.lines()[-1] and "X kill" not in desk.lines()[-1]
        await desk.press("x")
        assert engine.orders == [("start", "root/intake")]
        assert desk.shows("● intake started in ")


async def test_what_the_engine_refuses_is_told():
    engine = scenes.well()
    engine.refusal = ControlError("the root cannot be restarted alone", code="wrong-state")
    async with opened(handle=engine) as desk:
        await desk.press("r", "y")
        assert desk.line("× the root cannot be restarted alone")
        await desk.step(5.0)
        assert not desk.shows("the root cannot")


async def test_orders_to_a_lost_engine_are_not_given():
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj")
        engine.lost = ControlError("the engine of shop is gone", code="engine-gone")
        await desk.step()
        for key in ("X", "x", "r", "s", "c"):
            await desk.press(key)
            assert desk.app.screen is desk.dashboard
        assert engine.orders == []
        assert desk.line("× engine lost: orders do not reach it")


# -- signals


async def test_send_fills_in_a_form_and_sends_it():
    engine = scenes.with_form()
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj")
        await desk.step()
        await desk.press("s", "tab", *"A", "minus", "7", "tab", "tab", "space")
        assert desk.shows("jido send orders order.requested sku=A-7 express=true")
        await desk.press("ctrl+s")
        data = {"sku": "A-7", "express": True}
        assert engine.orders == [("send", ORDERS, {"type": "order.requested", "data": data})]
        assert desk.line("● sent to orders, 0199f2a1")


async def test_a_wrong_field_is_gone_to_instead_of_sent():
    engine = scenes.with_form()
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj")
        await desk.step()
        await desk.press("s", "ctrl+s")
        assert engine.orders == []
        assert desk.line("× required")
        assert desk.app.screen._form.field.key == "sku"
        await desk.press("x", "tab", "0")
        assert desk.line("× at least 1") and desk.shows("send (1 field to mend)")
        await desk.press("backspace", "9", "ctrl+s")
        assert engine.orders[0][2]["data"] == {"sku": "x", "quantity": 9}


async def test_call_stays_open_and_shows_the_new_state_as_a_diff():
    engine = scenes.with_form()
    engine.call_answer = {
        "ok": True,
        "seq": 48_211,
        "state": {**engine.inspected[ORDERS]["state"], "status": "closed"},
        "output": {},
        "error": None,
        "outcome": "committed",
        "command": "0199",
    }
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj")
        await desk.step()
        await desk.press("c", "tab", "x", "ctrl+t")
        assert desk.line("● answered in ")
        assert desk.shows('- status  "open"') and desk.shows('+ status  "closed"')
        await desk.press("escape")
        assert desk.app.screen is desk.dashboard


async def test_a_call_that_failed_says_why_and_that_nothing_changed():
    engine = scenes.with_form()
    error = {"message": "no price for A-100", "code": "action_failed", "retryable": False}
    engine.call_answer = {"ok": False, "error": error, "outcome": "committed", "state": None}
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj")
        await desk.step()
        await desk.press("c", "tab", "x", "ctrl+t")
        assert desk.line("× failed in ") and desk.line("no price for A-100")
        engine.call_answer = {"ok": False, "outcome": "expired", "why": "3 signals wait"}
        await desk.press("ctrl+t")
        assert desk.line("× no answer in ") and desk.line("3 signals wait")


async def test_what_the_engine_refuses_stands_in_the_form():
    engine = scenes.with_form()
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj")
        await desk.step()
        await desk.press("s", "tab", "x")
        engine.refusal = ControlError("the mailbox of orders is full", code="mailbox-full")
        await desk.press("ctrl+s")
        assert isinstance(desk.app.screen, SignalFormScreen)
        assert desk.line("× the mailbox of orders is full")


async def test_left_and_right_choose_the_route_and_a_pattern_is_completed_by_hand():
    engine = scenes.with_form()
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj")
        await desk.step()
        await desk.press("s", "right")
        assert desk.line("order.timeout_") and desk.shows("no parameters")
        await desk.press("right")
        assert desk.line("type the rest in place of *")
        await desk.press("backspace", *"ready", "ctrl+s")
        assert engine.orders == [("send", ORDERS, {"type": "label.ready", "data": {}})]


async def test_ctrl_o_edits_all_data_as_json():
    engine = scenes.with_form()
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj")
        await desk.step()
        await desk.press("s", "tab", "x", "ctrl+o")
        assert desk.line('{"sku": "x"}_')
        await desk.press("backspace")
        assert desk.shows("1 field to mend")
        await desk.type(', "note": "now"}')
        await desk.press("ctrl+s")
        data = {"sku": "x", "note": "now"}
        assert engine.orders == [("send", ORDERS, {"type": "order.requested", "data": data})]


async def test_enter_goes_through_the_fields_and_gives_the_order_at_the_last():
    engine = scenes.with_form()
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj")
        await desk.step()
        await desk.press("s", "enter", "x", "enter", "enter", "enter")
        assert engine.orders == []
        await desk.press("enter")
        assert [order[0] for order in engine.orders] == ["send"]


async def test_ctrl_y_copies_the_command_of_a_form():
    async with opened(handle=scenes.with_form()) as desk:
        await desk.press(*"jjj")
        await desk.step()
        await desk.press("s", "tab", "a", "space", "b", "ctrl+y")
        assert desk.app.clipboard == "jido send orders order.requested 'sku=a b'"


async def test_a_form_that_opens_before_the_routes_are_known_takes_them_when_they_come():
    engine = scenes.with_form()
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj", "s")
        assert desk.shows("▾ 0 routes")
        await desk.step()
        assert desk.line("order.requested_") and desk.shows("sku       text, required")


async def test_keys_that_are_typed_ahead_reach_the_dialog_that_opens():
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        for key in "jjjXy":
            desk.app.post_message(events.Key(key, key))
        await desk.settle()
        assert engine.orders == [("kill", ORDERS)]


async def test_only_agents_take_signals():
    async with opened(handle=scenes.well()) as desk:
        await desk.press("s")
        assert desk.line("root is a supervisor: only agents take signals")


async def test_the_demo_handles_what_it_is_sent():
    async with opened() as desk:
        await desk.press(*"jjj")
        await desk.step()
        await desk.press("c", "tab", *"A1", "ctrl+t")
        assert desk.line("● answered in ") and desk.shows("+ last_signal")


# -- leaving


async def test_a_mere_look_is_left_at_once():
    async with opened() as desk:
        await desk.press("q")
    assert desk.app.return_value == "left"


@pytest.mark.parametrize("key", ["d", "enter", "ctrl+c"])
async def test_who_opened_the_engine_is_asked_and_may_detach(key):
    async with opened(owns_engine=True) as desk:
        await desk.press("ctrl+c")
        assert isinstance(desk.app.screen, LeaveScreen)
        assert desk.shows("15 nodes run in the engine, pid 4127.")
        await desk.press(key)
    assert desk.app.return_value == "detached"


async def test_who_opened_the_engine_may_stay():
    async with opened(owns_engine=True) as desk:
        await desk.press("q", "x", "escape")
        assert desk.app.screen is desk.dashboard


async def test_stop_orders_the_end_and_leaves_when_the_engine_has_ended():
    async with opened(owns_engine=True) as desk:
        await desk.press("q", "s")
        assert desk.line("□ stopping everything in reverse order")
        assert desk.app.is_running
        await desk.step()
    assert desk.app.return_value == "stopped"


async def test_an_engine_that_another_terminal_stopped_takes_its_dashboard_along():
    async with opened(owns_engine=True) as desk:
        desk.handle.shutdown("jido down")
        await desk.step()
    assert desk.app.return_value == "ended"


async def test_a_mere_look_stays_when_the_engine_was_stopped():
    async with opened() as desk:
        desk.handle.shutdown("jido down")
        await desk.step()
        assert desk.line("× engine ended 0s ago: jido down")


async def test_a_root_that_gave_up_is_looked_at_until_it_is_left():
    async with opened(owns_engine=True) as desk:
        desk.handle.shutdown("one crashed 4 times")
        desk.handle.lost.last_exit["kind"] = "gave_up"
        await desk.step()
        assert desk.line("× engine ended 0s ago: one crashed 4 times")
        await desk.press("q")
    assert desk.app.return_value == "ended"


async def test_a_bounded_run_is_left_when_it_is_over():
    async with opened(owns_engine=True, leave_at_end=True) as desk:
        desk.handle.shutdown("--for 10s is over")
        await desk.step()
    assert desk.app.return_value == "ended"
