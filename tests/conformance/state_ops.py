"""Golden cases of state operations: `python -m tests.conformance.state_ops FILE`.

Each case is run as a command: an action returns the case's result beside its operations.
"""

from __future__ import annotations

import sys
from typing import assert_never

from jido_cli.core.action import Action
from jido_cli.core.agent import Agent, AgentDefinition
from jido_cli.core.command import begin
from jido_cli.core.context import Context
from jido_cli.core.state_ops import (
    DeleteKeys,
    DeletePath,
    ReplaceState,
    SetPath,
    SetState,
    StateOp,
)
from tests.conformance.golden import Case, main


def run_state_ops(case: Case) -> object:
    """Return the state after the command, or that it failed and left the state as it was."""

    def run(*_: object) -> object:
        return case["result"], [_operation(effect) for effect in case["effects"]]

    agent = Agent.new(AgentDefinition("golden"), "golden", case["state"])
    done = begin(agent, Action(name="golden", run=run), Context())
    if done.error is None:
        return {"ok": done.agent.state}
    return "error" if done.agent is agent else {"changed": done.agent.state}


def _operation(effect: Case) -> StateOp:
    match effect["op"]:
        case "set_state":
            return SetState(effect["attrs"])
        case "replace_state":
            return ReplaceState(effect["state"])
        case "delete_keys":
            return DeleteKeys(effect["keys"])
        case "set_path":
            return SetPath(effect["path"], effect["value"])
        case "delete_path":
            return DeletePath(effect["path"])
        case other:
            assert_never(other)


KINDS = {"state_ops": run_state_ops}

if __name__ == "__main__":
    sys.exit(main(KINDS))
