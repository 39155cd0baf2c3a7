"""Ways through a document that may be wrong: only what has the right shape is handed out.

The checks that look across a file walk with these, so that what `shape` has reported already is
passed over in silence. Nothing is reported here.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from jido_cli.topology.positions import Path

Raw = Mapping[str, object]
OPENING: Final = "${{"


class RawNode(NamedTuple):
    """A mapping of the document and its path."""

    path: Path
    value: Raw


class RawAction(NamedTuple):
    """An action, by name or in place; `agent` is the agent in whose routes it stands."""

    name: str
    path: Path
    value: Raw
    agent: str | None = None


class Member(dict[str, object]):
    """One member of a group of replicas: a child with an id of its own.

    `declared` is the child as written, without `replicas`: its expressions stand in it.
    """

    def __init__(
        self, child: Mapping[str, object], group: str, index: int, declared: Mapping[str, object]
    ) -> None:
        super().__init__(child)
        self["id"] = f"{group}-{index}"
        self.group = group
        self.index = index
        self.declared = declared


def mapping(value: object) -> Raw:
    """Return a mapping, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """Return a list, or an empty one for anything else."""
    return value if isinstance(value, list) else []


def text(value: object) -> str | None:
    """Return text that is no expression, None for anything else."""
    return value if isinstance(value, str) and OPENING not in value else None


def has_expression(value: object) -> bool:
    """Tell whether a text with an expression stands anywhere in a value."""
    if isinstance(value, str):
        return OPENING in value
    if isinstance(value, dict):
        return any(has_expression(each) for item in value.items() for each in item)
    return isinstance(value, list) and any(map(has_expression, value))


def reads_replica(value: object) -> bool:
    """Tell whether an expression in a value may read the number of a member."""
    if isinstance(value, str):
        return OPENING in value and re.search(r"\breplica\b", value) is not None
    if isinstance(value, dict):
        return any(map(reads_replica, value.values()))
    return isinstance(value, list) and any(map(reads_replica, value))


def size(value: object) -> int:
    """Count a value and all values in it."""
    if isinstance(value, dict):
        return 1 + sum(map(size, value.values()))
    return 1 + sum(map(size, value)) if isinstance(value, list) else 1


def entries(document: Raw, key: str) -> Iterator[tuple[str, RawNode]]:
    """Yield the named mappings under a top-level key.

    Names that begin with `x-` are room for others, but a type of signal may begin so.
    """
    for name, value in mapping(document.get(key)).items():
        if isinstance(value, dict) and (key == "signals" or not name.startswith("x-")):
            yield name, RawNode((key, name), value)


def supervisors(document: Raw) -> Iterator[RawNode]:
    """Yield the root and every supervisor below it, parents first."""
    waiting = deque([RawNode(("supervisor",), mapping(document.get("supervisor")))])
    while waiting:
        node = waiting.popleft()
        yield node
        waiting += [child for child in children(node) if is_supervisor(child.value)]


def children(supervisor: RawNode) -> Iterator[RawNode]:
    """Yield the children of a supervisor that are mappings."""
    for index, child in enumerate(items(supervisor.value.get("children"))):
        if isinstance(child, dict):
            yield RawNode((*supervisor.path, "children", index), child)


def specs(supervisor: RawNode) -> Iterator[RawNode]:
    """Yield the children of a supervisor, or its template."""
    yield from children(supervisor)
    template = supervisor.value.get("template")
    if isinstance(template, dict):
        yield RawNode((*supervisor.path, "template"), template)


def is_supervisor(child: Raw) -> bool:
    """Tell a supervisor among children: it has what only supervisors have."""
    return any(key in child for key in ("children", "template", "strategy"))


def is_mount(child: Raw) -> bool:
    """Tell a mounted topology among children."""
    return "topology" in child and not is_supervisor(child)


def mounts(document: Raw) -> Iterator[RawNode]:
    """Yield the children that mount other topologies."""
    for supervisor in supervisors(document):
        for child in children(supervisor):
            if is_mount(child.value) and isinstance(child.value["topology"], dict):
                yield child


def child_id(child: Raw) -> str | None:
    """Return the id of a child, which is its agent's name where it has none."""
    return text(child.get("id", child.get("agent")))


def schedules(agent: RawNode) -> Iterator[RawNode]:
    """Yield the schedules of an agent that are mappings."""
    for name, schedule in mapping(agent.value.get("schedules")).items():
        if isinstance(schedule, dict) and not name.startswith("x-"):
            yield RawNode((*agent.path, "schedules", name), schedule)


def sensors(agent: RawNode) -> Iterator[RawNode]:
    """Yield the sensors of an agent that are mappings."""
    for name, sensor in mapping(agent.value.get("sensors")).items():
        if isinstance(sensor, dict) and not name.startswith("x-"):
            yield RawNode((*agent.path, "sensors", name), sensor)


def routes(agent: RawNode) -> Iterator[tuple[str, Path, object]]:
    """Yield pattern, path and form of each route, lists of mappings taken apart."""
    for pattern, form in mapping(agent.value.get("routes")).items():
        path = (*agent.path, "routes", pattern)
        if isinstance(form, list) and any(isinstance(item, dict) for item in form):
            for index, item in enumerate(form):
                yield pattern, (*path, index), item
        else:
            yield pattern, path, form


def action_names(path: Path, form: object) -> Iterator[tuple[Path, str]]:
    """Yield the names of actions in one form of a route, with their paths."""
    if isinstance(form, list):
        for index, item in enumerate(form):
            if (name := text(item)) is not None:
                yield (*path, index), name
    elif isinstance(form, dict):
        if (name := text(form.get("do"))) is not None:
            yield (*path, "do"), name
    elif (name := text(form)) is not None:
        yield path, name


def directives(path: Path, action: Raw) -> Iterator[tuple[Path, Raw]]:
    """Yield the directives of an action, and those after its failure, with their paths."""
    for key in ((), ("on_error",)):
        below = mapping(action.get(key[0])) if key else action
        for index, item in enumerate(items(below.get("directives"))):
            if isinstance(item, dict):
                yield (*path, *key, "directives", index), item


def emitted(path: Path, action: Raw) -> Iterator[tuple[Path, Raw]]:
    """Yield the signals that an action emits, as key and as directive, with their paths."""
    for key in ((), ("on_error",)):
        below = mapping(action.get(key[0])) if key else action
        emit = below.get("emit")
        if isinstance(emit, dict):
            yield (*path, *key, "emit"), emit
        for index, item in enumerate(items(emit)):
            if isinstance(item, dict):
                yield (*path, *key, "emit", index), item
    for place, directive in directives(path, action):
        if isinstance(directive.get("emit"), dict):
            yield (*place, "emit"), mapping(directive["emit"])


def actions(document: Raw) -> Iterator[RawAction]:
    """Yield every action of a file: the named ones, then those in routes."""
    for name, node in entries(document, "actions"):
        yield RawAction(name, node.path, node.value)
    for agent_name, agent in entries(document, "agents"):
        for pattern, path, form in routes(agent):
            if isinstance(form, dict) and "do" not in form:
                yield RawAction(pattern, path, form, agent_name)
