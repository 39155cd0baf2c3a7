"""What leaves an expression: values whose size is bounded, and no kinds of the run's own.

Called by generated code on results that are no plain scalars. What the values mean is not looked
at; whether they are JSON is `jido_cli.core.values`' business.
"""

from __future__ import annotations

from jido_cli.core.cel_run import FuelError, Timestamp, Value

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


def without_timestamps(value: Value) -> Value:
    """Return *value* with texts in place of timestamps, as it leaves the expression."""
    if type(value) is list:
        return [without_timestamps(each) for each in value]
    if type(value) is dict:
        return {key: without_timestamps(each) for key, each in value.items()}
    return str(value) if type(value) is Timestamp else value
