"""The routes of commands: what they ask of the engine, what they refuse."""

from __future__ import annotations

import pytest

from jido_cli.errors import ControlError
from tests.control.fakes import Rig


def test_a_command_is_looked_up_by_its_id(rig: Rig):
    status, answer = rig.ask("GET", "/v1/commands/0199-x?agent=root/a")
    assert (status, answer["command"], answer["path"]) == (200, "0199-x", "root/a")
    assert rig.client.command("0199-x", agent="root/a")["status"] == "ok"
    with pytest.raises(ControlError, match="no command 'gone' is known"):
        rig.client.command("gone")


def test_an_id_of_any_characters_is_cancelled(rig: Rig):
    assert rig.client.cancel("turn 7/a:b", agent="root/a") == {"done": "cancel"}
    assert rig.client.cancel("turn") == {"done": "cancel"}
    assert rig.port.orders == [
        ("cancel", {"command": "turn 7/a:b", "agent": "root/a"}),
        ("cancel", {"command": "turn", "agent": None}),
    ]


def test_what_cannot_be_cancelled_is_a_problem(rig: Rig):
    rig.port.results["cancel"] = ControlError("it has ended", code="wrong-state")
    status, problem = rig.ask("POST", "/v1/commands/x:cancel")
    assert (status, problem["code"]) == (409, "wrong-state")
