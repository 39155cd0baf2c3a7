"""What an expression may read: the variables of a scope, and the fields of those that are objects.

Which of them a place knows, and their types, is told to an `Environment`.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from jido_cli.core.cel.descriptors import Field
from jido_cli.core.cel.types import ANY_MAP, DOUBLE, DYN, STRING, TIMESTAMP

_NULLABLE_TEXT = Field(DYN, STRING)
RECORDS: Mapping[str, Mapping[str, tuple[Field, str]]] = {
    "signal": {
        "type": (Field(STRING), "s.signal.type"),
        "id": (Field(STRING), "s.signal.id"),
        "source": (Field(STRING), "s.signal.source"),
        "subject": (_NULLABLE_TEXT, "s.signal.subject"),
        "time": (Field(TIMESTAMP), "Timestamp(s.signal.time_ns)"),
        "data": (Field(DYN), "s.signal.data"),
    },
    "agent": {
        "id": (Field(STRING), "s.agent.id"),
        "path": (Field(STRING), "s.agent.path"),
        "tag": (_NULLABLE_TEXT, "s.agent.tag"),
        "meta": (Field(ANY_MAP), "s.agent.meta"),
        "key": (_NULLABLE_TEXT, "s.agent.key"),
        "parent": (_NULLABLE_TEXT, "s.agent.parent"),
    },
    "ctx": {
        "now": (Field(TIMESTAMP), "Timestamp(s.ctx.now_ns)"),
        "uuid": (Field(STRING), "s.ctx.command_uuid"),
        "random": (Field(DOUBLE), "s.ctx.command_random"),
    },
}
"""Variables that are objects of the runtime: what the checker sees, and how a field is read."""


class Scope(msgspec.Struct, gc=False):
    """What an expression may read; one for each run of an action."""

    state: object = None
    params: object = None
    signal: object = None
    agent: object = None
    ctx: object = None
    vars: object = None
    local: object = None
    result: object = None
    next: object = None
    item: object = None
    index: object = None
    error: object = None
    topology: object = None
    replica: object = None


class TreeScope(msgspec.Struct, gc=False):
    """What an expression over a running tree may read; see `jido_cli.core.tree_expressions`.

    The last four are of the one node that is looked at, where it is only one.
    """

    agents: object = None
    supervisors: object = None
    signals: object = None
    group: object = None
    vars: object = None
    state: object = None
    status: object = None
    facts: object = None
    restarts: object = None
