"""The routes of schedules: what they ask of the engine, what they refuse."""

from __future__ import annotations

import pytest

from jido_cli.control.handle import ScheduleVerb
from jido_cli.errors import ControlError
from tests.control.fakes import Rig


def test_schedules_are_answered(rig: Rig):
    status, answer = rig.ask("GET", "/v1/schedules")
    assert (status, answer["schedules"]) == (200, [{"agent": "root/counter", "name": "beat"}])
    assert rig.client.schedules()["schedules"] == answer["schedules"]


@pytest.mark.parametrize("verb", ["run", "pause", "resume"])
def test_an_order_to_a_schedule_names_it_with_its_path(rig: Rig, verb: ScheduleVerb):
    name = f"{verb}_schedule"
    answer = rig.client.steer_schedule(verb, "root/counter/timeout o-1:2")
    assert answer == {"done": name}
    assert rig.port.orders == [(name, {"id": "root/counter/timeout o-1:2"})]


def test_a_schedule_that_is_not_there_is_a_404(rig: Rig):
    rig.port.results["pause_schedule"] = ControlError("no schedule 'x'", code="no-schedule")
    status, problem = rig.ask("POST", "/v1/schedules/x:pause")
    assert (status, problem["code"]) == (404, "no-schedule")
