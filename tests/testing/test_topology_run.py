"""The testing kit, as a user's tests use it: drive, script, look, expect."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jido_cli.errors import ControlError, StartError, UsageError
from jido_cli.testing import (
    REAL,
    ExpectationError,
    TopologyRun,
    UnscriptedEffectError,
    fails,
    run_topology,
    takes,
)
from tests.testing.conftest import Written

Start = Callable[..., TopologyRun]
COUNTER = """
jido: v1
name: counter
agents:
  counter:
    state: {count: 0, seen: []}
    routes:
      counter.add:
        params: {by: 1}
        set: {count: "${{ state.count + params.by }}"}
        emit:
          type: counter.changed
          subject: c
          data: {count: "${{ next.count }}", by: "${{ params.by }}"}
      counter.later:
        directives: [{schedule: {id: t, after: 5s, signal: counter.add}}]
  other:
    state: {n: 0}
    routes: {counter.changed: {set: {n: "${{ state.n + 1 }}"}}}
supervisor:
  strategy: rest_for_one
  children: [{agent: counter}, {agent: other}]
"""
THINKER = """
jido: v1
name: thinker
actions:
  think:
    params: {about: {type: string}}
    run: thinker_app:think
    set: {text: "${{ result.text }}"}
  dig: {run: "thinker_app:dig", set: {text: "${{ result.text }}"}}
agents:
  thinker: {state: {text: ""}, routes: {think.please: think, dig.please: dig}}
supervisor: {children: [{agent: thinker}]}
"""
THINKER_APP = """
from jido_cli import action

@action
async def think(about: str):
    raise RuntimeError("the network is not for tests")

@action(effect="thread")
def dig():
    return {"text": "dug"}
"""


@pytest.fixture
def counter(written: Written, jido_run: Start) -> TopologyRun:
    return jido_run(written(COUNTER))


def test_a_call_answers_with_the_state_after_it(counter: TopologyRun):
    answer = counter.call("counter", "counter.add", {"by": 3})
    assert (answer.ok, answer.seq, answer.state["count"]) == (True, 1, 3)
    assert counter.state("counter", "count") == 3


def test_what_follows_a_sent_signal_is_done_when_send_returns(counter: TopologyRun):
    counter.send("counter", "counter.add")
    assert (counter.state("counter", "count"), counter.state("other", "n")) == (1, 1)


def test_timers_fire_when_the_clock_is_advanced_and_not_before(counter: TopologyRun):
    counter.send("counter", "counter.later")
    counter.advance("4999ms")
    assert counter.state("counter", "count") == 0
    counter.advance("1ms")
    assert counter.state("counter", "count") == 1
    assert counter.now == 5.0


def test_waiting_ends_at_the_instant_at_which_the_condition_holds(counter: TopologyRun):
    counter.send("counter", "counter.later")
    took = counter.wait_until(lambda: counter.state("counter", "count") == 1, within="1m")
    assert (took, counter.now) == (5.0, 5.0)


ENDLESS = """
jido: v1
name: endless
bus: {max_hops: 0}
agents:
  round:
    state: {n: 0}
    routes:
      a.x: {set: {n: "${{ state.n + 1 }}"}, emit: {type: a.x, to: self, when: state.n >= 0}}
      a.tick: {set: {n: "${{ state.n + 1 }}"}}
    schedules: {t: {every: 1ms, signal: a.tick}}
supervisor: {children: [{agent: round}]}
"""


@pytest.mark.parametrize(
    "drive",
    [
        lambda run: run.send("round", "a.x"),
        lambda run: run.call("round", "a.x"),
        lambda run: run.advance("1h"),
        lambda run: run.wait_until(lambda: False, within="1h"),
    ],
)
def test_signals_that_never_end_are_told_with_what_they_are(
    written: Written, jido_run: Start, drive: Callable[[TopologyRun], object]
):
    run = jido_run(written(ENDLESS))
    run.record.most_entries = 500
    with pytest.raises(ExpectationError, match="an end: at most 500 signals") as caught:
        drive(run)
    assert "was handled by root/round" in caught.value.why[-1]
    with pytest.raises(ExpectationError, match="an end: at most 500 signals"):
        run.advance("1s")


def test_waiting_in_vain_says_how_long_and_what_the_agents_are_at(counter: TopologyRun):
    with pytest.raises(ExpectationError, match="not so after 2s") as caught:
        counter.wait_until(lambda: False, within=2)
    assert caught.value.why == ("no agent has work to do",)


def test_a_crash_tells_what_started_again_and_no_more(counter: TopologyRun):
    assert counter.crash("counter") == ("root/counter", "root/other")
    assert counter.crash("other") == ("root/other",)
    assert (
        counter.node("other")["exits"][0]["reason"] == "crash(CrashedByTest: crashed by the test)"
    )


def test_a_kill_tells_what_started_again(counter: TopologyRun):
    assert counter.kill("other") == ("root/other",)
    assert counter.node("other")["exits"][0]["reason"] == "killed"


def test_what_is_killed_must_run(counter: TopologyRun):
    counter.order("stop", id="other")
    with pytest.raises(ControlError, match="other does not run: it is stopped"):
        counter.kill("other")


def test_the_blast_radius_can_be_expected(counter: TopologyRun):
    counter.crash("counter")
    counter.expect_restarted("counter", "other")
    counter.expect_restarted()
    counter.crash("other")
    with pytest.raises(ExpectationError) as caught:
        counter.expect_restarted("counter")
    assert str(caught.value).split("\n") == [
        "expected  restarted: counter",
        "got       root/other",
        "why       not counter",
        "          also root/other",
    ]


def test_emitted_signals_are_expected_by_what_they_have_at_least(counter: TopologyRun):
    counter.send("counter", "counter.add", {"by": 2})
    counter.expect_emitted({"type": "counter.changed", "subject": "c", "data": {"count": 2}})
    counter.expect_emitted()
    counter.send("counter", "counter.add")
    counter.send("counter", "counter.add")
    counter.expect_emitted(
        {"type": "counter.changed", "from": "counter"}, {"data": {"count": 4, "by": 1}}
    )


def test_a_signal_that_is_not_as_expected_is_shown_with_what_is_different(counter: TopologyRun):
    counter.send("counter", "counter.add", {"by": 2})
    with pytest.raises(ExpectationError) as caught:
        counter.expect_emitted({"type": "counter.changed", "data": {"count": 5, "by": 2}})
    told = str(caught.value)
    assert 'expected  signal 1: {"type": "counter.changed", "data": {"count": 5, "by": 2}}' in told
    assert "data.count  expected 5, got 2" in told
    assert "data.by" not in told


def test_a_signal_that_was_not_emitted_is_told_with_the_nearest_one(counter: TopologyRun):
    counter.send("counter", "counter.add")
    with pytest.raises(ExpectationError) as caught:
        counter.expect_emitted({"type": "counter.change", "data": {"count": 1}})
    told = str(caught.value)
    assert "got       0 signals of that type" in told
    assert "nearest is" in told
    assert 'type  expected "counter.change", got "counter.changed"' in told


def test_a_signal_too_many_is_told(counter: TopologyRun):
    counter.send("counter", "counter.add")
    counter.send("counter", "counter.add")
    with pytest.raises(ExpectationError) as caught:
        counter.expect_emitted({"type": "counter.changed"})
    assert str(caught.value).startswith(
        "expected  1 signal of counter.changed\ngot       2, and more:"
    )


def test_signals_in_another_order_are_told_so(counter: TopologyRun):
    counter.send("counter", "counter.add", {"by": 1})
    counter.send("counter", "counter.add", {"by": 2})
    with pytest.raises(ExpectationError, match="signal 2 is like that: the order is another"):
        counter.expect_emitted(
            {"type": "counter.changed", "data": {"by": 2}},
            {"type": "counter.changed", "data": {"by": 1}},
        )


def test_a_call_that_fails_is_a_failed_test_unless_that_is_expected(counter: TopologyRun):
    with pytest.raises(ExpectationError, match="did you mean 'by'"):
        counter.call("counter", "counter.add", {"bye": 1})
    answer = counter.call("counter", "counter.add", {"bye": 1}, fails="did you mean 'by'")
    assert answer.ok is False
    with pytest.raises(ExpectationError, match="it is done"):
        counter.call("counter", "counter.add", fails="anything")
    with pytest.raises(ExpectationError, match="no route"):
        counter.call("counter", "counter.ad", fails="anything")


def test_directives_are_there_with_their_outcomes(counter: TopologyRun):
    counter.send("counter", "counter.later")
    assert [(one["type"], one["summary"], one["outcome"]) for one in counter.directives()] == [
        ("schedule", "counter.add in 5s", "done")
    ]
    assert counter.directives("emit") == []


def test_initial_states_can_be_others_than_those_in_the_file(written: Written, jido_run: Start):
    run = jido_run(written(COUNTER), state={"counter": {"count": 41}})
    assert run.call("counter", "counter.add").state["count"] == 42


def test_a_state_for_nobody_is_refused_with_who_may_be_meant(written: Written):
    with pytest.raises(UsageError, match="no agent child 'conter'") as caught:
        run_topology(written(COUNTER), state={"conter": {}})
    assert caught.value.hints == ("did you mean 'counter'?",)


def test_a_state_that_does_not_fit_does_not_start(written: Written):
    with pytest.raises(StartError, match="root/counter failed to start"):
        run_topology(written(COUNTER), state={"counter": {"count": "many"}})


def test_a_file_with_errors_is_refused_with_its_findings(written: Written):
    file = written(COUNTER.replace("rest_for_one", "rest_for_two"))
    with pytest.raises(UsageError, match=r"topology.yaml:\d+:\d+: error: .*rest_for_two"):
        run_topology(file)


def test_the_wall_clock_starts_where_it_is_told(written: Written, jido_run: Start):
    run = jido_run(written(COUNTER), at="2026-03-29T00:59:59Z")
    assert run.port.engine()["started_at"] == 1774745999.0


def test_two_runs_of_the_same_seed_have_the_same_ids(written: Written, jido_run: Start):
    file = written(COUNTER)
    first, second, third = jido_run(file), jido_run(file), jido_run(file, seed=1)
    ids = [run.send("counter", "counter.add") for run in (first, second, third)]
    assert ids[0] == ids[1] != ids[2]


def test_conditions_over_the_tree_are_those_of_scenarios(counter: TopologyRun):
    counter.send("counter", "counter.later")
    assert counter.wait_until('agents["counter"].state.count == 1', within="1m") == 5.0
    counter.expect('signals.count("counter.changed") == 1', 'supervisors["root"].restarts == 0')
    with pytest.raises(ExpectationError) as caught:
        counter.expect('agents["other"].state.n == 3')
    assert str(caught.value).split("\n")[1] == "got       1"
    with pytest.raises(ExpectationError, match="got       1 after 2s"):
        counter.wait_until('agents["other"].state.n == 3', within=2)
    with pytest.raises(UsageError, match="agents must be asked for by a name") as refused:
        counter.expect("agents[x].restarts == 0")
    assert refused.value.where == "column 1"


def test_nodes_are_waited_for_as_the_command_line_does(counter: TopologyRun):
    counter.send("counter", "counter.later")
    [found] = counter.wait_for("counter", until="state.count == 1", within="1m")
    assert (found.is_met, found.waited_s, counter.now) == (True, 5.0, 5.0)
    results = counter.wait_for("counter", "other", until=lambda state: "n" in state, within=1)
    assert [one.is_met for one in results] == [False, True]
    [first] = counter.wait_for("counter", "other", until=lambda state: "n" in state, is_any=True)
    assert first.path == "root/other"


# -- effects


def test_scripted_answers_come_in_order_in_place_of_the_effect(written: Written, jido_run: Start):
    script = {"think": [{"text": "hi"}, {"text": "again"}]}
    run = jido_run(written(THINKER, thinker_app=THINKER_APP), script=script)
    said = [run.call("thinker", "think.please", {"about": "x"}).state["text"] for _ in range(2)]
    assert said == ["hi", "again"]


def test_an_effect_that_nobody_answers_for_fails_the_test(written: Written, jido_run: Start):
    run = jido_run(written(THINKER, thinker_app=THINKER_APP))
    with pytest.raises(UnscriptedEffectError, match="root/thinker ran think: the script has no"):
        run.send("thinker", "think.please", {"about": "x"})


def test_an_answer_too_few_fails_the_test_and_says_which_call_it_is(
    written: Written, jido_run: Start
):
    run = jido_run(written(THINKER, thinker_app=THINKER_APP), script={"think": [{"text": "a"}]})
    run.call("thinker", "think.please", {"about": "x"})
    with pytest.raises(UnscriptedEffectError, match="1 of its answers, this is call 2"):
        run.call("thinker", "think.please", {"about": "x"})


def test_a_scripted_failure_fails_the_command(written: Written, jido_run: Start):
    script = {"think": [fails("no model", code="llm"), fails("timeout")]}
    run = jido_run(written(THINKER, thinker_app=THINKER_APP), script=script)
    first = run.call("thinker", "think.please", {"about": "x"}, fails="no model")
    second = run.call("thinker", "think.please", {"about": "x"}, fails="timeout")
    assert [one.error and one.error["code"] for one in (first, second)] == ["llm", "timeout"]


def test_an_answer_can_take_its_time(written: Written, jido_run: Start):
    script = {"think": [takes(2, {"text": "slow"})]}
    run = jido_run(written(THINKER, thinker_app=THINKER_APP), script=script)
    run.send("thinker", "think.please", {"about": "x"})
    assert run.busy() == ["root/thinker runs think"]
    run.advance(2)
    assert run.state("thinker", "text") == "slow"


def test_an_answer_that_takes_longer_than_the_call_waits_leaves_it_unknown(
    written: Written, jido_run: Start
):
    run = jido_run(
        written(THINKER, thinker_app=THINKER_APP), script={"think": [takes(9, {"text": "late"})]}
    )
    answer = run.call(
        "thinker", "think.please", {"about": "x"}, timeout="3s", fails="had begun and will finish"
    )
    assert answer.outcome == "unknown"
    run.advance("6s")
    assert run.state("thinker", "text") == "late"


def test_a_function_may_answer_from_the_params(written: Written, jido_run: Start):
    script = {"think": lambda params: {"text": params["about"].upper()}}
    run = jido_run(written(THINKER, thinker_app=THINKER_APP), script=script)
    assert run.call("thinker", "think.please", {"about": "x"}).state["text"] == "X"


def test_an_action_that_may_run_really_runs_also_on_a_thread(written: Written, jido_run: Start):
    script = {"think": REAL, "dig": REAL}
    run = jido_run(written(THINKER, thinker_app=THINKER_APP), script=script)
    assert run.call("thinker", "dig.please").state["text"] == "dug"
    run.call("thinker", "think.please", {"about": "x"}, fails="the network is not for tests")


def test_a_script_that_is_no_list_is_refused_with_how_to_write_it(written: Written):
    with pytest.raises(UsageError, match="script of 'think'") as caught:
        run_topology(written(THINKER, thinker_app=THINKER_APP), script={"think": {"text": "a"}})
    assert caught.value.hints == ("one answer, once: {'think': [{'text': 'a'}]}",)


def test_a_run_ends_with_its_block(written: Written):
    with run_topology(written(COUNTER)) as run:
        run.call("counter", "counter.add")
    assert run.loop.is_closed()


def test_an_action_that_never_yields_is_ended_over_its_own_timeout(
    written: Written, jido_run: Start
):
    text = """
    jido: v1
    name: spinner
    actions: {spin: {run: "spin_app:spin", timeout: 100ms}}
    agents: {spinner: {state: {n: 0}, routes: {spin.please: spin}}}
    supervisor: {children: [{agent: spinner}]}
    """
    app = """
    from jido_cli import action

    @action
    def spin():
        while True:
            pass
    """
    run = jido_run(written(text, spin_app=app))
    run.send("spinner", "spin.please")
    exited = run.node("spinner")["exits"][0]["reason"]
    assert exited == "crash(hung)"
    assert run.node("spinner")["status"] == "running"
