"""Full mailboxes: every policy counts what it does, none blocks an agent (runtime.md 10, G15)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jido_cli.core.directives import DeadLetter, Emit, Stop
from jido_cli.core.targets import AgentTarget
from jido_cli.errors import ControlError
from jido_cli.runtime.agents.calling import ask
from jido_cli.runtime.supervising.starts import MailboxPolicy, Overflow
from tests.helpers.actions import COUNT, Gate, add, boom, doing, note
from tests.helpers.programs import ErrorPolicy, agent, program, sup, tree
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld

POLICIES: tuple[Overflow, ...] = ("reject", "drop_oldest", "drop_newest", "block")


def bounded(overflow: Overflow, size: int = 3, **routes: object) -> object:
    mailbox = MailboxPolicy(size, overflow, block_timeout_s=2.0)
    return program("noter", {"note": note, **routes}, mailbox=mailbox)


def flood(world: World, ident: str, count: int) -> list[str]:
    return [str(world.cast(ident, "note", {"n": n})) for n in range(count)]


@pytest.mark.parametrize(
    ("overflow", "deliveries", "seen", "counts"),
    [
        ("reject", ["rejected", "rejected"], [0, 1, 2], (3, 2, 0, 0)),
        ("drop_newest", ["dropped", "dropped"], [0, 1, 2], (3, 0, 2, 0)),
        ("drop_oldest", ["accepted", "accepted"], [2, 3, 4], (3, 0, 2, 0)),
        ("block", ["blocked", "blocked"], [0, 1, 2], (3, 0, 0, 0)),
    ],
)
def test_what_does_not_fit_goes_by_the_policy_and_is_counted(
    boot: MakeWorld,
    overflow: Overflow,
    deliveries: list[str],
    seen: list[int],
    counts: tuple[int, int, int, int],
) -> None:
    world = boot(tree(agent("a", bounded(overflow))))
    assert flood(world, "a", 5) == ["accepted"] * 3 + deliveries
    world.settle()
    assert world.state("a") == {"seen": seen}
    assert world.counts("a") == counts


@pytest.mark.parametrize("overflow", ["reject", "drop_oldest", "drop_newest"])
def test_an_overflow_is_an_event_at_most_once_a_second(boot: MakeWorld, overflow: Overflow) -> None:
    world = boot(tree(agent("a", bounded(overflow))))
    flood(world, "a", 10)
    world.settle()
    (told,) = world.facts("overflow")
    is_rejected = overflow == "reject"
    assert (told["path"], told["data"]) == (
        "root/a",
        {"rejected": int(is_rejected), "dropped": int(not is_rejected)},
    )
    world.advance(1.0)
    flood(world, "a", 10)
    assert [
        one["data"]["rejected" if is_rejected else "dropped"] for one in world.facts("overflow")
    ] == [1, 8]


def test_the_order_to_send_says_that_the_mailbox_is_full(boot: MakeWorld) -> None:
    gate = Gate()
    world = boot(tree(agent("a", bounded("reject", wait=gate.action))))
    world.tell("a", "wait")
    flood(world, "a", 3)
    with pytest.raises(ControlError) as told:
        world.order("send", to="a", type="note", data={"n": 9})
    assert (told.value.code, told.value.message, told.value.where) == (
        "mailbox-full",
        "the mailbox of a is full: the signal was rejected",
        "root/a, 3 of 3",
    )


# -- block


def test_a_blocked_call_waits_for_room_and_is_then_handled(boot: MakeWorld) -> None:
    gate = Gate()
    world = boot(tree(agent("a", bounded("block", 1, wait=gate.action))))
    world.tell("a", "wait")
    world.cast("a", "note", {"n": 1})
    asked = world.call("a", "note", {"n": 2})
    assert world.place("a").mail_depth == 2
    world.advance(1.9)
    assert not asked.done()
    gate.open()
    world.settle()
    assert asked.result().state == {"seen": [1, 2]}


def test_a_blocked_call_is_rejected_after_the_timeout_of_the_policy(boot: MakeWorld) -> None:
    gate = Gate()
    world = boot(tree(agent("a", bounded("block", 1, wait=gate.action))))
    world.tell("a", "wait")
    world.cast("a", "note", {"n": 1})
    asked = world.call("a", "note", {"n": 2}, timeout_s=9.0)
    world.advance(2.1)
    assert (asked.result().outcome, asked.result().why) == (
        "rejected",
        "the mailbox is full: rejected",
    )
    assert world.counts("a") == (2, 1, 0, 0)


def test_a_blocked_call_waits_no_longer_than_its_own_deadline(boot: MakeWorld) -> None:
    gate = Gate()
    world = boot(tree(agent("a", bounded("block", 1, wait=gate.action))))
    world.tell("a", "wait")
    world.cast("a", "note", {"n": 1})
    asked = world.call("a", "note", {"n": 2}, timeout_s=0.5)
    world.advance(0.6)
    assert asked.done()
    gate.open()
    world.settle()
    assert world.state("a") == {"seen": [1]}


def test_blocked_senders_are_admitted_in_the_order_in_which_they_came(boot: MakeWorld) -> None:
    gate = Gate()
    world = boot(tree(agent("a", bounded("block", 1, wait=gate.action))))
    world.tell("a", "wait")
    world.cast("a", "note", {"n": 0})
    asked = [world.call("a", "note", {"n": n}) for n in (1, 2, 3)]
    gate.open()
    world.settle()
    assert asked[-1].result().state == {"seen": [0, 1, 2, 3]}


def test_a_sender_that_waits_when_the_place_ends_is_told(boot: MakeWorld) -> None:
    gate = Gate()
    template = agent("a", bounded("block", 1, wait=gate.action))
    world = boot(tree(sup("pool", tree(template, strategy="dynamic"))))
    world.order("start_child", supervisor="pool", id="x")
    world.tell("x", "wait")
    world.cast("x", "note", {"n": 1})
    asked = world.call("x", "note", {"n": 2})
    world.order("terminate_child", id="x")
    assert asked.result().outcome == "rejected"
    assert [letter[:2] for letter in world.dead_letters()] == [
        ("root/pool/x", "wait"),
        ("root/pool/x", "note"),
    ]


def emitting(gate: Gate, emits: int) -> tuple[object, object]:
    out = [Emit("note", {"n": n}, to=AgentTarget("full")) for n in range(emits)]
    sender = program("sender", {"go": doing(*out), "add": add}, state=COUNT)
    full = bounded("block", 1, wait=gate.action)
    return sender, full


def test_block_makes_the_directive_wait_and_never_the_agent(boot: MakeWorld) -> None:
    gate = Gate()
    sender, full = emitting(gate, 3)
    world = boot(tree(agent("s", sender), agent("full", full)))
    world.tell("full", "wait")
    world.tell("s", "go")
    world.tell("s", "add")
    assert world.state("s") == {"count": 1}
    assert world.directives() == [("root/s", "emit", "done", None)]
    gate.open()
    world.settle()
    assert world.directives() == [("root/s", "emit", "done", None)] * 3
    assert world.state("full") == {"seen": [0, 1, 2]}


def test_a_directive_that_found_no_room_in_time_is_a_dead_letter(boot: MakeWorld) -> None:
    gate = Gate()
    sender, full = emitting(gate, 2)
    world = boot(tree(agent("s", sender), agent("full", full)))
    world.tell("full", "wait")
    world.tell("s", "go")
    world.advance(2.1)
    why = "mailbox full: no room in time"
    assert world.directives() == [
        ("root/s", "emit", "done", None),
        ("root/s", "emit", "dead_letter", f"root/full: {why}"),
    ]
    assert world.dead_letters() == [("root/full", "note", why)]
    assert world.counts("full") == (2, 1, 0, 0)


@pytest.mark.parametrize(
    ("how", "outcome", "seen"), [("kill", "cancelled", [0]), ("stop", "done", [0, 1, 2])]
)
def test_what_a_killed_agent_still_had_to_say_is_cancelled_and_of_a_stopped_one_it_is_said(
    boot: MakeWorld, how: str, outcome: str, seen: list[int]
) -> None:
    gate = Gate()
    sender, full = emitting(gate, 3)
    world = boot(tree(agent("s", sender), agent("full", full)))
    world.tell("full", "wait")
    world.tell("s", "go")
    world.order(how, id="s")
    detail = "the agent was killed" if how == "kill" else None
    gate.open()
    world.settle()
    assert world.state("full") == {"seen": seen}
    assert world.directives() == [
        ("root/s", "emit", "done", None),
        *[("root/s", "emit", outcome, detail)] * 2,
    ]
    assert (world.place("full").mail_depth, sum(world.counts("full"))) == (0, len(seen) + 1)


def test_what_is_cancelled_leaves_its_room_to_those_behind_it(boot: MakeWorld) -> None:
    gate = Gate()
    sender, full = emitting(gate, 2)
    world = boot(tree(agent("s", sender), agent("full", full), agent("t", emitting(gate, 1)[0])))
    world.tell("full", "wait")
    world.tell("s", "go")
    world.tell("t", "go")
    assert world.place("full").mail_depth == 3
    world.order("kill", id="s")
    assert world.place("full").mail_depth == 2
    gate.open()
    world.settle()
    assert world.state("full") == {"seen": [0, 0]}


def test_what_a_receiver_rejects_or_drops_is_no_done_directive(boot: MakeWorld) -> None:
    for overflow, why in (("reject", "rejected"), ("drop_newest", "dropped")):
        out = [Emit("note", {"n": n}, to=AgentTarget("full")) for n in range(2)]
        sender = program("sender", {"go": doing(*out)})
        world = boot(tree(agent("s", sender), agent("full", bounded(overflow, 1))))
        world.tell("s", "go")
        assert world.directives() == [
            ("root/s", "emit", "done", None),
            ("root/s", "emit", "dead_letter", f"root/full: mailbox full: {why}"),
        ]
        assert world.state("full") == {"seen": [0]}


def test_a_waiting_directive_holds_only_its_destination(boot: MakeWorld) -> None:
    gate = Gate()
    out = [
        Emit("note", {"n": 1}, to=AgentTarget("full")),
        Emit("note", {"n": 2}, to=AgentTarget("free")),
        Emit("note", {"n": 3}, to=AgentTarget("full")),
        Emit("note", {"n": 4}, to=[AgentTarget("full"), AgentTarget("free")]),
    ]
    sender = program("sender", {"go": doing(*out)})
    full = bounded("block", 1, wait=gate.action)
    world = boot(tree(agent("s", sender), agent("full", full), agent("free", bounded("reject", 9))))
    world.tell("full", "wait")
    world.cast("full", "note", {"n": 0})
    world.tell("s", "go")
    assert world.state("free") == {"seen": [2, 4]}
    gate.open()
    world.settle()
    assert world.state("full") == {"seen": [0, 1, 3, 4]}
    assert world.directives() == [("root/s", "emit", "done", None)] * 4


def test_an_agent_rests_while_its_directives_have_no_room_left(boot: MakeWorld) -> None:
    gate = Gate()
    sender, full = emitting(gate, 200)
    world = boot(tree(agent("s", sender), agent("full", full)))
    world.tell("full", "wait")
    world.tell("s", "go")
    world.tell("s", "go")  # nearly 400 directives wait now: more than an agent may have
    world.tell("s", "add")
    assert world.state("s") == {"count": 0}
    gate.open()
    world.settle()
    assert world.state("s") == {"count": 1}
    assert len(world.state("full")["seen"]) == 400


def test_a_command_with_more_directives_than_fit_is_a_failed_command(boot: MakeWorld) -> None:
    many = doing(*[Emit("x", to="none") for _ in range(257)])
    world = boot(tree(agent("a", program("a", {"many": [add, many], "add": add}, state=COUNT))))
    answer = world.ask("a", "many")
    assert answer.error is not None
    assert (answer.error.code, answer.state) == ("too_many_directives", {"count": 0})
    assert world.directives() == [("root/a", "error", "done", None)]
    world.cast("a", "many")
    world.tell("a", "add")
    assert world.state("a") == {"count": 1}


def test_two_agents_that_emit_into_each_others_full_mailboxes_do_not_deadlock(
    boot: MakeWorld,
) -> None:
    def chatter(other: str) -> object:
        out = [Emit("talk", to=AgentTarget(other)) for _ in range(100)]
        mailbox = MailboxPolicy(2, "block", block_timeout_s=1.0)
        return program("c", {"talk": [add, doing(*out)]}, state=COUNT, mailbox=mailbox)

    world = boot(tree(agent("x", chatter("y")), agent("y", chatter("x"))), max_hops=0)
    world.cast("x", "talk")
    world.cast("y", "talk")
    world.advance(30.0)
    before = (world.state("x")["count"], world.state("y")["count"])
    world.advance(10.0)
    after = (world.state("x")["count"], world.state("y")["count"])
    assert before[0] < after[0]
    assert before[1] < after[1]


def test_an_agent_that_emits_to_itself_through_a_full_mailbox_goes_on(boot: MakeWorld) -> None:
    out = [Emit("note", {"n": n}, to="self") for n in range(5)]
    mailbox = MailboxPolicy(1, "block", block_timeout_s=1.0)
    of = program("a", {"go": doing(*out), "note": note}, mailbox=mailbox)
    world = boot(tree(agent("a", of)))
    world.tell("a", "go")
    assert world.state("a") == {"seen": [0, 1, 2, 3, 4]}


# -- the sum


SENT = st.lists(
    st.sampled_from(["note", "boom", "stop", "letter", "nobody", "settle", "tick", "down", "up"]),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(overflow=st.sampled_from(POLICIES), size=st.integers(1, 4), steps=SENT)
def test_accepted_rejected_dropped_and_dead_are_all_that_was_sent(
    overflow: Overflow, size: int, steps: list[str]
) -> None:
    routes = {
        "boom": boom,
        "stop": doing(Stop(), name="s"),
        "letter": doing(DeadLetter("x"), name="l"),
    }
    mailbox = MailboxPolicy(size, overflow, block_timeout_s=1.0)
    of = program("a", {"note": note, **routes}, mailbox=mailbox, on_error=ErrorPolicy("stop"))
    world = World(tree(agent("a", of), max_restarts=1000)).boot()
    sent = 0
    do: dict[str, Callable[[], object]] = {
        "settle": world.settle,
        "tick": lambda: world.advance(0.7),
        "down": lambda: world.port.order("stop", {"id": "a"}),
        "up": lambda: world.port.order("start", {"id": "a"}),
    }
    for step in steps:
        if step in do:
            do[step]()
            continue
        sent += 1
        world.call("a", step, {"n": sent} if step == "note" else None, timeout_s=3.0)
    world.advance(10.0)
    assert sum(world.counts("a")) == sent
    world.close()
    assert sum(world.counts("a")) == sent


def test_what_comes_to_a_place_that_has_ended_is_a_dead_letter(boot: MakeWorld) -> None:
    world = boot(
        tree(sup("pool", tree(agent("w", program("w", {"add": add})), strategy="dynamic")))
    )
    world.order("start_child", supervisor="pool", id="x")
    place = world.place("x")
    world.order("terminate_child", id="x")
    asked = ask(world.kernel, place, world.engine.signal("add"), 5.0)
    assert asked.result().why == "dead letter: its place ended"
    assert world.dead_letters() == [("root/pool/x", "add", "its place ended")]
