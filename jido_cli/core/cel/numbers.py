"""Functions on numbers, and on lists of numbers.

`min`, `max`, `clamp` take numbers of one kind, texts or times; `round` goes half away from zero,
as on paper: of the decimal digits that are written, not of the binary fraction behind them.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal

from jido_cli.core.cel.run import add
from jido_cli.core.cel.signatures import Function
from jido_cli.core.cel.values import (
    CelError,
    Fuel,
    Value,
    a_list,
    an_int,
    in_range,
    kind_of,
    no_overload,
    spend,
)

_NUMBERS = ("int", "double")
_ORDERED = frozenset({"int", "double", "string", "timestamp", "duration"})
_MAX_DIGITS = 15
_WHOLE_FROM = float(1 << 52)
"""Decimals from here on have no fraction."""
_WIDE = Context(prec=400, rounding=ROUND_HALF_UP)
_BITS = 64
_ALL_BITS = (1 << _BITS) - 1


def _extreme(name: str, is_better: Callable[..., bool]) -> Callable[..., Value]:
    def extreme(fuel: Fuel, *values: Value) -> Value:
        if len(values) == 1:
            values = tuple(a_list(name, values[0]))
        if not values:
            raise CelError(f"{name}() of an empty list")
        spend(fuel, len(values))
        best = values[0]
        kind = kind_of(best)
        if kind not in _ORDERED:
            raise no_overload(f"{name}()", best)
        kinds = _NUMBERS if kind in _NUMBERS else (kind,)
        for each in values:
            if kind_of(each) not in kinds:
                raise no_overload(f"{name}()", best, each)
            if isinstance(each, str):
                spend(fuel, len(each) >> 6)
            if is_better(each, best):
                best = each
        return best

    return extreme


def _greatest(name: str, is_better: Callable[..., bool]) -> Callable[..., Value]:
    """Like the functions above, but for numbers alone, as the extension has it."""
    extreme = _extreme(name, is_better)

    def greatest(fuel: Fuel, *values: Value) -> Value:
        found = extreme(fuel, *values)
        if kind_of(found) not in _NUMBERS:
            raise no_overload(f"{name}()", found)
        return found

    return greatest


def _clamp(_fuel: Fuel, value: Value, low: Value, high: Value) -> Value:
    kinds = {kind_of(value), kind_of(low), kind_of(high)}
    if kinds not in ({"int"}, {"double"}):
        raise no_overload("clamp()", value, low, high)
    return min(max(value, low), high)  # type: ignore[call-overload]


def _round(_fuel: Fuel, value: Value, *digits: Value) -> float:
    places = an_int("round", digits[0]) if digits else 0
    if type(value) is not float:
        raise no_overload("round()", value)
    if not -_MAX_DIGITS <= places <= _MAX_DIGITS:
        raise CelError(f"round() takes {-_MAX_DIGITS} to {_MAX_DIGITS} digits, not {places}")
    if not math.isfinite(value) or (places >= 0 and abs(value) >= _WHOLE_FROM):
        return value
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), context=_WIDE))


def _sum(fuel: Fuel, items: Value) -> Value:
    items = a_list("sum", items)
    spend(fuel, len(items))
    if not items:
        return 0
    total = items[0]
    for each in items[1:]:
        total = add(fuel, total, each)
    if kind_of(total) not in ("int", "double", "duration"):
        raise no_overload("sum()", total)
    return total


def _average(fuel: Fuel, items: Value) -> float:
    items = a_list("avg", items)
    spend(fuel, len(items))
    kinds = set(map(kind_of, items))
    if not kinds:
        raise CelError("avg() of an empty list")
    if kinds not in ({"int"}, {"double"}):
        raise no_overload("avg()", *items[:2])
    return float(sum(items) / len(items))  # type: ignore[arg-type]


def _of_double(name: str, function: Callable[[float], Value]) -> Callable[..., Value]:
    def apply(_fuel: Fuel, value: Value) -> Value:
        if type(value) is float:
            return function(value)
        raise no_overload(f"{name}()", value)

    return apply


def _kept_whole(function: Callable[[float], float]) -> Callable[[float], float]:
    """Let the infinite pass, and keep the sign of zero."""
    return lambda value: (
        math.copysign(float(function(value)), value) if math.isfinite(value) else value
    )


def _half_away(value: float) -> float:
    whole = math.floor(abs(value))
    return whole + (abs(value) - whole >= 0.5)


def _absolute(_fuel: Fuel, value: Value) -> Value:
    if type(value) is int:
        return in_range(abs(value))
    if type(value) is float:
        return abs(value)
    raise no_overload("math.abs()", value)


def _sign(_fuel: Fuel, value: Value) -> Value:
    if type(value) is int:
        return (value > 0) - (value < 0)
    if type(value) is float:
        return value if value != value else float((value > 0) - (value < 0))
    raise no_overload("math.sign()", value)


def _root(_fuel: Fuel, value: Value) -> float:
    if type(value) is int or type(value) is float:
        return math.sqrt(value) if value >= 0 else math.nan
    raise no_overload("math.sqrt()", value)


def _of_bits(name: str, function: Callable[[int, int], int]) -> Callable[..., int]:
    def apply(_fuel: Fuel, a: Value, b: Value) -> int:
        return function(an_int(name, a), an_int(name, b))

    return apply


def _invert_bits(_fuel: Fuel, value: Value) -> int:
    return ~an_int("math.bitNot", value)


def _shift_left(value: int, count: int) -> int:
    return _signed(value << _counted("math.bitShiftLeft", count))


def _shift_right(value: int, count: int) -> int:
    # Zeros come in from the left: bits have no sign here.
    return _signed((value & _ALL_BITS) >> _counted("math.bitShiftRight", count))


def _counted(name: str, count: int) -> int:
    if count < 0:
        raise CelError(f"{name}() cannot shift by {count}")
    return min(count, _BITS)


def _signed(bits: int) -> int:
    bits &= _ALL_BITS
    return bits - (1 << _BITS) if bits >> (_BITS - 1) else bits


def _row(
    name: str,
    signatures: tuple[str, ...],
    meaning: str,
    example: tuple[str, object],
    run: Callable[..., object],
    node: str = "",
) -> Function:
    source = "math" if name.startswith("math.") else "jido"
    return Function(name, signatures, meaning, (example,), run, source, node)


def _of_some(name: str) -> tuple[str, ...]:
    """Return the signatures of a function of two to four values, and of a list."""
    kinds = ("int", "double", "string", "timestamp", "duration")
    calls = (
        f"{name}({', '.join([kind] * count)}) -> {kind}" for kind in kinds for count in (2, 3, 4)
    )
    return (f"list(T).{name}() -> T", *calls)


def _of_numbers(name: str) -> tuple[str, ...]:
    kinds = ("int", "double")
    calls = (
        f"{name}({', '.join([kind] * count)}) -> {kind}" for kind in kinds for count in (1, 2, 3)
    )
    return (*calls, f"{name}(list(int)) -> int", f"{name}(list(double)) -> double")


def _unary(name: str, kinds: tuple[str, ...], result: str = "") -> tuple[str, ...]:
    return tuple(f"{name}({kind}) -> {result or kind}" for kind in kinds)


NUMBERS = (
    _row(
        "min",
        _of_some("min"),
        "the smallest of two to four values, or of a list",
        ("min(3, 1, 2)", 1),
        _extreme("min", operator.lt),
    ),
    _row(
        "max",
        _of_some("max"),
        "the largest of two to four values, or of a list",
        ("[1.5, 2.5].max()", 2.5),
        _extreme("max", operator.gt),
    ),
    _row(
        "clamp",
        ("clamp(int, int, int) -> int", "clamp(double, double, double) -> double"),
        "the first number, or the nearest of the two that bound it",
        ("clamp(120, 0, 100)", 100),
        _clamp,
    ),
    _row(
        "round",
        ("round(double) -> double", "round(double, int) -> double"),
        "the number with so many digits behind the point, none if not said; half goes away from"
        " zero",
        ("round(-2.345, 2)", -2.35),
        _round,
    ),
    _row(
        "sum",
        tuple(f"list({kind}).sum() -> {kind}" for kind in ("int", "double", "duration")),
        "the sum of a list; of an empty one 0",
        ("[1, 2, 3].sum()", 6),
        _sum,
    ),
    _row(
        "avg",
        ("list(int).avg() -> double", "list(double).avg() -> double"),
        "the mean of a list that is not empty",
        ("[1, 2].avg()", 1.5),
        _average,
    ),
    _row(
        "math.greatest",
        _of_numbers("math.greatest"),
        "the largest of any count of numbers, or of a list",
        ("math.greatest(1, 5, 3)", 5),
        _greatest("math.greatest", operator.gt),
        "math.@max",
    ),
    _row(
        "math.least",
        _of_numbers("math.least"),
        "the smallest of any count of numbers, or of a list",
        ("math.least([4, 2])", 2),
        _greatest("math.least", operator.lt),
        "math.@min",
    ),
    _row(
        "math.ceil",
        _unary("math.ceil", ("double",)),
        "the next whole number up",
        ("math.ceil(1.2)", 2.0),
        _of_double("math.ceil", _kept_whole(math.ceil)),
    ),
    _row(
        "math.floor",
        _unary("math.floor", ("double",)),
        "the next whole number down",
        ("math.floor(-1.2)", -2.0),
        _of_double("math.floor", _kept_whole(math.floor)),
    ),
    _row(
        "math.round",
        _unary("math.round", ("double",)),
        "the nearest whole number; half goes away from zero",
        ("math.round(2.5)", 3.0),
        _of_double("math.round", _kept_whole(_half_away)),
    ),
    _row(
        "math.trunc",
        _unary("math.trunc", ("double",)),
        "the number without what is behind the point",
        ("math.trunc(-1.7)", -1.0),
        _of_double("math.trunc", _kept_whole(math.trunc)),
    ),
    _row(
        "math.abs",
        _unary("math.abs", ("int", "double")),
        "the number without its sign",
        ("math.abs(-3)", 3),
        _absolute,
    ),
    _row(
        "math.sign",
        _unary("math.sign", ("int", "double")),
        "-1, 0 or 1",
        ("math.sign(-2.5)", -1.0),
        _sign,
    ),
    _row(
        "math.sqrt",
        _unary("math.sqrt", ("int", "double"), "double"),
        "the square root; of a negative number it is NaN",
        ("math.sqrt(16)", 4.0),
        _root,
    ),
    *(
        _row(
            f"math.{name}",
            _unary(f"math.{name}", ("double",), "bool"),
            meaning,
            (f"math.{name}(1.0 / 0.0)", value),
            _of_double(f"math.{name}", function),
        )
        for name, meaning, value, function in (
            ("isNaN", "whether it is no number", False, math.isnan),
            ("isInf", "whether it is infinite", True, math.isinf),
            ("isFinite", "whether it is neither infinite nor NaN", False, math.isfinite),
        )
    ),
    *(
        _row(
            f"math.{name}",
            (f"math.{name}(int, int) -> int",),
            meaning,
            (f"math.{name}(6, 3)", value),
            _of_bits(f"math.{name}", function),
        )
        for name, meaning, value, function in (
            ("bitAnd", "the bits that both have", 2, operator.and_),
            ("bitOr", "the bits that either has", 7, operator.or_),
            ("bitXor", "the bits that only one has", 5, operator.xor),
            ("bitShiftLeft", "the bits moved to the left", 48, _shift_left),
            (
                "bitShiftRight",
                "the bits moved to the right, with zeros after them",
                0,
                _shift_right,
            ),
        )
    ),
    _row(
        "math.bitNot",
        ("math.bitNot(int) -> int",),
        "the other bits",
        ("math.bitNot(0)", -1),
        _invert_bits,
    ),
)
