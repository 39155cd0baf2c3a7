"""Every key of the map does what the map says, on the pane it is meant for."""

from __future__ import annotations

import inspect

import pytest
from textual import events

from jido_cli.tui.keymap import KEYS
from jido_cli.tui.screens.dashboard import DashboardScreen
from jido_cli.tui.screens.help import HelpScreen
from jido_cli.tui.screens.pager import PagerScreen
from jido_cli.tui.screens.palette import PaletteScreen
from tests.tui import scenes
from tests.tui.desks import opened

PIPELINE = "root/pipeline"
ORDERS = "root/pipeline/orders"
INVENTORY = "root/pipeline/inventory"


def test_every_key_names_an_action_of_the_dashboard():
    for key in KEYS:
        name, _, arguments = key.action.partition("(")
        action = getattr(DashboardScreen, f"action_{name}")
        wanted = len(inspect.signature(action).parameters) - 1
        assert (1 if arguments else 0) == wanted, key


def test_no_key_is_given_twice():
    keys = [key for one in KEYS for key in one.keys.split(",")]
    assert sorted(set(keys)) == sorted(keys)


def test_every_action_has_a_key():
    ours = {
        name
        for one in DashboardScreen.__mro__
        if one.__module__.startswith("jido_cli.")
        for name in vars(one)
        if name.startswith("action_")
    }
    assert {f"action_{key.action.partition('(')[0]}" for key in KEYS} == ours


# -- panes and rows


async def test_numbers_and_tab_choose_a_pane():
    async with opened() as desk:
        seen = []
        for key in ("2", "3", "1", "tab", "tab", "tab", "shift+tab"):
            await desk.press(key)
            seen.append(desk.dashboard.focus_on)
        assert seen == ["state", "log", "tree", "state", "log", "tree", "log"]
        assert desk.app.focused is desk.dashboard.log_pane


@pytest.mark.parametrize(
    ("keys", "selected"),
    [
        ("j", "root/intake"),
        ("jj", PIPELINE),
        ("jjk", "root/intake"),
        ("k", "root"),
        ("G", "root/ledger"),
        ("Gg", "root"),
        (["down", "down", "up"], "root/intake"),
        (["end"], "root/ledger"),
        (["end", "home"], "root"),
        (["ctrl+d"], INVENTORY + "/stock_feed"),
        (["pagedown", "pageup"], "root"),
        (["ctrl+d", "ctrl+u"], "root"),
    ],
    ids=str,
)
async def test_keys_move_the_selection_in_the_tree(keys, selected):
    async with opened() as desk:
        await desk.press(*keys)
        assert desk.selected == selected
        assert desk.shows("► ") and desk.app.desk.watched.path == selected


async def test_h_and_l_fold_and_go_up_and_down():
    async with opened(size=(120, 36)) as desk:
        await desk.press(*"jj")
        await desk.press("h")
        assert desk.line("pipeline (4)").startswith("│► ├─ ▸ pipeline (4)")
        assert not desk.shows("├─ orders ")
        await desk.press("l")
        assert desk.shows("├─ orders ")
        await desk.press("l")
        assert desk.selected == ORDERS
        await desk.press("h")
        assert desk.selected == PIPELINE


async def test_capital_h_and_l_fold_and_unfold_everything():
    async with opened(size=(120, 36)) as desk:
        await desk.press(*"jjjj")
        await desk.press("H")
        assert desk.selected == PIPELINE
        assert [one for one in desk.app.desk.tree.rows if one.count("/") > 1] == []
        await desk.press("L")
        assert len(desk.app.desk.tree.rows) == 15


async def test_what_does_not_fit_is_folded_from_the_end():
    async with opened() as desk:
        assert desk.line("▸ crawlers (3)")
        await desk.press(*"jjjjjjjj", "l")
        assert desk.shows("w1") or desk.shows("triage")


async def test_b_shows_what_falls_if_the_supervisor_gives_up():
    async with opened(size=(120, 36)) as desk:
        await desk.press(*"jjj")
        assert not desk.shows("┊")
        await desk.press("b")
        assert desk.line("intake  ").startswith("│  ├─ intake")
        assert desk.line("▾ pipeline").startswith("│┊ ├─ ▾ pipeline")
        await desk.press("b")
        assert not desk.shows("┊")


async def test_a_supervisor_shows_both_boundaries_by_itself():
    async with opened(size=(120, 36)) as desk:
        await desk.press(*"jj")
        assert desk.line("─ intake  ").startswith("│┊ ├─ intake")
        assert desk.line("─ orders  ").startswith("│┃ │  ├─ orders")


async def test_z_gives_a_pane_everything_and_back():
    async with opened() as desk:
        await desk.press("3", "z")
        assert not desk.shows("1 Tree") and desk.shows("3 Directives")
        await desk.press("1")
        assert desk.shows("1 Tree") and not desk.shows("3 Directives")
        await desk.press("z")
        assert desk.shows("1 Tree") and desk.shows("3 Directives")
        await desk.press("z", "escape")
        assert desk.shows("1 Tree") and desk.shows("3 Directives")


async def test_enter_opens_what_the_cursor_is_on():
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj", "enter")
        assert desk.dashboard.focus_on == "state"
        await desk.press("3", "enter")
        assert isinstance(desk.app.screen, PagerScreen)
        assert desk.shows("directive  reply  invoice.total")
        await desk.press("escape")
        assert desk.app.screen is desk.dashboard


async def test_enter_on_a_supervision_event_selects_its_node():
    engine = scenes.crash_looping()
    async with opened(handle=engine) as desk:
        await desk.press("3", *"kkk")
        assert "exited" in desk.app.desk.log.rows[desk.dashboard.log_pane.cursor()].said
        await desk.press("enter")
        assert desk.selected == INVENTORY


# -- the state


async def test_brackets_go_through_the_tabs():
    engine = scenes.with_form()
    async with opened(size=(120, 36), handle=engine) as desk:
        await desk.press(*"jjj")
        await desk.step()
        seen = []
        for key in ("right_square_bracket",) * 4 + ("left_square_bracket",):
            await desk.press(key)
            seen.append(desk.dashboard.tab)
        assert seen == ["Routes", "Counters", "Exits", "State", "Exits"]
        assert desk.shows("2 Exits ── State ─ Routes ─ Counters ─")
        assert desk.shows("No exits yet.")


async def test_the_state_folds_and_unfolds():
    engine = scenes.well()
    async with opened(size=(120, 36), handle=engine) as desk:
        await desk.press(*"jjj")
        await desk.step()
        await desk.press("2", *"jjjjjjjj")
        assert desk.line("▸ orders")
        await desk.press("l")
        assert desk.line("▾ orders") and desk.shows("▸ o-772")
        await desk.press("h")
        assert desk.line("▸ orders")
        await desk.press("h")
        assert desk.line("▸ state")
        await desk.press("enter")
        assert desk.line("▾ state")


# -- the log


async def test_p_holds_the_log_back_and_counts_what_comes():
    async with opened(is_busy=True) as desk:
        await desk.step(1.0)
        before = desk.lines()[-7:-3]
        await desk.press("p")
        await desk.step(1.0)
        new = desk.app.desk.log.new
        assert new > 40
        assert desk.line(f"PAUSED, {new} new")
        assert desk.lines()[-7:-3] == before
        await desk.press("p")
        assert desk.shows("following, ") and desk.lines()[-7:-3] != before


async def test_scrolling_up_ends_following_and_f_begins_it_again():
    async with opened(is_busy=True) as desk:
        await desk.step(2.0)
        await desk.press("3", *"kkk")
        row = desk.dashboard.log_pane.entry()
        await desk.step(1.0)
        assert desk.dashboard.log_pane.entry() == row
        assert desk.shows(" below ")
        await desk.press("f")
        assert desk.shows("following, ")


async def test_v_hides_supervision_events():
    engine = scenes.crash_looping()
    async with opened(handle=engine) as desk:
        assert desk.shows("inventory exited")
        await desk.press("v")
        assert not desk.shows("inventory exited")
        await desk.press("v")
        assert desk.shows("inventory exited")


async def test_e_shows_only_trouble():
    engine = scenes.with_labels()
    async with opened(handle=engine) as desk:
        await desk.press("e")
        assert desk.shows("filtered: 4 of 16 shown")
        await desk.press("e")
        assert desk.shows("following, ")


async def test_a_shows_only_the_selected_node_and_follows_the_selection():
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj", "a")
        assert desk.shows(f"{ORDERS}, following")
        assert {one.agent for one in desk.app.desk.log.rows} == {ORDERS}
        await desk.press("k")
        assert len({one.agent for one in desk.app.desk.log.rows}) == 3
        await desk.press("a")
        assert len(desk.app.desk.log.rows) == 12


async def test_m_draws_a_line():
    async with opened() as desk:
        await desk.press("m")
        assert desk.line("-- mark 14:02:11 --")


# -- the filter


async def test_a_filter_is_shown_at_once_kept_with_enter_and_cleared_with_escape():
    engine = scenes.with_labels()
    async with opened(handle=engine) as desk:
        await desk.press("slash")
        assert desk.lines()[-1].startswith(" enter keep  esc clear")
        await desk.type("outcome:dead")
        assert desk.shows("filtered: 1 of 16 shown")
        await desk.press("enter")
        assert desk.shows("filtered: 1 of 16 shown") and not desk.shows("/ outcome")
        await desk.press("slash", "escape")
        assert desk.shows("following, ")
        await desk.press("slash", "up", "enter")
        assert desk.shows("filtered: 1 of 16 shown")
        await desk.press("escape")
        assert desk.shows("following, ")


async def test_letters_are_text_while_a_filter_is_typed():
    async with opened() as desk:
        await desk.press("slash", *"qrxX1", "question_mark")
        assert desk.dashboard.log_pane.filter_field.text == "qrxX1?"
        assert desk.app.screen is desk.dashboard


async def test_tab_completes_keys_and_values():
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        await desk.press("slash", *"ag", "tab")
        assert desk.dashboard.log_pane.filter_field.text == "agent:"
        await desk.type("shi")
        await desk.press("tab")
        assert desk.dashboard.log_pane.filter_field.text == "agent:shipping"
        await desk.type(" -outcome:o")
        await desk.press("tab")
        assert desk.dashboard.log_pane.filter_field.text == "agent:shipping -outcome:ok"


async def test_a_wrong_key_says_which_there_are():
    async with opened() as desk:
        await desk.press("slash")
        await desk.type("agnt:x")
        assert desk.line("no key 'agnt'; did you mean 'agent'? known: agent type kind")
        await desk.press("enter")
        assert desk.dashboard.log_pane.filter_field is not None


# -- everything else


async def test_question_mark_shows_the_help_of_the_pane():
    async with opened() as desk:
        for key, title in (("1", "1 Tree"), ("2", "2 State"), ("3", "3 Directives")):
            await desk.press(key, "question_mark")
            assert isinstance(desk.app.screen, HelpScreen)
            assert desk.shows(f"Help: {title}")
            await desk.press("j", "k", "escape")
        assert desk.app.screen is desk.dashboard


async def test_colon_and_ctrl_p_open_the_palette_and_enter_runs():
    async with opened() as desk:
        for key in ("colon", "ctrl+p"):
            await desk.press(key)
            assert isinstance(desk.app.screen, PaletteScreen)
            await desk.press("escape")
        await desk.press("colon")
        await desk.type("go ship")
        await desk.press("enter")
        assert desk.selected == "root/pipeline/shipping"


async def test_the_palette_runs_actions_on_other_nodes():
    async with opened() as desk:
        await desk.press("colon")
        await desk.type("kill triage")
        assert desk.line("falls with it: billing")
        await desk.press("down", "up", "enter")
        assert desk.shows("Kill root/support/triage")


async def test_capital_t_changes_the_colours():
    async with opened() as desk:
        seen = [desk.app.theme]
        for _ in range(4):
            await desk.press("T")
            seen.append(desk.app.theme)
        assert seen == ["dark", "light", "terminal", "contrast", "dark"]


async def test_exclamation_mark_goes_to_the_trouble():
    engine = scenes.crash_looping()
    async with opened(handle=engine) as desk:
        await desk.press("exclamation_mark")
        assert desk.selected == INVENTORY
    async with opened() as desk:
        await desk.press("exclamation_mark")
        assert desk.line("● no trouble")


async def test_escape_sends_the_attention_line_away():
    engine = scenes.crash_looping()
    async with opened(handle=engine) as desk:
        assert desk.shows("! go there")
        await desk.press("escape")
        assert not desk.shows("! go there")
        await desk.step(1.0)
        assert not desk.shows("! go there")


async def test_y_copies_and_capital_y_copies_the_command():
    engine = scenes.well()
    async with opened(handle=engine) as desk:
        await desk.press(*"jjj")
        await desk.step()
        await desk.press("y")
        assert desk.app.clipboard == ORDERS
        await desk.press("Y")
        assert desk.app.clipboard == "jido inspect orders"
        await desk.press("2", *"jjjjj", "y")
        assert desk.app.clipboard == '"open"'
        await desk.press("Y")
        assert desk.app.clipboard == "jido state orders"
        await desk.press("3", "y")
        assert "invoice.total" in desk.app.clipboard
        await desk.press("Y")
        assert desk.app.clipboard == "jido directives --agent orders"


async def test_ctrl_r_tries_a_lost_engine_again():
    async with opened() as desk:
        await desk.press("ctrl+r")
        assert desk.feed.asked == ["reconnect"]


async def test_ctrl_l_paints_everything_again():
    async with opened() as desk:
        pane = desk.dashboard.tree_pane
        before = pane.painted
        await desk.press("ctrl+l")
        assert pane.painted > before


async def test_ctrl_z_goes_to_the_shell(monkeypatch):
    async with opened() as desk:
        gone = []
        monkeypatch.setattr(desk.app, "action_suspend_process", lambda: gone.append(1))
        await desk.press("ctrl+z")
        assert gone == [1]


async def test_i_shows_everything_known_of_a_node():
    async with opened(size=(120, 36)) as desk:
        await desk.press(*"jjj", "i")
        assert desk.shows("Inspect root/pipeline/orders")
        assert desk.shows("declared    topologies/shop.yaml:43")
        await desk.press("Y")
        assert desk.app.clipboard == "jido inspect orders"
        await desk.press("j", "k", "G", "g", "l", "h", "y")
        assert desk.app.clipboard.startswith("root/pipeline/orders")
        await desk.press("i")
        assert desk.app.screen is desk.dashboard


# -- the mouse


async def test_a_click_selects_and_a_second_one_opens():
    async with opened() as desk:
        await desk.pilot.click("#tree", offset=(10, 4))
        await desk.settle()
        assert desk.selected == ORDERS
        await desk.pilot.click("#tree", offset=(10, 4))
        await desk.settle()
        assert desk.dashboard.focus_on == "state"


async def test_a_click_on_a_key_of_the_footer_presses_it():
    async with opened() as desk:
        at = desk.lines()[-1].index("p pause")
        await desk.pilot.click("#footer", offset=(at + 2, 0))
        await desk.settle()
        assert desk.shows("PAUSED")


async def test_the_wheel_scrolls_the_pane_under_it():
    async with opened(is_busy=True) as desk:
        await desk.step(3.0)

        pane = desk.dashboard.log_pane
        event = events.MouseScrollUp(pane, 1, 1, 0, -1, 0, False, False, False)
        pane.post_message(event)
        await desk.settle()
        assert not pane.is_following


# -- pasting


async def test_pasted_text_goes_where_text_is_typed():
    async with opened() as desk:
        await desk.press("slash")
        desk.app.post_message(events.Paste("agent:w1\nx"))
        await desk.settle()
        assert desk.dashboard.log_pane.filter_field.text == "agent:w1 x"
        await desk.press("escape", "colon")
        desk.app.post_message(events.Paste("kill w1"))
        await desk.settle()
        assert desk.line("► Kill w1")
        await desk.press("ctrl+y")
        assert desk.app.clipboard == "jido kill w1"
        await desk.press("escape", *"1jjj")
        await desk.step()
        await desk.press("s", "tab")
        desk.app.post_message(events.Paste("A-100"))
        await desk.settle()
        assert desk.shows("sku=A-100")


async def test_the_counters_of_an_agent_are_a_tab():
    engine = scenes.crash_looping()
    found = engine.inspected[INVENTORY]
    found["mailbox_detail"] |= {"oldest_ms": 1200, "rejected": 3}
    found |= {"dead_letters": 2, "schedules": [{"name": "recount", "spec": "@daily", "next_at": 0}]}
    async with opened((120, 36), handle=engine) as desk:
        await desk.press(*"jjjj", "right_square_bracket", "right_square_bracket")
        await desk.step()
        for text in (
            "128 of 10,000 (reject)",
            "oldest     1.2s",
            "rejected   3",
            "2 dead letters",
        ):
            assert desk.shows(text), text
        assert desk.shows("recount @daily, next 1970-01-01")
