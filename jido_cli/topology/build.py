"""From a document without mistakes to the frozen model.

Everything here has been checked already: what is looked up is there, and has its type. No
findings are made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, cast

import msgspec

from jido_cli.core.schema_short import expand_short_form
from jido_cli.core.values import freeze
from jido_cli.topology import raw
from jido_cli.topology.build_policies import (
    declared_backoff,
    declared_mailbox,
    declared_ms,
    declared_on_error,
    declared_shutdown,
    declared_whole,
)
from jido_cli.topology.build_receivers import (
    declared_dedupe,
    declared_delivery,
    declared_keyed,
    declared_replicas,
    declared_subscribe,
)
from jido_cli.topology.defaults import Defaults
from jido_cli.topology.durations import known_ms
from jido_cli.topology.model import (
    DEFAULT_WORKER_SHUTDOWN_MS,
    ROOT_ID,
    ActionDecl,
    AgentChild,
    AgentDecl,
    ChildDecl,
    MailboxDecl,
    MountDecl,
    ReplicasDecl,
    RouteDecl,
    ScheduleDecl,
    Shutdown,
    SignalDecl,
    SourceFile,
    SupervisorDecl,
    Topology,
)
from jido_cli.topology.parts import Part
from jido_cli.topology.plugins import declared_plugin, plugin_entries
from jido_cli.topology.positions import Path as ValuePath
from jido_cli.topology.positions import Pos, Positions
from jido_cli.topology.scenario_build import build_scenarios
from jido_cli.topology.sensor_build import sensor_decls
from jido_cli.topology.strategies import declared_strategy, route_states, strategy_place
from jido_cli.topology.variables import Variables

Value = Mapping[str, Any]

_ROUTE_KEYS: Final = ("when", "in", "priority", "continue_on_error")


def build(
    document: Value,
    positions: Positions,
    *,
    file: Path,
    project_root: Path,
    parts: Sequence[Part],
    variables: Variables,
    defaults: Defaults,
    mounts: Mapping[ValuePath, MountDecl],
) -> Topology:
    """Return the model of a document in which nothing is wrong.

    *mounts* has what was loaded for the children that mount other topologies, by their paths.
    """
    builder = _Builder(positions, frozenset(document.get("actions", ())), defaults, mounts)
    agents = {
        name: builder.agent(name, node.value) for name, node in raw.entries(document, "agents")
    }
    observe: Value = document.get("observe", {})
    return Topology(
        name=document["name"],
        file=file,
        project_root=project_root,
        root=builder.supervisor(ROOT_ID, document["supervisor"], ("supervisor",), agents),
        actions=MappingProxyType(
            {
                name: builder.action(name, node.value, node.path)
                for name, node in raw.entries(document, "actions")
            }
        ),
        agents=MappingProxyType(agents),
        positions=positions,
        description=document.get("description", ""),
        labels=MappingProxyType(dict(document.get("labels", {}))),
        max_hops=int(document.get("bus", {}).get("max_hops", 256)),
        stall_ms=known_ms(observe.get("stall", "1s")),
        log_level=observe.get("log_level", "info"),
        vars=MappingProxyType(dict(variables.values)),
        var_decls=MappingProxyType(dict(variables.decls)),
        signals=MappingProxyType(
            {
                name: _signal(name, node.value, positions.key(node.path))
                for name, node in raw.entries(document, "signals")
            }
        ),
        files=tuple(SourceFile(Path(part.name), part.text, part.includes) for part in parts),
        scenarios=build_scenarios(document, positions),
    )


def _signal(name: str, value: Value, pos: Pos) -> SignalDecl:
    data = value.get("data")
    return SignalDecl(
        type=name,
        pos=pos,
        description=value.get("description", ""),
        data=None if data is None else _frozen(expand_short_form(data)),
        external=value.get("external", False),
    )


class _Builder:
    def __init__(
        self,
        positions: Positions,
        action_names: frozenset[str],
        defaults: Defaults,
        mounts: Mapping[ValuePath, MountDecl],
    ) -> None:
        self._positions = positions
        self._action_names = action_names
        self._defaults = defaults
        self._replicas: dict[int, ReplicasDecl] = {}
        self._mounts = mounts

    def action(self, name: str, value: Value, path: ValuePath) -> ActionDecl:
        declaration = {
            key: below for key, below in _without_extras(value).items() if key not in _ROUTE_KEYS
        }
        is_named = path[0] == "actions"
        pos = self._positions.key(path) if is_named else self._positions.value(path)
        timeout = value.get("timeout", self._defaults.action_timeout(pos.file))
        return ActionDecl(
            name=name,
            declaration=_frozen(declaration),
            pos=pos,
            positions=self._positions.below(path),
            description=value.get("description", ""),
            run=value.get("run"),
            effect=value.get("effect"),
            timeout_ms=declared_ms(timeout),
        )

    def agent(self, name: str, value: Value) -> AgentDecl:
        path: ValuePath = ("agents", name)
        node = raw.RawNode(path, value)
        state = value.get("state")
        taken = set(self._action_names)
        pos = self._positions.key(path)
        default = self._defaults.agent(pos.file)
        return AgentDecl(
            name=name,
            pos=pos,
            positions=self._positions.below(path),
            description=value.get("description", ""),
            state=None if state is None else _frozen(expand_short_form(state)),
            routes=tuple(
                self.route(pattern, form, below, taken) for pattern, below, form in raw.routes(node)
            ),
            subscribe=declared_subscribe(value.get("subscribe", "routes")),
            schedules=tuple(
                self.schedule(key, schedule, (*path, "schedules", key))
                for key, schedule in _without_extras(value.get("schedules", {})).items()
            ),
            sensors=sensor_decls(node, self._positions),
            on_error=declared_on_error(value.get("on_error", default.get("on_error", "log"))),
            on_unrouted=value.get("on_unrouted", "dead_letter"),
            mailbox=declared_mailbox(
                value.get("mailbox", {}),
                declared_mailbox(raw.mapping(default.get("mailbox")), MailboxDecl()),
            ),
            persist=value.get("persist", default.get("persist", "none")),
            idle_timeout_ms=declared_ms(value.get("idle_timeout")),
            dedupe=declared_dedupe(value.get("dedupe")),
            on_parent_death=value.get("on_parent_death", "stop"),
            emits=tuple(value.get("emits", ())),
            strategy=declared_strategy(value, self._key((*path, *strategy_place(value)))),
            plugins=tuple(
                declared_plugin(one, self._key(one.path)) for one in plugin_entries(node)
            ),
        )

    def _key(self, path: ValuePath) -> Pos:
        return self._positions.key(path)

    def route(self, pattern: str, form: object, path: ValuePath, taken: set[str]) -> RouteDecl:
        pos = self._positions.key(path)
        if isinstance(form, str):
            return RouteDecl(pattern, (form,), pos)
        if isinstance(form, list):
            return RouteDecl(pattern, tuple(form), pos)
        value: Value = raw.mapping(form)
        with_ = value.get("with")
        action: str | ActionDecl = value.get("do", "")
        if not action:
            name = _free_name(pattern, taken)
            taken.add(name)
            action = self.action(name, value, path)
        return RouteDecl(
            pattern=pattern,
            actions=(action,),
            pos=pos,
            with_=None if with_ is None else _frozen(with_),
            priority=int(value.get("priority", 0)),
            continue_on_error=value.get("continue_on_error", False),
            when=value.get("when"),
            when_pos=self._place((*path, "when"), value),
            states=tuple(route_states(value)),
        )

    def _place(self, path: ValuePath, value: Value) -> Pos | None:
        return self._positions.value(path) if path[-1] in value else None

    def schedule(self, name: str, value: Value, path: ValuePath) -> ScheduleDecl:
        signal = value["signal"]
        is_bare = isinstance(signal, str)
        every = value.get("every")
        return ScheduleDecl(
            name=name,
            signal_type=signal if is_bare else signal["type"],
            pos=self._positions.key(path),
            data=None if is_bare else freeze(signal.get("data")),
            every_ms=None if every is None else known_ms(every),
            cron=value.get("cron"),
            timezone=value.get("timezone"),
            jitter_ms=known_ms(value.get("jitter", "0s")),
            overlap=value.get("overlap", "skip"),
            catch_up=value.get("catch_up", "skip"),
            when=value.get("when"),
            when_pos=self._place((*path, "when"), value),
        )

    def supervisor(
        self, name: str, value: Value, path: ValuePath, agents: Mapping[str, AgentDecl]
    ) -> SupervisorDecl:
        template = value.get("template")
        children = enumerate(value.get("children", ()))
        return SupervisorDecl(
            id=name,
            pos=self._positions.value(path) if len(path) > 1 else self._positions.key(path),
            strategy=value.get("strategy", "one_for_one"),
            max_restarts=int(value.get("max_restarts", 3)),
            max_seconds=value.get("max_seconds", 5),
            auto_shutdown=value.get("auto_shutdown", "never"),
            children=tuple(
                self.child(child, (*path, "children", index), agents) for index, child in children
            ),
            template=None
            if template is None
            else self.agent_child(template, (*path, "template"), agents),
            max_children=declared_whole(value.get("max_children")),
            keyed=declared_keyed(value),
            **self._child_fields(value, "infinity"),
        )

    def child(self, value: Value, path: ValuePath, agents: Mapping[str, AgentDecl]) -> ChildDecl:
        if raw.is_mount(value):
            return self.mount(value, path)
        if raw.is_supervisor(value):
            return self.supervisor(value["id"], value, path, agents)
        return self.agent_child(value, path, agents)

    def mount(self, value: Value, path: ValuePath) -> SupervisorDecl:
        """Return the root of another topology as the child that mounts it."""
        mount = self._mounts[path]
        return msgspec.structs.replace(
            mount.topology.root,
            id=value["id"],
            pos=self._positions.value(path),
            mount=mount,
            **self._child_fields(value, "infinity"),
        )

    def agent_child(
        self, value: Value, path: ValuePath, agents: Mapping[str, AgentDecl]
    ) -> AgentChild:
        agent = agents[value["agent"]]
        own = value.get
        return AgentChild(
            id=own("id", agent.name),
            agent=agent.name,
            pos=self._positions.value(path),
            mailbox=declared_mailbox(own("mailbox", {}), agent.mailbox),
            on_error=declared_on_error(own("on_error")) if "on_error" in value else agent.on_error,
            subscribe=declared_subscribe(own("subscribe"))
            if "subscribe" in value
            else agent.subscribe,
            state=_frozen(own("state", {})),
            persist=own("persist", agent.persist),
            idle_timeout_ms=declared_ms(own("idle_timeout")) or agent.idle_timeout_ms,
            delivery=declared_delivery(own("delivery", "one")),
            replicas=self._replicas_of(value),
            **self._child_fields(value, DEFAULT_WORKER_SHUTDOWN_MS),
        )

    def _replicas_of(self, child: Value) -> ReplicasDecl | None:
        """Return what the group of a member grows by; its members share it."""
        if not isinstance(child, raw.Member):
            return None
        key = id(child.declared)
        if key not in self._replicas:
            self._replicas[key] = declared_replicas(child.declared)
        return self._replicas[key]

    def _child_fields(self, child: Value, shutdown: Shutdown) -> dict[str, Any]:
        """Return the fields that children of every kind have."""
        value = self._defaults.child(child)
        start_timeout = value.get("start_timeout")
        return {
            "description": value.get("description", ""),
            "restart": value.get("restart", "permanent"),
            "shutdown": declared_shutdown(value["shutdown"]) if "shutdown" in value else shutdown,
            "significant": value.get("significant", False),
            "backoff": declared_backoff(value["backoff"]) if "backoff" in value else None,
            "start_timeout_ms": None if start_timeout is None else known_ms(start_timeout),
            "readiness": value.get("readiness"),
            "group": child.group if isinstance(child, raw.Member) else None,
            "replica_index": child.index if isinstance(child, raw.Member) else None,
        }


def _free_name(pattern: str, taken: set[str]) -> str:
    """Return the name of an action in place: its pattern, with a number if that is taken."""
    name, number = pattern, 2
    while name in taken:
        name, number = f"{pattern}#{number}", number + 1
    return name


def _without_extras(value: Value) -> dict[str, Any]:
    return {key: below for key, below in value.items() if not key.startswith("x-")}


def _frozen(value: Value) -> Mapping[str, object]:
    return cast("Mapping[str, object]", freeze(value))
