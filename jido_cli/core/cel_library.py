"""The functions of the expression language that have a name, and how they are declared.

A function here *is* in the language; any other is refused when an expression is compiled. Each
takes the fuel first and pays for the elements and the text it touches (64 characters cost as much
as one element) and for the text it makes, before it makes it. Texts are counted in code points.
Operators and kinds are in `jido_cli.core.cel_run`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping

from jido_cli.core.cel_run import (
    OPERATORS,
    CelError,
    Fuel,
    Timestamp,
    Value,
    in_range,
    kind_of,
    no_overload,
    out_of_range,
    out_of_text,
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
_TO_UPPER = {ord(lower): lower.upper() for lower in "abcdefghijklmnopqrstuvwxyz"}
_TO_LOWER = {ord(lower.upper()): lower for lower in "abcdefghijklmnopqrstuvwxyz"}
# Unicode's White_Space property, which is not what str.strip() takes.
_BLANKS = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_BOOLS = {
    **dict.fromkeys(("1", "t", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "false", "FALSE", "False"), False),
}


def a_text(name: str, value: Value) -> str:
    """Return *value* if it is a text."""
    if type(value) is str:
        return value
    raise CelError(f"{name}() needs a string, not {kind_of(value)}")


def _an_int(name: str, value: Value) -> int:
    if type(value) is int:
        return value
    raise CelError(f"{name}() needs an int, not {kind_of(value)}")


def double_text(number: float) -> str:
    """Return a decimal as JSON writes it, without `.0`."""
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "Infinity" if number > 0 else "-Infinity"
    text = repr(number)
    return text.removesuffix(".0")


def _string(_fuel: Fuel, value: Value) -> str:
    match value:
        case str():
            return str(value)
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return double_text(value)
    raise no_overload("string()", value)


def _int(_fuel: Fuel, value: Value) -> int:
    kind = kind_of(value)
    match value:
        case int() if kind == "int":
            return value
        case float():
            return int(value) if MIN_INT < value < -float(MIN_INT) else overflow()
        case str() if kind == "string":
            if _INT.fullmatch(value):
                return in_range(int(value))
            raise _unreadable("int", value)
    raise no_overload("int()", value)


def _double(_fuel: Fuel, value: Value) -> float:
    kind = kind_of(value)
    match value:
        case int() | float() if kind != "bool":
            return float(value)
        case str() if kind == "string":
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


def _unreadable(target: str, text: str) -> CelError:
    return CelError(f"{text[:_SHOWN]!r} cannot be read as {target}")


def _dyn(_fuel: Fuel, value: Value) -> Value:
    return value


def size(_fuel: Fuel, value: Value) -> int:
    """Return the number of code points, elements or keys."""
    if isinstance(value, (str, list, dict)) and type(value) is not Timestamp:
        return len(value)
    raise no_overload("size()", value)


def _contains(fuel: Fuel, text: Value, part: Value) -> bool:
    text, part = a_text("contains", text), a_text("contains", part)
    spend(fuel, (len(text) + len(part)) >> 6)
    return part in text


def _starts_with(fuel: Fuel, text: Value, part: Value) -> bool:
    text, part = a_text("startsWith", text), a_text("startsWith", part)
    spend(fuel, len(part) >> 6)
    return text.startswith(part)


def _ends_with(fuel: Fuel, text: Value, part: Value) -> bool:
    text, part = a_text("endsWith", text), a_text("endsWith", part)
    spend(fuel, len(part) >> 6)
    return text.endswith(part)


def _char_at(_fuel: Fuel, text: Value, position: Value) -> str:
    text, position = a_text("charAt", text), _an_int("charAt", position)
    if 0 <= position <= len(text):
        return text[position : position + 1]
    raise out_of_range(position, len(text))


# Optional arguments are gathered: None as a default could not be told from a null that was given.
def _index_of(fuel: Fuel, text: Value, part: Value, *start: Value) -> int:
    text, part = a_text("indexOf", text), a_text("indexOf", part)
    first = _an_int("indexOf", start[0]) if start else 0
    spend(fuel, (len(text) + len(part)) >> 6)
    if 0 <= first <= len(text):
        return text.find(part, first)
    raise out_of_range(first, len(text))


def _last_index_of(fuel: Fuel, text: Value, part: Value, *end: Value) -> int:
    text, part = a_text("lastIndexOf", text), a_text("lastIndexOf", part)
    last = _an_int("lastIndexOf", end[0]) if end else len(text)
    spend(fuel, (len(text) + len(part)) >> 6)
    if 0 <= last <= len(text):
        return text.rfind(part, 0, last + len(part))
    raise out_of_range(last, len(text))


def _substring(fuel: Fuel, text: Value, start: Value, *end: Value) -> str:
    text, first = a_text("substring", text), _an_int("substring", start)
    last = _an_int("substring", end[0]) if end else len(text)
    if 0 <= first <= last <= len(text):
        return spend_text(fuel, text[first:last])
    raise out_of_range(last if 0 <= first <= len(text) else first, len(text))


def _replace(fuel: Fuel, text: Value, old: Value, new: Value, *limit: Value) -> str:
    text, old, new = a_text("replace", text), a_text("replace", old), a_text("replace", new)
    most = _an_int("replace", limit[0]) if limit else -1
    spend(fuel, len(text) >> 6)
    found = text.count(old)
    count = found if most < 0 else min(most, found)
    if len(text) + count * (len(new) - len(old)) > fuel[1]:
        out_of_text()
    return spend_text(fuel, text.replace(old, new, count))


def _split(fuel: Fuel, text: Value, separator: Value, *limit: Value) -> list[str]:
    text, separator = a_text("split", text), a_text("split", separator)
    most = _an_int("split", limit[0]) if limit else -1
    if most == 0:
        return []
    spend_text(fuel, text)
    if separator:
        spend(fuel, (len(text) >> 6) + text.count(separator))
        return text.split(separator, most - 1 if most > 0 else -1)
    spend(fuel, len(text))
    if most < 0 or most >= len(text):
        return list(text) or [""]
    return [*text[: most - 1], text[most - 1 :]]


def _join(fuel: Fuel, texts: Value, *separator: Value) -> str:
    between = a_text("join", separator[0]) if separator else ""
    if not isinstance(texts, list):
        raise no_overload("join()", texts)
    spend(fuel, len(texts))
    parts = [a_text("join", each) for each in texts]
    if sum(map(len, parts)) + len(between) * len(parts) > fuel[1]:
        out_of_text()
    return spend_text(fuel, between.join(parts))


def _upper(fuel: Fuel, text: Value) -> str:
    text = a_text("upperAscii", text)
    spend(fuel, len(text) >> 4)
    return spend_text(fuel, text.translate(_TO_UPPER))


def _lower(fuel: Fuel, text: Value) -> str:
    text = a_text("lowerAscii", text)
    spend(fuel, len(text) >> 4)
    return spend_text(fuel, text.translate(_TO_LOWER))


def _trim(fuel: Fuel, text: Value) -> str:
    text = a_text("trim", text)
    spend(fuel, len(text) >> 6)
    return spend_text(fuel, text.strip(_BLANKS))


def _extreme(name: str, is_better: Callable[..., bool]) -> Callable[..., Value]:
    def extreme(fuel: Fuel, *values: Value) -> Value:
        if len(values) == 1:
            (only,) = values
            if not isinstance(only, list):
                raise no_overload(f"{name}()", only)
            values = tuple(only)
        if not values:
            raise CelError(f"{name}() of an empty list")
        spend(fuel, len(values))
        best = values[0]
        kinds = ("int", "double") if kind_of(best) in ("int", "double") else ("string",)
        for each in values:
            if kind_of(each) not in kinds:
                raise no_overload(f"{name}()", best, each)
            if is_better(each, best):
                best = each
        return best

    return extreme


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    **OPERATORS,
    "size": size,
    "string": _string,
    "int": _int,
    "double": _double,
    "bool": _bool,
    "dyn": _dyn,
    "contains": _contains,
    "startsWith": _starts_with,
    "endsWith": _ends_with,
    "charAt": _char_at,
    "indexOf": _index_of,
    "lastIndexOf": _last_index_of,
    "substring": _substring,
    "replace": _replace,
    "split": _split,
    "join": _join,
    "upperAscii": _upper,
    "lowerAscii": _lower,
    "trim": _trim,
    "min": _extreme("min", operator.lt),
    "max": _extreme("max", operator.gt),
}

_SIGNATURES = {
    "charAt": ("string.charAt(int)", "string"),
    "indexOf": ("string.indexOf(string)", "string.indexOf(string,int)", "int"),
    "lastIndexOf": ("string.lastIndexOf(string)", "string.lastIndexOf(string,int)", "int"),
    "substring": ("string.substring(int)", "string.substring(int,int)", "string"),
    "replace": (
        "string.replace(string,string)",
        "string.replace(string,string,int)",
        "string",
    ),
    "split": ("string.split(string)", "string.split(string,int)", "list<string>"),
    "join": ("list<string>.join()", "list<string>.join(string)", "string"),
    "upperAscii": ("string.upperAscii()", "string"),
    "lowerAscii": ("string.lowerAscii()", "string"),
    "trim": ("string.trim()", "string"),
}
_COMPARABLE = ("int", "double", "string")


def usage(name: str) -> str:
    """Return how a function is called, for people."""
    if name in _SIGNATURES:
        return " or ".join(_SIGNATURES[name][:-1])
    if name in ("contains", "startsWith", "endsWith"):
        return f"string.{name}(string)"
    if name in ("min", "max"):
        return f"{name}(a, b) of two to four values, or list.{name}()"
    return f"{name}(x)"


def declarations() -> str:
    """Return the checker's configuration: our functions, which its standard library lacks."""
    lines = ["name: jido", "functions:"]
    for name, (*signatures, result) in _SIGNATURES.items():
        _declare(lines, name, [(signature, result) for signature in signatures])
    for name in ("min", "max"):
        overloads = [
            (f"{name}({','.join([kind] * count)})", kind)
            for kind in _COMPARABLE
            for count in (2, 3, 4)
        ]
        _declare(lines, name, [*overloads, (f"list<~T>.{name}()", "~T")])
    return "\n".join(lines)


def _declare(lines: list[str], name: str, overloads: list[tuple[str, str]]) -> None:
    lines += [f"- name: {name}", "  overloads:"]
    for number, (signature, result) in enumerate(overloads):
        lines += [
            f"  - id: jido_{name}_{number}",
            f'    signature: "{signature}"',
            f'    return: "{result}"',
        ]
