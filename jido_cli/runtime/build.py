"""From a frozen topology to what the engine starts: definitions, programs, specifications.

Python targets are resolved here, once, before anything starts. What the loader has checked is
not checked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from jido_cli.core.action import Action
from jido_cli.core.agent import AgentDefinition
from jido_cli.core.fsm import Fsm, OnTerminal
from jido_cli.core.schema import Schema, compile_schema
from jido_cli.core.values import freeze_mapping
from jido_cli.runtime.build_actions import Actions, own_directives
from jido_cli.runtime.build_receivers import Receivers, catalogue_of
from jido_cli.runtime.extending import Extras, extras_of
from jido_cli.runtime.sensor_build import find_all, names_python, sensor_specs
from jido_cli.runtime.supervising.starts import (
    AgentProgram,
    AgentStart,
    ErrorPolicy,
    GroupStart,
    MailboxPolicy,
    Mount,
    Origin,
    Schedule,
    SupervisorStart,
)
from jido_cli.runtime.targets import add_import_paths
from jido_cli.supervision.specs import Backoff, ChildSpec, SupervisorFlags
from jido_cli.topology.model import (
    ActionDecl,
    AgentChild,
    AgentDecl,
    BackoffDecl,
    ChildDecl,
    FsmDecl,
    MountDecl,
    OnErrorDecl,
    ScheduleDecl,
    StrategyDecl,
    SupervisorDecl,
    Topology,
)
from jido_cli.topology.positions import Pos


@dataclass(frozen=True, slots=True)
class Built:
    """A topology ready to run: the root, and the programs that agents can be spawned from."""

    root: SupervisorStart
    programs: dict[str, AgentProgram]


def build(topology: Topology) -> Built:
    """Return what the engine starts for *topology*; imports the user's modules.

    Raises:
        StartError: a module does not import, or what it should hold is not there.
    """
    for mounted in _mounted(topology.root):
        _add_import_paths(mounted)
    _add_import_paths(topology)
    return _Builder(topology).build()


def _add_import_paths(topology: Topology) -> None:
    decls = _all_actions(topology)
    is_named = any(one.run is not None or own_directives(one) for one in decls)
    if is_named or _has_classes(topology) or names_python(topology, decls):
        add_import_paths(topology.file, topology.project_root)


def _has_classes(topology: Topology) -> bool:
    return any(
        isinstance(agent.strategy, StrategyDecl) or any(one.run for one in agent.plugins)
        for agent in topology.agents.values()
    )


def _mounted(decl: ChildDecl) -> Iterator[Topology]:
    """Yield the topologies that are mounted below, the deepest first."""
    if isinstance(decl, SupervisorDecl):
        for child in decl.children:
            yield from _mounted(child)
        if decl.mount is not None:
            yield decl.mount.topology


def _all_actions(topology: Topology) -> list[ActionDecl]:
    inline = [
        action
        for agent in topology.agents.values()
        for route in agent.routes
        for action in route.actions
        if isinstance(action, ActionDecl)
    ]
    return [*topology.actions.values(), *inline]


class _Builder:
    def __init__(self, topology: Topology) -> None:
        self._topology = topology
        values = _readable_vars(topology)
        vars_schema = _vars_schema(topology)
        self.receivers = Receivers(topology.name, values, vars_schema)
        self._catalogue = catalogue_of(topology)
        self._definitions: dict[str, AgentDefinition] = {}
        self._programs: dict[object, AgentProgram] = {}
        self._extras: dict[str, Extras] = {}
        self._mounts: dict[int, _Builder] = {}  # by topology: replicas share theirs
        self._folder = topology.file.resolve().parent
        self._actions = Actions(topology.actions, values, vars_schema, self._origin, self._folder)

    def build(self) -> Built:
        find_all(_all_actions(self._topology), self._topology, self._folder)
        return Built(self._supervisor(self._topology.root), self.programs())

    def programs(self) -> dict[str, AgentProgram]:
        """Return the agents that can be spawned, by name."""
        return {
            name: _unkept(self._program(decl, decl)) for name, decl in self._topology.agents.items()
        }

    def _origin(self, pos: Pos) -> Origin:
        return Origin(str(self._topology.file), pos.line, pos.column)

    # -- the tree

    def _supervisor(self, decl: SupervisorDecl) -> SupervisorStart:
        flags = SupervisorFlags(
            decl.strategy,
            decl.max_restarts,
            decl.max_seconds,
            decl.auto_shutdown,
            decl.max_children,
        )
        children: tuple[ChildDecl, ...] = decl.children
        if decl.template is not None:
            children = (decl.template,)
        inner = self if decl.mount is None else self._below(decl.mount)
        groups: dict[str, GroupStart] = {}
        return SupervisorStart(
            flags,
            [inner.spec(child, groups) for child in children],
            self._origin(decl.pos),
            readiness_ignored=decl.readiness == "ignore",
            mount=None if decl.mount is None else _mount(decl.mount, inner.programs()),
            keyed=inner.receivers.keyed(decl.keyed),
        )

    def _below(self, mount: MountDecl) -> _Builder:
        """Return the builder of a mounted topology: its names, vars and files are its own."""
        key = id(mount.topology)
        if key not in self._mounts:
            self._mounts[key] = _Builder(mount.topology)
        return self._mounts[key]

    def spec(self, child: ChildDecl, groups: dict[str, GroupStart]) -> ChildSpec:
        """Return the specification of a child; *groups* has those of its supervisor by name."""
        is_supervisor = isinstance(child, SupervisorDecl)
        return ChildSpec(
            child.id,
            self._supervisor(child)
            if isinstance(child, SupervisorDecl)
            else self._agent(child, groups),
            child.restart,
            child.shutdown,
            "supervisor" if is_supervisor else "worker",
            child.significant,
            None if child.backoff is None else _backoff(child.backoff),
        )

    def _agent(self, child: AgentChild, groups: dict[str, GroupStart]) -> AgentStart:
        decl = self._topology.agents[child.agent]
        return AgentStart(
            self._program(decl, child),
            child.state,
            self._origin(child.pos),
            readiness_ignored=child.readiness == "ignore",
            group=self.receivers.group(child, groups),
        )

    # -- agents

    def _program(self, decl: AgentDecl, user: AgentDecl | AgentChild) -> AgentProgram:
        """Return the program of an agent as *user* has it: itself, or a child that overrides."""
        mailbox, on_error, subscribe = user.mailbox, user.on_error, user.subscribe
        idle_ms = user.idle_timeout_ms
        key = (decl.name, mailbox, on_error, subscribe, user.persist, idle_ms)
        program = self._programs.get(key)
        if program is None:
            program = self._programs[key] = AgentProgram(
                self._definition(decl),
                MailboxPolicy(mailbox.max, mailbox.overflow, mailbox.block_timeout_ms / 1000),
                _error_policy(on_error),
                decl.on_unrouted,
                subscribe,
                (
                    *(self._schedule(decl, schedule) for schedule in decl.schedules),
                    *self._extras_of(decl).schedules(),
                ),
                self._origin(decl.pos),
                persist=user.persist,
                idle_timeout_s=None if idle_ms is None else idle_ms / 1000,
                on_parent_death=decl.on_parent_death,
                dedupe=self.receivers.dedupe(decl.dedupe),
                plugins=self._extras_of(decl).shown(decl.plugins),
                sensors=(
                    *sensor_specs(decl, self._topology, self._folder),
                    *self._extras_of(decl).sensors(decl, self._origin, self._folder),
                ),
            )
        return program

    def _definition(self, decl: AgentDecl) -> AgentDefinition:
        definition = self._definitions.get(decl.name)
        if definition is None:
            extras = self._extras_of(decl)
            schema = None if extras.state is None else compile_schema(extras.state)
            actions: dict[str, Action] = {one.name: one for one in extras.actions()}
            routes = [self._actions.route(route, schema, actions) for route in decl.routes]
            routes += extras.routes()
            self._actions.add_others(schema, actions)
            _generate(schema, actions.values())
            definition = self._definitions[decl.name] = AgentDefinition(
                decl.name,
                state_schema=schema,
                routes=routes,
                actions=actions.values(),
                description=decl.description,
                fsm=_fsm(decl.strategy) if isinstance(decl.strategy, FsmDecl) else None,
                extension=extras.extension(),
                beginnings=extras.beginnings(),
                keepers=extras.mounted,
                catalogue=self._catalogue,
            )
        return definition

    def _extras_of(self, decl: AgentDecl) -> Extras:
        extras = self._extras.get(decl.name)
        if extras is None:
            extras = self._extras[decl.name] = extras_of(decl, self._origin, self._folder)
        return extras

    def _schedule(self, agent: AgentDecl, decl: ScheduleDecl) -> Schedule:
        return Schedule(
            decl.name,
            decl.signal_type,
            decl.data,
            None if decl.every_ms is None else decl.every_ms / 1000,
            decl.cron,
            decl.timezone,
            self._actions.when(decl.when, self._definition(agent).state_schema),
            decl.jitter_ms / 1000,
            decl.overlap,
            decl.catch_up,
        )


def _generate(state: Schema | None, actions: Iterable[Action]) -> None:
    """Make the checks of values now, so that no first signal waits for them."""
    for schema in (state, *(each for one in actions for each in (one.params, one.output))):
        if schema is not None:
            schema.generated()


def _mount(decl: MountDecl, programs: Mapping[str, AgentProgram]) -> Mount:
    return Mount(programs, decl.has_own_bus, decl.bridge_in, decl.bridge_out)


def _unkept(program: AgentProgram) -> AgentProgram:
    """Return a program for agents that others spawn: a tag may name another one each time."""
    return program if program.persist == "none" else replace(program, persist="none")


def _readable_vars(topology: Topology) -> Mapping[str, object] | None:
    """Return what expressions see as `vars`; None where the topology has none."""
    return freeze_mapping(topology.readable_vars) if topology.var_decls else None


def _vars_schema(topology: Topology) -> Mapping[str, object] | None:
    """Return the type of `vars`: a closed object of those that are no secrets."""
    if not topology.var_decls:
        return None
    readable = topology.readable_vars
    properties = {n: d.schema for n, d in topology.var_decls.items() if n in readable}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _error_policy(decl: OnErrorDecl) -> ErrorPolicy:
    return ErrorPolicy(
        decl.kind,
        decl.max_errors or 0,
        (decl.within_ms or 0) / 1000,
        decl.emit,
        None if decl.declared is None else _error_policy(decl.declared),
        None if decl.bug is None else _error_policy(decl.bug),
    )


def _fsm(decl: FsmDecl) -> Fsm:
    return Fsm.new(
        decl.field,
        decl.initial,
        decl.transitions,
        terminal=decl.terminal,
        on_terminal=OnTerminal(decl.on_terminal, decl.emit),
    )


def _backoff(decl: BackoffDecl) -> Backoff:
    return Backoff(
        decl.initial_ms,
        decl.max_ms,
        decl.factor,
        decl.jitter,
        decl.reset_after_ms,
        decl.give_up_after,
    )
