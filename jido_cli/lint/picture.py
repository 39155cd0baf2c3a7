"""What a file says, as rules look at it: agents, routes, actions, the tree, and who runs what.

A picture is made of the document, not of the model, so that a file with mistakes is judged too:
what has the wrong shape is left out, since the loader has reported it. Nothing is judged here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from jido_cli.core.router import PatternError, Router, parse_pattern
from jido_cli.lint.flow import Flow
from jido_cli.lint.mount import Mount
from jido_cli.lint.python_source import PythonSources
from jido_cli.lint.records import (
    MANY,
    Action,
    Agent,
    Child,
    PythonClassName,
    Route,
    Supervisor,
    directives,
)
from jido_cli.lint.shapes import Shapes
from jido_cli.topology import raw
from jido_cli.topology.plugins import plugin_entries
from jido_cli.topology.positions import Path as ValuePath
from jido_cli.topology.positions import Pos, Positions
from jido_cli.topology.project import project_root
from jido_cli.topology.raw import Raw
from jido_cli.topology.rules import (
    BAD_INCLUDE,
    FILE_LIMIT,
    INCLUDE_CYCLE,
    NOT_AVAILABLE,
    UNKNOWN_AGENT,
)

_PLUGIN_ROUTE: Final = {"when": "true"}  # it may stand aside, for all that the file says
_HOLES: Final = frozenset(
    rule.code for rule in (BAD_INCLUDE, FILE_LIMIT, INCLUDE_CYCLE, NOT_AVAILABLE)
)


class Picture:
    """Everything that rules ask about one topology.

    `texts` are those of its files; `faults` are the codes of what the loader found, so that a rule
    does not tell what follows from it.
    """

    def __init__(
        self,
        document: Raw,
        positions: Positions,
        files: Sequence[str],
        *,
        texts: Sequence[str] = (),
        folder: Path | None = None,
        is_part: bool = False,
        faults: Collection[str] = (),
        mounts: Sequence[Mount] = (),
    ) -> None:
        self.document = document
        self.positions = positions
        self.is_part = is_part
        self.texts = texts
        self.faults = faults
        self.mounts = mounts
        self._files = files
        self._folder = folder

    def close(self) -> None:
        """Forget what refers back to the picture: then it goes without a collector's help."""
        for name in ("flow", "shapes"):
            self.__dict__.pop(name, None)
        for mount in self.mounts:
            mount.picture.close()

    @property
    def is_whole(self) -> bool:
        """Whether all of the topology is here, so that what is missing is missing."""
        return not self.is_part and _HOLES.isdisjoint(self.faults)

    def file_of(self, pos: Pos) -> str:
        """Return the name of the file in which *pos* lies."""
        return self._files[pos.file] if pos.file < len(self._files) else self._files[0]

    def value(self, path: ValuePath) -> Pos:
        """Return the place of the value at *path*."""
        return self.positions.value(path)

    def key(self, path: ValuePath) -> Pos:
        """Return the place of the key that ends *path*."""
        return self.positions.key(path)

    def line(self, path: ValuePath) -> str:
        """Return where the key that ends *path* stands, for a message: `line 17`."""
        pos = self.positions.key(path)
        return f"line {pos.line}" if pos.file == 0 else f"{self.file_of(pos)}:{pos.line}"

    @cached_property
    def python(self) -> PythonSources:
        """The source of the Python that the file names."""
        if self._folder is None:
            return PythonSources(())
        root = project_root(self._folder / "topology.yaml")
        return PythonSources(list(dict.fromkeys((self._folder, root))))

    @cached_property
    def actions(self) -> Mapping[str, Action]:
        """The named actions."""
        return {
            name: Action(name, node.path, node.value)
            for name, node in raw.entries(self.document, "actions")
        }

    @cached_property
    def all_actions(self) -> tuple[Action, ...]:
        """The named actions, then those in routes."""
        inline = [
            action
            for agent in self.agents.values()
            for action in agent.actions
            if action.path[0] != "actions"
        ]
        return (*self.actions.values(), *inline)

    @cached_property
    def agents(self) -> Mapping[str, Agent]:
        """The agents by name."""
        return {
            name: Agent(name, node.path, node.value, tuple(self._routes(node)))
            for name, node in raw.entries(self.document, "agents")
        }

    @cached_property
    def signals(self) -> Mapping[str, Raw]:
        """The catalogue of signals."""
        return {type_: node.value for type_, node in raw.entries(self.document, "signals")}

    @cached_property
    def supervisors(self) -> tuple[Supervisor, ...]:
        """All supervisors, parents first; none where the file has no tree.

        Of a group of replicas the first member stands for all of them.
        """
        if not isinstance(self.document.get("supervisor"), dict):
            return ()
        copies: dict[ValuePath, int] = {}
        found = []
        for node in raw.supervisors(self.document):
            if len(node.path) == 1 or node.path in copies:
                supervisor = self._supervisor(node, copies.get(node.path, 1))
                copies |= {child.path: child.copies for child in supervisor.children}
                found.append(supervisor)
        return tuple(found)

    @cached_property
    def instances(self) -> Mapping[str, int]:
        """How many instances of each agent there are, at least; those without have no entry."""
        counts: dict[str, int] = {}
        for supervisor in self.supervisors:
            for child in supervisor.children:
                if child.agent is not None:
                    counts[child.agent] = counts.get(child.agent, 0) + child.copies
        for name in self.spawned:
            counts[name] = MANY
        if UNKNOWN_AGENT.code in self.faults:  # any of them may be the one that is meant
            counts = dict.fromkeys(self.agents, 1) | counts
        return counts

    @cached_property
    def starts_children(self) -> bool:
        """Whether children may be started at run time, with ids that the file does not have."""
        return (
            any(child.is_template for one in self.supervisors for child in one.children)
            or any(
                True
                for action in self.all_actions
                for kind in ("spawn_agent", "start_sensor")
                for _ in directives(action, kind)
            )
            or bool(self.python_actions)
            or bool(self.python_classes)
        )

    @cached_property
    def spawned(self) -> frozenset[str]:
        """The agents that actions start, or may start: their name stands in the Python."""
        named = {
            text
            for action in self.all_actions
            for spawn in directives(action, "spawn_agent")
            if (text := raw.text(raw.mapping(spawn).get("agent"))) is not None
        }
        return frozenset(named | (self.python_words & set(self.agents)))

    @cached_property
    def python_actions(self) -> tuple[tuple[Action, str], ...]:
        """The actions that Python does, with their targets, where these are well formed."""
        found = [(action, action.run) for action in self.all_actions]
        return tuple((action, run) for action, run in found if run is not None and is_target(run))

    @cached_property
    def python_sensors(self) -> tuple[tuple[ValuePath, Raw, str], ...]:
        """The sensors of the user's own, with their paths and targets: declared, and asked for."""
        found: list[tuple[ValuePath, Raw]] = []
        for agent in self.agents.values():
            node = raw.RawNode(agent.path, agent.value)
            found += [(one.path, one.value) for one in raw.sensors(node)]
        for action in self.all_actions:
            for path, item in raw.directives(action.path, action.value):
                found.append(((*path, "start_sensor"), raw.mapping(item.get("start_sensor"))))
        return tuple(
            (path, value, run)
            for path, value in found
            if (run := raw.text(value.get("run"))) is not None and is_target(run)
        )

    @cached_property
    def python_directives(self) -> tuple[tuple[ValuePath, Raw, str], ...]:
        """The directives that Python carries out, with their paths and targets."""
        found = []
        for action in self.all_actions:
            for path, item in raw.directives(action.path, action.value):
                run = raw.text(item.get("run"))
                if run is not None and is_target(run):
                    found.append((path, item, run))
        return tuple(found)

    @cached_property
    def scripted_directives(self) -> tuple[tuple[ValuePath, str], ...]:
        """The directives that scripts of scenarios answer for as `module:function`."""
        return tuple(
            ((*scenario.path, "script", name), name)
            for _, scenario in raw.entries(self.document, "scenarios")
            for name in raw.mapping(scenario.value.get("script"))
            if is_target(name)
        )

    @cached_property
    def python_classes(self) -> tuple[PythonClassName, ...]:
        """The classes that agents name: strategies and plugins, where these are well formed."""
        found: list[PythonClassName] = []
        for agent in self.agents.values():
            strategy = raw.mapping(agent.value.get("strategy"))
            path = (*agent.path, "strategy")
            found.append(PythonClassName(path, raw.text(strategy.get("run")) or "", "Strategy"))
            found += [
                PythonClassName(entry.path, entry.run or "", "Plugin")
                for entry in plugin_entries(raw.RawNode(agent.path, agent.value))
            ]
        return tuple(one for one in found if is_target(one.run))

    @cached_property
    def python_words(self) -> frozenset[str]:
        """The texts in the Python that the actions name."""
        runs = {run for _, run in self.python_actions} | {one.run for one in self.python_classes}
        runs |= {run for _, _, run in self.python_sensors}
        return self.python.words(runs) if runs else frozenset()

    @cached_property
    def router(self) -> Router[Route]:
        """All routes of all agents that have instances, by the types that they take.

        What a plugin takes is in its code; that it may is known by its prefix.
        """
        found = [
            (pattern, route, 0)
            for agent in self.agents.values()
            if agent.name in self.instances
            for route in agent.routes
            if (pattern := _pattern(route.pattern)) is not None
        ]
        found += [
            (f"{entry.prefix}.**", Route(agent.name, "", entry.path, _PLUGIN_ROUTE, ()), 0)
            for agent in self.agents.values()
            if agent.name in self.instances
            for entry in plugin_entries(raw.RawNode(agent.path, agent.value))
            if _pattern(f"{entry.prefix}.**") is not None
        ]
        return Router(found)

    @cached_property
    def flow(self) -> Flow:
        """The signals that go around."""
        return Flow(self)

    @cached_property
    def shapes(self) -> Shapes:
        """The schemas of states and params."""
        return Shapes(self)

    def users(self, action: Action) -> tuple[str, ...]:
        """Return the agents whose routes run *action*."""
        return tuple(self._users.get(action.path, ()))

    @cached_property
    def _users(self) -> dict[ValuePath, list[str]]:
        users: dict[ValuePath, list[str]] = {}
        for agent in self.agents.values():
            for action in agent.actions:
                users.setdefault(action.path, []).append(agent.name)
        return users

    def _routes(self, agent: raw.RawNode) -> Iterator[Route]:
        for pattern, path, form in raw.routes(agent):
            if not pattern.startswith("x-"):
                actions = tuple(self._route_actions(pattern, path, form))
                yield Route(str(agent.path[1]), pattern, path, form, actions)

    def _route_actions(self, pattern: str, path: ValuePath, form: object) -> Iterator[Action]:
        if isinstance(form, dict) and "do" not in form:
            yield Action(pattern, path, form)
            return
        named = form.get("do") if isinstance(form, dict) else form
        for name in named if isinstance(named, list) else [named]:
            action = self.actions.get(name) if isinstance(name, str) else None
            if action is not None:
                yield action

    def _supervisor(self, node: raw.RawNode, copies: int) -> Supervisor:
        is_root = len(node.path) == 1
        name = "root" if is_root else _group_id(node.value) or "?"
        members: dict[str, list[raw.RawNode]] = {}
        for spec in raw.specs(node):
            group = spec.value.group if isinstance(spec.value, raw.Member) else ""
            members.setdefault(group or repr(spec.path), []).append(spec)
        children = tuple(self._child(group[0], copies * len(group)) for group in members.values())
        return Supervisor(name, node.path, node.value, children)

    def _child(self, node: raw.RawNode, copies: int) -> Child:
        defaults = raw.mapping(raw.mapping(self.document.get("defaults")).get("child"))
        is_supervisor = raw.is_supervisor(node.value)
        agent = None if is_supervisor else raw.text(node.value.get("agent"))
        restart = node.value.get("restart", defaults.get("restart", "permanent"))
        is_template = node.path[-1] == "template"
        is_uncounted = is_template or "replicas" in node.value  # an expression without a value
        return Child(
            _group_id(node.value) or "?",
            node.path,
            node.value,
            agent,
            restart,
            max(MANY, copies) if is_uncounted else copies,
            is_template,
        )


def _group_id(child: Raw) -> str | None:
    return child.group if isinstance(child, raw.Member) else raw.child_id(child)


def is_target(run: str) -> bool:
    """Tell whether a text has the form `module:function`; the loader reports one that has not."""
    module, colon, function = run.partition(":")
    return bool(colon) and all(name.isidentifier() for name in (*module.split("."), function))


def _pattern(text: str) -> str | None:
    try:
        parse_pattern(text)
    except PatternError:
        return None
    return text
