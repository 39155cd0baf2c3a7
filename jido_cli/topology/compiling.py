"""Compile what the runtime will compile, only to see whether it can be; equal things once.

Large topologies say the same thing in many places, and many files say the same things: what a
declaration says is the key under which its problems are remembered. Whatever is kept here is
never changed.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from jido_cli.core.declarative.action import (
    DeclarationError,
    compile_action,
    compile_when,
    compile_with,
)
from jido_cli.core.declarative.signal_keys import compile_signal_key
from jido_cli.core.schema import Schema, SchemaError, compile_schema
from jido_cli.topology.raw import OPENING
from jido_cli.topology.schema_faults import faults
from jido_cli.topology.words import Suggester

Problems = tuple[DeclarationError, ...]

_OPENING = OPENING.encode()


def key_of(value: object) -> bytes:
    """Return the key of a value of a document: what it says."""
    return msgspec.json.encode(value)


@lru_cache(maxsize=16_384)
def sound_schema(key: bytes) -> Schema | None:
    """Return the schema of that key compiled, None if something is wrong with it, or not known."""
    declared = msgspec.json.decode(key)
    if _OPENING in key or any(True for _ in faults(declared, Suggester())):
        return None
    try:
        return compile_schema(declared)
    except (SchemaError, RecursionError):
        return None


@lru_cache(maxsize=4096)
def action_problems(declaration: bytes, state: bytes | None, variables: bytes) -> Problems:
    """Return what is wrong with an action, for agents with such a state."""
    return compile_action(
        "action",
        msgspec.json.decode(declaration),
        state_schema=_state(state),
        vars_schema=msgspec.json.decode(variables),
        is_check=True,
    ).problems


@lru_cache(maxsize=4096)
def when_problems(condition: str, state: bytes | None, variables: bytes) -> Problems:
    """Return what is wrong with the condition of a route."""
    return compile_when(
        condition,
        state_schema=_state(state),
        vars_schema=msgspec.json.decode(variables),
        is_check=True,
    )[1]


@lru_cache(maxsize=4096)
def with_problems(given: bytes, state: bytes | None, variables: bytes) -> Problems:
    """Return what is wrong with the params that a route gives."""
    return compile_with(
        msgspec.json.decode(given),
        state_schema=_state(state),
        vars_schema=msgspec.json.decode(variables),
        is_check=True,
    )[1]


@lru_cache(maxsize=4096)
def signal_key_problems(text: str, name: str, variables: bytes) -> Problems:
    """Return what is wrong with an expression that gives the key of a signal."""
    return compile_signal_key(
        text, (name,), vars_schema=msgspec.json.decode(variables), is_check=True
    )[1]


def _state(key: bytes | None) -> Schema | None:
    return None if key is None else sound_schema(key)
