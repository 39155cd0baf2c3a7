"""From a frozen topology to who gets which signal: groups, keys, signals that come twice.

What the loader has checked is not checked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from jido_cli.core.declarative.members import compile_member_state
from jido_cli.core.declarative.signal_keys import SignalKey, compile_signal_key
from jido_cli.core.schema import Schema, compile_schema
from jido_cli.errors import InternalError
from jido_cli.runtime.supervising.starts import DedupeStart, GroupStart, KeyedStart
from jido_cli.topology.model import AgentChild, DedupeDecl, KeyedDecl, Topology


def catalogue_of(topology: Topology) -> Mapping[str, Schema]:
    """Return what the catalogue promises of the data of signals, by their types."""
    return {
        decl.type: compile_schema(decl.data)
        for decl in topology.signals.values()
        if decl.data is not None
    }


class Receivers:
    """Makes what decides over receivers in one topology, with its vars."""

    def __init__(
        self,
        topology: str,
        values: Mapping[str, object] | None,
        vars_schema: Mapping[str, object] | None,
    ) -> None:
        self._topology = topology
        self._vars = values
        self._vars_schema = vars_schema

    def group(self, child: AgentChild, groups: dict[str, GroupStart]) -> GroupStart | None:
        """Return the group of a member, or that of a template's children if it is no plain one.

        Args:
            child: the member, or the template.
            groups: those of its supervisor by name; a new one is added.
        """
        if child.group is None and child.delivery.kind == "one":
            return None
        name = child.group or child.agent
        if name not in groups:
            key = None
            if child.delivery.hash is not None:
                key = self._key(child.delivery.hash, "hash")
            groups[name] = self._grown(child, GroupStart(name, child.delivery.kind, key))
        return groups[name]

    def _grown(self, child: AgentChild, group: GroupStart) -> GroupStart:
        if child.replicas is None:
            return group
        state_of = compile_member_state(
            child.replicas.state,
            topology=self._topology,
            vars=self._vars,
            vars_schema=self._vars_schema,
        )
        return replace(group, state_of=state_of, fixed_by=child.replicas.fixed_by)

    def keyed(self, decl: KeyedDecl | None) -> KeyedStart | None:
        """Return what makes a supervisor a keyed one."""
        if decl is None:
            return None
        return KeyedStart(self._key(decl.by, "keyed_by"), decl.on_full, decl.on_missing)

    def dedupe(self, decl: DedupeDecl | None) -> DedupeStart | None:
        """Return how an agent knows signals again."""
        if decl is None:
            return None
        key = None if decl.by is None else self._key(decl.by, "by", is_name=False)
        return DedupeStart(key, decl.keep_ms / 1000, decl.max)

    def _key(self, text: str, name: str, *, is_name: bool = True) -> SignalKey:
        key, problems = compile_signal_key(
            text, (name,), vars=self._vars, vars_schema=self._vars_schema, is_name=is_name
        )
        if problems:
            raise InternalError(f"{problems[0].message}: the loader should have said so")
        return key
