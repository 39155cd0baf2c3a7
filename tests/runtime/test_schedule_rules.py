"""Overlap, catch-up, jitter, clocks that are set, pauses: what becomes of ticks (runtime.md 21)."""

from __future__ import annotations

from typing import Any

import pytest

from jido_cli.core.action import action
from jido_cli.core.context import Context
from jido_cli.core.directives import Cron, CronCancel, SignalSpec
from jido_cli.core.directives import Schedule as Timer
from jido_cli.core.slots import CatchUp
from jido_cli.errors import ControlError
from jido_cli.runtime.supervising.starts import ErrorPolicy, MailboxPolicy, Schedule
from jido_cli.testing.virtual_time import EPOCH_NS
from tests.helpers.actions import Gate, State, add, boom, doing, refuse
from tests.helpers.programs import agent, backoff, program, tree
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld

SECOND = 1_000_000_000
HOUR = 3600.0


@action
def tick(state: State, ctx: Context) -> dict[str, object]:
    """Keep when it was called, in virtual wall time, and by which tick."""
    assert ctx.signal is not None
    at = (ctx.now_ns - EPOCH_NS) / 1e9
    return {"ticks": [*state.get("ticks", ()), [at, ctx.signal.id]]}


def times(world: World, ident: str = "a") -> list[float]:
    return [one[0] for one in world.state(ident).get("ticks", [])]


def ids(world: World, ident: str = "a") -> list[str]:
    return [one[1] for one in world.state(ident).get("ticks", [])]


def scheduled(*schedules: Schedule, **options: Any) -> Any:
    return program("t", {"tick": tick, "boom": boom}, schedules=schedules, **options)


def row(world: World, number: int = 0) -> dict[str, Any]:
    rows: list[dict[str, Any]] = world.port.schedules()["schedules"]
    return rows[number]


def outcomes(world: World) -> list[tuple[str, str | None]]:
    """Return what became of the newest ticks, oldest first."""
    return [(one["outcome"], one["why"]) for one in reversed(row(world)["last"])]


def set_clock(world: World, seconds: float) -> None:
    """Set the wall clock forward (back, for less than zero); the other clock goes on."""
    before = world.kernel.wall_ns
    world.kernel.wall_ns = lambda: before() + round(seconds * SECOND)


# -- overlap


def busy(boot: MakeWorld, overlap: Any, **options: Any) -> tuple[World, Gate]:
    gate = Gate()
    beat = Schedule("beat", "tick", every_s=1.0, overlap=overlap)
    of = program("t", {"tick": gate.action, "other": add}, schedules=[beat], **options)
    return boot(tree(agent("a", of))), gate


def test_a_tick_that_overlaps_is_left_out_and_says_so(boot: MakeWorld) -> None:
    world, gate = busy(boot, "skip")
    world.advance(2.5)
    assert outcomes(world) == [("waiting", None), ("skipped", "busy: the tick before is not done")]
    gate.open()
    world.settle()
    assert outcomes(world)[0] == ("ok", None)


def test_ticks_that_queue_have_their_turn_one_by_one(boot: MakeWorld) -> None:
    world, gate = busy(boot, "queue")
    world.advance(3.5)
    assert (len(gate.waiting), world.place("a").mail_depth) == (1, 0)
    assert [one[0] for one in outcomes(world)] == ["waiting"] * 3
    gate.open()
    world.settle()
    assert [one[0] for one in outcomes(world)] == ["ok", "waiting", "waiting"]
    assert (row(world)["ticks"], row(world)["skipped"]) == (2, 0)


def test_other_signals_come_between_ticks_that_queue(boot: MakeWorld) -> None:
    world, gate = busy(boot, "queue", state={"count": 0})
    world.advance(2.5)
    world.cast("a", "other", {"by": 10})
    gate.open()
    world.settle()
    assert (len(gate.waiting), world.state("a")["count"]) == (1, 11)


def test_ticks_that_may_overlap_wait_in_the_mailbox(boot: MakeWorld) -> None:
    world, gate = busy(boot, "allow")
    world.advance(3.5)
    assert (len(gate.waiting), world.place("a").mail_depth) == (1, 2)
    assert row(world)["ticks"] == 3


def test_ticks_in_the_queue_are_told_as_left_out_when_their_agent_ends(boot: MakeWorld) -> None:
    world, _ = busy(boot, "queue")
    world.advance(3.5)
    world.order("stop", id="a")
    assert world.events("skipped") == [("skipped", "root/a", "beat: the agent ended")] * 2
    last = [(one["outcome"], one["why"]) for one in row(world)["last"]]
    assert last[:2] == [("skipped", "the agent ended")] * 2


def test_a_tick_that_finds_the_mailbox_full_failed_and_is_a_dead_letter(boot: MakeWorld) -> None:
    world, _ = busy(boot, "allow", mailbox=MailboxPolicy(1))
    world.advance(3.5)
    assert world.dead_letters() == [("root/a", "tick", "mailbox full: timer")]
    assert outcomes(world)[-1] == ("failed", "mailbox: rejected")


# -- outcomes


def test_a_tick_whose_command_fails_says_why(boot: MakeWorld) -> None:
    beat = Schedule("beat", "tick", {"why": "no stock"}, every_s=1.0)
    world = boot(tree(agent("a", program("t", {"tick": refuse}, schedules=[beat]))))
    world.advance(1.5)
    assert (outcomes(world), row(world)["failed"]) == ([("failed", "no stock")], 1)


def test_a_tick_that_no_route_takes_failed(boot: MakeWorld) -> None:
    beat = Schedule("beat", "tock", every_s=1.0)
    world = boot(tree(agent("a", scheduled(beat))))
    world.advance(1.5)
    assert outcomes(world) == [("failed", "no route for 'tock'")]


def test_a_tick_over_which_its_agent_dies_failed(boot: MakeWorld) -> None:
    beat = Schedule("beat", "boom", every_s=2.0)
    world = boot(tree(agent("a", scheduled(beat, on_error=ErrorPolicy("stop")))))
    world.advance(2.5)
    assert outcomes(world)[0][0] == "failed"
    assert world.place("a").generation == 2


def test_the_newest_five_ticks_are_remembered_over_restarts(boot: MakeWorld) -> None:
    beat = Schedule("beat", "tick", every_s=1.0)
    world = boot(tree(agent("a", scheduled(beat))))
    world.advance(3.5)
    world.order("kill", id="a")
    world.advance(4.0)
    shown = row(world)
    assert (shown["ticks"], len(shown["last"])) == (7, 5)


# -- ids


def test_the_same_tick_has_the_same_id_in_every_engine(boot: MakeWorld) -> None:
    beat = Schedule("beat", "tick", cron="* * * * *")
    found = []
    for _ in range(2):
        world = boot(tree(agent("a", scheduled(beat))))
        world.advance(130.0)
        found.append(ids(world))
    assert found[0] == found[1]
    assert len(set(found[0])) == 2


def test_ticks_of_two_agents_and_two_schedules_have_ids_of_their_own(boot: MakeWorld) -> None:
    of = scheduled(
        Schedule("one", "tick", cron="* * * * *"), Schedule("two", "tick", cron="* * * * *")
    )
    world = boot(tree(agent("a", of), agent("b", of)))
    world.advance(61.0)
    assert len({*ids(world, "a"), *ids(world, "b")}) == 4


# -- jitter


def test_jitter_makes_ticks_late_but_not_ever_later(boot: MakeWorld) -> None:
    beat = Schedule("beat", "tick", every_s=10.0, jitter_s=4.0)
    world = boot(tree(agent("a", scheduled(beat))))
    world.advance(1005.0)
    late = [at - 10.0 * number for number, at in enumerate(times(world), 1)]
    assert len(late) in (100, 101)
    assert all(0 <= one <= 4.001 for one in late)
    assert max(late) > 3 > 1 > min(late)
    assert row(world)["skipped"] == 0


def test_agents_with_jitter_do_not_tick_at_once(boot: MakeWorld) -> None:
    of = scheduled(Schedule("beat", "tick", cron="* * * * *", jitter_s=30.0))
    world = boot(tree(*(agent(f"a{n}", of) for n in range(5))))
    world.advance(95.0)
    firsts = [times(world, f"a{n}")[0] for n in range(5)]
    assert len(set(firsts)) == 5
    assert all(60.0 <= at <= 90.0 for at in firsts)


# -- catch-up


def hourly(policy: CatchUp) -> Schedule:
    return Schedule("report", "tick", cron="0 * * * *", catch_up=policy)


@pytest.mark.parametrize(
    ("policy", "want", "skipped"),
    [("skip", [], 3), ("once", ["caught up"], 2), ("all", ["caught up"] * 3, 0)],
)
def test_a_machine_that_slept_over_ticks_makes_up_for_them_as_it_is_told(
    boot: MakeWorld, policy: CatchUp, want: list[str], skipped: int
) -> None:
    world = boot(tree(agent("a", scheduled(hourly(policy)))))
    world.advance(60.0)
    set_clock(world, 3.5 * HOUR)
    world.advance(60.5)
    assert [one[1] for one in outcomes(world)] == [None if one == "ok" else one for one in want]
    assert (len(times(world)), row(world)["skipped"]) == (len(want), skipped)
    told = world.facts("skipped")
    assert len(told) == (1 if skipped else 0)


def test_the_tick_that_is_due_comes_behind_those_that_are_made_up_for(boot: MakeWorld) -> None:
    world: World

    @action(name="nap")
    def nap() -> None:
        world.spend(3.5)

    beat = Schedule("beat", "tick", every_s=1.0, catch_up="all")
    of = program("t", {"tick": tick, "nap": nap}, schedules=[beat])
    world = boot(tree(agent("a", of)))
    world.tell("a", "nap")
    world.advance(1.0)
    assert (times(world), row(world)["skipped"]) == ([3.5, 3.5, 3.5, 4.0], 0)


def test_ticks_that_are_made_up_for_come_in_order_and_with_their_own_ids(boot: MakeWorld) -> None:
    slept = boot(tree(agent("a", scheduled(hourly("all")))))
    set_clock(slept, 3.5 * HOUR)
    slept.advance(61.0)
    awake = boot(tree(agent("a", scheduled(hourly("all")))))
    awake.advance(3.5 * HOUR)
    assert ids(slept) == ids(awake)


def test_a_tick_that_comes_less_than_a_minute_late_was_not_missed(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", scheduled(hourly("skip")))))
    world.advance(3590.0)
    set_clock(world, 20.0)
    world.advance(61.0)
    assert (len(times(world)), row(world)["skipped"]) == (1, 0)


@pytest.mark.parametrize(("policy", "ticks", "skipped"), [("skip", 0, 2), ("once", 1, 1)])
def test_ticks_that_an_agent_missed_while_it_was_down_are_known_when_it_is_back(
    boot: MakeWorld, policy: CatchUp, ticks: int, skipped: int
) -> None:
    world = boot(tree(agent("a", scheduled(hourly(policy)))))
    world.order("stop", id="a")
    world.advance(2.5 * HOUR)
    world.order("start", id="a")
    world.settle()
    assert (len(times(world)), row(world)["skipped"]) == (ticks, skipped)
    world.advance(HOUR)
    assert len(times(world)) == ticks + 1


def test_a_slot_is_not_ticked_again_by_the_successor_of_an_agent_that_died(
    boot: MakeWorld,
) -> None:
    of = scheduled(hourly("all"))
    world = boot(tree(agent("a", of, backoff=backoff(1000))))
    world.advance(HOUR + 1.0)
    assert len(times(world)) == 1
    world.order("kill", id="a")
    world.advance(10.0)
    assert (world.status("a"), times(world)) == ("running", [])


def test_intervals_know_no_sleep_and_begin_anew_with_their_agent(boot: MakeWorld) -> None:
    beat = Schedule("beat", "tick", every_s=10.0, catch_up="all")
    world = boot(tree(agent("a", scheduled(beat))))
    set_clock(world, 5 * HOUR)
    world.advance(25.0)
    assert row(world)["ticks"] == 2
    world.order("stop", id="a")
    world.advance(100.0)
    world.order("start", id="a")
    world.advance(15.0)
    assert row(world)["ticks"] == 3


# -- clocks that go back


def test_a_clock_that_went_back_is_told_and_counting_starts_from_now(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", scheduled(hourly("skip")))))
    set_clock(world, 365 * 24 * HOUR)
    world.advance(2 * HOUR)
    far = len(times(world))
    set_clock(world, -365 * 24 * HOUR)
    world.advance(61.0)
    (told,) = world.facts("clock.regressed")
    assert (told["path"], told["data"]) == ("root/a", {"schedule": "report"})
    world.advance(3 * HOUR)
    assert len(times(world)) == far + 3


def test_slots_that_come_round_again_are_not_ticked_twice(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", scheduled(Schedule("beat", "tick", cron="* * * * *")))))
    world.advance(305.0)
    assert len(times(world)) == 5
    set_clock(world, -180.0)
    world.advance(400.0)
    assert len(ids(world)) == len(set(ids(world))) == 8
    assert world.events("skipped")[-1] == (
        "skipped",
        "root/a",
        "beat: it ticked for this slot before",
    )


def test_a_timer_for_a_point_in_time_follows_a_clock_that_is_set(boot: MakeWorld) -> None:
    out = doing(Timer("tick", at="2026-01-01T10:00:00Z"))
    world = boot(tree(agent("a", program("t", {"tick": tick, "go": out}))))
    world.tell("a", "go")
    set_clock(world, 9.99 * HOUR)
    world.advance(100.0)
    (at,) = times(world)
    assert 10 * HOUR <= at <= 10 * HOUR + 60.0


def test_a_timer_after_a_time_does_not_mind_a_clock_that_is_set(boot: MakeWorld) -> None:
    out = doing(Timer("tick", after_ms=10_000))
    world = boot(tree(agent("a", program("t", {"tick": tick, "go": out}))))
    world.tell("a", "go")
    set_clock(world, -5 * HOUR)
    world.advance(11.0)
    assert len(times(world)) == 1


# -- pausing, ticks by hand


def test_a_paused_schedule_ticks_no_more_until_it_is_resumed(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", scheduled(Schedule("beat", "tick", every_s=1.0)))))
    world.advance(1.5)
    assert world.order("pause_schedule", id="a/beat") == {
        "schedule": "root/a/beat",
        "paused": True,
        "next_at": None,
        "did": "paused",
    }
    world.advance(5.0)
    assert (times(world), row(world)["paused"], row(world)["next_at"]) == ([1.0], True, None)
    assert world.order("pause_schedule", id="beat")["did"] == "was paused already"
    told = world.order("resume_schedule", id="beat")
    assert (told["did"], told["next_at"]) == ("resumed", EPOCH_NS / 1e9 + 7.0)
    world.advance(1.0)
    assert (times(world), row(world)["skipped"]) == ([1.0, 7.0], 0)
    assert world.order("resume_schedule", id="beat")["did"] == "was not paused"
    assert [one[0] for one in world.events("paused", "resumed")] == [
        "paused",
        "resumed",
    ]


def test_a_pause_outlives_the_incarnation(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", scheduled(Schedule("beat", "tick", cron="* * * * *")))))
    world.order("pause_schedule", id="beat")
    world.order("kill", id="a")
    world.advance(300.0)
    assert (times(world), row(world)["paused"]) == ([], True)
    world.order("resume_schedule", id="beat")
    world.advance(60.0)
    assert (times(world), row(world)["skipped"]) == ([360.0], 0)


def test_a_tick_by_hand_comes_at_once_whatever_the_condition_says(boot: MakeWorld) -> None:
    def never(_: object, __: object) -> bool:
        return False

    world = boot(tree(agent("a", scheduled(Schedule("beat", "tick", every_s=9.0, when=never)))))
    world.order("pause_schedule", id="beat")
    world.advance(2.0)
    told = world.order("run_schedule", id="beat")
    assert (told["did"], told["signal"]) == ("sent a tick of", ids(world)[0])
    assert times(world) == [2.0]
    assert outcomes(world) == [("ok", "by hand")]


@pytest.mark.parametrize(
    ("ident", "code", "said"),
    [
        ("beta", "no-schedule", "no schedule 'beta'; did you mean 'beat'?"),
        ("beat", "ambiguous-schedule", "2 schedules are named 'beat', say which one"),
        ("c/beat", "no-schedule", "no schedule 'c/beat'"),
        ("late", "wrong-state", "root/a/late is a timer that fires once: an action cancels it"),
    ],
)
def test_a_schedule_that_is_not_there_or_not_alone_is_told(
    boot: MakeWorld, ident: str, code: str, said: str
) -> None:
    beat = Schedule("beat", "tick", every_s=1.0)
    out = doing(Timer("tick", after_ms=10_000, id="late"))
    of = program("t", {"tick": tick, "go": out}, schedules=[beat])
    world = boot(tree(agent("a", of), agent("b", of)))
    world.tell("a", "go")
    with pytest.raises(ControlError) as told:
        world.order("pause_schedule", id=ident)
    assert (told.value.code, told.value.message.startswith(said)) == (code, True)


def test_schedules_of_an_agent_that_is_down_are_shown_and_cannot_be_steered(
    boot: MakeWorld,
) -> None:
    world = boot(tree(agent("a", scheduled(Schedule("beat", "tick", every_s=1.0)))))
    world.order("stop", id="a")
    assert (row(world)["name"], row(world)["next_at"]) == ("beat", None)
    with pytest.raises(ControlError) as told:
        world.order("run_schedule", id="beat")
    assert (told.value.code, told.value.hints) == ("wrong-state", ("jido start a",))


# -- what actions start


def test_a_cron_directive_that_is_wrong_leaves_the_one_before(boot: MakeWorld) -> None:
    good = doing(Cron("c", "* * * * *", SignalSpec("tick", subject="s")), name="good")
    bad = doing(Cron("c", "0 0 30 2 *", "tick"), name="bad")
    of = program("t", {"tick": tick, "good": good, "bad": bad})
    world = boot(tree(agent("a", of)))
    world.tell("a", "good")
    world.tell("a", "bad")
    why = "cron '0 0 30 2 *' is never due: no such month has a day 30"
    assert world.directives()[-1] == ("root/a", "cron", "dead_letter", why)
    world.advance(61.0)
    assert (times(world), row(world)["declared"]) == ([60.0], False)


def test_a_schedule_that_cancels_itself_ticks_no_more(boot: MakeWorld) -> None:
    every = doing(Cron("c", "* * * * *", "off"), name="on")
    off = doing(CronCancel("c"), name="off")
    world = boot(tree(agent("a", program("t", {"on": every, "off": off}))))
    world.tell("a", "on")
    world.advance(200.0)
    assert (world.port.schedules()["schedules"], world.place("a").handled) == ([], 2)


def test_timers_are_listed_with_the_schedules_the_next_one_first(boot: MakeWorld) -> None:
    out = doing(Timer("tick", after_ms=9000, id="late"), Timer("tick", after_ms=1000, id="soon"))
    world = boot(tree(agent("a", program("t", {"tick": tick, "go": out}))))
    world.tell("a", "go")
    rows = world.port.schedules()["schedules"]
    assert [(one["name"], one["kind"], one["spec"]) for one in rows] == [
        ("soon", "timer", "once"),
        ("late", "timer", "once"),
    ]
