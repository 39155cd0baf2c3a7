"""`format`: a text with the values of a list put into its clauses."""

from __future__ import annotations

import math
import re

from jido_cli.core.cel.conversions import double_text, to_string
from jido_cli.core.cel.signatures import Function
from jido_cli.core.cel.values import (
    CelError,
    Fuel,
    Value,
    a_list,
    a_text,
    afford_text,
    kind_of,
    spend,
    spend_text,
)

_CLAUSE = re.compile(r"%(%|(?:\.([0-9]{1,3}))?([a-zA-Z])|)")
_DIGITS = 6


def _format(fuel: Fuel, form: Value, values: Value) -> str:
    form, values = a_text("format", form), a_list("format", values)
    spend(fuel, len(form) >> 4)
    waiting = iter(values)

    def clause(found: re.Match[str]) -> str:
        if found[1] == "%":
            return "%"
        if not found[1]:
            raise CelError("format() needs a letter after %; %% stands for the sign itself")
        for value in waiting:
            return spend_text(fuel, _written(fuel, found[0], value))
        raise CelError("format() has more clauses than values")

    return spend_text(fuel, _CLAUSE.sub(clause, form))


def _written(fuel: Fuel, clause: str, value: Value) -> str:
    letter = clause[-1]
    digits = int(clause[2:-1]) if len(clause) > 2 else _DIGITS
    match letter, kind_of(value), value:
        case "s", _, _:
            return _shown(fuel, value)
        case "d", "int", int():
            return str(value)
        case "f" | "e", "int" | "double", int() | float():
            number = float(value)
            return f"{number:.{digits}{letter}}" if math.isfinite(number) else double_text(number)
        case "x" | "X" | "o", "int", int():
            return format(value, letter)
        case "x" | "X", "string" | "bytes", str() | bytes():
            afford_text(fuel, 2 * len(value))
            text = (value.encode() if isinstance(value, str) else value).hex()
            return text if letter == "x" else text.upper()
        case "b", "int" | "bool", int():
            return format(int(value), "b")
    raise CelError(f"format() cannot write {kind_of(value)} with {clause}")


def _shown(fuel: Fuel, value: Value) -> str:
    spend(fuel, 1)
    match value:
        case None:
            return "null"
        case list():
            shown = (spend_text(fuel, _shown(fuel, each)) for each in value)
            return f"[{', '.join(shown)}]"
        case dict():
            # In the order of the keys, so that equal maps are written alike.
            pairs = (f"{key}: {_shown(fuel, each)}" for key, each in sorted(value.items()))
            return f"{{{', '.join(spend_text(fuel, pair) for pair in pairs)}}}"
    return str(value) if kind_of(value) == "type" else to_string(fuel, value)


FORMATTING = (
    Function(
        "format",
        ("string.format(list(dyn)) -> string",),
        "the text with values in place of its clauses: `%s` any, `%d` int, `%f` `%e` number,"
        " `%x` `%X` `%o` `%b` int in another base, `%%` the sign; `%.2f` sets the digits",
        (
            ("'%s has %d (%.1f%%)'.format(['box', 3, 12.5])", "box has 3 (12.5%)"),
            ("'%s'.format([[1, {'a': null}]])", "[1, {a: null}]"),
        ),
        _format,
    ),
)
