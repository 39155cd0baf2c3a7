"""Directives of users' own: called after the commit, in order, each with one outcome."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from jido_cli.core.action import ActionError
from jido_cli.core.context import Context
from jido_cli.core.directive_types import Directive, directive_type
from jido_cli.core.own_directives import Run, directive
from jido_cli.testing.scripting import REAL, Script
from tests.helpers.actions import COUNT, State, add, doing
from tests.helpers.programs import agent, program, tree
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld

SEEN: list[Any] = []
GATES: list[asyncio.Future[None]] = []
HERE = __name__


@pytest.fixture(autouse=True)
def _nothing_seen() -> None:
    SEEN.clear()
    GATES.clear()


@directive
def page(who: str, state: State, ctx: Context, level: int = 1) -> None:
    """Page somebody."""
    if who == "nobody":
        raise ActionError("nobody is on call")
    SEEN.append((who, level, state.get("count"), ctx.signal.type if ctx.signal else None))


@directive
async def call(who: str) -> None:
    gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    GATES.append(gate)
    await gate
    SEEN.append(who)


@directive
def leave(how: str) -> None:
    raise KeyboardInterrupt if how == "interrupt" else SystemExit(3)


@directive
async def leave_later(how: str) -> None:
    leave(how)


@directive(effect="thread")
def write(who: str) -> None:
    SEEN.append((who, threading.current_thread() is threading.main_thread()))


def unmarked(who: str) -> None:
    SEEN.append(who)


@directive_type("tests.sms")
class Sms(Directive, frozen=True, tag="tests.sms"):
    """Send a short message."""

    who: str
    text: str = "hello"


@directive(of=Sms)
def send_sms(who: str, text: str) -> None:
    SEEN.append((who, text))


def asking(boot: MakeWorld, *asked: Directive, **options: Any) -> World:
    of = program("a", {"go": [add, doing(*asked)], "add": add}, state=COUNT)
    world = boot(tree(agent("a", of, **options)))
    world.tell("a", "go")
    return world


def outcomes(world: World) -> list[tuple[str, str | None]]:
    return [(outcome, detail) for _, _, outcome, detail in world.directives()]


def test_a_function_is_called_after_the_commit_with_what_the_directive_gives(
    boot: MakeWorld,
) -> None:
    world = asking(boot, Run(page, {"who": "ann"}), Run(f"{HERE}:page", {"who": "bob", "level": 3}))
    assert SEEN == [("ann", 1, 1, "go"), ("bob", 3, 1, "go")]
    assert outcomes(world) == [("done", None)] * 2
    assert world.directive_rows()[0]["summary"] == f"{HERE}:page"


def test_a_type_of_directive_is_carried_out_by_the_function_that_is_for_it(
    boot: MakeWorld,
) -> None:
    world = asking(boot, Sms("ann"), Sms("bob", "bye"))
    assert SEEN == [("ann", "hello"), ("bob", "bye")]
    assert world.directives() == [("root/a", "tests.sms", "done", None)] * 2


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (Run(page, {"who": "nobody"}), "nobody is on call"),
        (Run(page, {"whom": "ann"}), "params of page: "),
        (Run(f"{HERE}:pager"), f"'{HERE}:pager' is not there: no module that is loaded has it"),
        (Run("no.such:thing"), "'no.such:thing' is not there: no module that is loaded has it"),
        (Run(f"{HERE}:unmarked"), f"'{HERE}:unmarked' is not marked @directive"),
    ],
)
def test_one_that_fails_is_a_dead_directive_and_the_next_one_is_performed(
    boot: MakeWorld, asked: Directive, why: str
) -> None:
    world = asking(boot, asked, Run(page, {"who": "ann"}))
    (first, detail), second = outcomes(world)
    assert (first, second) == ("dead_letter", ("done", None))
    assert str(detail).startswith(why)
    assert (len(SEEN), world.status("a"), world.state("a")) == (1, "running", {"count": 1})


def test_asynchronous_ones_run_beside_the_mailbox_each_function_in_order(
    boot: MakeWorld,
) -> None:
    world = asking(boot, Run(call, {"who": "a"}), Run(call, {"who": "b"}), Sms("c"))
    assert (SEEN, len(GATES)) == ([("c", "hello")], 1)
    world.tell("a", "add")
    assert world.state("a") == {"count": 2}
    for _ in range(2):
        GATES.pop().set_result(None)
        world.settle()
    assert SEEN == [("c", "hello"), "a", "b"]
    assert outcomes(world) == [("done", None)] * 3


def test_a_thread_carries_one_out(boot: MakeWorld) -> None:
    world = asking(boot, Run(write, {"who": "a"}))
    with world.loop.hold():
        while not world.directives():
            world.loop.run_until_complete(asyncio.sleep(0))
    assert (SEEN, outcomes(world)) == ([("a", False)], [("done", None)])


def test_an_orderly_stop_waits_for_what_was_asked_for(boot: MakeWorld) -> None:
    world = asking(boot, Run(call, {"who": "a"}), shutdown="infinity")
    stopping = world.port.order("stop", {"id": "a"})
    world.advance(3.0)
    assert not stopping.done()
    GATES.pop().set_result(None)
    world.settle()
    assert (stopping.done(), SEEN, outcomes(world)) == (True, ["a"], [("done", None)])


def test_what_a_killed_agent_asked_for_is_cancelled(boot: MakeWorld) -> None:
    world = asking(boot, Run(call, {"who": "a"}), Run(call, {"who": "b"}))
    world.order("kill", id="a")
    assert outcomes(world) == [("cancelled", "the agent was killed")] * 2
    assert (SEEN, GATES[0].cancelled()) == ([], True)


@pytest.mark.parametrize("function", ["leave", "leave_later"])
@pytest.mark.parametrize(
    ("how", "why"), [("interrupt", "KeyboardInterrupt"), ("exit", "SystemExit: 3")]
)
@pytest.mark.usefixtures("own_interrupts")
def test_one_that_exits_or_interrupts_is_a_dead_directive_and_nobody_ends(
    boot: MakeWorld, function: str, how: str, why: str
) -> None:
    of = program("c", {"go": doing(Run(f"{HERE}:{function}", {"how": how})), "add": add})
    world = boot(tree(agent("a", of, state={"count": 0})))
    world.tell("a", "go")
    world.tell("a", "add")
    assert world.directives() == [("root/a", "run", "dead_letter", why)]
    assert (world.state("a"), world.place("a").restarts) == ({"count": 1}, 0)


@pytest.mark.parametrize("function", ["leave", "leave_later"])
def test_an_interrupt_from_the_keyboard_in_one_goes_through(boot: MakeWorld, function: str) -> None:
    given = {"how": "interrupt"}
    world = boot(tree(agent("a", program("c", {"go": doing(Run(f"{HERE}:{function}", given))}))))
    world.cast("a", "go")
    with pytest.raises(KeyboardInterrupt):
        world.settle()


def test_a_function_over_its_time_has_failed(boot: MakeWorld) -> None:
    world = asking(boot, Run(call, {"who": "a"}))
    world.advance(31.0)
    assert outcomes(world) == [("dead_letter", "timeout after 30s")]


def test_a_test_may_stand_something_in_even_for_a_plain_function(boot: MakeWorld) -> None:
    of = program("a", {"go": doing(Run(page, {"who": "ann"}), Run(page, {"who": "bob"}))})
    world = boot(tree(agent("a", of)))
    world.kernel.stand_in = Script({"page": [None]}).stand_in
    world.tell("a", "go")
    assert (SEEN, outcomes(world)[0]) == ([], ("done", None))
    assert str(outcomes(world)[1][1]).endswith("the script has 1 of its answers, this is call 2")
    world.kernel.stand_in = Script({"page": REAL}).stand_in
    world.tell("a", "go")
    assert [who for who, *_ in SEEN] == ["ann", "bob"]
