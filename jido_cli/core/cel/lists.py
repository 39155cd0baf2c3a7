"""Functions on lists and maps. Each pays for the elements that it touches and makes.

Nothing is changed in place: what comes out is new, its elements are shared. Order is kept, and
equality is CEL's: 1 and 1.0 are one element to `distinct` and to `indexOf`, 1 and true are two.
"""

from __future__ import annotations

from jido_cli.core.cel import texts
from jido_cli.core.cel.run import equal
from jido_cli.core.cel.signatures import row
from jido_cli.core.cel.values import (
    CelError,
    Fuel,
    Maybe,
    Value,
    a_list,
    a_map,
    a_text,
    an_int,
    kind_of,
    no_overload,
    out_of_range,
    spend,
)

_PLAIN = frozenset({"string", "int", "double", "null"})
_ALIKE = {"double": "number", "int": "number"}
_SORTED = frozenset({"number", "string", "bool", "bytes", "timestamp", "duration"})


def sorted_by(fuel: Fuel, items: Value, keys: list[Value]) -> list[Value]:
    """Return *items* in the order of their *keys*; equal ones stay as they are."""
    items = a_list("sort", items)
    kinds = {_ALIKE.get(kind, kind) for kind in map(kind_of, keys)}
    if len(kinds) > 1 or not kinds <= _SORTED:
        raise CelError(f"values of kind {', '.join(sorted(kinds))} have no order")
    if any(key != key for key in keys):
        raise CelError("NaN has no place in an order")
    spend(fuel, (len(keys) + sum(map(_length, keys))) * len(keys).bit_length())
    order = sorted(range(len(keys)), key=keys.__getitem__)  # type: ignore[arg-type]
    return [items[position] for position in order]


def _length(key: Value) -> int:
    return len(key) >> 6 if isinstance(key, str | bytes) else 0


def _sort(fuel: Fuel, items: Value) -> list[Value]:
    items = a_list("sort", items)
    return sorted_by(fuel, items, items)


def _distinct(fuel: Fuel, items: Value) -> list[Value]:
    items = a_list("distinct", items)
    seen: set[object] = set()
    kept = []
    for each in items:
        key = _identity(fuel, each)
        if key not in seen:
            seen.add(key)
            kept.append(each)
    return kept


def _identity(fuel: Fuel, value: Value) -> object:
    """Return what is equal, in Python's eyes, for values that are equal in CEL's."""
    spend(fuel, 1 + _length(value))
    kind = kind_of(value)
    if kind == "double" and value != value:
        return object()  # NaN is not even equal to itself
    if kind in _PLAIN:
        return value
    if isinstance(value, list):
        return kind, tuple(_identity(fuel, each) for each in value)
    if isinstance(value, dict):
        return kind, frozenset((key, _identity(fuel, each)) for key, each in value.items())
    if isinstance(value, Maybe):
        return kind, value.is_present, _identity(fuel, value.value)
    return kind, value


def _reverse(fuel: Fuel, items: Value) -> Value:
    if isinstance(items, list):
        spend(fuel, len(items))
        return items[::-1]
    return texts.reversed_text(fuel, items)


def _flatten(fuel: Fuel, items: Value) -> list[Value]:
    flat: list[Value] = []
    for each in a_list("flatten", items):
        parts = each if isinstance(each, list) else [each]
        spend(fuel, 1 + len(parts))
        flat += parts
    return flat


def _slice(fuel: Fuel, items: Value, start: Value, end: Value) -> list[Value]:
    items, first, last = a_list("slice", items), an_int("slice", start), an_int("slice", end)
    if 0 <= first <= last <= len(items):
        spend(fuel, last - first)
        return items[first:last]
    raise out_of_range(last if 0 <= first <= len(items) else first, len(items))


def _take(fuel: Fuel, items: Value, count: Value) -> list[Value]:
    items, most = a_list("take", items), max(an_int("take", count), 0)
    spend(fuel, min(most, len(items)))
    return items[:most]


def _drop(fuel: Fuel, items: Value, count: Value) -> list[Value]:
    items, first = a_list("drop", items), max(an_int("drop", count), 0)
    spend(fuel, max(len(items) - first, 0))
    return items[first:]


def _index_of(fuel: Fuel, items: Value, value: Value, *start: Value) -> int:
    if not isinstance(items, list):
        return texts.index_of(fuel, items, value, *start)
    if start:
        raise no_overload("indexOf()", items, value, *start)
    for position, each in enumerate(items):
        spend(fuel, 1)
        if equal(fuel, each, value):
            return position
    return -1


def _range(fuel: Fuel, count: Value) -> list[Value]:
    most = max(an_int("lists.range", count), 0)
    spend(fuel, most)
    return list(range(most))


def _merge(fuel: Fuel, base: Value, over: Value) -> dict[str, Value]:
    base, over = a_map("merge", base), a_map("merge", over)
    spend(fuel, len(base) + len(over))
    return {**base, **over}


def _with(fuel: Fuel, base: Value, key: Value, value: Value) -> dict[str, Value]:
    base, key = a_map("with", base), a_text("with", key)
    spend(fuel, len(base) + 1)
    return {**base, key: value}


def _without(fuel: Fuel, base: Value, keys: Value) -> dict[str, Value]:
    base = a_map("without", base)
    names = keys if isinstance(keys, list) else [keys]
    spend(fuel, len(base) + len(names))
    gone = {a_text("without", name) for name in names}
    return {key: value for key, value in base.items() if key not in gone}


def _keys(fuel: Fuel, base: Value) -> list[Value]:
    base = a_map("keys", base)
    spend(fuel, len(base))
    return list(base)


def _values(fuel: Fuel, base: Value) -> list[Value]:
    base = a_map("values", base)
    spend(fuel, len(base))
    return list(base.values())


def _entries(fuel: Fuel, base: Value) -> list[Value]:
    base = a_map("entries", base)
    spend(fuel, 3 * len(base))
    return [{"key": key, "value": value} for key, value in base.items()]


def _coalesce(_fuel: Fuel, *values: Value) -> Value:
    return next((value for value in values if value is not None), None)


LISTS = (
    row(
        "sort",
        "list(T).sort() -> list(T)",
        "the elements in order: numbers, texts, booleans, times",
        ("[3, 1, 2].sort()", [1, 2, 3]),
        _sort,
    ),
    row(
        "distinct",
        "list(T).distinct() -> list(T)",
        "each element once, where it stands first",
        ("['b', 'a', 'b'].distinct()", ["b", "a"]),
        _distinct,
    ),
    row(
        "reverse",
        "list(T).reverse() -> list(T)",
        "the elements in the other order",
        ("[1, 2, 3].reverse()", [3, 2, 1]),
        _reverse,
    ),
    row(
        "flatten",
        "list(list(T)).flatten() -> list(T)",
        "the elements of the lists in a list, one level of them",
        ("[[1, 2], [], [3]].flatten()", [1, 2, 3]),
        _flatten,
    ),
    row(
        "slice",
        "list(T).slice(int, int) -> list(T)",
        "the elements from a position on, up to but not with another one",
        ("[1, 2, 3, 4].slice(1, 3)", [2, 3]),
        _slice,
    ),
    row(
        "take",
        "list(T).take(int) -> list(T)",
        "the first so many elements; all, where there are fewer",
        ("[1, 2, 3].take(2)", [1, 2]),
        _take,
    ),
    row(
        "drop",
        "list(T).drop(int) -> list(T)",
        "the elements after the first so many",
        ("[1, 2, 3].drop(2)", [3]),
        _drop,
    ),
    row(
        "indexOf",
        "list(T).indexOf(T) -> int",
        "where an element is for the first time; -1 if nowhere",
        ("['a', 'b'].indexOf('b')", 1),
        _index_of,
    ),
    row(
        "lists.range",
        "lists.range(int) -> list(int)",
        "the numbers from 0, so many",
        ("lists.range(3)", [0, 1, 2]),
        _range,
    ),
)
MAPS = (
    row(
        "merge",
        "map(string, V).merge(map(string, V)) -> map(string, V)",
        "the entries of both; where both have a key, the second's. Maps in them are not merged",
        ("{'a': 1, 'b': 2}.merge({'b': 3})", {"a": 1, "b": 3}),
        _merge,
    ),
    row(
        "with",
        "map(string, V).with(string, V) -> map(string, V)",
        "the map with this value under this key",
        ("{'a': 1}.with('b', 2)", {"a": 1, "b": 2}),
        _with,
    ),
    row(
        "without",
        (
            "map(string, V).without(string) -> map(string, V)",
            "map(string, V).without(list(string)) -> map(string, V)",
        ),
        "the map without a key, or without several",
        ("{'a': 1, 'b': 2}.without('a')", {"b": 2}),
        _without,
    ),
    row(
        "keys",
        "map(string, V).keys() -> list(string)",
        "the keys, in their order",
        ("{'a': 1, 'b': 2}.keys()", ["a", "b"]),
        _keys,
    ),
    row(
        "values",
        "map(string, V).values() -> list(V)",
        "the values, in the order of their keys",
        ("{'a': 1, 'b': 2}.values()", [1, 2]),
        _values,
    ),
    row(
        "entries",
        "map(string, V).entries() -> list(map(string, dyn))",
        "a map `{key, value}` for every entry, in order",
        ("{'a': 1}.entries()", [{"key": "a", "value": 1}]),
        _entries,
    ),
    row(
        "coalesce",
        tuple(f"coalesce({', '.join('T' * count)}) -> T" for count in (2, 3, 4)),
        "the first of two to four values that is not null",
        ("coalesce(dyn(null), dyn(7))", 7),
        _coalesce,
    ),
)
