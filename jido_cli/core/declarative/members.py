"""The initial state of one member of a group: a declared state that may read `replica.index`.

A file's members are evaluated while it is loaded; those that a group gets later are made here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from jido_cli.core.cel.template import Constant, compile_value
from jido_cli.core.expressions import Environment, Scope

_FIELD = {"type": "object", "additionalProperties": False}
_TOPOLOGY = {**_FIELD, "properties": {"name": {"type": "string"}}, "required": ["name"]}
_REPLICA = {**_FIELD, "properties": {"index": {"type": "integer"}}, "required": ["index"]}


def compile_member_state(
    declared: Mapping[str, object],
    *,
    topology: str,
    vars: Mapping[str, object] | None = None,  # noqa: A002 - the word of the format
    vars_schema: Mapping[str, object] | None = None,
) -> Callable[[int], Mapping[str, object]]:
    """Return what gives the state of the member with a number; it raises `EvaluationError`.

    Args:
        declared: the state as written, checked already.
        topology: name of the topology.
        vars: values of its variables.
        vars_schema: their full JSON Schema.
    """
    variables: dict[str, Mapping[str, object] | str] = {"topology": _TOPOLOGY, "replica": _REPLICA}
    if vars_schema is not None:
        variables["vars"] = vars_schema
    compiled = compile_value(declared, Environment(variables))
    if isinstance(compiled, Constant):
        return lambda _: declared
    run = compiled.run

    def state(index: int) -> Mapping[str, object]:
        scope = Scope(topology={"name": topology}, replica={"index": index}, vars=vars)
        return cast("Mapping[str, object]", run(scope))

    return state
