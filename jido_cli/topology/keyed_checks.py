"""Do keyed supervisors make sense? What goes with `keyed_by`, and what sleeps is kept.

What `keyed_by` computes is checked with the other expressions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jido_cli.topology import raw
from jido_cli.topology.defaults import Defaults
from jido_cli.topology.positions import Positions
from jido_cli.topology.raw import Raw, RawNode
from jido_cli.topology.rules import (
    CONFLICTING_KEYS,
    DYNAMIC,
    HIBERNATION,
    MISSING_KEY,
    Findings,
)

_WITH_KEYS: Final = ("on_full", "on_missing")
_HINT: Final = "write persist: checkpoint"


def check(
    document: Raw, positions: Positions, findings: Findings, defaults: Defaults, *, is_whole: bool
) -> None:
    """Add a finding for everything that does not go with keys, or would lose what sleeps."""
    checks = _Checks(document, positions, findings, defaults)
    used: set[str] = set()
    for supervisor in raw.supervisors(document):
        checks.keys(supervisor)
        template = raw.mapping(supervisor.value.get("template"))
        if "keyed_by" in supervisor.value:
            used.add(str(template.get("agent")))
            checks.sleep(supervisor)
        elif "idle_timeout" in template:
            path = (*supervisor.path, "template", "idle_timeout")
            fact = "'idle_timeout' of the template means nothing without 'keyed_by'"
            findings.add(MISSING_KEY, positions.key(path), fact)
    for name, agent in raw.entries(document, "agents"):
        if is_whole and "idle_timeout" in agent.value and name not in used:
            fact = f"'idle_timeout' of agent {name!r} means nothing: no keyed supervisor runs it"
            hint = "write keyed_by: ... in the dynamic supervisor that runs it"
            findings.add(MISSING_KEY, positions.key((*agent.path, "idle_timeout")), fact, hint=hint)


class _Checks:
    def __init__(
        self, document: Raw, positions: Positions, findings: Findings, defaults: Defaults
    ) -> None:
        self._agents = raw.mapping(document.get("agents"))
        self._positions = positions
        self._findings = findings
        self._defaults = defaults

    def keys(self, supervisor: RawNode) -> None:
        """Check what stands beside `keyed_by`, and what stands alone."""
        value, path = supervisor.value, supervisor.path
        label = "the root" if len(path) == 1 else f"supervisor {raw.child_id(value)!r}"
        strategy = value.get("strategy", "one_for_one")
        if "keyed_by" in value and strategy != "dynamic" and raw.text(strategy) is not None:
            fact = f"{label} is {strategy}: it takes no 'keyed_by'"
            hint = "only a dynamic supervisor starts children by key"
            self._findings.add(DYNAMIC, self._positions.key((*path, "keyed_by")), fact, hint=hint)
        for key in _WITH_KEYS:
            if key in value and "keyed_by" not in value:
                fact = f"{key!r} of {label} means nothing without 'keyed_by'"
                self._findings.add(MISSING_KEY, self._positions.key((*path, key)), fact)
        if "on_full" in value and "keyed_by" in value and "max_children" not in value:
            fact = f"'on_full' of {label} means nothing without 'max_children'"
            self._findings.add(MISSING_KEY, self._positions.key((*path, "on_full")), fact)
        if "keyed_by" in value and "delivery" in raw.mapping(value.get("template")):
            fact = f"'keyed_by' and 'delivery' of {label} exclude each other"
            place = self._positions.key((*path, "template", "delivery"))
            self._findings.add(CONFLICTING_KEYS, place, fact, hint="the key says who gets a signal")

    def sleep(self, supervisor: RawNode) -> None:
        """Check that agents which go to sleep are kept."""
        if self._persist(supervisor) != "none":
            return
        for place in self._sleeps(supervisor):
            key = place.path[-1]
            fact = f"{key!r} puts agents to sleep, and persist 'none' keeps nothing of them"
            pos = self._positions.key(place.path)
            if not self._findings.has_any_within(pos, self._positions.value(place.path)):
                self._findings.add(HIBERNATION, pos, fact, hint=_HINT)

    def _persist(self, supervisor: RawNode) -> object:
        """Return what persists of the children; None if that is not known."""
        template = raw.mapping(supervisor.value.get("template"))
        name = template.get("agent")
        agent = raw.mapping(self._agents.get(str(name)))
        if "persist" in template or "persist" in agent:
            return template.get("persist", agent.get("persist"))
        if not agent:
            return None
        file = _file_of_agent(self._positions, str(name))
        return self._defaults.agent(file).get("persist", "none")

    def _sleeps(self, supervisor: RawNode) -> Iterator[RawNode]:
        """Yield the keys that put children to sleep."""
        value, path = supervisor.value, supervisor.path
        if value.get("on_full") == "hibernate_oldest":
            yield RawNode((*path, "on_full"), {})
        template = raw.mapping(value.get("template"))
        name = str(template.get("agent"))
        if "idle_timeout" in template:
            yield RawNode((*path, "template", "idle_timeout"), {})
        elif "idle_timeout" in raw.mapping(self._agents.get(name)):
            yield RawNode(("agents", name, "idle_timeout"), {})


def _file_of_agent(positions: Positions, name: str) -> int:
    """Return the index of the file in which an agent is declared."""
    return positions.key(("agents", name)).file
