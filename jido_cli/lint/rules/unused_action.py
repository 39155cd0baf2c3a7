"""Every action is run by something.

Why: an action that no route names and no directive starts does nothing. It is left over, or the
route that should run it has another name in it, which then runs the wrong action. Actions whose
name stands as a text in the Python of the topology are taken to be used.

FAIL:

    jido: v1
    name: leftover
    actions:
      count: {set: {seen: "${{ state.seen + 1 }}"}}
      recount: {set: {seen: 0}}
    agents:
      counter: {state: {seen: 0}, routes: {item.seen: count}}
    supervisor:
      children: [{agent: counter}]

PASS:

    jido: v1
    name: complete
    actions:
      count: {set: {seen: "${{ state.seen + 1 }}"}}
      recount: {set: {seen: 0}}
    agents:
      counter: {state: {seen: 0}, routes: {item.seen: count, day.began: recount}}
    supervisor:
      children: [{agent: counter}]

Fix: route a signal to the action, or take the action out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.lint.picture import Picture
from jido_cli.lint.records import directives
from jido_cli.lint.rule import Rule
from jido_cli.topology import raw
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.rules import UNKNOWN_ACTION

RULE: Final = Rule("JD211", "unused-action", "warning", needs_whole=True)


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every action that nothing runs."""
    if UNKNOWN_ACTION.code in picture.faults:  # a misspelt name may be the one that is missing
        return
    unused = [action for action in picture.actions.values() if not picture.users(action)]
    if not unused:
        return
    named = {
        raw.mapping(instruction).get("action")
        for action in picture.all_actions
        for instruction in directives(action, "run_instruction")
    }
    for action in unused:
        if action.name not in named and action.name not in picture.python_words:
            yield RULE.found(
                picture,
                picture.key(action.path),
                f"action {action.name!r} is declared, nothing runs it",
                hint="route a signal to it, or take it out",
            )
