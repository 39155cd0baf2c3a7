"""Conditions to propose to those who wait without one: they fit the types of the state.

Only for hints; nothing is waited for here.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping

from jido_cli.core.expressions import ExpressionError
from jido_cli.core.tree_expressions import compile_node_condition

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RUNNING = 'status == "running"'


def wait_command(path: str, schema: Mapping[str, object] | None) -> str:
    """Return a command line that waits for the node at *path* with a condition of its own.

    Args:
        path: of the node.
        schema: full schema of its state; None for a node without one.
    """
    return f"jido wait {shlex.quote(path)} --until {shlex.quote(_example(schema))}"


def _example(schema: Mapping[str, object] | None) -> str:
    members = (schema or {}).get("properties")
    for name, member in members.items() if isinstance(members, Mapping) else ():
        for text in _conditions(name, member):
            if _fits(text, schema):
                return text
    return _RUNNING


def _conditions(name: str, member: object) -> Iterator[str]:
    """Yield what could be said about a member of the state; not all fits its type."""
    read = f"state.{name}" if _NAME.fullmatch(name) else f"state[{json.dumps(name)}]"
    values = member.get("enum") if isinstance(member, Mapping) else None
    if isinstance(values, list | tuple) and values and isinstance(values[-1], str):
        yield f"{read} == {json.dumps(values[-1])}"
    yield f"{read} == 1"
    yield f"{read} == 1.0"
    yield f'{read} == "done"'
    yield f"{read} == true"
    yield f"size({read}) > 0"


def _fits(text: str, schema: Mapping[str, object] | None) -> bool:
    try:
        compile_node_condition(text, schema)
    except ExpressionError:
        return False
    return True
