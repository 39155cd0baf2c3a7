"""Schemas from the signature of a Python function: its parameters' hints and defaults.

Only the translation of hints lives here. Hints that have no meaning in JSON are refused with the
parameter's name, at the time when the action is declared.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal, Union, get_args, get_origin

from jido_cli.core.schema import Schema, compile_schema
from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.values import ValueDomainError, freeze, thaw

GIVEN_BY_NAME = frozenset({"state", "ctx"})
"""Parameters that are not params: they are passed to the functions that name them."""

_SCALARS: dict[object, dict[str, object]] = {
    bool: {"type": "boolean"},
    float: {"type": "number"},
    int: {"type": "integer"},
    str: {"type": "string"},
    type(None): {"type": "null"},
    None: {"type": "null"},
}
_ANYTHING = (typing.Any, object, inspect.Parameter.empty)
_LISTS = (list, Sequence)
_MAPPINGS = (dict, Mapping)


def schema_from_signature(function: Callable[..., object]) -> Schema:
    """Return the schema of the params that *function* takes.

    `int float str bool None list[..] dict[str, ..] Optional Union Literal TypedDict Annotated` are
    read; a parameter without a hint takes any value, one without a default is required, and a
    default of None allows null.

    Raises:
        SchemaError: a hint says nothing in JSON, a default does not fit it, or a parameter cannot
            be given by name; `path` is the parameter.
    """
    parameters = param_parameters(function)
    hints = _hints(function, parameters)
    properties: dict[str, object] = {}
    required = []
    for parameter in parameters:
        name = parameter.name
        schema = _of_hint(hints[name], name)
        if parameter.default is parameter.empty:
            required.append(name)
        else:
            schema = _with_default(schema, parameter.default, name)
        properties[name] = schema
    full = {"type": "object", "properties": properties, "additionalProperties": False}
    return compile_schema({**full, "required": required} if required else full)


def param_parameters(function: Callable[..., object]) -> list[inspect.Parameter]:
    """Return the parameters of *function* that are params, so without `state` and `ctx`.

    Raises:
        SchemaError: it has one that cannot be given by name.
    """
    found = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise SchemaError((parameter.name,), f"{parameter} takes what has no name; name each")
        if parameter.kind is parameter.POSITIONAL_ONLY:
            raise SchemaError((parameter.name,), "is positional-only; params are given by name")
        if parameter.name not in GIVEN_BY_NAME:
            found.append(parameter)
    return found


def _hints(
    function: Callable[..., object], parameters: Sequence[inspect.Parameter]
) -> dict[str, object]:
    """Resolve the hints of params only: those of `state`, `ctx` and the result may be for types
    that are imported for checkers alone.
    """
    written = types.SimpleNamespace(
        __annotations__={parameter.name: parameter.annotation for parameter in parameters}
    )
    names = getattr(inspect.unwrap(function), "__globals__", {})
    try:
        return dict(typing.get_type_hints(written, globalns=names, include_extras=True))
    except (NameError, TypeError, SyntaxError, AttributeError) as error:
        name = getattr(function, "__qualname__", repr(function))
        raise SchemaError((), f"the hints of {name} cannot be read: {error}") from None


def _of_hint(hint: object, name: str) -> dict[str, object]:
    if hint in _ANYTHING:
        return {}
    try:
        scalar = _SCALARS.get(hint)
    except TypeError:
        scalar = None
    if scalar is not None:
        return dict(scalar)
    if typing.is_typeddict(hint):
        return _of_typed_dict(hint, name)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _of_annotated(arguments, name)
    if origin is Literal:
        return _of_literal(arguments)
    if origin in (Union, types.UnionType):
        return _of_union([_of_hint(inner, name) for inner in arguments])
    if hint in _LISTS or origin in _LISTS:
        return {"type": "array", **({"items": _of_hint(arguments[0], name)} if arguments else {})}
    if hint in _MAPPINGS or origin in _MAPPINGS:
        return _of_mapping(arguments, name)
    raise SchemaError(
        (name,),
        f"the hint {_show_hint(hint)} says nothing in JSON",
        "use int, float, str, bool, list, dict, Literal, TypedDict, or give params= a schema",
    )


def _of_typed_dict(hint: object, name: str) -> dict[str, object]:
    members = typing.get_type_hints(hint, include_extras=True)
    required = [key for key, inner in members.items() if _is_required(hint, key, inner)]
    return {
        "type": "object",
        "properties": {key: _of_hint(_unwrap(inner), name) for key, inner in members.items()},
        "required": required,
        "additionalProperties": False,
    }


def _is_required(hint: object, key: str, inner: object) -> bool:
    """The class itself does not see `NotRequired` where annotations are kept as text."""
    origin = get_origin(inner)
    if origin in (typing.Required, typing.NotRequired):
        return origin is typing.Required
    return key in hint.__required_keys__  # type: ignore[attr-defined]


def _unwrap(hint: object) -> object:
    """Return what stands inside `Required[...]` and `NotRequired[...]`."""
    is_marked = get_origin(hint) in (typing.Required, typing.NotRequired)
    return get_args(hint)[0] if is_marked else hint


def _of_annotated(arguments: tuple[object, ...], name: str) -> dict[str, object]:
    """Take keywords from mappings beside the hint, and a description from text."""
    schema = _of_hint(arguments[0], name)
    for extra in arguments[1:]:
        if isinstance(extra, Mapping):
            schema.update(extra)
        elif isinstance(extra, str):
            schema["description"] = extra
    return schema


def _of_literal(choices: tuple[object, ...]) -> dict[str, object]:
    kinds = {type(choice) for choice in choices}
    kind = {frozenset({str}): "string", frozenset({int}): "integer"}.get(frozenset(kinds))
    return {**({"type": kind} if kind else {}), "enum": list(choices)}


def _of_union(branches: list[dict[str, object]]) -> dict[str, object]:
    if {} in branches:
        return {}
    if all(branch.keys() == {"type"} for branch in branches):
        kinds = list(dict.fromkeys(kind for branch in branches for kind in _types_of(branch)))
        return {"type": kinds[0] if len(kinds) == 1 else kinds}
    null = {"type": "null"}
    others = [branch for branch in branches if branch != null]
    if len(others) == 1 and len(branches) == 2 and isinstance(others[0].get("type"), str):
        return _or_null(others[0])
    return {"anyOf": branches}


def _types_of(branch: dict[str, object]) -> list[object]:
    kind = branch["type"]
    return kind if isinstance(kind, list) else [kind]


def _or_null(schema: dict[str, object]) -> dict[str, object]:
    choices = schema.get("enum")
    extra = {"enum": [*choices, None]} if isinstance(choices, list) else {}
    return {**schema, "type": [schema["type"], "null"], **extra}


def _of_mapping(arguments: tuple[object, ...], name: str) -> dict[str, object]:
    if not arguments:
        return {"type": "object"}
    if arguments[0] is not str:
        raise SchemaError((name,), f"keys of mappings are text, not {_show_hint(arguments[0])}")
    values = _of_hint(arguments[1], name)
    return {"type": "object", **({"additionalProperties": values} if values else {})}


def _with_default(schema: dict[str, object], default: object, name: str) -> dict[str, object]:
    try:
        default = thaw(freeze(default))
    except ValueDomainError as error:
        raise SchemaError((name,), f"default {error.reason}") from None
    if default is None and schema:
        schema = _of_union([schema, {"type": "null"}])
    return {**schema, "default": default}


def _show_hint(hint: object) -> str:
    return hint.__name__ if isinstance(hint, type) else str(hint).replace("typing.", "")
