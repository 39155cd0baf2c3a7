"""An agent that stops by itself is no permanent child.

Why: the directive `stop` ends the agent, and a permanent child is started again whatever the
reason of its exit. The agent comes back at once with its first state, and each time it counts as a
restart: a few of them within the window and the supervisor gives up.

FAIL:

    jido: v1
    name: undead
    agents:
      job: {routes: {job.finished: {directives: [{stop: {}}]}}}
    supervisor:
      children: [{agent: job}]

PASS:

    jido: v1
    name: finished
    agents:
      job: {routes: {job.finished: {directives: [{stop: {}}]}}}
    supervisor:
      children: [{agent: job, restart: transient}]

Fix: write `restart: transient`, so that a normal end is an end and only a crash is restarted; or
`temporary`, if a crash is an end too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from jido_cli.lint.picture import Picture
from jido_cli.lint.records import Action, Child
from jido_cli.lint.rule import Rule
from jido_cli.topology import raw, strategies
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.positions import Path

RULE: Final = Rule("JD312", "stop-of-permanent", "warning")


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every stop directive of an agent that is a permanent child."""
    permanent = _permanent(picture)
    for agent in picture.agents.values():
        fsm = strategies.fsm_of(agent.value) or {}
        if fsm.get("on_terminal") == "stop" and agent.name in permanent:
            path = (*agent.path, *strategies.FSM_PATH, "on_terminal")
            yield _finding(picture, path, permanent[agent.name])
    for action in picture.all_actions:
        stops = list(_stops(action))
        children = [one for agent in picture.users(action) for one in permanent.get(agent, ())]
        for path in stops if children else []:
            yield _finding(picture, path, children)


def _finding(picture: Picture, path: Path, children: Sequence[Child]) -> Diagnostic:
    first = children[0]
    label = "the template" if first.is_template else f"child {first.id!r}"
    others = tuple(f"and so is {child.id!r}, {picture.line(child.path)}" for child in children[1:])
    return RULE.found(
        picture,
        picture.key(path),
        f"agent {first.agent!r} stops here, but {label} is permanent: it is started again",
        hint="write restart: transient, so that a normal end is an end",
        notes=(f"{label} stands at {picture.line(first.path)}", *others),
    )


def _stops(action: Action) -> Iterator[Path]:
    for above in ((), ("on_error",)):
        block = raw.mapping(action.value.get("on_error")) if above else action.value
        for index, item in enumerate(raw.items(block.get("directives"))):
            if isinstance(item, dict) and "stop" in item:
                yield (*action.path, *above, "directives", index, "stop")


def _permanent(picture: Picture) -> Mapping[str, list[Child]]:
    """Return the permanent children and templates by their agents."""
    found: dict[str, list[Child]] = {}
    for supervisor in picture.supervisors:
        for child in supervisor.children:
            if child.agent is not None and child.restart == "permanent":
                found.setdefault(child.agent, []).append(child)
    return found
