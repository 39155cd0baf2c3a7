"""`jido ps` reads as drawn."""

from __future__ import annotations

from datetime import UTC

import pytest

from jido_cli.cli.render.tree import attention_lines, heading, tree_lines, wide_lines
from jido_cli.observe.text.display import colour
from jido_cli.observe.text.measures import Times
from tests.cli import shop

NARROW = """\
NODE                   STATUS               RESTARTS   MAIL  UPTIME
root               1:1 ● running           0/3 in 5s      -  2h 14m
├ intake               ● running                   0      0  2h 14m
├ pipeline         1:> ● running           2/3 in 5s      -  2h 14m
│ ├ orders             ● running                   0      3  2h 14m
│ ├ inventory          ◆ crash_looping             9    128  1.2s
│ │ └ stock_feed   sen ● running (1s)              9      -  1.2s
│ └ shipping           ● running (1s)              9      0  1.2s
├ support          1:* ● running           0/3 in 5s      -  2h 14m
│ ├ triage             ● running                   0      0  2h 14m
│ └ billing            ● running                   0      0  2h 14m
├ crawlers         1:+ ● running           0/3 in 5s      -  2h 14m
│ ├ w1                 ● running                   0      0  2h 14m
│ ├ w2                 ● running                   0      0  2h 14m
│ └ w3                 ● running                   0      0  41m
└ ledger           prc ● running                   0      -  2h 14m"""

WIDE = """\
PATH                          KIND   STATUS           RESTARTS  WINDOW     GEN  MAIL  PERSIST     UPTIME  LAST EXIT
root/pipeline/inventory       agent  ◆ crash_looping         9  2/3 in 5s   10   128  checkpoint  1.2s    crash(KeyError: 'sku')
root/pipeline/shipping        agent  ○ starting              9  2/3 in 5s   10     0  none        0.4s    shutdown"""  # noqa: E501

TIMES = Times(shop.NOW, UTC)


def test_the_tree_is_drawn_as_in_the_drawing():
    tree = shop.tree()
    assert "\n".join(tree_lines(tree, tree["nodes"])) == NARROW


def test_the_heading_names_the_worst_first():
    assert heading(shop.tree()) == (
        "shop  ◆ 1 crash_looping, 14 running  up 2h 14m  9 restarts  revision 31"
    )


def test_the_heading_of_a_healthy_tree_says_all():
    tree = shop.tree() | {"counts": {"running": 15}, "restarts": 1}
    assert heading(tree) == "shop  ● all 15 running  up 2h 14m  1 restart  revision 31"


def test_the_heading_says_that_zombies_degrade_the_engine():
    tree = shop.tree() | {"counts": {"running": 15}, "restarts": 1, "zombies": 2}
    assert heading(tree) == (
        "shop  ● all 15 running  ▲ degraded: 2 zombies  up 2h 14m  1 restart  revision 31"
    )


def test_where_there_are_logical_parents_both_tables_show_them():
    tree = shop.tree()
    shop.find(tree, "w1")["parent_agent"] = "root/intake"
    shown = [shop.find(tree, name) for name in ("w1", "w2")]
    narrow = tree_lines(tree, shown)
    assert narrow[0].endswith("  MAIL  UPTIME    PARENT")
    assert [line.rpartition("2h 14m")[2] for line in narrow[-2:]] == ["    root/intake", ""]
    wide = wide_lines(tree, shown)
    assert "UPTIME  PARENT       LAST EXIT" in wide[0]
    assert [line.split()[-2:] for line in wide[1:]] == [["root/intake", "-"], ["-", "-"]]


def test_the_wide_table_is_drawn_as_in_the_drawing():
    tree = shop.tree()
    shipping = shop.find(tree, "shipping") | {
        "status": "starting",
        "uptime_s": 0.4,
        "last_exit": shop.CRASH | {"reason": "shutdown"},
    }
    assert "\n".join(wide_lines(tree, [shop.find(tree, "inventory"), shipping])) == WIDE


def test_trouble_is_told_under_the_tree_with_the_command_that_tells_more():
    assert attention_lines(shop.tree(), TIMES) == [
        "inventory: crash(KeyError: 'sku') 1.2s ago, shop/stock.py:48 in reserve",
        "more: jido inspect inventory",
    ]


def test_a_tree_without_trouble_has_no_attention_lines():
    tree = shop.tree()
    shop.find(tree, "inventory")["status"] = "running"
    assert attention_lines(tree, TIMES) == []


def test_many_troubled_nodes_are_counted_not_listed():
    tree = shop.tree()
    for name in ("orders", "triage", "w1", "w2"):
        shop.find(tree, name)["status"] = "backing_off"
    assert attention_lines(tree, TIMES)[-2:] == [
        "and 2 more not running as they should",
        "more: jido inspect inventory",
    ]


def test_a_stalled_loop_is_told_first():
    stall = {"agent": "root/pipeline/orders", "action": "create", "ms": 12_000, "stack": []}
    lines = attention_lines(shop.tree() | {"stalled": stall}, TIMES)
    assert lines[0] == "root/pipeline/orders holds the loop: create runs for 12s"


@pytest.mark.parametrize(("width", "last"), [(80, "UPTIME"), (60, "MAIL"), (54, "RESTARTS")])
def test_a_narrow_terminal_leaves_columns_out_rather_than_wrap_lines(width, last):
    tree = shop.tree()
    lines = tree_lines(tree, tree["nodes"], width=width)
    assert lines[0].split()[-1] == last
    assert max(map(len, lines)) <= width


def test_the_text_of_an_exit_has_an_end():
    tree = shop.tree()
    node = shop.find(tree, "inventory")
    node["last_exit"] = node["last_exit"] | {"reason": "x" * 5000}
    assert len(attention_lines(tree, TIMES)[0]) < 400


def test_facts_stand_in_brackets_after_the_status():
    tree = shop.tree()
    shop.find(tree, "orders")["facts"] = ["hung"]
    assert "● running [hung]" in "\n".join(tree_lines(tree, tree["nodes"]))
    running = tree["counts"]["running"]
    tree["stalled"] = {"agent": "root/pipeline/orders"}
    assert f"  × 1 hung, 1 crash_looping, {running - 1} running  " in heading(tree)
    del shop.find(tree, "orders")["facts"]
    tree["stalled"] = {"agent": None}
    assert f"  × the loop is held, 1 crash_looping, {running} running  " in heading(tree)


def test_a_filtered_tree_keeps_the_ancestors_of_what_it_shows():
    tree = shop.tree()
    lines = tree_lines(tree, [shop.find(tree, "inventory")])
    assert [line[:14].rstrip() for line in lines[1:]] == ["root", "└ pipeline", "  └ inventory"]


def test_long_names_are_cut_on_a_terminal_only():
    tree = shop.tree()
    shop.find(tree, "orders")["id"] = "x" * 60
    assert max(len(line) for line in tree_lines(tree, tree["nodes"], width=80)) <= 80
    assert "x" * 60 in "\n".join(tree_lines(tree, tree["nodes"]))


def test_colours_change_no_width():
    tree = shop.tree()
    painted = tree_lines(tree, tree["nodes"], colour)
    assert painted[5] == (
        "│ ├ inventory          \x1b[35m◆ crash_looping\x1b[0m             9    128  1.2s"
    )


def test_foreign_text_cannot_steer_the_terminal():
    tree = shop.tree()
    shop.find(tree, "inventory")["last_exit"] = shop.CRASH | {"reason": "crash(\x1b]52;c;x\x07)"}
    assert attention_lines(tree, TIMES)[0].startswith("inventory: crash(\\x1b]52;c;x\\x07) ")
