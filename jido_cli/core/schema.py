"""Schemas: what params, outputs, states and data must look like.

A compiled `Schema` checks values, fills in defaults and normalises numbers; what comes out is
frozen. This is the only module that uses jsonschema_rs. No `$ref` is ever fetched: the retriever
refuses, and patterns run on a linear engine.

Most schemas are objects whose members can be looked at one by one; for these the checks are
generated (`schema_generate`), and after a command only what changed is looked at again. The rest
is checked as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, cast

import jsonschema_rs

from jido_cli.core.schema_absorb import Absorb, absorber
from jido_cli.core.schema_errors import Finding, SchemaError, explain, missing_key, unknown_key
from jido_cli.core.schema_generate import (
    ABSENT,
    Fix,
    Member,
    Take,
    generate_fix,
    generate_take,
)
from jido_cli.core.schema_normalise import Walk, WalkBuilder
from jido_cli.core.schema_short import expand_short_form, is_full_schema
from jido_cli.core.values import (
    FrozenDict,
    ValueDomainError,
    freeze,
    freeze_mapping,
    merge,
    of_items,
    thaw,
    with_items,
)

__all__ = ["Schema", "SchemaError", "compile_schema", "expand_short_form", "is_full_schema"]

_PLAIN = frozenset(
    {
        "type",
        "properties",
        "required",
        "additionalProperties",
        "title",
        "description",
        "default",
        "$schema",
        "$defs",
        "definitions",
        "$comment",
        "examples",
    }
)
_EMPTY = of_items({})


class Schema:
    """A compiled schema of an object; made by `compile_schema`.

    Attributes:
        source: the full JSON Schema.
        properties: names of the declared members, in order.
        is_open: whether it allows members that it does not declare.
        is_flat: whether every member is a scalar that generated code checks.
        absorb: merges an action's result into a valid state; gives (next state, the result
            frozen). The next state is the given one when nothing changed. Raises `SchemaError`.
        take: reads the declared members out of any data, checked and with defaults, into a plain
            dict with frozen values; other members are left alone. Raises `SchemaError`.
        take_strict: as `take`, but members that a closed schema does not declare are refused.
    """

    __slots__ = (
        "_fixes",
        "_required",
        "_whole",
        "absorb",
        "is_flat",
        "is_open",
        "properties",
        "source",
        "take",
        "take_strict",
    )

    def __init__(
        self,
        source: Mapping[str, object],
        members: list[Member],
        whole: Fix | None,
        *,
        is_open: bool,
    ) -> None:
        self.source = source
        self.properties = tuple(member.name for member in members)
        self.is_open = is_open
        self._required = tuple(m.name for m in members if m.is_required)
        self._fixes: dict[str, Fix] = {member.name: generate_fix(member) for member in members}
        self._whole = whole
        self.is_flat = whole is None and all(
            self._fixes[member.name] is not member.fix for member in members
        )
        self.absorb: Absorb = (
            self._absorb_whole if whole else absorber(self._fixes, self._undeclared)
        )
        self.take: Take
        self.take_strict: Take
        if whole is None:
            self.take = generate_take(members, is_strict=False)
            self.take_strict = generate_take(members, is_strict=True)
        else:
            self.take = lambda data: dict(self.check(self.select(data)))
            self.take_strict = lambda data: dict(_frozen_dict(whole(data)))
        if whole is None and is_open:
            self.take_strict = lambda data: dict(self.check(data))  # type: ignore[arg-type]

    def check(self, value: Mapping[str, object]) -> FrozenDict:
        """Return *value* frozen and normalised, with defaults filled in.

        Raises:
            SchemaError: it does not fit; unknown keys of a closed schema come with a near name.
        """
        if not isinstance(value, dict):
            raise SchemaError((), f"{value!r} is not a mapping")
        if not self.is_open or self._whole is not None:
            return of_items(self.take_strict(value))
        return _in_domain(with_items, _freeze(value), self.take(value))

    def select(self, data: object) -> dict[str, object]:
        """Return the members of *data* that are declared; all of them if the schema is open.

        Data that is no mapping has none.
        """
        if not isinstance(data, dict):
            return {}
        if self.is_open:
            return dict(data)
        return {name: data[name] for name in self.properties if name in data}

    def defaults(self) -> FrozenDict:
        """Return the members that have a default, with it."""
        properties = self.source.get("properties")
        if not isinstance(properties, Mapping):
            return _EMPTY
        found = {
            name: schema["default"]
            for name, schema in properties.items()
            if isinstance(schema, Mapping) and "default" in schema
        }
        return freeze_mapping(found)

    def merge(self, base: FrozenDict, delta: Mapping[str, object]) -> FrozenDict:
        """Return *base*, which is valid, with *delta* merged deeply over it, checked.

        Only what *delta* touches is looked at; *base* itself comes back when nothing changes.

        Raises:
            SchemaError: what comes out is not valid.
        """
        return self.absorb(base, delta)[0]

    def recheck(self, base: FrozenDict, state: FrozenDict) -> FrozenDict:
        """Return the frozen *state* checked, knowing that *base*, which it came from, is valid.

        Members that are the same objects as in *base* are not looked at. Defaults are not filled
        in: what a command deleted stays deleted.

        Raises:
            SchemaError: *state* is not valid.
        """
        if state is base:
            return base
        if self._whole is not None:
            return _frozen_dict(self._whole(state, False))  # type: ignore[call-arg]
        for name in self._required:
            if name not in state:
                raise missing_key(name)
        changed: dict[str, object] = {}
        for key, value in state.items():
            if value is base.get(key, ABSENT):
                continue
            fix = self._fixes.get(key)
            new = self._undeclared(key)(value) if fix is None else fix(value)
            if new is not value:
                changed[key] = new
        return _in_domain(with_items, state, changed) if changed else state

    def _absorb_whole(
        self, base: FrozenDict, result: Mapping[str, object]
    ) -> tuple[FrozenDict, FrozenDict]:
        output = _freeze(result)
        return self.recheck(base, _in_domain(merge, base, output)), output

    def _undeclared(self, key: str) -> Fix:
        if not self.is_open:
            raise unknown_key(str(key), self.properties)
        return lambda value: _freeze({key: value})[key]


def compile_schema(source: Mapping[str, object], *, is_closed: bool = True) -> Schema:
    """Return the schema that *source*, full or in short form, describes.

    Args:
        source: a JSON Schema of an object (draft 2020-12 unless it says otherwise; `nullable:
            true` adds null anywhere), or the short form of one.
        is_closed: whether a full schema that says nothing about further members refuses them, as
            states and params do.

    Raises:
        SchemaError: it is no schema of an object, a `$ref` leads out of it, a pattern is none of
            a linear engine, or a default does not fit; `path` says where.
    """
    full = _spell_out_null(thaw(freeze_mapping(expand_short_form(source), where="schema")))
    if not isinstance(full, dict):
        raise SchemaError((), f"{source!r} is not a schema")
    if is_closed and full.get("type") == "object" and _PLAIN.issuperset(full):
        full.setdefault("additionalProperties", False)
    _validator(full)  # an error in the schema is told before one in its parts
    if not _is_plain(full):
        return _compile_whole(full)
    members = [_member(full, name, inner) for name, inner in _properties(full).items()]
    return Schema(full, members, None, is_open=full.get("additionalProperties", True) is True)


def _compile_whole(full: dict[str, object]) -> Schema:
    fix = _checker(full, full, tuple(_properties(full)))
    members = [
        Member(name, inner, _nothing, ABSENT, is_required=False)
        for name, inner in _properties(full).items()
    ]
    is_open = full.get("additionalProperties", full.get("unevaluatedProperties", True)) is not False
    return Schema(full, members, fix, is_open=is_open)


def _member(full: dict[str, object], name: str, schema: object) -> Member:
    fix = _checker(full, schema, ())

    def located(value: object) -> object:
        try:
            return fix(value)
        except SchemaError as error:
            raise error.under(name) from None

    default: object = ABSENT
    if isinstance(schema, Mapping) and "default" in schema:
        default = located(schema["default"])
    required = full.get("required")
    is_required = isinstance(required, list) and name in required
    return Member(name, schema, located, default, is_required)


def _checker(
    full: dict[str, object], schema: object, known: tuple[str, ...]
) -> Callable[..., object]:
    """Return the slow check of *schema*, a part of the document *full*."""

    def is_valid(inner: object) -> Callable[[object], bool]:
        return _validator(_with_definitions(full, inner)).is_valid

    walk: Walk | None = WalkBuilder(full, is_valid).build(schema)
    validator = _validator(_with_definitions(full, schema))

    def fix(value: object, fill: bool = True) -> object:
        try:
            value = freeze(value)
        except ValueDomainError as error:
            raise SchemaError(error.path, error.reason) from None
        if walk is not None:
            value = walk(value, fill)
        if not validator.is_valid(value):
            raise explain(cast("Finding", next(validator.iter_errors(value))), known)
        return value

    return fix


def _is_plain(full: dict[str, object]) -> bool:
    """Return whether the members can be checked one by one."""
    if full.get("type") != "object" or not _PLAIN.issuperset(_spoken(full)):
        return False
    if not isinstance(full.get("additionalProperties", True), bool):
        return False
    required = full.get("required", [])
    if not isinstance(required, list) or not set(required) <= set(_properties(full)):
        return False
    return all(ref.startswith(("#/$defs/", "#/definitions/")) for ref in _refs(full))


def _spoken(full: dict[str, object]) -> set[str]:
    return {key for key in full if not key.startswith("x-")}


def _refs(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [str(node[key]) for key in ("$ref", "$dynamicRef", "$id", "$anchor") if key in node]
        return own + [ref for inner in node.values() for ref in _refs(inner)]
    if isinstance(node, list):
        return [ref for inner in node for ref in _refs(inner)]
    return []


def _with_definitions(full: dict[str, object], schema: object) -> object:
    if schema is full or not isinstance(schema, dict):
        return schema
    outer = {key: full[key] for key in ("$schema", "$defs", "definitions") if key in full}
    return {**outer, **schema} if outer else schema


def _validator(schema: object) -> jsonschema_rs.Validator:
    try:
        return jsonschema_rs.validator_for(
            cast("dict[str, Any]", schema),
            retriever=_refuse_to_fetch,
            pattern_options=jsonschema_rs.RegexOptions(),
        )
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        path = tuple(getattr(error, "instance_path", ()))
        text = str(getattr(error, "message", error)).splitlines()[0]
        raise SchemaError(path, f"not a JSON Schema: {text}") from None


def _refuse_to_fetch(uri: str) -> NoReturn:
    raise ValueError(f"{uri} is not fetched: a $ref may only lead into its own file")


def _spell_out_null(node: object) -> object:
    """Replace `nullable: true`, which is ours, by the null that JSON Schema knows."""
    if isinstance(node, list):
        return [_spell_out_null(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    new: dict[str, object] = {
        key: inner if key in ("default", "const", "enum", "examples") else _spell_out_null(inner)
        for key, inner in node.items()
    }
    if new.get("nullable") is True:
        del new["nullable"]
        kinds = new.get("type")
        if kinds is not None:
            new["type"] = [*(kinds if isinstance(kinds, list) else [kinds]), "null"]
        choices = new.get("enum")
        if isinstance(choices, list) and None not in choices:
            new["enum"] = [*choices, None]
    return new


def _properties(full: Mapping[str, object]) -> dict[str, object]:
    properties = full.get("properties")
    return dict(properties) if isinstance(properties, Mapping) else {}


def _nothing(value: object) -> object:
    return value


def _freeze(value: Mapping[str, object]) -> FrozenDict:
    try:
        return freeze_mapping(value)
    except ValueDomainError as error:
        raise SchemaError(error.path, error.reason) from None


def _in_domain(
    lay: Callable[[FrozenDict, Mapping[str, object]], FrozenDict],
    base: FrozenDict,
    changes: Mapping[str, object],
) -> FrozenDict:
    try:
        return lay(base, changes)
    except ValueDomainError as error:
        raise SchemaError(error.path, error.reason) from None


def _frozen_dict(value: object) -> FrozenDict:
    if type(value) is not FrozenDict:
        raise SchemaError((), f"{value!r} is not a mapping")
    return value
