"""Random walks: calls, casts, effects, timers and kills against models of what must hold."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jido_cli.core.action import action
from jido_cli.core.context import Context
from jido_cli.core.directive_types import Directive
from jido_cli.core.directives import Emit, Schedule, SignalSpec
from jido_cli.runtime.agents.server import AgentServer
from jido_cli.runtime.supervising.starts import MailboxPolicy
from tests.helpers.actions import COUNT, Gate, State, add, boom
from tests.helpers.programs import ErrorPolicy, agent, program, sup, tree
from tests.helpers.worlds import World

STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["call", "cast", "wait", "later"]), st.integers(1, 9)),
        st.tuples(st.sampled_from(["open", "fail", "settle", "kill", "boom", "stop"]), st.just(0)),
        st.tuples(st.just("advance"), st.integers(1, 30)),
    ),
    max_size=60,
)


class Counted:
    """Outside of the engine: what each life of the counter was seen to do."""

    def __init__(self) -> None:
        self.added: dict[int, int] = defaultdict(int)


def counter(gate: Gate, counted: Counted) -> Any:
    """An agent that counts in its state, and outside by its life: the model."""

    @action(name="add")
    def add_and_tell(state: State, ctx: Context, by: int) -> dict[str, object]:
        assert isinstance(ctx.command, tuple)
        counted.added[ctx.command[1]] += by
        return {"count": state["count"] + by}

    @action(name="waited")
    def waited(state: State, ctx: Context, by: int) -> dict[str, object]:
        assert isinstance(ctx.command, tuple)
        counted.added[ctx.command[1]] += 2 * by  # what the gate added, too
        return {"count": state["count"] + by}

    @action(name="later")
    def later(by: int) -> tuple[None, list[Directive]]:
        return None, [Schedule(SignalSpec("add", {"by": by}), after_ms=700)]

    routes = {
        "add": add_and_tell,
        "wait": [gate.action, waited],
        "later": later,
        "boom": boom,
    }
    return program("counter", routes, state=COUNT, on_error=ErrorPolicy("stop"))


@settings(max_examples=150, deadline=None)
@given(steps=STEPS)
def test_no_update_is_lost_and_none_is_half_done(steps: list[tuple[str, int]]) -> None:
    """At each moment the state is what its own life added; each call gets one true answer."""
    gate = Gate()
    counted = Counted()
    world = World(tree(agent("a", counter(gate, counted)), max_restarts=10**6)).boot()
    asked: list[Any] = []
    for step, n in steps:
        match step:
            case "call":
                asked.append(world.call("a", "add", {"by": n}, timeout_s=2.0))
            case "cast":
                world.cast("a", "add", {"by": n})
            case "wait":
                asked.append(world.call("a", "wait", {"by": n}, timeout_s=2.0))
            case "later":
                world.cast("a", "later", {"by": n})
            case "open" if gate.waiting:
                gate.open()
            case "fail" if gate.waiting:
                gate.fail(ValueError("no line"))
            case "kill":
                process = world.place("a").process
                if process is not None:
                    process.kill()
            case "boom":
                world.cast("a", "boom")
            case "stop":
                world.port.order("restart", {"id": "a"})
            case "advance":
                world.advance(n / 10)
            case "settle":
                world.settle()
        process = world.place("a").process
        if isinstance(process, AgentServer):
            assert process.committed.state["count"] == counted.added[process.generation]
    while gate.waiting:
        gate.open()
        world.settle()
    world.advance(100.0)
    outcomes = {one.result().outcome for one in asked}
    assert outcomes <= {"committed", "unknown", "expired"}
    world.close()


TRAFFIC = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["s1", "s2", "s3"]), st.just("send")),
        st.tuples(st.sampled_from(["r", "s1", "s2"]), st.just("kill")),
        st.tuples(st.just(""), st.sampled_from(["settle", "tick"])),
    ),
    max_size=50,
)


@settings(max_examples=100, deadline=None)
@given(traffic=TRAFFIC, overflow=st.sampled_from(["reject", "block", "drop_oldest"]))
def test_signals_of_one_sender_arrive_in_their_order_over_all_restarts(
    traffic: list[tuple[str, str]], overflow: Any
) -> None:
    got: dict[str, list[int]] = defaultdict(list)

    @action
    def take(ctx: Context, n: int) -> None:
        assert ctx.signal is not None
        got[ctx.signal.source].append(n)

    @action
    def send(n: int) -> tuple[None, list[Directive]]:
        return None, [Emit("take", {"n": 2 * n}), Emit("take", {"n": 2 * n + 1})]

    receiver = program(
        "r", {"take": take}, subscribe="routes", mailbox=MailboxPolicy(2, overflow, 0.5)
    )
    sender = program("s", {"send": send})
    world = World(
        tree(
            agent("r", receiver),
            sup("s", tree(*[agent(one, sender) for one in ("s1", "s2", "s3")], max_restarts=10**6)),
            max_restarts=10**6,
        )
    ).boot()
    sent = 0
    for who, what in traffic:
        match what:
            case "send":
                sent += 1
                world.cast(who, "send", {"n": sent})
            case "kill":
                process = world.place(who).process
                if process is not None:
                    process.kill()
            case "settle":
                world.settle()
            case "tick":
                world.advance(0.2)
    world.advance(20.0)
    for numbers in got.values():
        assert numbers == sorted(set(numbers))
    world.close()
    assert sum(world.counts("r")) == sum(1 for one in world.directives() if one[1] == "emit")


@settings(max_examples=100, deadline=None)
@given(
    crash_at=st.integers(0, 6),
    amounts=st.lists(st.integers(1, 9), min_size=1, max_size=4),
)
def test_a_crash_at_any_await_leaves_the_old_or_the_new_state(
    crash_at: int, amounts: list[int]
) -> None:
    """Each command adds in three steps with two awaits between; a kill comes after some of them."""
    gates = [Gate("first"), Gate("second")]
    routes = {"go": [gates[0].action, add, gates[1].action]}
    world = World(tree(agent("a", program("a", routes, state=COUNT)), max_restarts=100)).boot()
    asked = [world.call("a", "go", {"by": by}, timeout_s=100.0) for by in amounts]
    for step in range(crash_at):
        world.settle()
        assert world.state("a") == {"count": sum(3 * by for by in amounts[: step // 2])}
        gate = gates[step % 2]
        if gate.waiting:
            gate.open()
    world.settle()
    done = min(crash_at // 2, len(amounts))
    assert world.state("a") == {"count": sum(3 * by for by in amounts[:done])}
    world.order("kill", id="a")
    assert world.state("a") == {"count": 0}
    if done < len(amounts):
        assert asked[done].result().outcome == "unknown"
    assert [one.result().outcome for one in asked[:done]] == ["committed"] * done
    world.close()
