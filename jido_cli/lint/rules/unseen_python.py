"""The Python that `run:` names can be read.

Why: whether a target exists and takes its params is checked by reading its source. Where that
cannot be read, or is none of the Python that lint runs with, nothing can be said, and a start may
fail; neither can it where an environment may have the module and does not show it (a `.pth` file).

FAIL:

    jido: v1
    name: unseen
    agents:
      desk: {routes: {ticket.opened: {run: "shop.desk:open"}}}
    supervisor:
      children: [{agent: desk}]

    # shop/desk.py
    from jido_cli import action

    @action
    def open(id: str -> dict:
        return {"last": id}

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

Fix: mend the source, or run lint with the Python of the project; put the module beneath the folder
of the topology or the project root; or say that it cannot be seen: `# jido: ignore[JD602] reason`.
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
    for one in picture.python_classes:
        known = picture.python.constants(one.run)
        if isinstance(known, Unknown) and known.is_unseen:
            place = picture.value((*one.path, "run"))
            fact = f"{one.run!r} cannot be checked: {known.why}"
            yield RULE.found(picture, place, fact, hint=known.hint)
