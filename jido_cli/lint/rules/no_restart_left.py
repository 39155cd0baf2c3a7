"""A supervisor of permanent children allows at least one restart.

Why: a permanent child is one that is always started again. With `max_restarts: 0` it never is: its
first exit, whatever the reason, makes the supervisor give up and end everything below it. What was
meant is nearly always either a restart, or a child whose exit is an end.

FAIL:

    jido: v1
    name: brittle
    agents:
      worker: {state: {done: 0}, routes: {job.done: {set: {done: "${{ state.done + 1 }}"}}}}
    supervisor:
      max_restarts: 0
      children: [{agent: worker}]

PASS:

    jido: v1
    name: forgiving
    agents:
      worker: {state: {done: 0}, routes: {job.done: {set: {done: "${{ state.done + 1 }}"}}}}
    supervisor:
      max_restarts: 3
      children: [{agent: worker}]

Fix: allow a restart, or write `restart: temporary` for children that end with their first exit. To
end the supervisor with a child on purpose, make the child `significant` and use `auto_shutdown`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.topology.diagnostics import Diagnostic

RULE: Final = Rule("JD311", "no-restart-left", "warning")


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every supervisor that has no restart for its permanent children."""
    for supervisor in picture.supervisors:
        permanent = [child.id for child in supervisor.children if child.restart == "permanent"]
        if supervisor.max_restarts != 0 or not permanent:
            continue
        if supervisor.children[0].is_template:
            named = "its children are"
        else:
            others = len(permanent) - 1
            named = f"{permanent[0]} is" if not others else f"{permanent[0]} and {others} more are"
        yield RULE.found(
            picture,
            picture.value((*supervisor.path, "max_restarts")),
            f"{supervisor.id} allows no restart, but {named} permanent",
            hint="allow a restart, or write restart: temporary for what ends with its first exit",
            notes=(f"the first exit of a permanent child makes {supervisor.id} give up",),
        )
