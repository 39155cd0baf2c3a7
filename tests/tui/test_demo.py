"""The demo lives as an engine would: it works, breaks, is restarted by the rules, and gives up."""

from __future__ import annotations

import pytest

from jido_cli.errors import ControlError
from jido_cli.tui.demo.engine import DemoEngine
from jido_cli.tui.demo.supervision import CRASH
from tests.tui.desks import NOW, Clock, opened

PIPELINE = "root/pipeline"


def shop(*, is_busy: bool = False) -> tuple[DemoEngine, Clock]:
    clock = Clock()
    return DemoEngine(clock, is_busy=is_busy), clock


def status(engine: DemoEngine) -> dict[str, str]:
    return {node["id"]: node["status"] for node in engine.tree()["nodes"]}


def kinds(engine: DemoEngine) -> list[tuple[str, str]]:
    return [(one["kind"], one["path"]) for one in engine.events_page(limit=1000)["events"]]


def test_a_kill_restarts_what_the_strategy_says():
    engine, _ = shop()
    engine.steer("kill", "orders")
    generations = {node["id"]: node["generation"] for node in engine.tree()["nodes"]}
    assert {name for name, number in generations.items() if number == 2} == {
        "orders",
        "inventory",
        "stock_feed",
        "shipping",
    }
    assert engine.tree()["restarts"] == 1
    engine.steer("kill", "triage")
    assert {n["id"]: n["generation"] for n in engine.tree()["nodes"]}["billing"] == 2
    engine.steer("kill", "w2")
    assert {n["id"]: n["generation"] for n in engine.tree()["nodes"]}["w1"] == 1


def test_a_sensor_comes_back_alone():
    engine, _ = shop()
    engine.steer("kill", "stock_feed")
    assert {n["id"]: n["generation"] for n in engine.tree()["nodes"]}["inventory"] == 1
    assert status(engine)["stock_feed"] in ("running", "crash_looping")


def test_one_crash_too_many_makes_the_supervisor_give_up_and_the_root_restart_it():
    engine, clock = shop()
    for _ in range(4):
        engine.steer("kill", "inventory")
        clock.turn(0.5)
    assert ("gave_up", PIPELINE) in kinds(engine)
    assert ("restarted", PIPELINE) in kinds(engine)
    window = next(n["window"] for n in engine.tree()["nodes"] if n["path"] == "root")
    assert window["used"] == 1


def test_the_window_forgets():
    engine, clock = shop()
    for _ in range(10):
        engine.steer("kill", "inventory")
        clock.turn(6.0)
    assert ("gave_up", PIPELINE) not in kinds(engine)


def test_a_root_that_gives_up_ends_the_engine():
    engine, _ = shop()
    for _ in range(4):
        engine.steer("kill", "intake")
    with pytest.raises(ControlError, match="is gone"):
        engine.tree()


def test_two_crashes_in_the_window_are_a_crash_loop():
    engine, clock = shop()
    engine.tree_of_nodes.exit(f"{PIPELINE}/inventory", CRASH, clock())
    assert status(engine)["inventory"] == "running"
    engine.tree_of_nodes.exit(f"{PIPELINE}/inventory", CRASH, clock())
    assert status(engine)["inventory"] == "crash_looping"
    clock.turn(6.0)
    assert status(engine)["inventory"] == "running"


def test_what_is_stopped_stays_down_until_it_is_started():
    engine, _ = shop()
    engine.steer("stop", "support")
    assert {name for name, word in status(engine).items() if word == "stopped"} == {
        "support",
        "triage",
        "billing",
    }
    with pytest.raises(ControlError, match="does not run"):
        engine.steer("kill", "triage")
    with pytest.raises(ControlError, match="does not run"):
        engine.call("triage", {"type": "ticket.opened"})
    engine.steer("start", "support")
    assert set(status(engine).values()) == {"running"}
    engine.steer("restart", "support")
    assert set(status(engine).values()) == {"running"}


def test_what_cannot_be_is_refused_in_the_engines_words():
    engine, _ = shop()
    for order, text in (
        (lambda: engine.node("inventroy"), "did you mean 'inventory'"),
        (lambda: engine.steer("stop", "root"), "the root cannot be stopped alone"),
        (lambda: engine.state("pipeline"), "has no state"),
        (lambda: engine.call("orders", {"type": "nothing.such"}), "has no route"),
        (lambda: engine.send("ledger", {"type": "x"}), "is a process"),
        (lambda: engine.start_child("crawlers"), "no more children"),
        (lambda: engine.terminate_child("w1"), "stays"),
        (lambda: engine.scale("w1", 2), "stays"),
    ):
        with pytest.raises(ControlError, match=text):
            order()


def test_it_answers_everything_that_a_handle_does():
    engine, _ = shop()
    with engine as handle:
        assert handle.state("orders", "status")["state"] == "open"
        assert handle.node("orders")["supervisor"]["strategy"] == "rest_for_one"
        assert handle.node("root")["supervisor"] is None
        assert (handle.health()["ok"], handle.ready()["ok"]) == (True, True)
        assert handle.dead_letters()["dead_letters"] == []
        assert handle.send("orders", {"type": "label.ready"})["ack"] == "accepted"
        stream = handle.events(after="latest")
        stream.close()
        assert list(stream) == []


async def test_five_minutes_in_the_shop():
    async with opened((120, 36), is_busy=True) as desk:
        await desk.press(*"jjjj")
        for _ in range(60):
            await desk.step(5.0)
        engine = desk.handle
        assert engine.tree()["restarts"] >= 6
        assert not [one for one in kinds(engine) if one[0] == "gave_up"]
        assert desk.app.desk.signal_rate == pytest.approx(1240, rel=0.1)
        assert desk.app.desk.log.rows[-1].at > NOW + 290


async def test_killed_in_the_dashboard_until_it_gives_up():
    async with opened(size=(120, 36)) as desk:
        await desk.press(*"jjjj")
        for _ in range(4):
            await desk.press("X", "y")
            await desk.step(0.4)
        assert desk.line(
            "× pipeline gave up 0s ago (inventory, 4 crashes in 1.2s); root restarted it"
        )
        await desk.press("k", "k")
        assert desk.line("because      inventory crashed 4 times in 1.2s;")
