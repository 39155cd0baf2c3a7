"""Timers and schedules: each tick has an outcome that can be seen (runtime.md 6, 21)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from jido_cli.core.action import action
from jido_cli.core.context import Context
from jido_cli.core.cron import CronSchedule
from jido_cli.core.directives import Cancel, Cron, CronCancel, Schedule, SignalSpec
from jido_cli.core.signals import Signal
from jido_cli.errors import UsageError
from jido_cli.runtime.supervising.starts import MailboxPolicy
from jido_cli.runtime.supervising.starts import Schedule as Declared
from jido_cli.testing.virtual_time import EPOCH_NS
from tests.helpers.actions import COUNT, Gate, State, add, boom, doing
from tests.helpers.programs import ErrorPolicy, agent, program, tree
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld


@action
def tick(state: State, ctx: Context) -> dict[str, object]:
    """Keep when and by what it was called."""
    signal = ctx.signal
    assert signal is not None
    at = (ctx.now_ns - EPOCH_NS) / 1e9
    return {"ticks": [*state.get("ticks", ()), [at, signal.data, signal.id]]}


def times(world: World, ident: str = "a") -> list[float]:
    return [one[0] for one in world.state(ident).get("ticks", [])]


def ticking(**routes: Any) -> Any:
    return program("t", {"tick": tick, "boom": boom, **routes}, on_error=ErrorPolicy("stop"))


def scheduled(*schedules: Declared, **routes: Any) -> Any:
    return program("t", {"tick": tick, **routes}, schedules=schedules)


# -- one-shot timers


def test_a_timer_fires_once_after_its_time(boot: MakeWorld) -> None:
    out = doing(Schedule(SignalSpec("tick", {"n": 1}), after_ms=1500))
    world = boot(tree(agent("a", ticking(go=out))))
    world.tell("a", "go")
    assert not world.engine.is_idle
    world.advance(10.0)
    ((at, data, _),) = world.state("a")["ticks"]
    assert (at, data) == (1.5, {"n": 1})
    assert world.engine.is_idle


def test_a_timer_for_a_point_in_time_fires_then(boot: MakeWorld) -> None:
    out = doing(Schedule("tick", at="2026-01-01T00:00:02.500Z"))
    world = boot(tree(agent("a", ticking(go=out))))
    world.tell("a", "go")
    world.advance(10.0)
    assert times(world) == [2.5]


def test_a_point_in_time_that_has_passed_is_now(boot: MakeWorld) -> None:
    out = doing(Schedule("tick", at="2025-12-31T23:59:59Z"))
    world = boot(tree(agent("a", ticking(go=out))))
    world.advance(1.0)
    world.tell("a", "go")
    world.settle()
    assert times(world) == [1.0]


def test_a_timer_of_the_same_id_replaces_the_one_before(boot: MakeWorld) -> None:
    first = doing(Schedule(SignalSpec("tick", 1), after_ms=1000, id="t"), name="first")
    second = doing(Schedule(SignalSpec("tick", 2), after_ms=1000, id="t"), name="second")
    world = boot(tree(agent("a", ticking(first=first, second=second))))
    world.tell("a", "first")
    world.advance(0.5)
    world.tell("a", "second")
    world.advance(10.0)
    assert [one[:2] for one in world.state("a")["ticks"]] == [[1.5, 2]]
    assert world.kernel.armed_timers == 0


def test_a_timer_is_cancelled_by_its_id(boot: MakeWorld) -> None:
    arm = doing(Schedule("tick", after_ms=1000, id="t"), name="arm")
    world = boot(tree(agent("a", ticking(arm=arm, cancel=doing(Cancel("t"), name="c")))))
    world.tell("a", "arm")
    world.tell("a", "cancel")
    world.advance(5.0)
    assert (times(world), world.kernel.armed_timers) == ([], 0)


def test_timers_without_an_id_do_not_replace_each_other(boot: MakeWorld) -> None:
    out = doing(Schedule("tick", after_ms=1000), Schedule("tick", after_ms=1000))
    world = boot(tree(agent("a", ticking(go=out))))
    world.tell("a", "go")
    world.advance(5.0)
    assert times(world) == [1.0, 1.0]


def test_a_timer_that_finds_the_mailbox_full_is_a_dead_letter(boot: MakeWorld) -> None:
    gate = Gate()
    out = doing(Schedule("tick", after_ms=1000))
    routes = {"go": out, "wait": gate.action, "tick": tick}
    of = program("t", routes, mailbox=MailboxPolicy(1))
    world = boot(tree(agent("a", of)))
    world.tell("a", "go")
    world.tell("a", "wait")
    world.cast("a", "tick")
    world.advance(2.0)
    assert world.dead_letters() == [("root/a", "tick", "mailbox full: timer")]


# -- every


def test_a_schedule_ticks_every_period(boot: MakeWorld) -> None:
    every = Declared("beat", "tick", {"n": 1}, every_s=2.0)
    world = boot(tree(agent("a", scheduled(every))))
    world.advance(7.0)
    ticks = world.state("a")["ticks"]
    assert [one[:2] for one in ticks] == [[at, {"n": 1}] for at in (2.0, 4.0, 6.0)]
    assert len({one[2] for one in ticks}) == 3
    assert ticks[0][2].startswith(f"{EPOCH_NS // 1_000_000 + 2000:012x}"[:8])
    (shown,) = world.port.node("a")["schedules"]
    assert (shown["name"], shown["spec"], shown["ticks"], shown["skipped"]) == (
        "beat",
        "every 2s",
        3,
        0,
    )
    assert shown["next_at"] == EPOCH_NS / 1e9 + 8.0


@pytest.mark.parametrize("ms", [1, 2, 3])
@pytest.mark.parametrize("overlap", ["skip", "allow"])
@pytest.mark.parametrize("catch_up", ["skip", "all"])
def test_a_rhythm_of_a_few_milliseconds_ticks_once_for_each_of_them(
    boot: MakeWorld, ms: int, overlap: Any, catch_up: Any
) -> None:
    every = Declared("beat", "tick", every_s=ms / 1e3, overlap=overlap, catch_up=catch_up)
    of = program("t", {"tick": add}, state=COUNT, schedules=[every])
    world = boot(tree(agent("a", of)))
    world.advance(0.3005)
    (shown,) = world.port.node("a")["schedules"]
    assert (world.state("a")["count"], shown["skipped"]) == (300 // ms, 0)


def test_a_running_schedule_does_not_keep_an_engine_busy(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", scheduled(Declared("beat", "tick", every_s=2.0)))))
    assert world.engine.is_idle


def test_periods_do_not_drift_by_the_work_that_they_cause(boot: MakeWorld) -> None:
    world: World

    @action(name="slow")
    def slow(state: State, ctx: Context) -> dict[str, object]:
        world.spend(0.4)
        at = (ctx.now_ns - EPOCH_NS) / 1e9
        return {"ticks": [*state.get("ticks", ()), [at]]}

    of = program("t", {"tick": slow}, schedules=[Declared("beat", "tick", every_s=1.0)])
    world = boot(tree(agent("a", of)))
    world.advance(4.5)
    assert times(world) == [1.0, 2.0, 3.0, 4.0]


def test_a_tick_is_skipped_while_the_one_before_still_waits(boot: MakeWorld) -> None:
    gate = Gate()
    of = program("t", {"tick": gate.action}, schedules=[Declared("beat", "tick", every_s=1.0)])
    world = boot(tree(agent("a", of)))
    world.advance(3.5)
    assert len(gate.waiting) == 1
    gate.open()
    world.advance(1.0)
    (shown,) = world.port.node("a")["schedules"]
    assert (len(gate.waiting), shown["ticks"], shown["skipped"]) == (1, 2, 2)
    skipped = world.facts("skipped")
    assert [(one["path"], one["data"]) for one in skipped] == [("root/a", {"schedule": "beat"})] * 2


def test_periods_that_passed_while_the_loop_was_busy_are_skipped_and_counted(
    boot: MakeWorld,
) -> None:
    world: World

    @action(name="nap")
    def nap() -> None:
        world.spend(3.5)

    every = Declared("beat", "tick", every_s=1.0)
    world = boot(tree(agent("a", scheduled(every, nap=nap))))
    world.tell("a", "nap")
    world.advance(2.0)
    assert times(world) == [3.5, 4.0, 5.0]
    (shown,) = world.port.node("a")["schedules"]
    assert (shown["ticks"], shown["skipped"]) == (3, 2)


def test_schedules_begin_anew_with_each_incarnation(boot: MakeWorld) -> None:
    of = program(
        "t",
        {"tick": tick, "boom": boom},
        schedules=[Declared("beat", "tick", every_s=2.0)],
        on_error=ErrorPolicy("stop"),
    )
    world = boot(tree(agent("a", of)))
    world.advance(1.0)
    world.tell("a", "boom")
    world.advance(4.5)
    assert times(world) == [3.0, 5.0]


# -- cron


def test_a_declared_cron_schedule_ticks_when_it_is_due(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", scheduled(Declared("c", "tick", cron="*/2 * * * *")))))
    world.advance(300.0)
    assert times(world) == [120.0, 240.0]
    assert world.port.node("a")["schedules"][0]["spec"] == "*/2 * * * *"


def test_a_cron_directive_starts_replaces_and_ends_a_schedule(boot: MakeWorld) -> None:
    world = boot(
        tree(
            agent(
                "a",
                ticking(
                    two=doing(Cron("c", "*/2 * * * *", SignalSpec("tick", 2)), name="two"),
                    three=doing(Cron("c", "*/3 * * * *", SignalSpec("tick", 3)), name="three"),
                    off=doing(CronCancel("c"), name="off"),
                ),
            )
        )
    )
    world.tell("a", "two")
    world.advance(130.0)
    world.tell("a", "three")
    world.advance(300.0)
    world.tell("a", "off")
    world.advance(1000.0)
    assert [one[:2] for one in world.state("a")["ticks"]] == [[120.0, 2], [180.0, 3], [360.0, 3]]
    assert world.port.node("a")["schedules"] == []


def test_a_wall_clock_that_was_set_back_does_not_make_a_tick_early(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", scheduled(Declared("c", "tick", cron="* * * * *")))))
    offset_ns = -30_000_000_000
    real = world.loop.wall_ns
    world.kernel.wall_ns = lambda: real() + offset_ns
    world.advance(89.0)
    assert times(world) == []
    world.advance(2.0)
    assert times(world) == [60.0]


# -- when a cron expression is due

BERLIN = "Europe/Berlin"


def due(expression: str, zone: str | None, *starts: str, count: int = 4) -> list[str]:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    schedule = CronSchedule(expression, zone)
    moment = int(datetime.fromisoformat(starts[0]).timestamp()) * 10**9
    found = []
    for _ in range(count):
        moment = schedule.next_after(moment)
        local = datetime.fromtimestamp(moment / 1e9, UTC).astimezone(ZoneInfo(zone or "UTC"))
        found.append(local.isoformat())
    return found


def test_a_time_that_the_clocks_skip_is_due_at_the_next_valid_one() -> None:
    assert due("30 2 * * *", BERLIN, "2026-03-28T00:00:00+01:00", count=3) == [
        "2026-03-28T02:30:00+01:00",
        "2026-03-29T03:00:00+02:00",
        "2026-03-30T02:30:00+02:00",
    ]


def test_a_time_that_comes_twice_is_due_once() -> None:
    assert due("30 2 * * *", BERLIN, "2026-10-24T12:00:00+02:00", count=2) == [
        "2026-10-25T02:30:00+02:00",
        "2026-10-26T02:30:00+01:00",
    ]


def test_what_is_due_every_few_minutes_goes_on_through_both_hours() -> None:
    assert due("*/30 * * * *", BERLIN, "2026-10-25T02:00:00+02:00") == [
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:00:00+01:00",
        "2026-10-25T02:30:00+01:00",
        "2026-10-25T03:00:00+01:00",
    ]


def test_seconds_may_stand_first() -> None:
    assert due("*/20 * * * * *", None, "2026-01-01T00:00:00+00:00", count=2) == [
        "2026-01-01T00:00:20+00:00",
        "2026-01-01T00:00:40+00:00",
    ]


@pytest.mark.parametrize(
    ("alias", "first"),
    [
        ("@hourly", "2026-01-15T13:00:00+00:00"),
        ("@daily", "2026-01-16T00:00:00+00:00"),
        ("@midnight", "2026-01-16T00:00:00+00:00"),
        ("@weekly", "2026-01-18T00:00:00+00:00"),
        ("@monthly", "2026-02-01T00:00:00+00:00"),
        ("@yearly", "2027-01-01T00:00:00+00:00"),
        ("@annually", "2027-01-01T00:00:00+00:00"),
        (" 0 7 * * mon-fri ", "2026-01-16T07:00:00+00:00"),
        ("0 7 * * wed", "2026-01-21T07:00:00+00:00"),
    ],
)
def test_aliases_and_names_are_understood(alias: str, first: str) -> None:
    assert due(alias, None, "2026-01-15T12:30:00+00:00", count=1) == [first]


@pytest.mark.parametrize(
    ("expression", "zone", "code"),
    [
        ("nonsense", None, "bad-cron"),
        ("61 * * * *", None, "bad-cron"),
        ("0 0 30 2 *", None, "bad-cron"),
        ("0 0 15W * *", None, "bad-cron"),
        ("0 22-6 * * *", None, "bad-cron"),
        ("0 0 * * *", "Europe/Atlantis", "bad-timezone"),
        ("0 0 * * *", "../../etc/passwd", "bad-timezone"),
    ],
)
def test_what_is_not_understood_is_refused_and_named(
    expression: str, zone: str | None, code: str
) -> None:
    with pytest.raises(UsageError) as told:
        CronSchedule(expression, zone)
    assert told.value.code == code
    assert repr(zone if code == "bad-timezone" else expression) in told.value.message


def test_counts_are_shown_only_of_agents_that_have_schedules(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", program("c", {"add": add}, state=COUNT))))
    assert world.port.node("a")["schedules"] == []


# -- conditions


def test_a_tick_comes_only_while_its_condition_holds(boot: MakeWorld) -> None:
    def few(state: Mapping[str, Any], _: Signal) -> bool:
        return len(state.get("ticks", ())) < 2

    world = boot(tree(agent("a", scheduled(Declared("beat", "tick", every_s=1.0, when=few)))))
    world.advance(4.5)
    assert len(world.state("a")["ticks"]) == 2
    why = "beat: its condition does not hold"
    assert world.events("skipped") == [("skipped", "root/a", why)] * 2
    (shown,) = world.port.node("a")["schedules"]
    assert (shown["ticks"], shown["skipped"]) == (2, 2)


def test_a_condition_that_fails_skips_the_tick_and_says_why(boot: MakeWorld) -> None:
    def broken(state: Mapping[str, Any], _: Signal) -> bool:
        return bool(state["nothing"])

    world = boot(tree(agent("a", scheduled(Declared("beat", "tick", every_s=1.0, when=broken)))))
    world.advance(1.5)
    assert "ticks" not in world.state("a")
    assert world.events("skipped") == [
        ("skipped", "root/a", "beat: its condition failed: KeyError: 'nothing'")
    ]
    assert world.status("a") == "running"
