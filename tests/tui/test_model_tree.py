"""The tree: folding, selection, and what falls with what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jido_cli.tui.model.tree import TreeModel
from jido_cli.tui.model.trouble import lost_parts
from tests.tui import scripted

NOW = scripted.NOW
PIPELINE = "root/pipeline"


def shop() -> TreeModel:
    tree = TreeModel()
    tree.update(scripted.tree(), NOW)
    return tree


def ids(paths: list[str]) -> list[str]:
    return [path.rpartition("/")[2] for path in paths]


@pytest.mark.parametrize(
    ("path", "near", "outer"),
    [
        ("root/intake", [], 14),
        ("root/pipeline/orders", ["inventory", "stock_feed", "shipping"], 1),
        ("root/pipeline/inventory", ["stock_feed", "shipping"], 2),
        ("root/pipeline/shipping", [], 4),
        ("root/pipeline/inventory/stock_feed", [], 1),
        (PIPELINE, ["orders", "inventory", "stock_feed", "shipping"], 10),
        ("root/support/triage", ["billing"], 1),
        ("root/support/billing", ["triage"], 1),
        ("root/crawlers/w2", [], 3),
        ("root", "everything", 0),
    ],
)
def test_what_falls_with_a_node_follows_from_the_strategies(path, near, outer):
    tree = shop()
    if near == "everything":
        assert tree.falls_with(path) == list(tree.nodes)[1:]
    else:
        assert ids(tree.falls_with(path)) == near
    assert len(tree.falls_if_given_up(path)) == outer


def test_the_first_node_is_selected_at_first():
    assert shop().selected == "root"


def test_selecting_unfolds_what_hides_a_node():
    tree = shop()
    tree.fold_all(folded=True)
    assert "root/pipeline/orders" not in tree.rows
    tree.select("root/pipeline/inventory/stock_feed")
    assert "root/pipeline/inventory/stock_feed" in tree.rows
    assert "root/support/triage" not in tree.rows


def test_selecting_what_is_not_there_changes_nothing():
    tree = shop()
    tree.select("root/nobody")
    assert tree.selected == "root"


def test_a_selected_node_that_goes_hands_the_selection_up():
    tree = shop()
    tree.select("root/pipeline/inventory/stock_feed")
    answer = scripted.tree()
    answer["nodes"] = [one for one in answer["nodes"] if "inventory" not in one["path"]]
    assert tree.update(answer, NOW)
    assert tree.selected == PIPELINE


def test_a_tree_without_nodes_has_no_selection():
    tree = shop()
    tree.update(scripted.tree() | {"nodes": []}, NOW)
    assert (tree.selected, list(tree.rows)) == (None, [])
    tree.move(1)
    tree.fold_all(folded=True)


def test_a_folded_node_shows_the_worst_status_below_it():
    tree = TreeModel()
    tree.update(scripted.tree(stock_feed={"status": "failed"}), NOW)
    assert tree.worst_below("root") == "failed"
    assert tree.worst_below("root/support") == "running"


def test_what_was_folded_by_hand_stays_so_when_nodes_come_and_go():
    tree = shop()
    tree.set_room(30)
    tree.fold(PIPELINE, folded=True)
    answer = scripted.tree()
    extra = answer["nodes"][1] | {"path": "root/more", "id": "more"}
    answer["nodes"].append(extra)
    tree.update(answer, NOW)
    assert tree.is_folded(PIPELINE) and "root/more" in tree.rows


def test_only_nodes_with_children_fold():
    tree = shop()
    tree.fold("root/intake", folded=True)
    assert not tree.is_folded("root/intake")


@given(room=st.integers(0, 20), moves=st.lists(st.integers(-20, 20), max_size=10))
def test_the_selected_node_is_always_a_row(room, moves):
    tree = shop()
    tree.set_room(room)
    for step in moves:
        tree.move(step)
        assert tree.rows[tree.index()] == tree.selected


@given(room=st.integers(5, 20))
def test_what_is_folded_for_room_fits_where_it_can(room):
    tree = shop()
    tree.set_room(room)
    assert len(tree.rows) <= max(room, 6)
    assert [one for one in tree.nodes if one in tree.rows] == list(tree.rows)


def test_what_degrades_an_agent_is_found_also_below_a_supervisor_of_its_own():
    answer = scripted.tree()
    inventory, feed = "root/pipeline/inventory", "root/pipeline/inventory/stock_feed"
    by_path = {node["path"]: node for node in answer["nodes"]}
    by_path[inventory]["status"] = "degraded"
    own = by_path[feed] | {"path": f"{inventory}/sensors", "id": "sensors", "kind": "supervisor"}
    lost = {"status": "failed", "path": f"{inventory}/sensors/stock_feed"}
    at = answer["nodes"].index(by_path[feed])
    answer["nodes"][at : at + 1] = [own, by_path[feed] | lost | {"parent": own["path"]}]
    tree = TreeModel()
    tree.update(answer, NOW)
    assert [one["path"] for one in lost_parts(tree, tree.nodes[inventory])] == [lost["path"]]
    assert lost_parts(tree, tree.nodes[PIPELINE]) == []
