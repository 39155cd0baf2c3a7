"""`auto_shutdown` has significant children to wait for.

Why: a supervisor with `auto_shutdown` ends when its significant children have ended. Where no child
is significant this never happens, and the key only seems to do something.

FAIL:

    jido: v1
    name: waiting
    agents:
      job: {routes: {job.finished: {directives: [{stop: {}}]}}}
    supervisor:
      auto_shutdown: all_significant
      children: [{agent: job, restart: transient}]

PASS:

    jido: v1
    name: ending
    agents:
      job: {routes: {job.finished: {directives: [{stop: {}}]}}}
    supervisor:
      auto_shutdown: all_significant
      children: [{agent: job, restart: transient, significant: true}]

Fix: write `significant: true` in the children whose end is the supervisor's end; they are
`transient` or `temporary`, since a permanent child never ends. Or leave `auto_shutdown` out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.lint.picture import Picture
from jido_cli.lint.rule import Rule
from jido_cli.topology.diagnostics import Diagnostic

RULE: Final = Rule("JD313", "lone-auto-shutdown", "warning")
_WAITING: Final = ("any_significant", "all_significant")


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every supervisor that waits for children which it does not have."""
    for supervisor in picture.supervisors:
        wanted = supervisor.value.get("auto_shutdown")
        if wanted not in _WAITING:
            continue
        if all(child.value.get("significant", False) is False for child in supervisor.children):
            yield RULE.found(
                picture,
                picture.value((*supervisor.path, "auto_shutdown")),
                f"{supervisor.id} waits for its significant children, and none is significant",
                hint="write significant: true in the children whose end is its end",
            )
