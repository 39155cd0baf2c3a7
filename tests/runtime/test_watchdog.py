"""The watchdog in real time: stalls are told, hung actions interrupted (runtime.md 9, rules 34)."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator

import pytest

from jido_cli.core.action import action
from jido_cli.core.directives import RunInstruction
from jido_cli.core.signals import Signal
from jido_cli.observe.events import EventLog
from jido_cli.runtime.supervising.service import ServiceContext
from jido_cli.runtime.watching.watch import ActionHung, Watch
from tests.helpers.actions import COUNT, State, add, doing
from tests.helpers.programs import agent, program, service, tree
from tests.helpers.real_engines import PATIENCE_S, RealEngine, until
from tests.runtime.conftest import MakeWorld


@action(timeout_s=0.3)
def spin() -> None:
    """Keep the loop for ever."""
    while True:
        pass


@action(timeout_s=0.3)
async def spin_async() -> None:
    """Keep the loop for ever, from a coroutine."""
    while True:
        pass


@action(timeout_s=0.3)
def deaf() -> None:
    """Keep the loop, and hear of the interruption only the second time: there is none."""
    try:
        while True:
            pass
    except BaseException:  # noqa: BLE001 - this is what is tested
        return


SPINNERS = program("c", {"spin": spin, "spin_async": spin_async, "add": add}, state=COUNT)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["spin", "spin_async"])
def test_a_spinning_action_is_interrupted_after_its_timeout(kind: str) -> None:
    with RealEngine(tree(agent("a", SPINNERS), agent("b", SPINNERS))) as real:
        hung = real.call("a", kind)
        waiting = real.call("a", "add")
        other = real.call("b", "add")
        assert hung.result(PATIENCE_S)["outcome"] == "unknown"
        assert waiting.result(PATIENCE_S)["state"] == {"count": 1}
        assert other.result(PATIENCE_S)["state"] == {"count": 1}
        node = real.port.node("a")
        assert (node["restarts"], node["generation"]) == (1, 2)
        assert node["last_exit"]["kind"] == "crash"
        assert "hung" in node["last_exit"]["reason"]
        assert node["last_exit"]["signal"] == kind
        assert [letter["type"] for letter in letters(real)] == [kind]
        until(lambda: real.facts("hung"))
        (told,) = real.facts("hung")
        assert told["path"] == "root/a"
        assert told["text"] == f"{kind} ran over its timeout of 300ms"
        assert any(f"in {kind}" in line for line in told["data"]["stack"])


@pytest.mark.slow
def test_an_action_that_swallows_the_interruption_goes_on_as_if_nothing_were() -> None:
    of = program("c", {"deaf": deaf, "add": add}, state=COUNT)
    with RealEngine(tree(agent("a", of))) as real:
        deafened, after = real.call("a", "deaf"), real.call("a", "add")
        assert deafened.result(PATIENCE_S)["ok"]
        assert after.result(PATIENCE_S)["state"] == {"count": 1}
        assert real.port.node("a")["restarts"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("is_async", [False, True])
def test_an_action_that_sleeps_is_a_stall_and_readers_are_answered(is_async: bool) -> None:
    """`time.sleep` and a lock that nobody releases are the same to the loop: it waits in C."""
    entered, release = threading.Event(), threading.Event()

    @action(name="nap")
    def nap() -> None:
        entered.set()
        release.wait(PATIENCE_S)

    @action(name="nap")
    async def nap_async() -> None:
        entered.set()
        release.wait(PATIENCE_S)

    of = program("c", {"nap": nap_async if is_async else nap, "add": add}, state=COUNT)
    with RealEngine(tree(agent("a", of))) as real:
        real.call("a", "add").result(PATIENCE_S)
        napping = real.call("a", "nap")
        entered.wait(PATIENCE_S)
        until(lambda: real.port.health()["stalled"])
        stalled = real.port.tree()["stalled"]
        assert (stalled["agent"], stalled["action"]) == ("root/a", "nap")
        assert any("in nap" in line for line in stalled["stack"])
        assert real.port.node("a")["facts"] == ["hung"]
        assert real.port.state("a", None)["state"] == {"count": 1}
        ready = real.port.ready()
        assert (ready["ok"], [one["status"] for one in ready["not_ready"]]) == (False, ["hung"])
        assert real.facts("started")
        (told,) = until(lambda: real.facts("stalled"))
        assert (told["path"], told["text"].split(" has kept ")[0]) == ("root/a", "nap")
        assert not real.call("a", "add").done()
        release.set()
        assert napping.result(PATIENCE_S)["ok"]
        until(lambda: not real.port.health()["stalled"])
        assert real.port.ready()["ok"]
        assert real.facts("stalled") == [told]
        assert real.facts("hung") == []


@pytest.mark.slow
def test_a_wait_in_c_beyond_its_timeout_is_told_while_it_lasts_and_not_called_interrupted() -> None:
    """The interruption cannot land before the wait has run out: what comes of it is told then."""
    release = threading.Event()

    @action(name="nap", timeout_s=0.3)
    def nap() -> None:
        release.wait(PATIENCE_S)

    with RealEngine(tree(agent("a", program("c", {"nap": nap})))) as real:
        woken = threading.Event()
        stop = real.port.wake(lambda: woken.set() if real.facts("hung") else None)
        real.call("a", "nap")
        assert woken.wait(PATIENCE_S), "who follows the events was not woken by the watchdog"
        stop()
        (told,) = real.facts("hung")
        assert told["text"] == "nap ran over its timeout of 300ms"
        assert (real.facts("exited"), real.port.node("a")["facts"]) == ([], ["hung"])
        release.set()


@pytest.mark.slow
@pytest.mark.usefixtures("frequent_switches")
def test_facts_of_the_watchdog_never_tear_the_order_of_events() -> None:
    """The loop writes a command after each step; the watchdog writes in the midst of steps."""
    watch = Watch()
    events = EventLog(lambda: 1_500_000_000)
    place = Step()
    stop, disturbed = threading.Event(), threading.Event()

    def disturb() -> None:
        while not stop.is_set():
            running, since = watch.running, watch.since
            if running is not None:
                watch.within(running, since, tell)

    def tell() -> None:
        events.fact("stalled", None)
        disturbed.set()

    other = threading.Thread(target=disturb)
    other.start()
    number = 0
    while number < 20_000 or (not disturbed.is_set() and number < 20_000_000):
        number += 1
        watch.since = float(number)
        watch.running = place
        if number % 7 == 0:
            events.fact("overflow", None)
        watch.running = None
        if watch.is_injecting:
            watch.swallow_late()
        events.command(2, place, "x", True, 0.001, None)
    stop.set()
    other.join()
    facts, _ = events.facts.after(0, 1 << 20)
    commands, _ = events.commands.after(0, 1 << 20)
    numbers = sorted([one.seq for _, one in facts] + [one[0] for _, one in commands])
    assert numbers[-1] == events.head
    assert len(set(numbers)) == len(numbers)
    assert [one.seq for _, one in facts] == sorted(one.seq for _, one in facts)
    assert disturbed.is_set()


@pytest.mark.slow
def test_a_service_that_keeps_the_loop_is_named_and_not_interrupted() -> None:
    entered, release = threading.Event(), threading.Event()
    told = asyncio.Event()

    async def run(ctx: ServiceContext) -> None:
        ctx.ready()
        await told.wait()
        entered.set()
        release.wait(PATIENCE_S)
        await asyncio.Event().wait()

    @action
    def tell() -> None:
        told.set()

    with RealEngine(tree(service("s", run), agent("a", program("a", {"tell": tell})))) as real:
        real.call("a", "tell")
        entered.wait(PATIENCE_S)
        until(lambda: real.port.health()["stalled"])
        stalled = real.port.tree()["stalled"]
        assert (stalled["agent"], stalled["action"]) == ("root/s", None)
        assert any("in run" in line for line in stalled["stack"])
        release.set()
        until(lambda: not real.port.health()["stalled"])
        assert real.port.node("s")["restarts"] == 0


@pytest.mark.slow
def test_an_instruction_beside_the_mailbox_that_spins_ends_its_agent() -> None:
    for instruction in (spin, spin_async):
        name = instruction.__name__
        of = program(
            "a", {"go": doing(RunInstruction(name)), "add": add}, state=COUNT, actions=[instruction]
        )
        with RealEngine(tree(agent("a", of))) as real:
            real.call("a", "go").result(PATIENCE_S)
            until(lambda: real.port.node("a")["restarts"] == 1)
            assert "hung" in real.port.node("a")["last_exit"]["reason"]
            assert real.call("a", "add").result(PATIENCE_S)["state"] == {"count": 1}


def letters(real: RealEngine) -> list[dict[str, object]]:
    found: list[dict[str, object]] = real.port.dead_letters(after=0, limit=100)["dead_letters"]
    return found


# -- the race between a step and its interruption


@pytest.fixture
def frequent_switches() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


class Attacker:
    """A thread that interrupts whatever step it sees, as fast as it can."""

    def __init__(self, watch: Watch, *, stale: bool) -> None:
        self.accepted: list[float] = []
        self._watch = watch
        self._stale = stale
        self._stop = threading.Event()
        self._looks = 0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def meet(self) -> None:
        """Let the attacker look at the step that calls this, however busy the machine is.

        Without a lock: an interruption inside one would leave it taken for ever.
        """
        seen = self._looks
        while self._looks < seen + 2:
            pass

    def _run(self) -> None:
        watch = self._watch
        while not self._stop.is_set():
            self._look(watch)
            self._looks += 1

    def _look(self, watch: Watch) -> None:
        running, since = watch.running, watch.since
        if running is None:
            return
        if watch.inject(running, since - 1.0 if self._stale else since):
            self.accepted.append(since)

    def __enter__(self) -> Attacker:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


class Step:
    """Whose step runs."""

    source = path = "root/a"

    def describe_step(self, _: Signal) -> tuple[str, float]:
        return "work", 0.0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.slow
@pytest.mark.usefixtures("frequent_switches")
def test_an_interruption_never_hits_another_step_than_its_own() -> None:
    watch = Watch()
    hit: list[float] = []
    astray = 0
    with Attacker(watch, stale=False) as attacker:
        for number in range(20_000):
            try:
                watch.since = float(number)
                watch.running = Step()
                try:
                    for _ in range(number % 100):
                        pass
                    if number % 100 == 0:
                        attacker.meet()
                    watch.running = None
                    if watch.is_injecting:
                        watch.swallow_late()
                except ActionHung:
                    watch.swallow_late()
                    hit.append(float(number))
            except ActionHung:
                astray += 1
    assert astray == 0
    assert set(hit) <= set(attacker.accepted)
    assert attacker.accepted, "nothing was interrupted: the test says nothing"
    assert not watch.is_injecting


def test_a_debugger_still_works_after_steps_were_interrupted() -> None:
    watch = Watch()
    watch.running = step = Step()
    with pytest.raises(ActionHung):
        assert watch.inject(step, watch.since)
        never = 0
        while True:
            never += 1
    watch.swallow_late()
    seen: list[str] = []
    before = sys.gettrace()
    sys.settrace(lambda frame, *_: seen.append(frame.f_code.co_name))
    Step().describe_step(Signal("x", "/"))
    sys.settrace(before)
    assert "describe_step" in seen


def test_swallowing_where_nothing_was_injected_changes_nothing() -> None:
    watch = Watch()
    watch.running = Step()
    watch.swallow_late()
    assert (watch.running, watch.is_injecting) == (None, False)


@pytest.mark.slow
@pytest.mark.usefixtures("frequent_switches")
def test_an_interruption_of_a_step_that_is_over_hits_nothing() -> None:
    watch = Watch()
    with Attacker(watch, stale=True) as attacker:
        for number in range(20_000):
            watch.since = float(number)
            watch.running = Step()
            watch.running = None
            if watch.is_injecting:
                watch.swallow_late()
    assert attacker.accepted == []


# An interruption that lands in a finalizer is Python's to swallow; the step goes on unharmed.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.slow
@pytest.mark.usefixtures("frequent_switches")
def test_agents_under_a_hail_of_interruptions_lose_only_what_was_hit(boot: MakeWorld) -> None:
    attackers: list[Attacker] = []

    @action(name="add")
    def slow_add(state: State) -> dict[str, object]:
        for _ in range(100):
            pass
        if state["count"] % 7 == 3:
            attackers[0].meet()
        if state["count"] % 7 == 6:
            raise SystemExit(1)  # both at once: the interruption and an exit of its own
        return {"count": state["count"] + 1}

    of = program("c", {"add": slow_add}, state=COUNT)
    agents = tree(agent("a", of), agent("b", of), max_restarts=10**6, max_seconds=1)
    world = boot(agents)
    sent = 1_500
    with Attacker(world.kernel.watch, stale=False) as attacker:
        attackers.append(attacker)
        for _ in range(sent):
            for ident in ("a", "b"):
                world.cast(ident, "add")
            world.settle()
    world.settle()
    assert attacker.accepted, "nothing was interrupted: the test says nothing"
    exits = world.kernel.restarts
    letters = world.dead_letters()
    assert len(letters) == exits
    handled = sum(world.place(ident).handled for ident in ("a", "b"))
    assert handled + exits == 2 * sent
