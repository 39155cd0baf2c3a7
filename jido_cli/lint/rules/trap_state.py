"""A state that leads nowhere is terminal.

Why: in a state without transitions every further change fails. Where that is meant it is the end
of the machine, and `terminal` says so: then `on_terminal` follows, and the agent is shown as done.
Where it is not meant the agent is caught.

FAIL:

    jido: v1
    name: parcel
    agents:
      parcel:
        state: {status: packed}
        strategy: {fsm: {field: status, transitions: {packed: [sent], sent: [delivered]}}}
        routes:
          parcel.sent: {set: {status: sent}, in: packed}
          parcel.delivered: {set: {status: delivered}, in: sent}
    supervisor:
      children: [{agent: parcel}]

PASS:

    jido: v1
    name: parcel
    agents:
      parcel:
        state: {status: packed}
        strategy:
          fsm:
            field: status
            transitions: {packed: [sent], sent: [delivered]}
            terminal: [delivered]
        routes:
          parcel.sent: {set: {status: sent}, in: packed}
          parcel.delivered: {set: {status: delivered}, in: sent}
    supervisor:
      children: [{agent: parcel}]

Fix: list the state under `terminal`, or give it a transition.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.core.suggestions import did_you_mean
from jido_cli.lint.machines import machines
from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.topology.diagnostics import Diagnostic

RULE: Final = Rule("JD524", "trap-state", "warning")


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every state without a way out that is not terminal."""
    for machine in machines(picture):
        reached = machine.reachable()
        for state in machine.states:
            if machine.table.get(state) or state in machine.terminal or state not in reached:
                continue
            path, is_key = machine.place(state)
            near = None if is_key else did_you_mean(state, machine.table)
            yield RULE.found(
                picture,
                picture.key(path) if is_key else picture.value(path),
                f"state {state!r} has no way out, and is not terminal",
                hint=near or "list it under terminal, or give it a transition",
            )
