"""Schemas: what params, outputs, states and data must look like.

A compiled `Schema` checks values, fills in defaults and normalises numbers; what comes out is
frozen. This is the only module that uses jsonschema_rs. No `$ref` is ever fetched: the retriever
refuses, and patterns run on a linear engine.

Most schemas are objects whose members can be looked at one by one; for these the checks are
generated (`schema_generate`) when they are first needed, and after a command only what changed is
looked at again. The rest is checked as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, cast

import msgspec

from jido_cli.core.schema_absorb import Absorb, absorber
from jido_cli.core.schema_document import (
    is_plain,
    is_simple,
    known_at,
    pointer_to,
    properties_of,
    read_document,
)
from jido_cli.core.schema_errors import Finding, SchemaError, explain, missing_key, unknown_key
from jido_cli.core.schema_generate import Take, generate_fix, generate_take
from jido_cli.core.schema_grown import Keys, check_grown, list_places
from jido_cli.core.schema_normalise import Walk, WalkBuilder
from jido_cli.core.schema_quick import ABSENT, Fix, Member, passes, quick_test, take_once
from jido_cli.core.schema_short import expand_short_form, is_full_schema
from jido_cli.core.shown import cut, show
from jido_cli.core.updates import merge, with_items
from jido_cli.core.values import FrozenDict, ValueDomainError, freeze, freeze_mapping, of_items

if TYPE_CHECKING:
    import jsonschema_rs

__all__ = ["Schema", "SchemaError", "compile_schema", "expand_short_form", "is_full_schema"]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_DOCUMENT = "jido:///schema"
"""Name of the document under which its parts are referred to."""
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
        "_defaults",
        "_fixes",
        "_is_used",
        "_lists",
        "_members",
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

    absorb: Absorb
    is_flat: bool
    take: Take
    take_strict: Take
    _defaults: FrozenDict
    _fixes: dict[str, Fix]
    _lists: dict[str, list[Keys]]

    def __init__(
        self,
        source: Mapping[str, object],
        members: list[Member],
        whole: Callable[[object, bool], object] | None,
        *,
        is_open: bool,
    ) -> None:
        self.source = source
        self.properties = tuple(properties_of(source))
        self.is_open = is_open
        self._members = members
        self._required = tuple(m.name for m in members if m.is_required)
        self._whole = whole
        self._is_used = False

    def __getattr__(self, name: str) -> object:
        """Generate what is asked for the first time: many schemas are only looked at.

        Two threads that ask at once both make it; the same comes out.
        """
        make = _GENERATED.get(name)
        if make is None:
            raise AttributeError(f"a schema has no {name}", name=name, obj=self)
        made = make(self)
        setattr(self, name, made)
        return made

    def generated(self) -> Schema:
        """Return this schema with everything generated, so that no value has to wait for it."""
        for name in _GENERATED:
            getattr(self, name)
        return self

    def _generate_fixes(self) -> dict[str, Fix]:
        return {member.name: generate_fix(member.quick, member.recheck) for member in self._members}

    def _find_lists(self) -> dict[str, list[Keys]]:
        found = ((member.name, list(list_places(member.schema))) for member in self._members)
        return {name: places for name, places in found if places}

    def _generate_absorb(self) -> Absorb:
        return self._absorb_whole if self._whole else absorber(self._fixes, self._undeclared)

    def _generate_take(self) -> Take:
        if self._whole is None:
            return generate_take(self._members, is_strict=False)
        return lambda data: dict(self.check(self.select(data)))

    def _generate_take_strict(self) -> Take:
        whole = self._whole
        if whole is not None:
            return lambda data: dict(_frozen_dict(whole(data, True)))
        if self.is_open:
            return lambda data: dict(self.check(data))  # type: ignore[arg-type]
        return generate_take(self._members, is_strict=True)

    def _find_flat(self) -> bool:
        return self._whole is None and all(each.quick for each in self._members)

    def check(self, value: Mapping[str, object]) -> FrozenDict:
        """Return *value* frozen and normalised, with defaults filled in.

        Raises:
            SchemaError: it does not fit; unknown keys of a closed schema come with a near name.
        """
        if not isinstance(value, Mapping):
            raise SchemaError((), f"{show(value)} is not a mapping")
        if not isinstance(value, dict):
            value = dict(value)
        if self._whole is None and not self._is_used:
            # One value is read in less time than it takes to write a function for it.
            self._is_used = True
            if not self.is_open:
                return of_items(take_once(self._members, value, is_strict=True))
            return with_items(_freeze(value), take_once(self._members, value, is_strict=False))
        if not self.is_open or self._whole is not None:
            return of_items(self.take_strict(value))
        return with_items(_freeze(value), self.take(value))

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
        return self._defaults

    def _find_defaults(self) -> FrozenDict:
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
            return _frozen_dict(self._whole(state, False))
        for name in self._required:
            if name not in state:
                raise missing_key(name)
        changed: dict[str, object] = {}
        for key, value in state.items():
            old = base.get(key, ABSENT)
            if value is old:
                continue
            fix = self._fixes.get(key) or self._undeclared(key)
            lists = self._lists.get(key)
            new = fix(value) if lists is None else check_grown(lists, fix, old, value)
            if new is not value:
                changed[key] = new
        return with_items(state, changed) if changed else state

    def _absorb_whole(
        self, base: FrozenDict, result: Mapping[str, object]
    ) -> tuple[FrozenDict, FrozenDict]:
        output = _freeze(result)
        return self.recheck(base, merge(base, output)), output

    def _undeclared(self, key: str) -> Fix:
        if not self.is_open:
            raise unknown_key(str(key), self.properties)
        return lambda value: _freeze({key: value})[key]


_GENERATED: Mapping[str, Callable[[Schema], object]] = {
    "_defaults": Schema._find_defaults,  # noqa: SLF001 - ours
    "_fixes": Schema._generate_fixes,  # noqa: SLF001
    "_lists": Schema._find_lists,  # noqa: SLF001
    "absorb": Schema._generate_absorb,  # noqa: SLF001
    "is_flat": Schema._find_flat,  # noqa: SLF001
    "take": Schema._generate_take,  # noqa: SLF001
    "take_strict": Schema._generate_take_strict,  # noqa: SLF001
}
"""What of a schema is made when it is first asked for."""


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
    full = read_document(source, is_closed=is_closed)
    validators = _Validators(full)
    is_open = full.get("additionalProperties", full.get("unevaluatedProperties", True)) is not False
    properties = properties_of(full)
    if is_plain(full):
        members = [_member(validators, name, inner) for name, inner in properties.items()]
        return Schema(full, members, None, is_open=is_open)
    return Schema(full, [], _checker(validators, full, ()), is_open=is_open)


class _Validators:
    """The validators of one document and of its parts, made when they are first needed.

    Raises:
        SchemaError: the document is no JSON Schema.
    """

    def __init__(self, full: dict[str, object]) -> None:
        self.full = full
        self._registry: jsonschema_rs.Registry | None = None
        # What is a schema at sight needs no library, whose import takes 8 ms, before a value is
        # wrong; the others are compiled at once, so that what is wrong with them is told.
        self._made = {} if is_simple(full) else {"#": _validator(full, None)}

    def at(self, pointer: str) -> jsonschema_rs.Validator:
        """Return the validator of the part at *pointer*."""
        made = self._made.get(pointer)
        if made is None:
            import jsonschema_rs

            if self._registry is None:
                # What could go wrong here went wrong when the whole document was compiled.
                self._registry = jsonschema_rs.Registry(
                    [(_DOCUMENT, cast("Any", self.full))], retriever=_refuse_to_fetch
                )
            reference = {"$schema": self.full.get("$schema", _DRAFT), "$ref": _DOCUMENT + pointer}
            made = self._made[pointer] = _validator(reference, self._registry)
        return made

    def test(self, pointer: str) -> Callable[[object], bool]:
        """Return the test of the part at *pointer*."""
        return lambda value: self.at(pointer).is_valid(value)


def _validator(
    schema: dict[str, object], registry: jsonschema_rs.Registry | None
) -> jsonschema_rs.Validator:
    import jsonschema_rs

    try:
        return jsonschema_rs.validator_for(
            cast("dict[str, Any]", schema),
            registry=registry,
            retriever=_refuse_to_fetch,
            pattern_options=jsonschema_rs.RegexOptions(),
        )
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        path = tuple(getattr(error, "instance_path", ()))
        text = str(getattr(error, "message", error)).splitlines()[0]
        raise SchemaError(path, f"not a JSON Schema: {cut(text)}") from None


def _refuse_to_fetch(uri: str) -> NoReturn:
    raise ValueError(f"{uri} is not fetched: a $ref may only lead into its own schema")


def _member(validators: _Validators, name: str, schema: object) -> Member:
    check = _checker(validators, schema, ("properties", name))

    def fix(value: object) -> object:
        try:
            return check(value, True)
        except SchemaError as error:
            raise error.under(name) from None

    def recheck(value: object) -> object:
        try:
            return check(value, False)
        except SchemaError as error:
            raise error.under(name) from None

    required = validators.full.get("required")
    is_required = isinstance(required, list) and name in required
    quick = quick_test(schema)
    member = Member(name, schema, fix, recheck, ABSENT, is_required, quick)
    if isinstance(schema, Mapping) and "default" in schema:
        default = schema["default"]
        if quick is None or not passes(quick, default):
            default = fix(default)
        return msgspec.structs.replace(member, default=default)
    return member


def _checker(
    validators: _Validators, schema: object, path: tuple[str | int, ...]
) -> Callable[[object, bool], object]:
    """Return the slow check of *schema*, which is at *path* of its document."""
    walk: Walk | None = WalkBuilder(validators.full, validators.test).build(schema, path)
    pointer = pointer_to(path)

    def check(value: object, fill: bool) -> object:
        try:
            value = freeze(value)
            if walk is not None:
                value = walk(value, fill)
        except ValueDomainError as error:
            raise SchemaError(error.path, error.reason) from None
        validator = validators.at(pointer)
        if not validator.is_valid(value):
            finding = next(validator.iter_errors(value))
            raise explain(cast("Finding", finding), partial(known_at, validators.full))
        return value

    return check


def _freeze(value: Mapping[str, object]) -> FrozenDict:
    try:
        return freeze_mapping(value)
    except ValueDomainError as error:
        raise SchemaError(error.path, error.reason) from None


def _frozen_dict(value: object) -> FrozenDict:
    if type(value) is not FrozenDict:
        raise SchemaError((), f"{show(value)} is not a mapping")
    return value
