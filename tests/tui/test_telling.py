"""From events to rows: one restart is one row, what was asked for by hand is told as it is."""

from __future__ import annotations

from jido_cli.tui.model.telling import Teller
from jido_cli.tui.model.tree import TreeModel
from jido_cli.tui.model.trouble import TroubleModel, bare
from tests.tui import scripted
from tests.tui.scripted import NOW, event

PIPELINE = "root/pipeline"
FULL = {"max_restarts": 3, "max_seconds": 5}


def crash(seq: int, path: str, at: float = 0.0) -> dict:
    return event(seq, NOW + at, "exited", path, how="crash", reason="crash(KeyError: 'sku')")


def down(seq: int, path: str, at: float = 0.0) -> dict:
    return event(seq, NOW + at, "exited", path, how="shutdown", reason="shutdown")


def up(seq: int, path: str, at: float = 0.0) -> dict:
    return event(seq, NOW + at, "started", path)


def back(seq: int, path: str, group: list[str], at: float = 0.0, used: int = 1) -> dict:
    return event(seq, NOW + at, "restarted", path, group=group, used=used, **FULL)


def told(*events: dict) -> list[str]:
    rows = Teller().tell(events)
    return [" ".join(f"{one.sign} {one.path} {one.said}".split()) for one in rows]


def test_a_boot_is_told_by_its_supervisors():
    assert told(
        up(1, f"{PIPELINE}/orders"),
        up(2, f"{PIPELINE}/shipping"),
        up(3, PIPELINE),
        up(4, "root"),
        event(5, NOW, "ready", None, "4 of 4 nodes in 1ms"),
    ) == [
        "● root/pipeline started orders, shipping",
        "● root started pipeline",
        "● root started",
        "● ready: 4 of 4 nodes in 1ms",
    ]


def test_the_restart_of_a_group_is_one_row():
    assert told(
        crash(1, f"{PIPELINE}/orders"),
        down(2, f"{PIPELINE}/shipping"),
        down(3, f"{PIPELINE}/inventory"),
        back(4, f"{PIPELINE}/orders", ["inventory", "shipping"]),
        up(5, f"{PIPELINE}/inventory"),
        up(6, f"{PIPELINE}/shipping"),
    ) == [
        "◆ root/pipeline/orders exited: crash(KeyError: 'sku')",
        "● root/pipeline restarted orders, inventory, shipping 1/3 in 5s",
    ]


def test_what_falls_when_a_supervisor_gives_up_is_told_in_its_order():
    assert told(
        crash(1, f"{PIPELINE}/orders", 0.0),
        crash(2, f"{PIPELINE}/orders", 1.9),
        event(3, NOW + 1.9, "gave_up", PIPELINE, child="orders", used=2, **FULL),
        down(4, f"{PIPELINE}/shipping", 1.9),
        down(5, f"{PIPELINE}/inventory", 1.9),
        down(6, PIPELINE, 1.9),
        up(7, f"{PIPELINE}/orders", 1.91),
        up(8, f"{PIPELINE}/inventory", 1.91),
        back(9, PIPELINE, [], 1.91),
    ) == [
        "◆ root/pipeline/orders exited: crash(KeyError: 'sku')",
        "◆ root/pipeline/orders exited: crash(KeyError: 'sku')",
        "× root/pipeline gave up: 2 crashes in 1.9s, 3 restarts allowed in 5s",
        "■ root/pipeline stopped: shipping, inventory",
        "● root restarted pipeline 1/3 in 5s",
    ]


def test_a_supervisor_that_is_back_is_told_as_any_other():
    teller = Teller()
    teller.tell([event(1, NOW, "gave_up", PIPELINE, child="a", used=2, **FULL)])
    teller.tell([back(2, PIPELINE, [], 0.01)])
    rows = teller.tell([down(3, f"{PIPELINE}/b", 0.5), back(4, f"{PIPELINE}/a", ["b"], 0.5)])
    assert [one.said.split("   ")[0] for one in rows] == ["restarted a, b"]


def test_stops_and_starts_by_hand_are_told():
    assert told(down(1, f"{PIPELINE}/orders"), up(2, f"{PIPELINE}/orders", 0.1)) == [
        "■ root/pipeline stopped: orders",
        "● root/pipeline started orders",
    ]


def test_a_mate_that_is_restarted_by_hand_soon_after_is_told():
    rows = told(
        back(1, f"{PIPELINE}/a", ["b"]),
        up(2, f"{PIPELINE}/b"),
        down(3, f"{PIPELINE}/b", 0.2),
        up(4, f"{PIPELINE}/b", 0.2),
    )
    assert rows[1:] == ["■ root/pipeline stopped: b", "● root/pipeline started b"]


def test_other_facts_are_told_in_their_words():
    assert told(
        event(1, NOW, "stalled", "root/a", "spin kept the loop for 1200ms"),
        event(2, NOW, "start_failed", "root/a", "gen 1  no such file"),
        event(3, NOW, "zombie", "root/a", "goes on after it was ended"),
        event(4, NOW, "overflow", "root/a", "9 rejected"),
        event(5, NOW, "of_a_later_version", "root/a", "?"),
        event(6, NOW, "stopping", None, "15 nodes in reverse order: jido down"),
    ) == [
        "× root/a holds the loop: spin kept the loop for 1200ms",
        "× root/a did not start: gen 1 no such file",
        "× root/a left a zombie: goes on after it was ended",
        "▲ root/a mailbox overflows: 9 rejected",
        "□ stopping 15 nodes in reverse order: jido down",
    ]


def test_a_flood_of_starts_stays_a_few_rows():
    events = [up(number, f"root/pool/w{number}") for number in range(1000)]
    rows = Teller().tell(events)
    assert len(rows) == 1 and rows[0].said.count(",") == 49


# -- trouble


def troubles(tree: TreeModel, model: TroubleModel, now: float = NOW) -> list[str]:
    return [one.text for one in model.now(tree, now)]


def a_tree(**changes: dict) -> TreeModel:
    tree = TreeModel()
    tree.update(scripted.tree(**changes), NOW)
    return tree


LAST = {"reason": "crash(KeyError: 'sku')", "kind": "crash", "at": NOW}


def test_the_worst_trouble_comes_first():
    tree = a_tree(
        intake={"status": "backing_off", "last_exit": LAST},
        orders={"status": "crash_looping", "last_exit": LAST},
        ledger={"status": "failed"},
    )
    assert troubles(tree, TroubleModel()) == [
        "ledger failed",
        "orders crash_looping: KeyError: 'sku'",
        "intake backing_off: KeyError: 'sku'",
    ]


def test_an_agent_that_keeps_the_loop_comes_before_all():
    tree = a_tree(ledger={"status": "failed"})
    stall = {"agent": "root/intake", "action": "spin", "ms": 12_345, "stack": []}
    tree.answer = {**tree.answer, "stalled": stall}
    assert troubles(tree, TroubleModel())[0] == "intake holds the loop: spin runs for 12s"


def test_restarts_are_counted_within_the_window_above():
    model = TroubleModel()
    for at in (-60.0, -1.7, 0.0):
        model.restarted({"path": f"{PIPELINE}/orders", "at": NOW + at})
    tree = a_tree(orders={"status": "crash_looping"})
    assert troubles(tree, model) == ["orders crash_looping: 2 restarts in 1.7s"]


def test_what_was_dismissed_stays_away_and_new_trouble_comes():
    model, tree = TroubleModel(), a_tree(intake={"status": "failed", "since": NOW})
    model.dismiss(model.now(tree, NOW))
    assert troubles(tree, model) == []
    again = a_tree(intake={"status": "failed", "since": NOW + 5})
    assert troubles(again, model) == ["intake failed"]


def test_a_supervisor_that_gave_up_is_told_until_all_has_run_for_a_minute():
    model, tree = TroubleModel(), a_tree()
    gave_up = event(1, NOW, "gave_up", PIPELINE, child="inventory", used=4, **FULL)
    model.gave_up(gave_up, 4.2)
    text = "pipeline gave up 2s ago (inventory, 4 crashes in 4.2s); root restarted it"
    assert troubles(tree, model, NOW + 2) == [text]
    assert len(troubles(tree, model, NOW + 61)) == 1
    assert troubles(tree, model, NOW + 63) == []


def test_the_minute_begins_anew_while_something_is_wrong():
    model = TroubleModel()
    model.gave_up(event(1, NOW, "gave_up", PIPELINE, child="a", used=4, **FULL), None)
    well, wrong = a_tree(), a_tree(intake={"status": "starting"})
    model.now(well, NOW)
    model.now(wrong, NOW + 50)
    model.now(well, NOW + 70)
    assert len(model.now(well, NOW + 100)) == 1


def test_the_reason_is_bare_of_its_kind():
    assert bare("crash(KeyError: 'sku')") == "KeyError: 'sku'"
    assert bare("killed") == "killed"


def test_agents_that_go_to_sleep_are_no_exits():
    assert told(
        up(1, "root/chats/eve"),
        event(2, NOW, "hibernated", "root/chats/ann", "seq 2"),
        down(3, "root/chats/ann"),
        event(4, NOW, "hibernated", "root/chats/bob", "seq 2"),
        down(5, "root/chats/bob"),
        down(6, "root/chats/zed"),
        event(7, NOW, "not_kept", "root/chats/eve", "its state could not be kept: full"),
    ) == [
        "● root/chats started eve",
        "■ root/chats stopped: zed",
        "■ root/chats hibernated: ann, bob",
        "▲ root/chats/eve its state could not be kept: full",
    ]
