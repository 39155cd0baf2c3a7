"""`jido cancel` and `jido inspect --command`: commands by their id."""

from __future__ import annotations

import json

from jido_cli.errors import ControlError
from tests.cli import shop
from tests.cli.fakes import FakeHandle, jido

OLD = {
    "command": "0199-a",
    "type": "order.created",
    "told_at": shop.NOW - 60,
    "ended_at": shop.NOW - 30,
    "seq": 7,
    "why": None,
    "output": None,
    "error": None,
}


def test_a_command_is_cancelled_and_what_ran_is_told():
    handle = FakeHandle()
    done = jido("cancel", "0199-a", handle=handle)
    assert (done.exit_code, done.stdout) == (0, "cancelled fetch of root/intake after 1.9s\n")
    jido("cancel", "turn", "--agent", "intake", "--timeout", "2s", "--json", handle=handle)
    assert handle.orders == [
        ("cancel", "0199-a", None, 30_000),
        ("cancel", "turn", "intake", 2_000),
    ]


def test_what_does_not_run_is_refused_with_what_it_does():
    refusal = ControlError(
        "command 'x' does not run: it is ok", code="wrong-state", where="root/intake"
    )
    done = jido("cancel", "x", handle=FakeHandle(refusal=refusal))
    assert done.exit_code == 1
    assert "error: command 'x' does not run: it is ok" in done.stderr


def test_what_became_of_a_command_is_told():
    commands = {
        "0199-a": OLD | {"status": "failed", "error": {"message": "no line", "code": "line"}},
        "0199-b": OLD | {"command": "0199-b", "status": "ok", "output": {"n": 1}},
        "0199-c": {"command": "0199-c", "status": "running", "action": "fetch", "ms": 1900},
        "0199-d": {"command": "0199-d", "status": "waiting", "position": 3},
        "0199-e": OLD | {"command": "0199-e", "status": "unknown", "why": "it exited"},
    }
    handle = FakeHandle(commands=commands)
    told = {
        name: jido("inspect", "inventory", "--command", name, handle=handle).stdout.splitlines()
        for name in commands
    }
    agent = "agent       root/pipeline/inventory"
    assert told["0199-a"][:4] == ["0199-a  failed", "", agent, "signal      order.created"]
    assert told["0199-a"][5:] == ["error       no line [line]"]
    assert told["0199-b"][5:] == ['output      {"n": 1}']
    assert told["0199-c"][2:] == [agent, "running     fetch for 1.9s"]
    assert told["0199-d"][2:] == [agent, "mailbox     number 3 that waits"]
    assert told["0199-e"][5:] == ["why         it exited"]
    words = ("inspect", "inventory", "--command", "0199-b", "--json")
    assert json.loads(jido(*words, handle=handle).stdout)["output"] == {"n": 1}
