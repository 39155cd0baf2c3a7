"""The vars of a topology: what is declared, and the value of each.

Joins declarations with what is given for them, and holds values against their schemas. A message
shows a value only if it was typed into a file or the command line, never if it was found in the
environment. The values of secrets are not even looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

import msgspec

from jido_cli.core.schema import Schema, SchemaError, compile_schema
from jido_cli.core.schema_short import KEYWORDS
from jido_cli.core.shown import show
from jido_cli.core.values import freeze, thaw
from jido_cli.topology import raw
from jido_cli.topology.data_checks import Schemas
from jido_cli.topology.model import SecretRef, VarDecl
from jido_cli.topology.positions import Pos, Positions
from jido_cli.topology.raw import Raw, RawNode
from jido_cli.topology.rules import MISSING_VAR, SECRET, VAR_VALUE, Findings
from jido_cli.topology.var_sources import PREFIX, Gatherer, Given, VarSources, typed
from jido_cli.topology.words import Suggester

_REFUSED: Final = ("$ref", "$dynamicRef")  # keywords that no declaration has: told already
_INFERRED: Final = {bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}


class Variables(msgspec.Struct, frozen=True):
    """The vars of a topology.

    Attributes:
        decls: by name.
        values: JSON values and `SecretRef`s; what has no value, or a wrong one, is not there.
        schema: of what expressions may read, a closed object; None if it is not known.
        assumed: names of vars without a value, where that is no error.
    """

    decls: Mapping[str, VarDecl] = {}
    values: Mapping[str, object] = {}
    schema: Mapping[str, object] | None = None
    assumed: tuple[str, ...] = ()

    @property
    def type_of_all(self) -> Mapping[str, object] | str:
        """Return what `vars` is for the checker of expressions."""
        if self.schema is None:
            return {"type": "object"}
        return self.schema if self.schema["properties"] else "none"

    @property
    def secrets(self) -> frozenset[str]:
        """Return the names of the secrets."""
        return frozenset(name for name, decl in self.decls.items() if decl.secret)

    @property
    def readable(self) -> dict[str, object]:
        """Return the values that expressions may read."""
        return {
            name: value for name, value in self.values.items() if not isinstance(value, SecretRef)
        }


def resolve(
    document: Raw,
    positions: Positions,
    sources: VarSources,
    findings: Findings,
    suggester: Suggester,
) -> Variables:
    """Return the vars that a document declares, with their values.

    The shape of the declarations has been checked; where something was wrong the vars are taken
    as they can be, and what depends on them is not looked at.
    """
    before = len(findings)
    declared = dict(raw.entries(document, "vars"))
    shape = {
        name: _schema(_without_mistakes(node, positions, findings))
        for name, node in declared.items()
    }
    schemas = Schemas(positions, findings, suggester)
    compiled = schemas.compile(RawNode((), {"vars": shape}), "vars")
    decls = {
        name: _declaration(name, node.value, shape[name], positions)
        for name, node in declared.items()
    }
    for name, node in declared.items():
        if node.value.get("secret") is True and "default" in node.value:
            place = positions.key(("vars", name, "default"))
            fact = f"secret {name!r} has a default: whoever reads the file would know it"
            hint = f"name where it is found: env: {name.upper()}"
            findings.add(SECRET, place, fact, hint=hint)
    is_sound = len(findings) == before and _is_mapping_of_mappings(document.get("vars", {}))
    gatherer = Gatherer(sources, decls, findings, suggester)
    defaults = {} if compiled is None else compiled.defaults()
    values: dict[str, object] = {}
    missing: list[VarDecl] = []
    for name, decl in decls.items():
        given = gatherer.given(decl)
        if given is not None:
            _take(decl, given, values, findings)
        elif decl.has_default:
            if not decl.secret and name in defaults:
                values[name] = thaw(defaults[name])
        elif not _is_wrong(name, positions, findings):
            missing.append(decl)
    assumed = tuple(decl.name for decl in missing if _may_be_assumed(decl, sources))
    written = () if sources.mounted is None else sources.mounted.values  # told, if it is wrong
    lacking = [decl for decl in missing if decl.name not in {*assumed, *written}]
    if gatherer.mounted_at is None:
        _report_missing(lacking, findings)
    else:
        _report_not_given(lacking, gatherer.mounted_at, findings)
    schema = _readable_schema(decls) if is_sound and compiled is not None else None
    return Variables(decls, values, schema, assumed)


def _is_mapping_of_mappings(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, dict) for each in value.values())


def _is_wrong(name: str, positions: Positions, findings: Findings) -> bool:
    """Tell whether a declaration is reported already: what it lacks may be what is mistyped."""
    path = ("vars", name)
    return findings.has_any_within(positions.key(path), positions.value(path))


def _without_mistakes(node: RawNode, positions: Positions, findings: Findings) -> Raw:
    """Return a declaration without what is reported already."""

    def is_wrong(key: str) -> bool:
        path = (*node.path, key)
        return findings.has_any_within(positions.key(path), positions.value(path))

    return {key: below for key, below in node.value.items() if not is_wrong(key)}


def _schema(declared: Raw) -> dict[str, object]:
    """Return the JSON Schema of a var's value: what the declaration says, without what is ours."""
    known = KEYWORDS.difference(_REFUSED)
    schema = {key: value for key, value in declared.items() if key in known}
    if "type" not in schema:
        default = schema.get("default")
        schema["type"] = _INFERRED.get(type(default), "string")
    return schema


def _declaration(name: str, value: Raw, schema: Raw, positions: Positions) -> VarDecl:
    kept = {key: below for key, below in schema.items() if key not in ("default", "description")}
    env, file = value.get("env"), value.get("file")
    return VarDecl(
        name=name,
        schema=cast("Mapping[str, object]", freeze(kept)),
        pos=positions.key(("vars", name)),
        description=str(value.get("description", "")),
        secret=value.get("secret") is True,
        has_default="default" in value,
        env=env if isinstance(env, str) else None,
        file=file if isinstance(file, str) else None,
    )


def _readable_schema(decls: Mapping[str, VarDecl]) -> Mapping[str, object]:
    readable = {name: thaw(decl.schema) for name, decl in decls.items() if not decl.secret}
    return {
        "type": "object",
        "properties": readable,
        "required": list(readable),
        "additionalProperties": False,
    }


def _take(decl: VarDecl, given: Given, values: dict[str, object], findings: Findings) -> None:
    """Keep a value that fits; report one that does not."""
    if decl.secret:
        values[decl.name] = given.secret
        return
    value = given.value
    if given.is_text and isinstance(value, str):
        value = typed(value, _kinds(decl.schema))
    try:
        checked = _single(decl).check({decl.name: value})
    except (SchemaError, RecursionError) as error:
        why = error.message if isinstance(error, SchemaError) else "it is nested too deep"
        if not given.is_shown:
            # What the environment holds is nobody's business but the owner's.
            said = why.removeprefix(show(value))
            why = f"what it says{said if said != why else ' does not fit'}"
        fact = f"var {decl.name!r} from {given.origin}: {why}"
        hint = error.hint if isinstance(error, SchemaError) and given.is_shown else None
        findings.add(VAR_VALUE, given.pos or decl.pos, fact, hint=hint)
        return
    values[decl.name] = thaw(checked[decl.name])


def _single(decl: VarDecl) -> Schema:
    return compile_schema(
        {
            "type": "object",
            "properties": {decl.name: decl.schema},
            "required": [decl.name],
            "additionalProperties": False,
        }
    )


def _kinds(schema: Mapping[str, object]) -> tuple[str, ...]:
    declared = schema.get("type")
    kinds = declared if isinstance(declared, list | tuple) else [declared]
    return tuple(str(kind) for kind in kinds)


def _may_be_assumed(decl: VarDecl, sources: VarSources) -> bool:
    """Tell whether a var may lack a value: somebody can still give it before anything runs."""
    if sources.mounted is None:
        return sources.may_assume
    if decl.name in sources.mounted.unknown:
        return True
    return sources.may_assume and (decl.env is not None or decl.file is not None)


def _report_not_given(missing: list[VarDecl], at: Pos, findings: Findings) -> None:
    """Report what the mount of a topology does not give."""
    for decl in missing:
        named = " or ".join(each for each in (decl.env and f"${decl.env}", decl.file) if each)
        word = "secret" if decl.secret else "var"
        fact = f"{findings.files[0]} needs the {word} {decl.name!r}"
        if named:
            fact = f"{fact}, and {named} has no value"
        hint = f"give it beside file: vars: {{{decl.name}: ...}}"
        findings.add(MISSING_VAR, at, fact, hint=None if decl.secret else hint)


def _report_missing(missing: list[VarDecl], findings: Findings) -> None:
    for decl in missing:
        name = decl.name
        ways = [f"set {PREFIX}{name.upper()}", "write it into a file for --values"]
        if not decl.secret:
            ways.insert(0, f"give --set {name}=...")
        named = " or ".join(each for each in (decl.env and f"${decl.env}", decl.file) if each)
        fact = f"{'secret' if decl.secret else 'var'} {name!r} has no value"
        if named:
            fact = f"{fact}: {named} has none either"
        findings.add(MISSING_VAR, decl.pos, fact, hint=f"{', '.join(ways[:-1])} or {ways[-1]}")
