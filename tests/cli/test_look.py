"""`ps`, `state`, `inspect`, `ls`: what is printed where, and the exit codes."""

from __future__ import annotations

import json

from jido_cli.errors import ControlError
from tests.cli import shop
from tests.cli.fakes import FakeEngines, FakeHandle, found_engine, jido
from tests.cli.test_render_tree import NARROW
from tests.observe.test_text_inspect import DRAWN as INSPECT
from tests.observe.test_text_state import DRAWN as STATE_DRAWN
from tests.observe.test_text_state import STATE

HEADING = "shop  ◆ 1 crash_looping, 14 running  up 2h 14m  9 restarts  revision 31"
ATTENTION = """\
inventory: crash(KeyError: 'sku') 1.2s ago, shop/stock.py:48 in reserve
more: jido inspect inventory"""


def test_ps_shows_and_judges_nothing():
    result = jido("ps")
    assert result.stdout == f"{HEADING}\n\n{NARROW}\n\n{ATTENTION}\n"
    assert (result.stderr, result.exit_code) == ("", 0)


def test_ps_of_a_named_engine_names_it_in_what_can_be_pasted():
    engines = FakeEngines()
    result = jido("ps", "-e", "shop", engines=engines)
    assert result.stdout.endswith("more: jido inspect inventory -e shop\n")
    assert engines.picked == [("shop", "ps")]


def test_ps_in_ascii_moves_no_column():
    lines = jido("ps", is_ascii=True).stdout.splitlines()
    assert lines[0] == HEADING.replace("◆", "#")
    assert lines[8] == (
        "| | ` stock_feed   sen * running (1s)              9      -  1.2s".replace(
            "| | `", "| | `"
        )
    )
    assert all(line.isascii() for line in lines)


def test_ps_filters_and_counts_what_it_shows():
    result = jido("ps", "--wide", "--filter", "status:crash_looping,starting")
    assert result.stdout.splitlines()[1].startswith("root/pipeline/inventory       agent")
    assert result.stdout.splitlines()[-1] == "1 of 15 nodes"


def test_ps_as_json_is_the_tree():
    assert json.loads(jido("ps", "--json").stdout) == shop.tree()


def test_a_filter_with_an_unknown_status_is_a_usage_error():
    result = jido("ps", "--filter", "status:loopy")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: --filter 'status:loopy': no status 'loopy'\n  where  ")


def test_state_prints_a_part_as_json():
    handle = FakeHandle(states={("counter_agent_server", "count"): 0})
    result = jido("state", "counter_agent_server", "count", handle=handle)
    assert (result.stdout, result.exit_code) == ("0\n", 0)


def test_state_is_cut_short_on_a_terminal_and_says_so_on_stderr():
    handle = FakeHandle(states={("orders", None): STATE})
    result = jido("state", "orders", handle=handle, columns=80)
    assert result.stdout == STATE_DRAWN + "\n"
    assert result.stderr == ("412 items in orders, 3 shown; all of it: jido state orders --full\n")


def test_state_is_whole_in_a_pipe():
    handle = FakeHandle(states={("orders", None): STATE})
    result = jido("state", "orders", handle=handle)
    assert json.loads(result.stdout) == STATE
    assert result.stderr == ""


def test_inspect_prints_what_is_drawn():
    handle = FakeHandle(nodes={"inventory": shop.inspect_inventory()})
    assert jido("inspect", "inventory", handle=handle).stdout == INSPECT + "\n"


def test_an_unknown_node_is_exit_3_in_the_one_pattern():
    result = jido("inspect", "ordres")
    assert result.exit_code == 3
    assert result.stdout == ""
    assert result.stderr == (
        "error: no node 'ordres' in shop; did you mean 'orders'?\n"
        "  where  shop, 15 nodes\n"
        "  try    jido ps\n"
    )


def test_the_same_error_as_json_is_one_object():
    result = jido("inspect", "ordres", "--json")
    assert json.loads(result.stderr) == {
        "error": {
            "code": "no-node",
            "message": "no node 'ordres' in shop; did you mean 'orders'?",
            "where": "shop, 15 nodes",
            "why": None,
            "try": ["jido ps"],
            "exit": 3,
        }
    }


def test_ls_lists_engines_with_their_health():
    engines = FakeEngines(others=[found_engine("counter", "starting")])
    assert jido("ls", engines=engines).stdout == (
        "ENGINE   STATUS                         RESTARTS   PID  UPTIME  FILE\n"
        "shop     ◆ 1 crash_looping, 14 running         9  4127  2h 14m  "
        "/project/topologies/shop.yaml\n"
        "counter  ○ starting                            -  4127  -       "
        "/project/topologies/counter.yaml\n"
    )


def test_ls_leaves_out_the_dead_and_says_when_there_are_none():
    class NoEngines(FakeEngines):
        def found(self):
            return [found_engine("old", "dead")]

    result = jido("ls", engines=NoEngines())
    assert (result.stdout, result.stderr, result.exit_code) == ("", "no engine is running\n", 0)


def test_no_engine_is_exit_3():
    problem = ControlError("no engine is running", code="no-engine", hints=("jido up FILE",))
    result = jido("ps", engines=FakeEngines(problem=problem))
    assert (result.exit_code, result.stdout) == (3, "")
