"""Do plugins fit their agents? Their names, where they keep their state, what they are given.

Works before schemas are looked at, on what the file says; a plugin in Python is looked into by the
linter and when the topology starts.
"""

from __future__ import annotations

from jido_cli.core.plugins.shapes import BUILT_IN
from jido_cli.core.schema import SchemaError, compile_schema
from jido_cli.core.schema_short import is_full_schema
from jido_cli.topology import raw
from jido_cli.topology.plugins import PluginEntry, plugin_entries
from jido_cli.topology.positions import MapMark, Path, Positions
from jido_cli.topology.raw import Raw, RawNode
from jido_cli.topology.rules import BAD_PLUGIN, RUN_TARGET, Findings
from jido_cli.topology.targets import is_target, target_hint
from jido_cli.topology.words import Suggester, listed, shown


def check(document: Raw, positions: Positions, findings: Findings, suggester: Suggester) -> None:
    """Add a finding for every plugin that cannot be, and every class that is not named as one."""
    checker = _Plugins(positions, findings, suggester)
    for _, agent in raw.entries(document, "agents"):
        checker.check_agent(agent)


class _Plugins:
    def __init__(self, positions: Positions, findings: Findings, suggester: Suggester) -> None:
        self._positions = positions
        self._findings = findings
        self._suggester = suggester

    def check_agent(self, agent: RawNode) -> None:
        """Check the plugins of one agent, and the class of its strategy."""
        self._check_run((*agent.path, "strategy"), raw.mapping(agent.value.get("strategy")))
        first: dict[str, PluginEntry] = {}
        builtin: dict[str, PluginEntry] = {}
        members = _members(agent.value)
        entries = plugin_entries(agent)
        state = raw.mapping(agent.value.get("state"))
        if entries and "$ref" in state and "properties" not in state:
            place = self._positions.key((*agent.path, "state", "$ref"))
            fact = "a state that is a reference has no room for what plugins keep"
            self._findings.add(BAD_PLUGIN, place, fact, hint="write its properties out here")
        for entry in entries:
            self._check_run(entry.path, entry.value)
            self._check_use(entry, builtin)
            place = self._positions.value(entry.path)
            if self._findings.has_any_within(place, place):
                continue  # its name may be meant otherwise
            if entry.key in first:
                line = self._positions.value(first[entry.key].path).line
                fact = f"two plugins are named {entry.key!r}: the other stands at line {line}"
                self._add(entry, fact, hint="tell them apart with as:")
            elif entry.key in members:
                line = self._positions.key((*agent.path, "state", *members[entry.key])).line
                fact = f"the state has a member {entry.key!r} at line {line}, where this plugin"
                self._add(entry, f"{fact} keeps its own", hint="name one of them otherwise")
            first.setdefault(entry.key, entry)

    def _check_run(self, path: Path, value: Raw) -> None:
        run = raw.text(value.get("run"))
        if run is not None and not is_target(run):
            place = self._positions.value((*path, "run"))
            fact = f"run {shown(run)} does not name a class as module:Class"
            self._findings.add(RUN_TARGET, place, fact, hint=target_hint(run))

    def _check_use(self, entry: PluginEntry, builtin: dict[str, PluginEntry]) -> None:
        use = entry.use
        if use is None:
            return
        place = self._positions.value((*entry.path, "use"))
        shape = BUILT_IN.get(use)
        if shape is None:
            hint = self._suggester.near(use, BUILT_IN) or f"there are: {listed(BUILT_IN)}"
            self._findings.add(BAD_PLUGIN, place, f"there is no plugin {use!r}", hint=hint)
            return
        if "as" in entry.value:
            fact = f"{use!r} can be there once only: it takes no other name"
            self._findings.add(BAD_PLUGIN, self._positions.key((*entry.path, "as")), fact)
        elif use in builtin:
            line = self._positions.value(builtin[use].path).line
            fact = f"{use!r} can be there once only, and is at line {line} already"
            self._findings.add(BAD_PLUGIN, place, fact)
        builtin.setdefault(use, entry)
        given = entry.value.get("with", {})
        if isinstance(given, dict) and not raw.has_expression(given):
            self._check_with(entry, compile_problem(shape.config, given))

    def _check_with(self, entry: PluginEntry, problem: SchemaError | None) -> None:
        if problem is None:
            return
        path = (*entry.path, "with", *problem.path)
        place = self._positions.value(path if "with" in entry.value else entry.path)
        mark = self._positions.mark((*entry.path, "with"))
        for key in mark.keys if isinstance(mark, MapMark) else ():
            if problem.message == f"unknown key {key!r}":
                place = self._positions.key((*entry.path, "with", key))
        fact = str(problem).removesuffix(f"; {problem.hint}")
        self._findings.add(BAD_PLUGIN, place, f"with of {entry.key!r}: {fact}", hint=problem.hint)

    def _add(self, entry: PluginEntry, fact: str, *, hint: str) -> None:
        place = self._positions.key(entry.path)
        if "as" in entry.value:
            place = self._positions.value((*entry.path, "as"))
        self._findings.add(BAD_PLUGIN, place, fact, hint=hint)


def compile_problem(schema: Raw, given: Raw) -> SchemaError | None:
    """Return why *given* does not fit *schema*, None if it does."""
    try:
        compile_schema(schema).check(given)
    except SchemaError as error:
        return error
    return None


def _members(agent: Raw) -> dict[str, Path]:
    """Return the members that an agent's state declares, with where they stand in it."""
    state = raw.mapping(agent.get("state"))
    if is_full_schema(state):
        return {name: ("properties", name) for name in raw.mapping(state.get("properties"))}
    return {name: (name,) for name in state}
