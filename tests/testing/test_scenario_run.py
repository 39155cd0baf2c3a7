"""Scenarios of a file: every verb and every check, how they fail, and where they say so."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from jido_cli.testing.junit import junit_xml
from jido_cli.testing.scenario_run import ScenarioResult, run_scenario
from jido_cli.testing.topology_run import load_topology
from tests.testing.conftest import Written

BASE = """
jido: v1
name: shop
vars: {most: {type: integer, default: 3}}
actions:
  think: {run: "shop_think:think", set: {said: "${{ result.text }}"}}
agents:
  counter:
    state: {count: 0, said: ""}
    routes:
      counter.add:
        params: {by: 1}
        require: params.by < 100
        set: {count: "${{ state.count + params.by }}"}
        emit: {type: counter.changed, subject: c, data: {count: "${{ next.count }}"}}
      counter.later:
        directives: [{schedule: {id: t, after: 5s, signal: counter.add}}]
      counter.gone: {directives: [{dead_letter: {reason: too old}}]}
      think.please: think
      page.now: {directives: [{run: "shop_pager:page", with: {who: ann}}]}
      page.later: {directives: [{run: "shop_pager:page_later", with: {who: ann}}, \
{spawn_agent: {agent: counter, tag: "${{ signal.id }}", under: pool}, when: state.count < 0}]}
supervisor:
  strategy: one_for_all
  children:
    - agent: counter
    - {id: twins, agent: counter, replicas: 2}
    - {id: pool, strategy: dynamic, template: {agent: counter}}
scenarios:
  one:
"""
THINK = """
from jido_cli import action

@action
async def think():
    raise RuntimeError("the network is not for tests")
"""

PAGER = """
from jido_cli import directive

@directive
def page(who: str) -> None:
    raise RuntimeError(f"{who} is not for tests")

@directive
async def page_later(who: str) -> None:
    page(who)
"""
PYTHON = {"shop_think": THINK, "shop_pager": PAGER}


@pytest.fixture
def result(written: Written):
    """Return a function that runs one scenario, given from its second level on."""

    def run(body: str) -> ScenarioResult:
        lines = "\n".join(f"    {line}" for line in body.strip("\n").split("\n"))
        topology = load_topology(written(BASE + lines + "\n", **PYTHON), {})
        return run_scenario(topology, topology.scenarios["one"])

    return run


def told(result: ScenarioResult) -> str:
    assert result.failure is not None
    return str(result.failure.error)


def steps(*lines: str) -> str:
    return "\n".join(["steps:", *(f"  - {line}" for line in lines)])


def test_signals_answers_and_state(result):
    found = result(
        steps(
            "send: {to: counter, type: counter.add, data: {by: 2}}",
            "call: {to: twins-1, type: counter.add}",
            'expect: agents["counter"].state.count == 2 && agents["twins-1"].state.count == 1',
            'expect: signals.count("counter.add") == 2',
            'expect: size(group("twins")) == vars.most - 1',
        )
    )
    assert found.is_pass, told(found)
    assert (found.signals, found.clock_s) == (4, 0.0)


def test_what_shall_fail_fails_for_its_reason(result):
    found = result(
        steps(
            "{call: {to: counter, type: counter.add, data: {by: 100}}, fails: requirement not met}",
            "{call: {to: counter, type: counter.add, data: {bye: 1}}, fails: did you mean 'by'}",
            "{send: {to: counter, type: counter.ad}, fails: no route}",
            "{send: {to: nobody, type: counter.add}, fails: no node}",
            "{start: counter, fails: runs already}",
        )
    )
    assert found.is_pass, told(found)


def test_a_step_that_fails_is_told_with_its_reason_and_its_place(result):
    found = result(steps("advance: 1s", "call: {to: counter, type: counter.add, data: {by: 100}}"))
    assert told(found).split("\n") == [
        "expected  call counter.add to counter is done",
        "got       requirement not met: params.by < 100",
    ]
    assert (found.failure.pos.line, found.failure.pos.column) == (32, 9)


def test_a_step_that_does_not_fail_as_it_should_is_told(result):
    found = result(steps("{call: {to: counter, type: counter.add}, fails: too many}"))
    assert "got       it is done" in told(found)


def test_time_schedules_and_waits(result):
    found = result(
        steps(
            "send: {to: counter, type: counter.later}",
            "advance: 4s",
            'expect: agents["counter"].state.count == 0',
            "wait: {until: 'agents[\"counter\"].state.count == 1', within: 2s}",
        )
    )
    assert found.is_pass, told(found)
    assert found.clock_s == 5.0


def test_a_wait_in_vain_tells_what_there_is_and_for_how_long(result):
    found = result(steps("wait: {until: 'agents[\"counter\"].state.count == 1', within: 2s}"))
    assert told(found).split("\n")[:2] == [
        'expected  agents["counter"].state.count == 1',
        "got       0 after 2s",
    ]


def test_a_node_that_is_not_there_yet_is_waited_for(result):
    found = result(steps("wait: {until: 'agents[\"pool/w9\"].state.count == 1', within: 2s}"))
    assert "got       there is no agent 'pool/w9'" in told(found)


def test_crash_kill_and_the_blast_radius(result):
    found = result(
        steps(
            "crash: counter",
            "expect: {restarted: [counter, twins-1, twins-2, pool]}",
            "kill: pool",
            'expect: supervisors["root"].restarts == 2 && agents["counter"].restarts == 2',
            "{stop: twins-1}",
            'expect: agents["twins-1"].status == "stopped"',
            "{start: twins-1}",
            "{restart: twins-1}",
            'expect: agents["twins-1"].status == "running"',
        )
    )
    assert found.is_pass, told(found)


def test_a_wrong_blast_radius_says_what_more_fell_and_an_expectation_why(result):
    found = result(steps("crash: counter", "expect: {restarted: [counter]}"))
    assert "also root/twins-1" in told(found)
    found = result(steps("crash: counter", 'expect: agents["twins-1"].restarts == 0'))
    assert told(found).split("\n")[:2] == [
        'expected  agents["twins-1"].restarts == 0',
        "got       1",
    ]
    assert "twins-1 restarted with root/counter at 0s" in told(found)


def test_a_failed_command_is_told_where_its_agent_is_looked_at(result):
    found = result(
        steps(
            "send: {to: counter, type: counter.add, data: {by: 100}}",
            'expect: agents["counter"].state.count == 100',
        )
    )
    assert "counter failed counter.add at 0s: requirement not met: params.by < 100" in told(found)


def test_what_went_wrong_elsewhere_is_told_where_nothing_happened_to_who_is_looked_at(result):
    found = result(
        steps(
            "send: {to: twins-1, type: counter.add, data: {by: 100}}",
            "wait: {until: 'agents[\"counter\"].state.count == 1', within: 1s}",
        )
    )
    assert told(found).split("\n")[1:] == [
        "got       0 after 1s",
        "why       twins-1 failed counter.add at 0s: requirement not met: params.by < 100",
        "          no agent has work to do",
    ]


def test_the_half_that_does_not_hold_is_told(result):
    found = result(
        steps('expect: agents["counter"].restarts == 0 && agents["counter"].state.count == 3')
    )
    assert told(found).split("\n")[1:] == [
        "got       0",
        'why       in agents["counter"].state.count == 3',
    ]


def test_emitted_signals_directives_and_dead_letters(result):
    found = result(
        steps(
            "send: {to: counter, type: counter.later}",
            "send: {to: counter, type: counter.add}",
            "send: {to: counter, type: counter.gone}",
            "expect:\n"
            "      - emitted: [{type: counter.changed, from: counter, data: {count: 1}}]\n"
            "      - directives: [{type: schedule, agent: counter, outcome: done}]\n"
            "      - dead_letters: [{type: counter.gone, reason: old, of: counter}]",
            "expect: {emitted: [], dead_letters: []}",
        )
    )
    assert found.is_pass, told(found)


def test_a_signal_that_is_off_is_told_with_the_nearest_and_the_difference(result):
    found = result(
        steps(
            "send: {to: counter, type: counter.add}",
            "expect: {emitted: [{type: counter.changed, data: {count: 2}}]}",
        )
    )
    assert "data.count  expected 2, got 1" in told(found)


def test_a_dead_letter_that_did_not_come_is_told(result):
    found = result(steps("expect: {dead_letters: [{type: counter.gone}]}"))
    assert 'expected  dead letter 1: {"type": "counter.gone"}\ngot       no dead letter' in told(
        found
    )


def test_other_initial_states_another_time_and_the_same_numbers(result):
    body = "at: '2026-03-29T00:59:59Z'\nstart: {counter: {count: 41}}\n" + steps(
        "send: {to: counter, type: counter.add}",
        'expect: agents["counter"].state.count == 42',
    )
    assert result(body).is_pass


def test_a_start_that_is_refused_is_told_at_the_scenario(result):
    found = result("start: {counter: {count: many}}\n" + steps("advance: 1s"))
    assert told(found).startswith("expected  it starts\ngot       root/counter failed to start")
    assert found.failure.pos.line == 29


def test_scripts_answer_for_effects(result):
    body = "script:\n  think: [{text: hi}, {error: timeout}, {after: 2s, result: {text: late}}]\n"
    body += steps(
        "call: {to: counter, type: think.please}",
        'expect: agents["counter"].state.said == "hi"',
        "{call: {to: counter, type: think.please}, fails: timeout}",
        "send: {to: counter, type: think.please}",
        'wait: {until: \'agents["counter"].state.said == "late"\', within: 3s}',
    )
    found = result(body)
    assert found.is_pass, told(found)
    assert found.clock_s == 2.0


def test_a_script_may_answer_always_or_let_it_run(result):
    body = "script: {think: {always: {error: {message: no model, code: llm}}}}\n" + steps(
        "{call: {to: counter, type: think.please}, fails: no model, repeat: 3}"
    )
    assert result(body).is_pass
    body = "script: {think: real}\n" + steps(
        "{call: {to: counter, type: think.please}, fails: the network is not for tests}"
    )
    assert result(body).is_pass


def test_an_effect_without_an_answer_fails_the_scenario_even_if_nobody_looks(result):
    found = result(steps("send: {to: counter, type: think.please}"))
    assert told(found).split("\n") == [
        "expected  an answer in the script for every effect",
        "got       root/counter ran think: the script has no answer for it",
    ]


@pytest.mark.parametrize(("signal", "name"), [("now", "page"), ("later", "page_later")])
def test_no_directive_of_the_users_own_runs_without_an_answer(result, signal, name):
    found = result(steps(f"send: {{to: counter, type: page.{signal}}}"))
    assert told(found).split("\n") == [
        "expected  an answer in the script for every effect",
        f"got       root/counter ran shop_pager:{name}: the script has no answer for it",
    ]


@pytest.mark.parametrize(("signal", "name"), [("now", "page"), ("later", "page_later")])
@pytest.mark.parametrize("module", ["", "shop_pager:"])
def test_scripts_answer_for_directives_by_function_or_by_module_and_function(
    result, signal, name, module
):
    key = f'"{module}{name}"'
    body = f"script: {{{key}: [null, {{error: no line}}]}}\n" + steps(
        f"send: {{to: counter, type: page.{signal}}}",
        f"send: {{to: counter, type: page.{signal}}}",
        "expect: [{directives: [{type: run, outcome: done}, {type: run, outcome: dead_letter}]}]",
    )
    found = result(body)
    assert found.is_pass, told(found)


@pytest.mark.parametrize("signal", ["now", "later"])
def test_a_script_may_let_a_directive_run(result, signal):
    body = "script: {page: real, page_later: real}\n" + steps(
        f"send: {{to: counter, type: page.{signal}}}",
        "expect: [{directives: [{type: run, outcome: dead_letter}]}]",
    )
    found = result(body)
    assert found.is_pass, told(found)


def test_a_root_that_gave_up_is_told_with_what_fails_for_it(result):
    found = result(steps("{crash: counter, repeat: 4}", "crash: counter"))
    assert "got       counter does not run" in told(found)
    assert "the root gave up: counter exited 4 times" in told(found)


def test_junit_has_a_case_for_each_scenario_and_the_place_of_a_failure(result):
    good, bad = result(steps("advance: 1s")), result(steps("crash: pool/nobody"))
    root = ElementTree.fromstring(junit_xml({"a.yaml": [good, bad]}))
    assert root.find("testsuite").attrib | {"time": ""} == {
        "name": "a.yaml",
        "tests": "2",
        "failures": "1",
        "errors": "0",
        "time": "",
    }
    first, second = root.iter("testcase")
    assert (first.get("name"), first.get("line"), list(first)) == ("one", "29", [])
    failure = second.find("failure")
    assert failure.get("message") == "crash pool/nobody is done"
    assert failure.text.startswith("a.yaml:31:9\nexpected  crash pool/nobody is done\ngot ")
