"""The catalogue of signals at work: whether data is what the catalogue promises of its type.

Schemas by signal type; a type that has none may carry anything. What is done about data that does
not fit is its users' business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jido_cli.core.directive_types import Directive
from jido_cli.core.directives import Cron, Emit, Schedule, SignalSpec
from jido_cli.core.schema import Schema
from jido_cli.core.schema_errors import SchemaError
from jido_cli.core.shown import show

Catalogue = Mapping[str, Schema]


def fault_of(catalogue: Catalogue, signal_type: str, data: object) -> str | None:
    """Return what is wrong with the data of a signal, None if it fits or nothing is promised."""
    schema = catalogue.get(signal_type)
    if schema is None:
        return None
    given = {} if data is None else data
    if not isinstance(given, Mapping):
        return f"data of signal {signal_type!r}: {show(data)} is not a mapping"
    try:
        schema.check(given)
    except SchemaError as error:
        where = ".".join(str(step) for step in ("data", *error.path))
        hint = f"; {error.hint}" if error.hint else ""
        return f"{where} of signal {signal_type!r}: {error.message}{hint}"
    return None


def fault_among(catalogue: Catalogue, directives: Sequence[Directive]) -> str | None:
    """Return what is wrong with the first signal among *directives* that does not fit."""
    for directive in directives:
        if isinstance(directive, Emit):
            fault = fault_of(catalogue, directive.type, directive.data)
        elif isinstance(directive, Schedule | Cron) and isinstance(directive.signal, SignalSpec):
            fault = fault_of(catalogue, directive.signal.type, directive.signal.data)
        else:
            continue
        if fault is not None:
            return fault
    return None
