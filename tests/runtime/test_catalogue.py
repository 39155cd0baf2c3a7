"""Signals are what the catalogue promises: emitted ones, and those that come from outside."""

from __future__ import annotations

import pytest

from jido_cli.errors import ControlError
from jido_cli.runtime.build import build
from jido_cli.topology.load import load_text
from tests.helpers.worlds import World
from tests.runtime.conftest import MakeWorld

FILE = """\
jido: v1
name: desk
signals:
  ticket.opened: {external: true, data: {number: {type: integer}, note: ""}}
agents:
  front:
    state: {tries: 0, failed: 0}
    routes:
      ask:
        params: {n: {}}
        set: {tries: "${{ state.tries + 1 }}"}
        emit: {type: ticket.opened, data: {number: "${{ params.n }}"}}
        on_error: {set: {failed: 1}}
      later:
        params: {n: {}}
        directives:
          - schedule: {after: 1s, signal: {type: ticket.opened, data: {number: "${{ params.n }}"}}}
      daily:
        params: {n: {}}
        directives:
          - cron:
              id: d
              cron: "@daily"
              signal: {type: ticket.opened, data: {number: "${{ params.n }}"}}
  back:
    state: {last: 0}
    routes:
      ticket.opened: {params: {number: {type: integer}}, set: {last: "${{ params.number }}"}}
supervisor: {children: [{agent: front}, {agent: back}]}
"""


@pytest.fixture
def world(boot: MakeWorld) -> World:
    built = build(load_text(FILE, "desk.yaml").require())
    return boot(built.root, programs=built.programs)


def test_what_fits_is_emitted(world: World):
    assert world.ask("front", "ask", {"n": 7}).ok
    world.settle()
    assert world.state("back") == {"last": 7}


def test_an_emitted_signal_that_does_not_fit_is_a_failed_command(world: World):
    answer = world.ask("front", "ask", {"n": "seven"})
    assert not answer.ok
    assert answer.error.code == "invalid_signal"
    assert "data.number of signal 'ticket.opened'" in answer.error.message
    assert world.state("front") == {"tries": 0, "failed": 1}
    assert world.state("back") == {"last": 0}


@pytest.mark.parametrize("timer", ["later", "daily"])
def test_a_timer_for_a_signal_that_does_not_fit_is_a_failed_command(world: World, timer: str):
    assert world.ask("front", timer, {"n": "seven"}).error.code == "invalid_signal"
    assert world.ask("front", timer, {"n": 7}).ok


def test_a_signal_from_outside_that_does_not_fit_is_refused(world: World):
    data = {"number": "x"}
    sent = world.port.order("send", {"to": "back", "type": "ticket.opened", "data": data})
    world.settle()
    told = sent.exception()
    assert isinstance(told, ControlError)
    assert told.code == "invalid-signal"
    with pytest.raises(ControlError, match=r"data\.number of signal"):
        world.cast("back", "ticket.opened", data)
    refused = world.ask("back", "ticket.opened", {"note": "without its number"})
    assert (refused.ok, world.state("back")) == (False, {"last": 0})
