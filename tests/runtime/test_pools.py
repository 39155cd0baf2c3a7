"""Pools: a group's members lent one at a time, with time-outs and bounded queues."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from jido_cli.core.action import action
from jido_cli.errors import ControlError, PoolError
from jido_cli.runtime.pools import Pool, PoolStatus
from jido_cli.runtime.supervising.starts import AgentStart, GroupStart
from jido_cli.supervision.specs import ChildSpec
from tests.helpers.programs import agent, program, tree
from tests.helpers.topologies import findings_of, world_of
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld

TOPOLOGY = """
agents:
  worker:
    state: {jobs: 0, who: ""}
    routes:
      job: {set: {jobs: "${{ state.jobs + 1 }}", who: "${{ agent.id }}"}}
      boom: {require: "false"}
    subscribe: none
  desk:
    routes:
      go: {emit: {type: job, to: {agent: workers}}}
      all: {emit: {type: job, to: {agent: hall}}}
      hire: {emit: {type: job, to: {agent: pool}}}
supervisor:
  children:
    - {id: workers, agent: worker, replicas: 2}
    - {id: hall, agent: worker, replicas: 2, delivery: all}
    - {id: pool, strategy: dynamic, template: {agent: worker}}
    - agent: desk
"""


@pytest.fixture
def world() -> Iterator[World]:
    made = world_of(TOPOLOGY).boot()
    yield made
    made.close()


@pytest.fixture
def pool(world: World) -> Pool:
    return world.engine.pool("workers", max_waiting=2)


def begin(world: World, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    task = world.loop.create_task(work)
    world.settle()
    return task


def checked_out(world: World, pool: Pool, **options: float) -> Any:
    return begin(world, pool.checkout(**options)).result()


def failed(task: asyncio.Task[Any]) -> tuple[str, str]:
    error = task.exception()
    assert isinstance(error, PoolError)
    return str(error.code), error.message


def test_a_member_is_lent_to_one_at_a_time(world: World, pool: Pool) -> None:
    first, second = checked_out(world, pool), checked_out(world, pool)
    assert {first.path, second.path} == {"root/workers-1", "root/workers-2"}
    third = begin(world, pool.checkout())
    assert (pool.status, pool.status.free) == (PoolStatus(2, 2, 1), 0)
    second.give_back()
    second.give_back()
    world.settle()
    assert third.result().path == second.path
    assert pool.status == PoolStatus(2, 2, 0)


def test_a_call_has_its_member_alone_and_gives_it_back(world: World, pool: Pool) -> None:
    tasks = [begin(world, pool.call("job")) for _ in range(4)]
    assert all(task.result().ok for task in tasks)
    assert pool.status == PoolStatus(2, 0, 0)
    assert begin(world, pool.call("boom")).result().ok is False
    assert pool.status.lent == 0


def test_a_cast_is_delivered_to_who_is_free(world: World, pool: Pool) -> None:
    busy = checked_out(world, pool)
    assert begin(world, pool.cast("job")).result() == "accepted"
    world.settle()
    free = {"root/workers-1": "workers-2", "root/workers-2": "workers-1"}[busy.path]
    assert world.state(free)["jobs"] == 1
    assert world.state(busy.path)["jobs"] == 0


def test_who_waits_too_long_is_told_and_takes_nobody(world: World, pool: Pool) -> None:
    held = [checked_out(world, pool) for _ in range(2)]
    late = begin(world, pool.checkout(timeout_s=3.0))
    world.advance(3)
    text = "pool 'workers': none of its 2 members was free in 3s, 0 others wait"
    assert failed(late) == ("pool-timeout", text)
    held[0].give_back()
    assert pool.status == PoolStatus(2, 1, 0)
    assert begin(world, pool.checkout()).result().path == held[0].path


def test_more_than_may_wait_are_refused_at_once(world: World, pool: Pool) -> None:
    for _ in range(2):
        checked_out(world, pool)
    waiting = [begin(world, pool.checkout()) for _ in range(2)]
    refused = begin(world, pool.checkout())
    assert failed(refused) == ("pool-full", "pool 'workers': 2 wait for a member already")
    world.advance(5)
    assert [failed(one)[0] for one in waiting] == ["pool-timeout"] * 2


def test_who_gives_up_leaves_his_place_to_the_next(world: World, pool: Pool) -> None:
    held = [checked_out(world, pool) for _ in range(2)]
    gone, next_ = begin(world, pool.checkout()), begin(world, pool.checkout())
    gone.cancel()
    world.settle()
    held[0].give_back()
    world.settle()
    assert next_.result().path == held[0].path


def test_a_member_that_comes_to_one_who_has_just_gone_is_given_back(
    world: World, pool: Pool
) -> None:
    held = [checked_out(world, pool) for _ in range(2)]
    gone = begin(world, pool.checkout())
    held[0].give_back()
    gone.cancel()
    world.settle()
    assert pool.status == PoolStatus(2, 1, 0)


def test_a_member_is_given_back_when_its_users_work_fails(world: World, pool: Pool) -> None:
    async def work() -> None:
        async with await pool.checkout() as member:
            assert (await member.call("job")).ok
            raise ValueError("no")

    task = begin(world, work())
    assert isinstance(task.exception(), ValueError)
    assert pool.status.lent == 0


def test_a_new_member_serves_those_who_wait(world: World, pool: Pool) -> None:
    for _ in range(2):
        checked_out(world, pool)
    waiting = begin(world, pool.checkout())
    world.order("scale", id="workers", count=3)
    world.settle()
    assert waiting.result().path == "root/workers-3"
    assert pool.status == PoolStatus(3, 3, 0)


def test_a_member_that_leaves_is_lent_no_more(world: World, pool: Pool) -> None:
    held = {one.path: one for one in (checked_out(world, pool), checked_out(world, pool))}
    world.order("scale", id="workers", count=1)
    assert pool.status == PoolStatus(1, 1, 0)
    gone = begin(world, held["root/workers-2"].call("job")).result()
    assert (gone.ok, gone.outcome) == (False, "rejected")
    held["root/workers-2"].give_back()
    assert pool.status == PoolStatus(1, 1, 0)


def test_a_crash_does_not_end_the_loan_and_its_mail_waits_for_the_successor(
    world: World, pool: Pool
) -> None:
    member = checked_out(world, pool)
    world.order("kill", id=member.path)
    assert pool.status.lent == 1
    assert begin(world, member.call("job")).result().ok


def test_a_pool_that_two_have_opened_is_one(world: World, pool: Pool) -> None:
    other = world.engine.pool("root/workers")
    checked_out(world, pool)
    checked_out(world, other)
    assert (pool.status.lent, other.status.lent) == (2, 2)


def test_a_dynamic_supervisor_is_a_pool_once_it_has_children(world: World) -> None:
    with pytest.raises(PoolError, match="no pool 'pool'"):
        world.engine.pool("pool")
    world.order("scale", id="pool", count=1)
    pool = world.engine.pool("pool")
    assert begin(world, pool.call("job")).result().state["who"] == "worker-1"
    world.order("scale", id="pool", count=0)
    assert failed(begin(world, pool.call("job"))) == ("pool-empty", "pool 'pool' has no members")


def test_what_is_no_pool_is_refused(world: World) -> None:
    for ident in ("desk", "nobody", "root"):
        with pytest.raises(PoolError, match=f"no pool '{ident}'"):
            world.engine.pool(ident)


def test_an_action_of_an_agent_uses_a_pool_too(boot: MakeWorld) -> None:
    @action
    async def work(ctx: Any) -> dict[str, Any]:
        async with await ctx.pool("w").checkout(timeout_s=1.0) as member:
            return {"path": member.path, "n": (await member.call("job")).state["n"]}

    @action
    def job(state: Any) -> dict[str, Any]:
        return {"n": state["n"] + 1}

    group = GroupStart("w", state_of=lambda _: {})
    worker = program("w", {"job": job}, state={"n": 0})
    members = [ChildSpec(f"w-{n}", AgentStart(worker, group=group)) for n in (1, 2)]
    user = program("user", {"go": work}, state={"path": "", "n": 0})
    world = boot(tree(*members, agent("user", user)))
    assert world.ask("user", "go").state == {"path": "root/w-1", "n": 1}


# -- a group by its name


def test_what_is_addressed_to_a_group_goes_to_the_member_with_the_least_mail(
    world: World,
) -> None:
    for _ in range(4):
        world.cast("workers", "job")
    world.settle()
    assert [world.state(f"workers-{n}")["jobs"] for n in (1, 2)] == [2, 2]
    world.tell("desk", "go")
    assert world.order("call", to="workers", type="job")["path"] in (
        "root/workers-1",
        "root/workers-2",
    )
    world.order("send", to="root/workers", type="job")
    world.settle()
    assert sum(world.state(f"workers-{n}")["jobs"] for n in (1, 2)) == 7


def test_a_group_that_delivers_to_all_gets_signals_as_a_whole_and_no_calls(world: World) -> None:
    world.tell("desk", "all")
    assert [world.state(f"hall-{n}")["jobs"] for n in (1, 2)] == [1, 1]
    with pytest.raises(ControlError, match="hall delivers to all of its members"):
        world.order("call", to="hall", type="job")


def test_a_dynamic_supervisor_passes_signals_on_to_its_children(world: World) -> None:
    world.tell("desk", "hire")
    assert world.dead_letters() == [("root/desk", "job", "pool has no member for it")]
    with pytest.raises(ControlError, match="pool is a supervisor"):
        world.order("send", to="pool", type="job")
    world.order("scale", id="pool", count=2)
    for _ in range(2):
        world.tell("desk", "hire")
    assert [world.state(f"worker-{n}")["jobs"] for n in (1, 2)] == [1, 1]
    routes = [one["pattern"] for one in world.port.node("pool")["routes"]]
    assert routes == ["job", "boom"]


def test_a_pool_of_size_zero_is_a_mistake() -> None:
    text = "agents: {a: {}}\nsupervisor: {children: [{agent: a, replicas: 0}]}\n"
    assert findings_of(text) == [(2, "JD108", "replicas 0 is below 1")]
