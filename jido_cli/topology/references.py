"""Do the names of a file lead anywhere? Actions of routes, agents of children, ids of siblings.

Works on the document before it is a model, so that everything is found in one run.
"""

from __future__ import annotations

from collections.abc import Mapping

from jido_cli.topology import raw
from jido_cli.topology.positions import Path, Positions
from jido_cli.topology.raw import Raw, RawNode
from jido_cli.topology.rules import (
    DUPLICATE_ID,
    UNKNOWN_ACTION,
    UNKNOWN_AGENT,
    WRONG_TYPE,
    Findings,
    Rule,
)
from jido_cli.topology.words import Suggester


def check(document: Raw, positions: Positions, findings: Findings, suggester: Suggester) -> None:
    """Add a finding for every name that is not declared, and for every id that stands twice."""
    names = _Names(document, positions, findings, suggester)
    for _, agent in raw.entries(document, "agents"):
        names.check_routes(agent)
    for supervisor in raw.supervisors(document):
        names.check_children(supervisor)


class _Names:
    def __init__(
        self, document: Raw, positions: Positions, findings: Findings, suggester: Suggester
    ) -> None:
        self._document = document
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
        line = self._positions.value(first).line
        parent = "root" if len(supervisor.path) == 1 else raw.child_id(supervisor.value)
        hint = "ids are unique within a supervisor"
        if place[-1] == "agent":
            hint = "without an id a child takes its agent's name: give each child an id"
        self._findings.add(
            DUPLICATE_ID,
            self._positions.value(place),
            f"child id {child_id!r} is already used at line {line} in supervisor {parent!r}",
            hint=hint,
        )

    def _declared(self, rule: Rule, key: str, name: str, place: Path) -> None:
        known: Mapping[str, object] = raw.mapping(self._document.get(key))
        if name in known or "include" in self._document:
            return  # an include is refused already, and may be where the name is declared
        word = key.removesuffix("s")
        hint = self._suggester.near(name, known)
        if hint is not None:
            near = hint.split("'")[1]
            line = self._positions.key((key, near)).line
            hint = f"{hint} it is declared at line {line}"
        elif not known:
            hint = f"declare it under {key}:"
        pos = self._positions.value(place)
        self._findings.add(rule, pos, f"{word} {name!r} is not declared", hint=hint)
