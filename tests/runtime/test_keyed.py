"""Keyed agents: one life for each key, started on first use, asleep when idle (G11)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jido_cli.errors import ControlError
from jido_cli.runtime.agents.server import AgentServer
from jido_cli.store.memory import MemoryStore
from tests.helpers.committers import DelayingCommitter
from tests.helpers.topologies import findings_of, world_of
from tests.helpers.worlds import World

AGENTS = """
agents:
  desk:
    routes:
      say:
        params: {to: {type: string}, n: 1}
        emit: {type: add, data: {to: "${{ params.to }}", n: "${{ params.n }}"}}
      tell:
        params: {to: {type: string}}
        emit: {type: add, to: {key: "${{ params.to }}", of: counters}, data: {n: 1}}
      aim:
        params: {at: {type: string}}
        emit: {type: add, to: {agent: "${{ params.at }}"}, data: {n: 1}}
      answered: {set: {heard: "${{ signal.source }}"}}
  counter:
    state: {n: 0, who: ""}
    routes:
      add: {params: {n: 1}, set: {n: "${{ state.n + params.n }}", who: "${{ agent.key }}"}}
      done: {directives: [{stop: {}}]}
      forget: {replace: {}, directives: [{stop: {}}]}
      later: {directives: [{schedule: {id: t, after: 1h, signal: add}}]}
      ask: {emit: {type: answered, to: sender}}
    idle_timeout: 10m
    persist: checkpoint
"""
TREE = """
supervisor:
  children:
    - agent: desk
    - id: counters
      strategy: dynamic
      keyed_by: signal.data.to
      max_children: 3
      on_full: ON_FULL
      max_restarts: 100
      template: {agent: counter, restart: transient}
"""


@pytest.fixture
def start() -> Iterator[Any]:
    worlds: list[World] = []

    def begin(on_full: str = "hibernate_oldest", **options: Any) -> World:
        text = (AGENTS + TREE).replace("ON_FULL", on_full)
        worlds.append(world_of(text, **options).boot())
        return worlds[-1]

    yield begin
    for world in worlds:
        world.close()


def awake(world: World) -> list[str]:
    return [path.split("/")[2] for path in world.paths() if path.count("/") == 2]


def facts(world: World, ident: str) -> list[str]:
    found: list[str] = world.port.node(ident)["facts"]
    return found


def refused(world: World, order: str, **args: object) -> tuple[str, str]:
    with pytest.raises(ControlError) as caught:
        world.order(order, **args)
    return caught.value.code, caught.value.message


def send(world: World, to: str, n: int = 1) -> None:
    world.order("send", to=f"counters/{to}", type="add", data={"n": n})


# -- one life for each key


def test_the_first_signal_for_a_key_starts_its_agent(start: Any) -> None:
    world = start()
    world.tell("desk", "say", {"to": "a", "n": 3})
    world.tell("desk", "say", {"to": "b", "n": 4})
    world.tell("desk", "say", {"to": "a", "n": 5})
    assert awake(world) == ["a", "b"]
    assert world.state("counters/a") == {"n": 8, "who": "a"}
    assert world.state("counters/b") == {"n": 4, "who": "b"}


def test_of_many_signals_at_once_for_one_key_there_is_one_life(start: Any) -> None:
    world = start()
    for _ in range(50):
        world.cast("counters/a", "add", {"n": 1})
    asked = [world.engine.call("counters/a", "add", {"n": 1}) for _ in range(50)]
    tasks = [world.loop.create_task(one) for one in asked]
    world.settle()
    assert sorted(task.result().seq for task in tasks) == list(range(51, 101))
    assert world.state("counters/a")["n"] == 100
    assert [text for kind, _, text in world.events("started") if kind and "gen" in text][-1]
    assert len([path for _, path, _ in world.events("started") if path == "root/counters/a"]) == 1


def test_an_agent_is_addressed_by_its_key_from_files_orders_and_python(start: Any) -> None:
    world = start()
    world.tell("desk", "tell", {"to": "a"})
    world.tell("desk", "aim", {"at": "counters/a"})
    world.order("send", to="counters", type="add", data={"to": "a", "n": 10})
    world.order("send", to="root/counters/a", type="add", data={"n": 100})
    assert world.order("call", to="counters", type="add", data={"to": "a"})["state"]["n"] == 113
    assert world.state("counters/a")["n"] == 113
    assert awake(world) == ["a"]


def test_who_is_answered_may_sleep_by_then(start: Any) -> None:
    world = start()
    world.order("send", to="desk", type="tell", data={"to": "a"})
    world.order("call", to="counters/a", type="add", data={})
    world.advance(601)
    source = "root/counters/a"
    world.engine.cast("desk", "say", {"to": "b"})
    world.settle()
    signal = world.engine.signal("ask")
    assert signal.source == "/jido"
    place = world.kernel.keyed.find_source(source)
    world.settle()
    assert place is world.place("counters/a")


def test_keys_may_be_any_text_that_can_be_printed(start: Any) -> None:
    world = start()
    for key in ("ann@example.org", "a/b", "100 %"):
        world.tell("desk", "say", {"to": key, "n": 1})
    assert awake(world) == ["ann@example.org", "a%2Fb", "100 %25"]
    assert world.state("counters/a%2Fb") == {"n": 1, "who": "a/b"}


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("", "keyed_by gives an empty text"),
        ("x" * 257, "keyed_by gives a text of over 256 characters"),
        ("a\nb", "keyed_by gives 'a\\nb', which cannot be printed"),
    ],
)
def test_what_cannot_be_a_key_is_a_dead_letter(start: Any, key: str, why: str) -> None:
    world = start()
    world.tell("desk", "say", {"to": key})
    assert world.dead_letters() == [("root/counters", "add", f"no key: {why}")]
    assert awake(world) == []


def test_a_signal_without_the_key_is_refused_with_the_reason(start: Any) -> None:
    world = start()
    assert refused(world, "send", to="counters", type="add", data={"n": 1}) == (
        "bad-value",
        "no key: keyed_by: there is no key 'to'",
    )
    assert refused(world, "send", to="counters", type="ad", data={}) == (
        "no-route",
        "counter has no route for 'ad'; did you mean 'add'?",
    )
    assert refused(world, "send", to="counters/a", type="add", data={"m": 1})[0] == "unknown-param"
    assert awake(world) == []


def test_a_key_is_started_and_woken_by_the_child_api_too(start: Any) -> None:
    world = start()
    told = world.order("start_child", supervisor="counters", id="a")
    assert (told["path"], told["status"]) == ("root/counters/a", "running")
    world.order("stop", id="counters/a")
    assert world.order("start", id="counters/a")["status"] == "running"
    assert world.order("start", id="counters/c")["did"] == "started"
    assert refused(world, "start", id="counters/c")[0] == "wrong-state"
    assert refused(world, "start_child", supervisor="counters")[0] == "bad-value"
    assert refused(world, "start_child", supervisor="counters", id="b", state={"n": 1})[0] == (
        "bad-value"
    )
    assert refused(world, "scale", id="counters", count=2)[0] == "wrong-state"


# -- full


def test_beyond_max_children_a_signal_is_refused(start: Any) -> None:
    world = start("reject")
    for key in "abc":
        world.tell("desk", "say", {"to": key})
    world.tell("desk", "say", {"to": "d"})
    why = "counters is full: it has its 3 children"
    assert world.dead_letters() == [("root/counters", "add", why)]
    assert refused(world, "send", to="counters/d", type="add", data={}) == ("too-many", why)
    world.tell("counters/a", "done")
    send(world, "d")
    assert awake(world) == ["b", "c", "d"]


def test_the_one_that_has_been_idle_longest_goes_to_sleep_for_a_new_one(start: Any) -> None:
    world = start()
    for key in ("a", "b", "c", "a"):
        world.advance(1)
        world.tell("desk", "say", {"to": key, "n": 7})
    world.tell("desk", "say", {"to": "d"})
    assert awake(world) == ["a", "c", "d"]
    assert facts(world, "counters/b") == ["hibernated"]
    assert facts(world, "counters") == ["1 hibernated"]
    assert world.state("counters/b") == {"n": 7, "who": "b"}
    world.tell("desk", "say", {"to": "b"})
    assert world.state("counters/b") == {"n": 8, "who": "b"}
    assert awake(world) == ["a", "d", "b"]


def test_many_new_keys_at_once_find_their_room_one_after_the_other(start: Any) -> None:
    world = start()
    for round_ in range(3):
        for key in "abc":
            world.cast(f"counters/{round_}{key}", "add", {"n": 1})
        world.settle()
    assert [world.state(f"counters/{r}{key}")["n"] for r in range(3) for key in "abc"] == [1] * 9
    assert awake(world) == ["2a", "2b", "2c"]
    assert facts(world, "counters") == ["6 hibernated"]


def test_who_is_at_work_or_will_be_is_not_put_to_sleep(start: Any) -> None:
    world = start()
    for key in "abc":
        send(world, key)
        world.tell(f"counters/{key}", "later")
    why = "counters is full: it has its 3 children, and none of them is idle"
    assert refused(world, "send", to="counters/d", type="add", data={}) == ("too-many", why)


# -- asleep


def test_without_mail_for_the_idle_timeout_an_agent_sleeps_and_its_next_mail_wakes_it(
    start: Any,
) -> None:
    world = start()
    send(world, "a", 5)
    world.advance(599)
    send(world, "a", 5)
    world.advance(599)
    assert awake(world) == ["a"]
    world.advance(2)
    assert awake(world) == []
    node = world.port.node("counters/a")
    assert (node["status"], node["facts"], node["seq"]) == ("stopped", ["hibernated"], 3)
    assert node["state"] == {"n": 10, "who": "a"}
    answer = world.ask("desk", "tell", {"to": "a"})
    assert answer.ok
    assert world.state("counters/a") == {"n": 11, "who": "a"}
    told = [(kind, text) for kind, path, text in world.events() if path == "root/counters/a"]
    assert told[1:4] == [
        ("hibernated", "seq 3"),
        ("exited", "shutdown"),
        ("restored", "seq 3 from its checkpoint"),
    ]
    assert world.port.node("counters/a")["generation"] == 2
    assert world.counts("counters/a") == (3, 0, 0, 0)


def test_calls_wake_an_agent_and_are_answered(start: Any) -> None:
    world = start()
    send(world, "a")
    world.advance(601)
    assert world.order("call", to="counters/a", type="add", data={})["state"]["n"] == 2


def test_an_armed_timer_keeps_an_agent_awake(start: Any) -> None:
    world = start()
    world.order("send", to="counters/a", type="later", data={})
    world.advance(3500)
    assert awake(world) == ["a"]
    world.advance(200)
    assert world.state("counters/a")["n"] == 1
    world.advance(1300)
    assert awake(world) == []


def test_an_agent_that_has_forgotten_everything_leaves_nothing_behind(start: Any) -> None:
    world = start()
    send(world, "a")
    world.tell("counters/a", "forget")
    assert awake(world) == []
    assert facts(world, "counters/a") == ["lazy"]
    assert world.kernel.store.count("root/counters") == 0


def test_an_agent_that_stops_by_itself_sleeps_until_its_next_signal(start: Any) -> None:
    world = start()
    send(world, "a", 3)
    world.tell("counters/a", "done")
    assert facts(world, "counters/a") == ["hibernated"]
    send(world, "a", 1)
    assert world.state("counters/a")["n"] == 4


def test_a_crash_goes_back_to_the_last_checkpoint(start: Any) -> None:
    world = start()
    send(world, "a", 3)
    world.order("stop", id="counters/a")
    send(world, "a", 4)
    world.order("kill", id="counters/a")
    world.settle()
    assert world.state("counters/a")["n"] == 3
    assert awake(world) == ["a"]
    world.order("restart", id="counters/a")
    assert world.state("counters/a")["n"] == 3
    world.advance(601)
    assert awake(world) == []


def test_no_generation_is_ever_used_twice_for_a_key(start: Any) -> None:
    world = start()
    seen: list[int] = []
    for _ in range(3):
        send(world, "a")
        seen.append(world.place("counters/a").generation)
        world.order("kill", id="counters/a")
        world.settle()
        seen.append(world.place("counters/a").generation)
        world.tell("counters/a", "forget")
    assert len(set(seen)) == len(seen) == 6


def test_orders_on_a_key_that_is_not_awake_say_so(start: Any) -> None:
    world = start()
    send(world, "a")
    world.advance(601)
    assert refused(world, "stop", id="counters/a") == (
        "wrong-state",
        "a does not run: it sleeps",
    )
    assert refused(world, "kill", id="counters/b")[1] == "b does not run: it has not begun"
    with pytest.raises(ControlError, match="b has not begun: its first signal starts it"):
        world.port.state("counters/b", None)


def test_a_restart_of_the_supervisor_leaves_every_key_asleep(start: Any) -> None:
    world = start()
    for key in "ab":
        send(world, key, 2)
    world.order("restart", id="counters")
    assert awake(world) == []
    assert facts(world, "counters") == ["2 hibernated"]
    send(world, "a")
    assert world.state("counters/a")["n"] == 3


def test_while_the_supervisor_is_stopped_signals_for_its_keys_are_refused(start: Any) -> None:
    world = start()
    world.order("stop", id="counters")
    world.tell("desk", "say", {"to": "a"})
    why = "counters does not run: it is stopped"
    assert world.dead_letters() == [("root/counters", "add", why)]
    assert refused(world, "send", to="counters/a", type="add", data={}) == ("wrong-state", why)


# -- hibernation is a command


def test_hibernation_is_committed_before_memory_is_freed(start: Any) -> None:
    committer = DelayingCommitter()
    world = start(committer=committer)
    world.cast("counters/a", "add", {"n": 5})
    world.settle()
    committer.commit()
    world.settle()
    world.advance(601)
    assert awake(world) == ["a"]
    (unit,) = committer.open
    assert (unit.path, unit.seq, unit.agent.state["n"]) == ("root/counters/a", 2, 5)
    world.cast("counters/a", "add", {"n": 1})
    world.settle()
    assert committer.open == [unit]  # the mail waits
    committer.commit()
    world.settle()
    committer.commit()
    world.settle()
    assert world.state("counters/a")["n"] == 6
    assert world.place("counters/a").handled == 3
    assert [text for _, _, text in world.events("restored")] == ["seq 2 from its checkpoint"]


def test_a_hibernation_that_is_refused_leaves_the_agent_awake(start: Any) -> None:
    committer = DelayingCommitter()
    world = start(committer=committer)
    world.cast("counters/a", "add", {"n": 5})
    world.settle()
    committer.commit()
    world.settle()
    world.advance(601)
    committer.refuse()
    world.settle()
    assert awake(world) == ["a"]
    (told,) = world.events("not_kept")
    assert told[2] == "its state could not be kept: its hibernation was refused"
    world.cast("counters/a", "add", {"n": 1})
    world.settle()
    committer.commit()
    world.settle()
    assert world.state("counters/a")["n"] == 6


def test_an_agent_that_is_killed_while_it_goes_to_sleep_begins_again(start: Any) -> None:
    committer = DelayingCommitter()
    world = start(committer=committer)
    world.cast("counters/a", "add", {"n": 5})
    world.settle()
    committer.commit()
    world.settle()
    world.advance(601)
    world.order("kill", id="counters/a")
    committer.commit()
    world.settle()
    assert isinstance(world.place("counters/a").process, AgentServer)
    assert world.state("counters/a")["n"] == 0


# -- missing


def test_with_on_missing_reject_only_what_sleeps_is_woken() -> None:
    text = (AGENTS + TREE).replace("ON_FULL", "reject\n      on_missing: reject")
    world = world_of(text).boot()
    why = "counters has no agent with the key 'a'"
    assert refused(world, "send", to="counters/a", type="add", data={}) == ("no-node", why)
    world.tell("desk", "say", {"to": "a"})
    assert world.dead_letters() == [("root/counters", "add", why)]
    with pytest.raises(ControlError, match="has no agent with the key"):
        world.port.node("counters/a")
    world.close()


# -- persist without keys


def test_an_agent_with_a_checkpoint_goes_on_with_it_after_an_orderly_stop() -> None:
    world = world_of("""
        agents:
          plain: {state: {n: 0}, routes: {add: {set: {n: "${{ state.n + 1 }}"}}}}
          kept:
            state: {n: 0}
            routes: {add: {set: {n: "${{ state.n + 1 }}"}}}
            persist: checkpoint
        supervisor: {children: [{agent: plain}, {agent: kept}]}
        """).boot()
    for ident in ("plain", "kept"):
        world.tell(ident, "add")
        world.order("restart", id=ident)
        world.tell(ident, "add")
        world.order("kill", id=ident)
        world.settle()
    assert (world.state("plain")["n"], world.state("kept")["n"]) == (0, 1)
    assert world.port.node("kept")["persist"] == "checkpoint"
    world.close()


# -- mistakes


SLEEPS = "puts agents to sleep, and persist 'none' keeps nothing of them"
KEYED = "{id: s, strategy: dynamic, keyed_by: signal.id, "


@pytest.mark.parametrize(
    ("child", "code", "message"),
    [
        (
            "{id: s, keyed_by: signal.data.x, children: [{agent: c}]}",
            "JD303",
            "supervisor 's' is one_for_one: it takes no 'keyed_by'",
        ),
        (
            "{id: s, strategy: dynamic, on_missing: reject, template: {agent: c}}",
            "JD106",
            "'on_missing' of supervisor 's' means nothing without 'keyed_by'",
        ),
        (
            KEYED + "on_full: reject, template: {agent: c}}",
            "JD106",
            "'on_full' of supervisor 's' means nothing without 'max_children'",
        ),
        (
            '{id: s, strategy: dynamic, keyed_by: "1 + 1", template: {agent: c}}',
            "JD501",
            "a key is text, and this gives int",
        ),
        (
            "{id: s, strategy: dynamic, keyed_by: 5, template: {agent: c}}",
            "JD107",
            "keyed_by 5 is not text",
        ),
        (
            KEYED + "template: {agent: c, delivery: all}}",
            "JD114",
            "'keyed_by' and 'delivery' of supervisor 's' exclude each other",
        ),
        (
            KEYED + "max_children: 1, on_full: hibernate_oldest, template: {agent: c}}",
            "JD305",
            f"'on_full' {SLEEPS}",
        ),
        (
            KEYED + "template: {agent: c, idle_timeout: 1m}}",
            "JD305",
            f"'idle_timeout' {SLEEPS}",
        ),
        (
            "{id: s, strategy: dynamic, template: {agent: c, idle_timeout: 1m}}",
            "JD106",
            "'idle_timeout' of the template means nothing without 'keyed_by'",
        ),
    ],
)
def test_a_mistake_around_keys_is_found_in_the_file(child: str, code: str, message: str) -> None:
    text = f"agents: {{c: {{routes: {{x: {{}}}}}}}}\nsupervisor:\n  children:\n    - {child}\n"
    assert findings_of(text) == [(4, code, message)]


def test_an_idle_timeout_that_no_keyed_supervisor_uses_is_a_mistake() -> None:
    text = "agents: {c: {idle_timeout: 1m}}\nsupervisor: {children: [{agent: c}]}\n"
    fact = "'idle_timeout' of agent 'c' means nothing: no keyed supervisor runs it"
    assert findings_of(text) == [(1, "JD106", fact)]


def test_defaults_may_say_what_persists() -> None:
    text = "defaults: {agent: {persist: checkpoint}}\nagents: {c: {idle_timeout: 1m}}\n"
    assert (
        findings_of(f"{text}supervisor:\n  children:\n    - {KEYED}template: {{agent: c}}}}\n")
        == []
    )


def test_where_the_store_has_no_room_agents_stay_awake_and_that_is_told(start: Any) -> None:
    world = start(store=MemoryStore(limit=1))
    send(world, "a")
    world.advance(5)
    send(world, "b")
    world.advance(601)
    assert awake(world) == ["b"]
    assert world.events("not_kept")[0][1:] == (
        "root/counters/b",
        "its state could not be kept: it stays awake",
    )
    send(world, "b")
    assert world.state("counters/b")["n"] == 2
    world.order("stop", id="counters/b")
    assert world.events("not_kept")[-1][2].endswith("it stopped without a new checkpoint")


def test_an_agent_whose_errors_still_count_does_not_sleep() -> None:
    text = (AGENTS + TREE).replace("ON_FULL", "reject")
    text = text.replace("    idle_timeout: 10m", "    on_error: {max_errors: 2, within: 1h}\n" * 1)
    text = text.replace("    persist", "    idle_timeout: 10m\n    persist")
    text = text.replace("      ask:", "      fail: {require: 'false'}\n      ask:")
    world = world_of(text).boot()
    world.order("send", to="counters/a", type="fail", data={})
    world.advance(1800)
    assert awake(world) == ["a"]
    world.advance(3600)
    assert awake(world) == []
    world.close()


def test_a_signal_that_comes_while_a_key_is_restarted_finds_one_life(start: Any) -> None:
    world = start()
    send(world, "a", 5)
    future = world.port.order("restart", {"id": "counters/a"})
    world.cast("counters/a", "add", {"n": 1})
    world.settle()
    assert future.result(timeout=0)["did"] == "restarted"
    send(world, "a", 1)
    assert world.state("counters/a")["n"] in (6, 7)  # what waited at the stop is a dead letter
    assert world.state("counters/a")["n"] + len(world.dead_letters()) == 7
    assert awake(world) == ["a"]
