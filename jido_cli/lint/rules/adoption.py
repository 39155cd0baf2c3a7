"""A child is adopted by another agent, once, and under a tag that is free.

Why: an agent that adopts itself, a supervisor, or what has a parent already, and a tag that is
taken, are refused when the command has been committed: the directive fails, a dead letter, and
the agent goes on without the child. Where names and tags are written out, that can be seen here.

FAIL:

    jido: v1
    name: twice
    agents:
      boss:
        routes:
          team.start:
            directives:
              - spawn_agent: {agent: worker, tag: w}
              - spawn_agent: {agent: worker, tag: w}
              - adopt_child: {child: boss, tag: me}
      worker: {state: {done: 0}, routes: {work.do: {set: {done: 1}}}}
    supervisor: {children: [{agent: boss}]}

PASS:

    jido: v1
    name: once
    agents:
      boss:
        routes:
          team.start:
            directives:
              - spawn_agent: {agent: worker, tag: w1}
              - spawn_agent: {agent: worker, tag: w2}
              - adopt_child: {child: reserve, tag: w3}
      worker: {state: {done: 0}, routes: {work.do: {set: {done: 1}}}}
    supervisor: {children: [{agent: boss}, {id: reserve, agent: worker}]}

Fix: give each child a tag of its own, with `${{ item }}` or `${{ index }}` where there are many,
and adopt agents that have no parent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.lint.picture import Picture
from jido_cli.lint.records import Action
from jido_cli.lint.rule import Rule
from jido_cli.topology import raw
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.positions import Path
from jido_cli.topology.raw import Raw

RULE: Final = Rule("JD221", "adoption", "error")
_KINDS: Final = ("spawn_agent", "adopt_child")


def check(picture: Picture) -> Iterator[Diagnostic]:
    """Yield a finding for every child that its agent cannot have."""
    for action in picture.all_actions:
        for path, block in ((action.path, action.value), _failure(action)):
            place: Path = (*path, "directives")
            items = [(place, n, each) for n, each in enumerate(raw.items(block.get("directives")))]
            yield from _tags(picture, items)
            for _, number, item in items:
                adopted = raw.mapping(raw.mapping(item).get("adopt_child"))
                name = raw.text(adopted.get("child"))
                if name is not None:
                    where: Path = (*place, number, "adopt_child", "child")
                    yield from _adopted(picture, action, name, where)


def _failure(action: Action) -> tuple[Path, Raw]:
    return (*action.path, "on_error"), raw.mapping(action.value.get("on_error"))


def _tags(picture: Picture, items: list[tuple[Path, int, object]]) -> Iterator[Diagnostic]:
    """Find tags and adopted children that stand twice in one list of directives."""
    tags: dict[str, Path] = {}
    adopted: dict[str, Path] = {}
    for above, number, value in items:
        item = raw.mapping(value)
        for kind in _KINDS:
            inner = raw.mapping(item.get(kind))
            tag, path = raw.text(inner.get("tag")), (*above, number, kind)
            if tag is not None and "for_each" in item:
                hint = f"write {tag}-${{{{ index }}}}, or ${{{{ item }}}}"
                fact = f"tag {tag!r} is the same for every element of for_each"
                yield RULE.found(picture, picture.value((*path, "tag")), fact, hint=hint)
            elif tag in tags and "when" not in item:
                fact = f"tag {tag!r} is already used at {picture.line(tags[tag])}"
                yield RULE.found(picture, picture.value((*path, "tag")), fact)
            elif tag is not None and "when" not in item:
                tags[tag] = (*path, "tag")
        child = raw.text(raw.mapping(item.get("adopt_child")).get("child"))
        place: Path = (*above, number, "adopt_child", "child")
        if child in adopted and "when" not in item:
            fact = f"{child!r} is adopted already at {picture.line(adopted[child])}"
            yield RULE.found(picture, picture.value(place), fact, hint="a child has one parent")
        elif child is not None and "when" not in item:
            adopted[child] = place


def _adopted(picture: Picture, action: Action, name: str, place: Path) -> Iterator[Diagnostic]:
    """Find what can be no child of the agents that run the action."""
    last = name.rpartition("/")[2]
    is_supervisor = any(one.id == last for one in picture.supervisors)
    agents = {
        child.agent
        for one in picture.supervisors
        for child in one.children
        if child.id == last and child.agent is not None and not child.is_template
    }
    if is_supervisor and not agents:
        hint = "only agents are children of agents; name one below it"
        yield RULE.found(picture, picture.value(place), f"{name!r} is a supervisor", hint=hint)
        return
    users = {user for user in picture.users(action) if user in picture.instances}
    if len(users) == 1 and users == agents and picture.instances[next(iter(users))] == 1:
        fact = f"{name!r} is the agent that runs this: it cannot adopt itself"
        yield RULE.found(picture, picture.value(place), fact)
