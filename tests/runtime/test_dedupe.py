"""Signals that come twice are handled once, within a window (guarantees.md G5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jido_cli.errors import ControlError
from tests.helpers.committers import DelayingCommitter
from tests.helpers.topologies import findings_of, world_of
from tests.helpers.worlds import World

TOPOLOGY = """
agents:
  till:
    state: {sold: 0}
    routes:
      sold: {params: {n: 1}, set: {sold: "${{ state.sold + params.n }}"}}
      fail: {require: "false"}
      tick: {set: {sold: "${{ state.sold + 1 }}"}}
    dedupe: DEDUPE
    persist: checkpoint
supervisor:
  children: [{agent: till}]
"""


@pytest.fixture
def start() -> Iterator[Any]:
    worlds: list[World] = []

    def begin(dedupe: str = "{}", **options: Any) -> World:
        worlds.append(world_of(TOPOLOGY.replace("DEDUPE", dedupe), **options).boot())
        return worlds[-1]

    yield begin
    for world in worlds:
        world.close()


def send(world: World, ident: str, source: str = "/shop", kind: str = "sold", **data: Any) -> None:
    world.order("send", to="till", type=kind, id=ident, source=source, data=data)
    world.settle()


def call(world: World, ident: str, kind: str = "sold") -> Any:
    return world.order("call", to="till", type=kind, id=ident, source="/shop")


def sold(world: World) -> int:
    count: int = world.state("till")["sold"]
    return count


def counts(world: World) -> dict[str, Any]:
    found: dict[str, Any] = world.port.node("till")["dedupe"]
    return {name: found[name] for name in ("known", "duplicates", "evicted", "unkeyed")}


def test_a_signal_of_the_same_source_and_id_is_handled_once(start: Any) -> None:
    world = start()
    for ident, source in (("1", "/a"), ("1", "/a"), ("1", "/b"), ("2", "/a"), ("1", "/a")):
        send(world, ident, source)
    assert sold(world) == 3
    assert counts(world) == {"known": 3, "duplicates": 2, "evicted": 0, "unkeyed": 0}
    assert world.port.node("till")["seq"] == 3


def test_the_key_may_be_the_files_own(start: Any) -> None:
    world = start("{by: signal.data.order}")
    world_data: list[dict[str, Any]] = [{"order": "o-1"}, {"order": "o-1"}, {"order": "o" * 500}]
    for number, data in enumerate([*world_data, world_data[2]]):
        world.order("send", to="till", type="sold", id=str(number), data=data, unrouted=True)
    world.settle()
    assert sold(world) == 2
    assert counts(world)["duplicates"] == 2


def test_a_signal_without_the_key_is_a_new_one_and_counted(start: Any) -> None:
    world = start("{by: signal.data.order}")
    for _ in range(2):
        send(world, "1", kind="tick")
    assert sold(world) == 2
    assert counts(world) == {"known": 0, "duplicates": 0, "evicted": 0, "unkeyed": 2}


def test_within_keep_it_is_the_same_and_beyond_it_a_new_one(start: Any) -> None:
    world = start("{keep: 1h}")
    send(world, "1")
    world.advance(3599)
    send(world, "1")
    assert sold(world) == 1
    world.advance(2)
    send(world, "1")
    assert sold(world) == 2
    assert counts(world)["known"] == 1


def test_among_the_newest_it_is_the_same_and_beyond_them_a_new_one(start: Any) -> None:
    world = start("{max: 3}")
    for ident in "123":
        send(world, ident)
    send(world, "1")
    assert sold(world) == 3
    send(world, "4")
    assert counts(world)["evicted"] == 1
    send(world, "1")
    assert sold(world) == 5
    assert [one[2] for one in world.events("evicted")] == [
        "1 signals forgotten before 86400s, for room"
    ]


def test_a_call_is_answered_by_what_came_of_the_first(start: Any) -> None:
    world = start()
    first, second = call(world, "1"), call(world, "1")
    assert (first["ok"], first["seq"], second["ok"], second["seq"]) == (True, 1, True, 1)
    assert (second["state"], second["why"]) == (
        {"sold": 1},
        "a duplicate: it was handled already, as seq 1",
    )


def test_a_failed_command_has_handled_its_signal_too(start: Any) -> None:
    world = start()
    assert (call(world, "1", "fail")["ok"], call(world, "1", "fail")["ok"]) == (False, False)
    assert world.port.node("till")["commands"]["failed"] == 1


def test_a_signal_that_no_command_came_of_is_not_known(start: Any) -> None:
    world = start()
    for _ in range(2):
        world.order("send", to="till", type="no.route", id="1", unrouted=True)
        world.settle()
    assert len(world.dead_letters()) == 2
    assert counts(world)["known"] == 0


def test_the_window_survives_an_orderly_stop_and_ends_with_a_crash(start: Any) -> None:
    world = start()
    send(world, "1")
    world.order("restart", id="till")
    send(world, "1")
    assert (sold(world), counts(world)["duplicates"]) == (1, 1)
    send(world, "2")
    world.order("kill", id="till")
    world.settle()
    assert sold(world) == 1  # back at the checkpoint: what is not in the state is not known either
    send(world, "1")
    send(world, "2")
    assert sold(world) == 2


def test_what_is_taken_back_is_new_again(start: Any) -> None:
    committer = DelayingCommitter()
    world = start(committer=committer)
    send(world, "1")
    send(world, "1")
    first = committer.submitted[0]
    assert first.dedupe == "/shop\n1"
    assert len(committer.open) == 2  # the duplicate is not answered before the first is durable
    committer.refuse(1)
    world.settle()
    committer.open.clear()
    send(world, "1")
    committer.commit()
    world.settle()
    assert sold(world) == 1


def test_a_duplicate_waits_for_the_commit_of_the_first(start: Any) -> None:
    committer = DelayingCommitter()
    world = start(committer=committer)
    tasks = []
    for _ in range(2):
        args = {"to": "till", "type": "sold", "id": "1", "source": "/shop"}
        tasks.append(world.port.order("call", args))
        world.settle()
    assert [one.done() for one in tasks] == [False, False]
    committer.commit()
    world.settle()
    assert [one.result(timeout=0)["state"]["sold"] for one in tasks] == [1, 1]


@pytest.mark.parametrize(
    ("dedupe", "code", "message"),
    [
        ("{by: 'signal.time'}", "JD501", "a key is text, and this gives timestamp"),
        ("{keep: 5}", "JD109", "keep 5 is not a duration"),
        ("{max: 0}", "JD108", "max 0 is below 1"),
        ("{mix: 3}", "JD105", "'mix' is not a key of dedupe"),
    ],
)
def test_a_mistake_is_found_in_the_file(dedupe: str, code: str, message: str) -> None:
    found = findings_of(TOPOLOGY.replace("DEDUPE", dedupe))
    assert [(line, got) for line, got, _ in found] == [(9, code)]
    assert found[0][2].startswith(message)


def test_a_reader_of_an_agent_without_a_window_sees_none(start: Any) -> None:
    world = world_of("agents: {a: {}}\nsupervisor: {children: [{agent: a}]}\n").boot()
    assert world.port.node("a")["dedupe"] is None
    with pytest.raises(ControlError):
        world.order("send", to="a", type="x")
    world.close()
