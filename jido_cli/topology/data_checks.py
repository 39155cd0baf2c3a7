"""Are the schemas of data and the declared states sound?

Compiles what the runtime will compile, and maps what is refused to places in the file. What
actions do with the data is in `action_checks`.
"""

from __future__ import annotations

from typing import Final

from jido_cli.core.schema import Schema, SchemaError, compile_schema, is_full_schema
from jido_cli.core.updates import merge
from jido_cli.core.values import freeze_mapping
from jido_cli.topology import raw
from jido_cli.topology.compiling import key_of, sound_schema
from jido_cli.topology.positions import MapMark, Path, Pos, Positions
from jido_cli.topology.raw import Raw, RawNode
from jido_cli.topology.rules import BAD_DEFAULT, BAD_SCHEMA, BAD_STATE, Findings
from jido_cli.topology.schema_faults import faults
from jido_cli.topology.words import Suggester

_MAX_PARTS: Final = 1000  # of one schema that is wrong: enough to read, and soon done
_DEFINITIONS: Final = ("$defs", "definitions", "$schema")


class Schemas:
    """The schemas of a file, compiled: states by agent, params by path; None if not usable.

    `state_keys` has what each usable state says, for `compiling`.
    """

    def __init__(self, positions: Positions, findings: Findings, suggester: Suggester) -> None:
        self.states: dict[str, Schema | None] = {}
        self.state_keys: dict[str, bytes] = {}
        self.params: dict[Path, Schema | None] = {}
        self.unusable: set[Path] = set()
        self._positions = positions
        self._findings = findings
        self._suggester = suggester

    def check_document(self, document: Raw) -> None:
        """Compile every schema of the file, and hold the children's states against them."""
        for name, agent in raw.entries(document, "agents"):
            schema = self.states[name] = self.compile(agent, "state")
            if schema is not None:
                self.state_keys[name] = key_of(agent.value["state"])
        for action in raw.actions(document):
            node = RawNode(action.path, action.value)
            self.params[(*action.path, "params")] = self.compile(node, "params")
            self.compile(node, "output")
        for _, signal in raw.entries(document, "signals"):
            self.compile(signal, "data")
        for supervisor in raw.supervisors(document):
            for child in raw.specs(supervisor):
                self._check_child(child)

    def compile(self, node: RawNode, key: str) -> Schema | None:
        """Return the compiled schema under *key*, None if there is none or it is wrong."""
        declared = node.value.get(key)
        if not isinstance(declared, dict):
            return None
        if (schema := sound_schema(key_of(declared))) is not None:
            return schema
        path = (*node.path, key)
        faulty = self._faulty_members(path, declared)
        try:
            if not faulty:
                return compile_schema(declared)
        except RecursionError:
            fact = "the schema is nested too deep, or refers to itself"
            self._findings.add(BAD_SCHEMA, self._positions.key(path), fact)
        except SchemaError as error:
            if not self._refuse_parts(path, declared, faulty):
                self._refused(path, declared, error)
        else:
            self._refuse_parts(path, declared, faulty)
        self.unusable.add(path)
        return None

    def _faulty_members(self, path: Path, declared: Raw) -> set[str | int]:
        """Report what needs no compiling to be seen wrong, and return the members concerned."""
        faulty: list[Path] = _with_expressions(declared)
        for fault in faults(declared, self._suggester):
            below = (*path, *fault.path)
            find = self._positions.key if fault.is_key else self._positions.value
            self._findings.add(BAD_SCHEMA, find(below), fault.message, hint=fault.hint)
            faulty.append(fault.path)
        index = 1 if is_full_schema(declared) else 0
        return {below[min(index, len(below) - 1)] for below in faulty}

    def _refuse_parts(self, path: Path, declared: Raw, faulty: set[str | int]) -> bool:
        """Report every other member that is refused: compiling the whole stops at the first."""
        before = len(self._findings)
        for name, part in _parts(declared)[:_MAX_PARTS]:
            try:
                if name not in faulty:
                    compile_schema(part)
            except RecursionError:
                continue  # reported for the whole
            except SchemaError as error:
                self._refused(path, declared, error)
        return len(self._findings) > before

    def _refused(self, path: Path, declared: Raw, error: SchemaError) -> None:
        is_default = not error.message.startswith("not a JSON Schema") and bool(error.path)
        rule = BAD_SCHEMA
        below: Path = error.path
        fact = error.message
        if is_default and _has_default(declared, error.path):
            rule = BAD_DEFAULT
            below = _default_path(declared, error.path)
            fact = f"the default of {error.path[0]!r}: {error.message}"
        elif not is_full_schema(declared) and error.path[:1] == ("properties",):
            below = error.path[1:]
        self._findings.add(rule, self._positions.value((*path, *below)), fact, hint=error.hint)

    def _check_child(self, child: RawNode) -> None:
        name = raw.text(child.value.get("agent"))
        state = child.value.get("state", {})
        if name is None or not isinstance(state, dict) or name not in self.states:
            return
        schema = self.states[name]
        if raw.has_expression(state) or ("agents", name, "state") in self.unusable:
            return
        if schema is None:
            return
        try:
            schema.check(merge(schema.defaults(), freeze_mapping(state)))
        except RecursionError:
            fact = f"the state of agent {name!r} refers to itself without end"
            self._findings.add(BAD_STATE, self._positions.value((*child.path, "agent")), fact)
        except SchemaError as error:
            self._bad_state(child, name, error)

    def _bad_state(self, child: RawNode, agent: str, error: SchemaError) -> None:
        path: Path = (*child.path, "state", *error.path)
        is_written = "state" in child.value
        place = self._positions.value(path if is_written else (*child.path, "agent"))
        if error.message.startswith("unknown key"):
            place = self._unknown_key_place(path, error.message)
        if isinstance(child.value, raw.Member) and self._findings.has_any_at(place):
            return  # the members of a group are wrong in the same way
        fact = f"the initial state of {raw.child_id(child.value) or agent!r}: {error}"
        if error.hint:
            fact = fact.removesuffix(f"; {error.hint}")
        hint = error.hint
        if "is missing" in error.message:
            line = self._positions.key(("agents", agent, "state")).line
            hint = f"give it under state: here, or a default in agent {agent!r} at line {line}"
        self._findings.add(BAD_STATE, place, fact, hint=hint)

    def _unknown_key_place(self, path: Path, message: str) -> Pos:
        mark = self._positions.mark(path)
        keys = mark.keys if isinstance(mark, MapMark) else {}
        named = [key for key in keys if message == f"unknown key {key!r}"]
        return self._positions.key((*path, *named[:1]))


def _with_expressions(declared: Raw) -> list[Path]:
    """Return the members of a schema of which it is not known what they say."""
    if is_full_schema(declared):
        members = raw.mapping(declared.get("properties"))
        return [("properties", name) for name in members if raw.has_expression(members[name])]
    return [(name,) for name in declared if raw.has_expression(declared[name])]


def _parts(declared: Raw) -> list[tuple[str, Raw]]:
    """Return the schema in parts that can be refused one by one, so that all faults are told."""
    if not is_full_schema(declared):
        return [(n, {n: below}) for n, below in declared.items() if not _has_reference(below)]
    members = raw.mapping(declared.get("properties"))
    frame = {key: declared[key] for key in _DEFINITIONS if key in declared}
    return [
        (name, {**frame, "type": "object", "properties": {name: below}})
        for name, below in members.items()
        if not _has_reference(below)
    ]


def _has_reference(schema: object) -> bool:
    """A part that refers to others cannot be looked at without them."""
    if isinstance(schema, dict):
        return "$ref" in schema or any(map(_has_reference, schema.values()))
    return isinstance(schema, list) and any(map(_has_reference, schema))


def _default_path(declared: Raw, path: Path) -> Path:
    """Return where the default stands that broke the schema at *path* of the value."""
    name, below = path[0], path[1:]
    if is_full_schema(declared):
        return ("properties", name, "default", *below)
    return (name, "default", *below) if isinstance(declared.get(str(name)), dict) else path


def _has_default(declared: Raw, path: Path) -> bool:
    members = raw.mapping(declared.get("properties")) if is_full_schema(declared) else declared
    member = members.get(str(path[0]))
    return not isinstance(member, dict) or "default" in member
