"""Starts, restarts and boots of trees."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence

from jido_cli.bench import fixtures
from jido_cli.errors import InternalError
from jido_cli.runtime.engine import Engine
from jido_cli.runtime.supervising.starts import SupervisorStart
from jido_cli.runtime.supervising.supervisor import SupervisorRunner
from jido_cli.supervision.events import StartChildCall
from jido_cli.supervision.specs import ChildSpec, SupervisorFlags

KILLS = 500


async def start_pool(engine: Engine, names: Sequence[str]) -> float:
    """Start agents under the pool of `fixtures.pool` and return the seconds it took."""
    place = engine.kernel.tree.resolve("root/pool")
    runner = place.process
    if not isinstance(runner, SupervisorRunner):
        raise InternalError("the pool does not run")
    answered = asyncio.get_running_loop().create_future()
    left = len(names)
    known = len(place.children or ())

    def answer(_: object) -> None:
        nonlocal left
        left -= 1
        if not left:
            answered.set_result(None)

    began = time.perf_counter()
    for name in names:
        runner.call(StartChildCall(id=name), answer)
    await answered
    spent = time.perf_counter() - began
    if len(place.children or ()) != known + len(names):
        raise InternalError(f"{len(place.children or ())} agents run")
    return spent


def _start_s(count: int) -> float:
    names = [f"agent-{number}" for number in range(count)]
    return fixtures.on_engine(
        fixtures.pool(fixtures.python_counter()), lambda engine: start_pool(engine, names)
    )


def start_10k_s() -> float:
    """10,000 agents started by `start_child` under one dynamic supervisor: in the tree, supervised,
    found by path, subscribed; until the last call is answered."""
    return _start_s(10_000)


def start_100k_s() -> float:
    """The same with 100,000 agents."""
    return _start_s(100_000)


def restart_us() -> float:
    """An agent is killed and called at once; until its successor, restarted by the supervisor,
    has answered. The median of 500."""

    async def work(engine: Engine) -> float:
        place = engine.kernel.tree.resolve("root/counter")
        times = []
        for _ in range(KILLS):
            process = place.process
            if process is None:
                raise InternalError("the counter does not run")
            began = time.perf_counter()
            process.kill()
            answer = await engine.call("counter", fixtures.INCREMENT, {"by": 1})
            times.append(time.perf_counter() - began)
            if answer.state is None or answer.state["count"] != 1:
                raise InternalError(f"the successor answered {answer}")
        return statistics.median(times) * 1e6

    root = fixtures.flat(fixtures.child("counter", fixtures.python_counter()))
    return fixtures.on_engine(root, work)


def boot_tree_10k_s() -> float:
    """A tree of 100 supervisors with 100 agents each, from the order to boot to `ready`."""

    async def work(engine: Engine) -> float:
        ready = [
            event for event in engine.kernel.events.after(0, 100_000)[0] if event.kind == "ready"
        ]
        return float(str(ready[0].data["ms"])) / 1000

    definition = fixtures.python_counter()
    template = fixtures.child("agent", definition)
    agents = tuple(ChildSpec(f"agent-{number}", template.start) for number in range(100))
    nested = SupervisorStart(SupervisorFlags(), agents)
    root = fixtures.flat(
        *(ChildSpec(f"team-{number}", nested, type="supervisor") for number in range(100))
    )
    return fixtures.on_engine(root, work)
