"""Every state of a machine can be reached from the one it begins in.

Why: a state that no chain of transitions leads to is never entered. Mostly a transition has been
forgotten, or a name is written in two ways.

FAIL:

    jido: v1
    name: parcel
    agents:
      parcel:
        state: {status: packed}
        strategy:
          fsm:
            field: status
            transitions: {packed: [sent], sent: [lost], returned: [packed], lost: [packed]}
        routes:
          parcel.sent: {set: {status: sent}, in: packed}
          parcel.lost: {set: {status: lost}, in: sent}
          parcel.repacked: {set: {status: packed}, in: lost}
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
            transitions: {packed: [sent], sent: [lost], lost: [packed]}
        routes:
          parcel.sent: {set: {status: sent}, in: packed}
          parcel.lost: {set: {status: lost}, in: sent}
          parcel.repacked: {set: {status: packed}, in: lost}
    supervisor:
      children: [{agent: parcel}]

Fix: list the state under `transitions` of one that leads to it, or take it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.core.suggestions import did_you_mean
from jido_cli.lint.machines import machines
from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.topology.diagnostics import Diagnostic

RULE: Final = Rule("JD523", "unreachable-state", "warning")


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every state that no chain of transitions leads to."""
    for machine in machines(picture):
        reached = machine.reachable()
        for state in machine.states:
            if state in reached:
                continue
            path, is_key = machine.place(state)
            begins = ", ".join(repr(start) for start in machine.starts)
            near = did_you_mean(state, reached)
            yield RULE.found(
                picture,
                picture.key(path) if is_key else picture.value(path),
                f"no transitions lead from {begins} to state {state!r}",
                hint=near or "list it under the transitions of a state, or take it out",
            )
