"""The Python that `run:` names can be read.

Why: whether a target exists and takes its params is checked by reading its source. Where the
module is found neither beside the topology, nor in the project, nor as an installed package, or
where its source cannot be read, nothing can be said, and a start may fail.

FAIL:

    jido: v1
    name: unseen
    agents:
      desk: {routes: {ticket.opened: {run: "elsewhere.desk:open"}}}
    supervisor:
      children: [{agent: desk}]

PASS:

    jido: v1
    name: seen
    agents:
      desk: {routes: {ticket.opened: {run: "shop.desk:open"}}}
    supervisor:
      children: [{agent: desk}]

    # shop/desk.py
    from jido_cli import action

    @action
    def open(id: str) -> dict:
        return {"last": id}

Fix: put the module beneath the folder of the topology or the project root, install its package in
the project's `.venv`, or say that it is elsewhere: `# jido: ignore[JD602] reason`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.lint.picture import Picture
from jido_cli.lint.python_source import Unknown
from jido_cli.lint.rule import Rule
from jido_cli.topology.diagnostics import Diagnostic

RULE: Final = Rule("JD602", "unseen-python", "warning")


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every target that could not be looked at."""
    for action, run in picture.python_actions:
        found = picture.python.function(run)
        if isinstance(found, Unknown) and found.is_unseen:
            place = picture.value((*action.path, "run"))
            fact = f"{run!r} cannot be checked: {found.why}"
            yield RULE.found(picture, place, fact, hint=found.hint)
