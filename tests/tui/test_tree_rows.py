"""Rows of the tree: what is told first where there is no room for all."""

from __future__ import annotations

from typing import Any

import pytest

from jido_cli.tui.model.tree import TreeModel
from jido_cli.tui.view.tree_rows import TreeFace, columns_for, tree_row, window_bar
from tests.tui import scripted
from tests.tui.scripted import NOW

ORDERS = "root/pipeline/orders"
WIDE = columns_for(66, 120)
NARROW = columns_for(46, 80)


def row(columns: Any, path: str, stalled: tuple[str, float] | None = None, **nodes: Any) -> str:
    tree = TreeModel()
    tree.set_room(100)
    tree.update(scripted.tree(**nodes), NOW)
    return tree_row(tree, path, columns, TreeFace(NOW, stalled=stalled)).plain


@pytest.mark.parametrize(
    ("node", "wide", "narrow"),
    [
        ({}, "● running [hung]", "● running [hung]"),
        ({"restarts": 1, "uptime_s": 2.0}, "● running [hung]", "● running [hung]"),
        ({"status": "degraded"}, "▲ degraded [hung]", "▲ [hung 12s]"),
        ({"status": "crash_looping"}, "◆ [hung 12s]", "◆ [hung 12s]"),
    ],
)
def test_a_node_that_keeps_the_loop_is_marked_whatever_else_there_is_to_say(node, wide, narrow):
    stalled = (ORDERS, 12.3)
    orders = {"facts": ["hung"], **node}
    assert f" {wide} " in row(WIDE, ORDERS, stalled, orders=orders)
    assert f" {narrow} " in row(NARROW, ORDERS, stalled, orders=orders)


def test_the_mark_of_a_hung_node_does_not_wait_for_the_loop_that_it_keeps():
    assert "● running [hung]" in row(WIDE, ORDERS, (ORDERS, 3.0))


def test_a_folded_row_has_the_mark_of_the_hung_node_that_it_hides():
    tree = TreeModel()
    tree.set_room(100)
    tree.update(scripted.tree(), NOW)
    tree.fold("root/pipeline", folded=True)
    face = TreeFace(NOW, stalled=(ORDERS, 3.0))
    assert "● running [hung]" in tree_row(tree, "root/pipeline", WIDE, face).plain
    assert "[hung]" not in tree_row(tree, "root/support", WIDE, face).plain


def test_the_bar_of_a_window_in_long_words_is_short_and_whole():
    window = {"used": 7, "max_restarts": 10, "max_seconds": 10}
    assert row(WIDE, "root/pipeline", pipeline={"window": window}).endswith("7/10 in 10s ████░")
    longer = {"used": 107, "max_restarts": 1000, "max_seconds": 3600}
    assert row(WIDE, "root/pipeline", pipeline={"window": longer}).endswith("107/1000 in 1h █░")


@pytest.mark.parametrize(
    ("used", "allowed", "bar"),
    [
        (0, 0, ""),
        (2, 3, "██░"),
        (0, 100, "░░░░░░"),
        (1, 100, "█░░░░░"),
        (50, 100, "███░░░"),
        (99, 100, "█████░"),
        (100, 100, "██████"),
        (101, 100, "██████"),
    ],
)
def test_a_bar_is_full_when_the_next_crash_gives_up_and_only_then(used, allowed, bar):
    assert window_bar({"used": used, "max_restarts": allowed}) == bar
