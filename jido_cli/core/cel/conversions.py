"""Functions that turn a value of one kind into one of another, and that ask for kind and size.

Numerals are read as CEL reads them: no blanks, no underscores, ASCII digits only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from jido_cli.core.cel.signatures import Function
from jido_cli.core.cel.times import time_text
from jido_cli.core.cel.values import (
    CelError,
    Duration,
    Fuel,
    Timestamp,
    TypeName,
    Value,
    in_range,
    kind_of,
    no_overload,
    overflow,
    spend,
    spend_text,
)
from jido_cli.core.values import MIN_INT

_INT = re.compile(r"[+-]?[0-9]{1,40}")
_DOUBLE = re.compile(
    r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?(inf|infinity)|nan", re.IGNORECASE
)
_MAX_NUMERAL = 400
_SHOWN = 60
_BOOLS = {
    **dict.fromkeys(("1", "t", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "false", "FALSE", "False"), False),
}
TYPE_NAMES: Mapping[str, TypeName] = {
    "null": TypeName("null_type"),
    "timestamp": TypeName("google.protobuf.Timestamp"),
    "duration": TypeName("google.protobuf.Duration"),
    "optional": TypeName("optional_type"),
    **{
        kind: TypeName(kind)
        for kind in ("bool", "int", "double", "string", "bytes", "list", "map", "type")
    },
}
"""Kind of a value -> what `type()` gives."""


def double_text(number: float) -> str:
    """Return a decimal as JSON writes it, without `.0`."""
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "Infinity" if number > 0 else "-Infinity"
    text = repr(number)
    return text.removesuffix(".0")


def to_string(fuel: Fuel, value: Value) -> str:
    """Return a scalar as text."""
    match value:
        case TypeName():
            pass
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case Timestamp() | Duration():
            return time_text(value) or ""
        case int():
            return str(value)
        case float():
            return double_text(value)
        case bytes():
            spend(fuel, len(value) >> 6)
            try:
                return spend_text(fuel, value.decode())
            except UnicodeDecodeError:
                raise CelError("the bytes are no text: not UTF-8") from None
    raise no_overload("string()", value)


def _int(_fuel: Fuel, value: Value) -> int:
    match kind_of(value), value:
        case "int", int():
            return value
        case "double", float():
            return int(value) if MIN_INT < value < -float(MIN_INT) else overflow()
        case "string", str():
            if _INT.fullmatch(value):
                return in_range(int(value))
            raise _unreadable("int", value)
        case "timestamp", int():
            return int(value) // 1_000_000_000
    raise no_overload("int()", value)


def _double(_fuel: Fuel, value: Value) -> float:
    match kind_of(value), value:
        case "int" | "double", int() | float():
            return float(value)
        case "string", str():
            if len(value) <= _MAX_NUMERAL and _DOUBLE.fullmatch(value):
                return float(value)
            raise _unreadable("double", value)
    raise no_overload("double()", value)


def _bool(_fuel: Fuel, value: Value) -> bool:
    if value is True or value is False:
        return value
    if type(value) is str:
        if value in _BOOLS:
            return _BOOLS[value]
        raise _unreadable("bool", value)
    raise no_overload("bool()", value)


def _bytes(fuel: Fuel, value: Value) -> bytes:
    if type(value) is bytes:
        return value
    if type(value) is str:
        spend(fuel, len(value) >> 6)
        spend_text(fuel, value)
        return value.encode()
    raise no_overload("bytes()", value)


def _unreadable(target: str, text: str) -> CelError:
    return CelError(f"{text[:_SHOWN]!r} cannot be read as {target}")


def _dyn(_fuel: Fuel, value: Value) -> Value:
    return value


def _type(_fuel: Fuel, value: Value) -> TypeName:
    return TYPE_NAMES[kind_of(value)]


def size(_fuel: Fuel, value: Value) -> int:
    """Return the number of code points, bytes, elements or keys."""
    if isinstance(value, str | bytes | list | dict) and type(value) is not TypeName:
        return len(value)
    raise no_overload("size()", value)


CONVERSIONS = (
    Function(
        "size",
        tuple(
            form.format(kind)
            for kind in ("string", "bytes", "list(T)", "map(string, V)")
            for form in ("size({}) -> int", "{}.size() -> int")
        ),
        "how many characters, bytes, elements or keys",
        (("size('abc')", 3), ("[1, 2].size()", 2), ("size({'a': 1})", 1)),
        size,
        source="",
    ),
    Function(
        "string",
        tuple(
            f"string({kind}) -> string"
            for kind in ("int", "double", "bool", "string", "bytes", "timestamp", "duration")
        ),
        "a value as text; decimals as JSON writes them, without `.0`",
        (("string(7)", "7"), ("string(2.0)", "2"), ("string(duration('90s'))", "90s")),
        to_string,
        source="",
    ),
    Function(
        "int",
        tuple(f"int({kind}) -> int" for kind in ("int", "double", "string", "timestamp")),
        "a whole number: decimals lose what is behind the point, times give seconds since 1970",
        (("int(2.9)", 2), ("int('-4')", -4), ("int(timestamp('1970-01-02T00:00:00Z'))", 86400)),
        _int,
        source="",
    ),
    Function(
        "double",
        tuple(f"double({kind}) -> double" for kind in ("int", "double", "string")),
        "a decimal number",
        (("double(3) / 2.0", 1.5), ("double('1e3')", 1000.0)),
        _double,
        source="",
    ),
    Function(
        "bool",
        ("bool(bool) -> bool", "bool(string) -> bool"),
        "true or false, as a text such as `true`, `t`, `1`, `false`, `f`, `0` says",
        (("bool('true')", True),),
        _bool,
        source="",
    ),
    Function(
        "bytes",
        ("bytes(bytes) -> bytes", "bytes(string) -> bytes"),
        "a text in UTF-8; as a result, bytes are written in base64",
        (("size(bytes('ä'))", 2), ("bytes('hi')", "aGk=")),
        _bytes,
        source="",
    ),
    Function(
        "dyn",
        ("dyn(T) -> dyn",),
        "the same value, whose kind is looked at only when the expression runs",
        (("[dyn(1), 'a']", [1, "a"]),),
        _dyn,
        source="",
    ),
    Function(
        "type",
        ("type(T) -> type",),
        "the type of a value, to be compared with `int`, `double`, `string`, `bool`, `bytes`,"
        " `list`, `map`, `null_type`, `google.protobuf.Timestamp`, `google.protobuf.Duration`",
        (("type(dyn(1)) == int", True), ("type({}) == list", False)),
        _type,
        source="",
    ),
)
