"""Do the names of a file lead anywhere? Actions of routes, agents of children, ids of siblings.

Works on the document before it is a model, so that everything is found in one run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jido_cli.topology import raw
from jido_cli.topology.positions import Path, Positions
from jido_cli.topology.raw import Raw, RawAction, RawNode
from jido_cli.topology.rules import (
    DUPLICATE_ID,
    UNKNOWN_ACTION,
    UNKNOWN_AGENT,
    WRONG_TYPE,
    Findings,
    Rule,
)
from jido_cli.topology.words import Suggester


def check(
    document: Raw,
    positions: Positions,
    findings: Findings,
    suggester: Suggester,
    *,
    is_whole: bool = True,
) -> None:
    """Add a finding for every name that is not declared, and for every id that stands twice.

    Unless the document is whole a name may be declared where nobody could look.
    """
    names = _Names(document, positions, findings, suggester, is_whole=is_whole)
    for _, agent in raw.entries(document, "agents"):
        names.check_routes(agent)
    for action in raw.actions(document):
        names.check_directives(action)
    for supervisor in raw.supervisors(document):
        names.check_children(supervisor)


_NAMED_BY_DIRECTIVES: Final = (
    ("spawn_agent", "agent", UNKNOWN_AGENT),
    ("run_instruction", "action", UNKNOWN_ACTION),
)


class _Names:
    def __init__(
        self,
        document: Raw,
        positions: Positions,
        findings: Findings,
        suggester: Suggester,
        *,
        is_whole: bool,
    ) -> None:
        self._document = document
        self._is_whole = is_whole
        self._positions = positions
        self._findings = findings
        self._suggester = suggester

    def check_routes(self, agent: RawNode) -> None:
        for _, path, form in raw.routes(agent):
            if isinstance(path[-1], int) and not isinstance(form, dict):
                self._findings.add(
                    WRONG_TYPE,
                    self._positions.value(path),
                    "names and mappings stand in one list of a route",
                    hint="a list holds names, run in sequence, or mappings, one route each;"
                    " write {do: name} for a name",
                )
            for place, name in raw.action_names(path, form):
                self._declared(UNKNOWN_ACTION, "actions", name, place)

    def check_directives(self, action: RawAction) -> None:
        """Check the agents that are spawned and the actions that are run beside the mailbox."""
        for path, directive in raw.directives(action.path, action.value):
            for kind, key, rule in _NAMED_BY_DIRECTIVES:
                name = raw.text(raw.mapping(directive.get(kind)).get(key))
                if name:
                    self._declared(rule, f"{key}s", name, (*path, kind, key))

    def check_children(self, supervisor: RawNode) -> None:
        first: dict[str, Path] = {}
        for child in raw.specs(supervisor):
            if (agent := raw.text(child.value.get("agent"))) is not None:
                self._declared(UNKNOWN_AGENT, "agents", agent, (*child.path, "agent"))
            child_id = raw.child_id(child.value)
            if child_id is None or child.path[-1] == "template":
                continue
            key = "id" if "id" in child.value else "agent"
            place = (*child.path, key)
            if child_id in first:
                self._duplicate(supervisor, child_id, place, first[child_id])
            else:
                first[child_id] = place

    def _duplicate(self, supervisor: RawNode, child_id: str, place: Path, first: Path) -> None:
        pos = self._positions.value(place)
        if self._findings.has_any_at(pos):
            return  # of replicas that clash the first tells it
        line = self._positions.value(first).line
        parent = "root" if len(supervisor.path) == 1 else raw.child_id(supervisor.value)
        hint = "ids are unique within a supervisor"
        if place[-1] == "agent":
            hint = "without an id a child takes its agent's name: give each child an id"
        self._findings.add(
            DUPLICATE_ID,
            pos,
            f"child id {child_id!r} is already used at line {line} in supervisor {parent!r}",
            hint=hint,
        )

    def _declared(self, rule: Rule, key: str, name: str, place: Path) -> None:
        declared = self._document.get(key, {})
        if not isinstance(declared, dict):
            return  # told already
        known: Mapping[str, object] = declared
        if name in known or not self._is_whole:
            return
        word = key.removesuffix("s")
        hint = self._suggester.near(name, known)
        pos = self._positions.value(place)
        if hint is not None:
            near = self._positions.key((key, hint.split("'")[1]))
            hint = f"{hint} it is declared at {self._findings.line(near, pos)}"
        elif not known:
            hint = f"declare it under {key}:"
        self._findings.add(rule, pos, f"{word} {name!r} is not declared", hint=hint)
