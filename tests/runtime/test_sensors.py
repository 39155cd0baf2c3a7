"""Sensors under their agents: what they send, how they end, what a loss means (runtime.md 18)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from jido_cli.core.action import action
from jido_cli.core.context import Context
from jido_cli.core.directives import Emit
from jido_cli.core.schema import compile_schema
from jido_cli.core.sensor import Sensor, SensorContext, compiled_sensor, sensor
from jido_cli.core.sensor_directives import StartSensor, StopSensor
from jido_cli.runtime.supervising.starts import AgentProgram, MailboxPolicy, SensorStart
from jido_cli.supervision.specs import ChildSpec
from tests.helpers.actions import COUNT, Gate, State, add, boom, doing
from tests.helpers.programs import ErrorPolicy, agent, backoff, program, tree
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld


@action
def see(state: State, ctx: Context) -> dict[str, object]:
    """Keep the data of the signal."""
    assert ctx.signal is not None
    return {"seen": [*state.get("seen", ()), ctx.signal.data]}


@action
def keep(state: State, ctx: Context) -> dict[str, object]:
    """Keep what is told of ends."""
    assert ctx.signal is not None
    return {"ends": [*state.get("ends", ()), ctx.signal.data]}


@sensor(signal="seen")
async def ticking(ctx: SensorContext, every: float = 1.0, times: int = 0) -> None:
    count = 0
    while not times or count < times:
        await ctx.sleep(every)
        count += 1
        await ctx.emit({"n": count})


@sensor(signal="seen")
async def failing(ctx: SensorContext, after: float = 0.1) -> None:
    await ctx.sleep(after)
    raise ConnectionError("503")


def spec(tag: str, thing: object, signal: str | None = None, **config: Any) -> ChildSpec:
    restart = config.pop("restart", "transient")
    shutdown = config.pop("shutdown", None)
    definition = compiled_sensor(thing)
    start = SensorStart(definition, definition.checked(config), signal)
    return ChildSpec(tag, start, restart, shutdown)


def sensing(*specs: ChildSpec, routes: dict[str, Any] | None = None, **options: Any) -> Any:
    given = {"seen": see, "jido.agent.sensor.exit": keep, "boom": boom, **(routes or {})}
    made = program("s", given, **options)
    return AgentProgram(
        made.definition,
        made.mailbox,
        made.on_error,
        made.on_unrouted,
        made.subscribe,
        sensors=specs,
    )


def numbers(world: World, ident: str = "a") -> list[int]:
    return [one["n"] for one in world.state(ident).get("seen", [])]


def ends(world: World) -> list[tuple[str, str, bool]]:
    found = world.state("a").get("ends", [])
    return [(one["tag"], one["reason"], one["lost"]) for one in found]


# -- what they send


def test_a_sensor_sends_to_its_agent_and_stands_below_it(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", sensing(spec("s", ticking)))))
    world.advance(3.5)
    assert numbers(world) == [1, 2, 3]
    assert world.statuses() == {
        "root/a": "running",
        "root/a/sensors": "running",
        "root/a/sensors/s": "running",
    }
    node = world.port.node("s")
    assert (node["kind"], node["parent"]) == ("sensor", "root/a/sensors")
    assert node["sensor"] == {
        "name": "ticking",
        "description": "",
        "signal": "seen",
        "config": {"every": 1.0, "times": 0},
        "by": "file",
        "emitted": 3,
        "last_at": world.kernel.wall_ns() / 1e9 - 0.5,
    }
    assert world.port.node("a")["sensors"] == [
        {"tag": "s", "sensor": "ticking", "status": "running"}
    ]


def test_the_declaration_says_the_type_of_its_signals(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", sensing(spec("s", ticking, "other"), routes={"other": keep}))))
    world.advance(1.5)
    assert world.state("a") == {"ends": [{"n": 1}]}


def test_what_a_generator_yields_is_sent(boot: MakeWorld) -> None:
    @sensor(signal="seen")
    async def counting(count: int = 3) -> Any:
        for n in range(count):
            yield {"n": n}

    world = boot(tree(agent("a", sensing(spec("s", counting)))))
    world.settle()
    assert numbers(world) == [0, 1, 2]
    assert world.status("s") == "stopped"


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
@pytest.mark.usefixtures("own_interrupts")
def test_one_that_exits_or_interrupts_is_a_crash_of_its_own(
    boot: MakeWorld, error: BaseException
) -> None:
    @sensor(signal="seen")
    async def leaving(ctx: SensorContext) -> None:
        await ctx.sleep(1.0)
        raise error

    world = boot(tree(agent("a", sensing(spec("s", leaving)))))
    world.advance(1.5)
    world.tell("a", "seen", {"n": 1})
    assert (world.place("s").restarts, world.place("a").restarts) == (1, 0)
    assert numbers(world) == [1]


def test_a_class_starts_runs_and_stops(boot: MakeWorld) -> None:
    said: list[object] = []

    @sensor(signal="seen")
    class Feed(Sensor):
        async def start(self) -> None:
            said.append(("start", dict(self.config)))

        async def run(self, n: int = 7) -> None:
            await self.ctx.emit({"n": n})
            await self.ctx.sleep(100)

        async def stop(self) -> None:
            said.append("stop")

    world = boot(tree(agent("a", sensing(spec("s", Feed, n=8)))))
    world.settle()
    assert (numbers(world), said) == ([8], [("start", {"n": 8})])
    world.order("stop", id="a")
    assert said == [("start", {"n": 8}), "stop"]


def test_a_sensor_that_only_sends_does_not_keep_the_loop(boot: MakeWorld) -> None:
    @sensor(signal="seen")
    async def flood(ctx: SensorContext) -> None:
        for n in range(500):
            await ctx.emit({"n": n})

    world = boot(tree(agent("a", sensing(spec("s", flood), mailbox=MailboxPolicy(100)))))
    world.settle()
    assert numbers(world) == list(range(500))


def test_signals_of_sensors_begin_new_chains(boot: MakeWorld) -> None:
    hops: list[int] = []

    @action(name="note_hops")
    def note_hops(ctx: Context) -> None:
        assert ctx.signal is not None
        hops.append(ctx.signal.hops)

    world = boot(tree(agent("a", sensing(spec("s", ticking), routes={"seen": note_hops}))))
    world.advance(2.5)
    assert hops == [0, 0]


def test_a_sensor_without_a_type_for_its_signals_crashes_and_says_so(boot: MakeWorld) -> None:
    @sensor
    async def nameless(ctx: SensorContext) -> None:
        await ctx.emit({"n": 1})

    world = boot(tree(agent("a", sensing(spec("s", nameless, restart="temporary")))))
    world.settle()
    why = "UsageError: sensor s: nameless emits a signal without a type"
    assert ends(world) == [("s", f"crash({why})", True)]


# -- full mailboxes


def blocked(boot: MakeWorld, policy: MailboxPolicy, **config: Any) -> tuple[World, Gate]:
    gate = Gate()
    routes = {"wait": gate.action, "seen": see}
    world = boot(
        tree(agent("a", sensing(spec("s", ticking, **config), routes=routes, mailbox=policy)))
    )
    world.tell("a", "wait")
    return world, gate


def test_a_sensor_whose_signal_is_not_what_the_catalogue_promises_crashes_and_says_so(
    boot: MakeWorld,
) -> None:
    @sensor(signal="seen")
    async def wrong(ctx: SensorContext) -> None:
        await ctx.emit({"n": "one"})

    of = sensing(spec("s", wrong, restart="temporary"))
    promised = compile_schema({"type": "object", "properties": {"n": {"type": "integer"}}})
    of.definition.catalogue = {"seen": promised}
    world = boot(tree(agent("a", of)))
    world.settle()
    [(tag, reason, is_lost)] = ends(world)
    assert (tag, is_lost) == ("s", True)
    assert "sensor s: data.n of signal 'seen'" in reason


def test_what_a_full_mailbox_does_not_take_is_a_dead_letter(boot: MakeWorld) -> None:
    world, gate = blocked(boot, MailboxPolicy(2))
    world.advance(4.5)
    assert world.dead_letters() == [("root/a", "seen", "mailbox full: sensor")] * 2
    gate.open()
    world.settle()
    assert numbers(world) == [1, 2]


def test_a_sensor_waits_for_room_where_the_policy_is_block(boot: MakeWorld) -> None:
    world, gate = blocked(boot, MailboxPolicy(1, "block", 60.0), times=4)
    world.advance(10.0)
    assert world.port.node("s")["sensor"]["emitted"] == 2
    gate.open()
    world.advance(3.0)
    assert (numbers(world), world.dead_letters()) == ([1, 2, 3, 4], [])


def test_a_sensor_that_does_not_wait_has_one_signal_at_the_door(boot: MakeWorld) -> None:
    gate = Gate()

    @sensor(signal="seen")
    async def careless(ctx: SensorContext) -> None:
        for n in range(5):
            ctx.emit({"n": n})

    policy = MailboxPolicy(1, "block", 60.0)
    of = sensing(routes={"wait": gate.action}, mailbox=policy)
    made = AgentProgram(of.definition, policy, sensors=(spec("s", careless),))
    world = boot(tree(agent("a", made)))
    world.settle()
    assert len(world.dead_letters()) == 3
    assert numbers(world) == [0, 1]


# -- how they end


def test_the_normal_end_of_a_sensor_is_no_loss(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", sensing(spec("s", ticking, times=2)))))
    world.advance(5.0)
    assert (numbers(world), world.status("s"), world.status("a")) == ([1, 2], "stopped", "running")
    assert ends(world) == [("s", "normal", False)]


def test_a_permanent_sensor_is_started_again_after_its_normal_end(boot: MakeWorld) -> None:
    one = spec("s", ticking, every=2.0, times=1, restart="permanent")
    world = boot(tree(agent("a", sensing(one))))
    world.advance(9.0)
    assert (numbers(world), world.status("a")) == ([1, 1, 1, 1], "running")


def test_a_sensor_is_restarted_after_a_crash_and_its_agent_is_told(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", sensing(spec("s", failing, after=3.0)))))
    world.advance(4.0)
    assert (world.status("s"), world.status("a")) == ("running", "running")
    assert ends(world) == [("s", "crash(ConnectionError: 503)", False)]
    (told,) = world.facts("restarted")
    assert told["text"] == "gen 2  alone  1/3 in 5s"


def test_a_sensor_with_four_crashes_in_its_window_is_lost_and_its_agent_degraded(
    boot: MakeWorld,
) -> None:
    world = boot(tree(agent("a", sensing(spec("bad", failing), spec("good", ticking)))))
    world.advance(10.0)
    assert world.statuses() == {
        "root/a": "degraded",
        "root/a/sensors": "running",
        "root/a/sensors/bad": "failed",
        "root/a/sensors/good": "running",
    }
    assert world.port.node("bad")["restarts"] == 3
    assert [lost for _, _, lost in ends(world)] == [False, False, False, True]
    why = "sensor bad is lost: crash(ConnectionError: 503)"
    assert world.events("degraded") == [("degraded", "root/a", why)]
    assert world.port.node("a")["lost"] == [why]
    assert numbers(world)[-1] == 10


def test_crashes_spaced_wider_than_the_window_never_lose_a_sensor(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", sensing(spec("s", failing, after=2.0)))))
    world.advance(60.0)
    assert (world.status("a"), world.events("degraded")) == ("running", [])
    assert world.port.node("s")["restarts"] == 30


def test_nobody_else_falls_when_all_sensors_of_an_agent_are_lost(boot: MakeWorld) -> None:
    bad = sensing(*(spec(f"s{n}", failing) for n in range(5)))
    world = boot(tree(agent("a", bad), agent("b", sensing(spec("t", ticking)))))
    world.advance(5.5)
    assert (world.status("a"), world.status("b"), world.status("root")) == (
        "degraded",
        "running",
        "running",
    )
    assert len(world.port.node("a")["lost"]) == 5
    assert world.place("a").generation == 1


def test_a_lost_sensor_makes_the_engine_unready_unless_readiness_is_ignored(
    make_world: MakeWorld,
) -> None:
    from dataclasses import replace

    child = agent("a", sensing(spec("s", failing)))
    world = make_world(tree(child)).boot()
    world.advance(3.0)
    assert [one["path"] for one in world.port.ready()["not_ready"]] == ["root/a/sensors/s"]
    start = replace(child.start, readiness_ignored=True)
    ignored = make_world(tree(ChildSpec("a", start))).boot()
    ignored.advance(3.0)
    assert ignored.port.ready()["ok"]


def test_a_lost_sensor_that_is_started_again_makes_its_agent_whole(boot: MakeWorld) -> None:
    @sensor
    async def twice_bad(ctx: SensorContext) -> None:
        nonlocal tries
        tries += 1
        if tries < 5:
            raise OSError("no line")
        await ctx.sleep(1000)

    tries = 0
    world = boot(tree(agent("a", sensing(spec("s", twice_bad)))))
    world.settle()
    assert (world.status("a"), world.status("s"), tries) == ("degraded", "failed", 4)
    world.order("start", id="s")
    assert (world.status("a"), tries) == ("running", 5)
    assert world.place("s").process is not None


def test_a_temporary_sensor_is_lost_with_its_first_crash(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", sensing(spec("s", failing, restart="temporary")))))
    world.advance(1.0)
    assert (world.status("a"), ends(world)) == (
        "degraded",
        [("s", "crash(ConnectionError: 503)", True)],
    )


def test_a_sensor_that_is_stopped_by_order_is_no_loss(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", sensing(spec("s", ticking)))))
    world.order("stop", id="s")
    assert (world.status("s"), world.status("a"), ends(world)) == ("stopped", "running", [])
    world.order("start", id="s")
    world.advance(1.5)
    assert numbers(world) == [1]


def test_a_sensor_that_is_killed_is_restarted(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", sensing(spec("s", ticking)))))
    world.order("kill", id="s")
    world.advance(1.5)
    assert (numbers(world), world.place("s").generation) == ([1], 2)


# -- with their agent


def test_sensors_stop_before_their_agent(boot: MakeWorld) -> None:
    said: list[str] = []

    @sensor
    async def tidy(ctx: SensorContext) -> None:
        try:
            await ctx.sleep(1000)
        finally:
            await asyncio.sleep(1.0)
            said.append("tidied")

    world = boot(tree(agent("a", sensing(spec("s", tidy)), shutdown=10_000)))
    world.begin_shutdown()
    assert (said, world.status("a")) == ([], "stopping")
    world.advance(1.5)
    assert said == ["tidied"]
    exits = [path for _, path, _ in world.events("exited")]
    assert exits == ["root/a/sensors/s", "root/a/sensors", "root/a", "root"]


def test_the_successor_of_an_agent_has_new_sensors_and_the_old_ones_say_nothing(
    boot: MakeWorld,
) -> None:
    @sensor(signal="seen")
    async def stubborn(ctx: SensorContext, n: int = 0) -> None:
        try:
            await ctx.sleep(1000)
        finally:
            ctx.emit({"n": -1})

    of = sensing(spec("s", stubborn), spec("t", ticking), on_error=ErrorPolicy("stop"))
    world = boot(tree(agent("a", of)))
    world.advance(1.5)
    world.tell("a", "boom")
    world.advance(1.5)
    assert numbers(world) == [1]
    assert (world.place("s").generation, world.status("s")) == (2, "running")
    assert [text for _, _, text in world.events("late")] == [
        "a signal seen came after the exit and was refused"
    ]


def test_losses_are_forgotten_with_the_incarnation(boot: MakeWorld) -> None:
    of = sensing(spec("s", failing), on_error=ErrorPolicy("stop"))
    world = boot(tree(agent("a", of, backoff=backoff(1000))))
    world.advance(2.0)
    assert world.status("a") == "degraded"
    world.order("kill", id="a")
    world.advance(1.05)
    assert (world.status("a"), world.port.node("a")["lost"]) == ("running", [])


def test_agents_without_sensors_have_no_supervisor_for_them(boot: MakeWorld) -> None:
    world = boot(tree(agent("a", program("c", {"add": add}, state=COUNT))))
    assert world.paths() == ["root", "root/a"]


# -- by directives


def directed(boot: MakeWorld, **routes: Any) -> World:
    return boot(tree(agent("a", sensing(routes=routes))))


def starting(name: str, **asked: Any) -> Any:
    given = {"use": "jido.sensor.interval", "signal": "seen", **asked}
    return doing(StartSensor("q", **given), name=name)


def test_a_directive_starts_a_sensor_and_another_one_stops_it(boot: MakeWorld) -> None:
    on = starting("on", config={"every": "1s", "data": {"n": 1}})
    world = directed(boot, on=on, off=doing(StopSensor("q"), name="off"))
    world.tell("a", "on")
    world.advance(2.5)
    world.tell("a", "off")
    world.advance(5.0)
    assert (numbers(world), ends(world)) == ([1, 1], [])
    assert world.paths() == ["root", "root/a", "root/a/sensors"]
    assert [(one[1], one[2]) for one in world.directives()] == [
        ("start_sensor", "done"),
        ("stop_sensor", "done"),
    ]


def test_a_sensor_with_the_same_tag_is_replaced(boot: MakeWorld) -> None:
    world = directed(
        boot,
        one=starting("one", config={"every": "1s", "data": {"n": 1}}),
        two=starting("two", config={"every": "1s", "data": {"n": 2}}),
    )
    world.tell("a", "one")
    world.advance(1.5)
    world.tell("a", "two")
    world.advance(2.0)
    assert (numbers(world), ends(world)) == ([1, 2, 2], [])


def test_a_sensor_of_the_file_can_be_replaced_too(boot: MakeWorld) -> None:
    on = starting("on", config={"every": "1s", "data": {"n": 9}})
    world = boot(tree(agent("a", sensing(spec("q", ticking), routes={"on": on}))))
    world.advance(1.5)
    world.tell("a", "on")
    world.advance(1.5)
    assert numbers(world) == [1, 9]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"use": "jido.sensor.intervall"}, "did you mean 'jido.sensor.interval'?"),
        ({"config": {"evry": "1s"}}, "config: unknown key 'evry'"),
        ({"use": None, "run": "no_such_module:x"}, "module 'no_such_module' does not import"),
        ({"use": None, "run": "json:loads"}, "'json:loads' is not a sensor"),
    ],
)
def test_what_is_wrong_with_a_new_sensor_leaves_the_old_one(
    boot: MakeWorld, asked: dict[str, Any], why: str
) -> None:
    world = directed(
        boot,
        one=starting("one", config={"every": "1s", "data": {"n": 1}}),
        two=starting("two", **asked),
    )
    world.tell("a", "one")
    world.tell("a", "two")
    (_, kind, outcome, detail) = world.directives()[-1]
    assert (kind, outcome, why in (detail or "")) == ("start_sensor", "dead_letter", True)
    world.advance(1.5)
    assert numbers(world) == [1]


def test_to_stop_a_sensor_that_is_not_there_is_no_error(boot: MakeWorld) -> None:
    world = directed(boot, off=doing(StopSensor("nobody")))
    world.tell("a", "off")
    assert world.directives()[-1][2] == "done"


# -- the bus


def hearing(boot: MakeWorld, make: Callable[..., Any], **options: Any) -> World:
    say = doing(Emit("order.placed", {"n": 1}, subject="o-1"), name="say")
    listener = sensing(spec("ear", make, patterns=["order.*"]))
    return boot(tree(agent("a", listener), agent("b", program("b", {"say": say}))), **options)


def test_a_sensor_hears_the_bus_until_it_ends(boot: MakeWorld) -> None:
    heard: list[str] = []

    @sensor
    async def ear(ctx: SensorContext, patterns: list[str]) -> None:
        async for signal in ctx.hear(*patterns):
            heard.append(signal.type)  # noqa: PERF401 - as sensors do

    world = hearing(boot, ear)
    world.settle()
    world.tell("b", "say")
    world.tell("b", "say")
    assert heard == ["order.placed"] * 2
    world.order("stop", id="ear")
    world.tell("b", "say")
    assert len(heard) == 2


def test_a_circle_by_way_of_a_sensor_that_names_its_cause_ends(boot: MakeWorld) -> None:
    @sensor(signal="seen")
    async def echo(ctx: SensorContext, patterns: list[str]) -> None:
        async for signal in ctx.hear(*patterns):
            await ctx.emit({"n": signal.hops}, cause=signal)

    again = doing(Emit("order.placed"), name="again")
    of = sensing(spec("s", echo, patterns=["order.placed"]), routes={"seen": again})
    world = boot(tree(agent("a", of)), max_hops=10)
    world.settle()
    world.tell("a", "seen", {})
    assert [reason[:12] for _, _, reason in world.dead_letters()] == ["over 10 hops"]
