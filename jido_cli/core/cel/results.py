"""What leaves an expression: JSON values of bounded size, and no kinds of the run's own.

Called by generated code on results that are no plain scalars. Whether what comes out is in the
domain is `jido_cli.core.values`' business.
"""

from __future__ import annotations

from base64 import b64encode

from jido_cli.core.cel.times import time_text
from jido_cli.core.cel.values import CelError, FuelError, Value, kind_of

MAX_PARTS = 100_000
"""Values that a result may hold."""


def check_result(value: Value) -> Value:
    """Return *value* if it has not too many parts.

    They may share one memory and yet be huge once they are written out. What was frozen when it
    came is one part: it was measured when it was made.
    """
    if type(value) is list or type(value) is dict:
        _count_parts(value, MAX_PARTS)
    return value


def _count_parts(value: list[Value] | dict[str, Value], left: int) -> int:
    left -= len(value)
    if left < 0:
        raise FuelError(f"the result has over {MAX_PARTS:,} parts")
    for each in value.values() if type(value) is dict else value:
        if type(each) is list or type(each) is dict:
            left = _count_parts(each, left)
    return left


def as_json(value: Value) -> Value:
    """Return *value* as JSON, if it has not too many parts: times as text, bytes as base64."""
    return _as_json(check_result(value))


def _as_json(value: Value) -> Value:
    if type(value) is list:
        return [_as_json(each) for each in value]
    if type(value) is dict:
        return {key: _as_json(each) for key, each in value.items()}
    if type(value) is bytes:
        return b64encode(value).decode()
    kind = kind_of(value)
    if kind == "optional":
        raise CelError("an optional is no JSON value: end it with .orValue(x)")
    if kind == "type":
        raise CelError("a type is no JSON value: compare it, as in type(x) == int")
    return value if (text := time_text(value)) is None else text
