"""Random typed expressions, and random scopes to run them in.

Both are made from a `Random`: a seeded one for volume, or hypothesis' own, which can shrink. An
expression has either macros or bindings: the library reads a macro's variable where a binding
follows a macro that ended early. It has no index of an optional, whose error the library wraps in
an optional, no large integer beside a decimal in `math.greatest`, where the library rounds it, and
no numerals with blanks or in base 16, which the library reads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from random import Random
from typing import NamedTuple

VARIABLES: Mapping[str, str] = {
    "index": "int",
    "error": "double",
    "result": "string",
    "next": "bool",
    "vars": "ints",
    "params": "texts",
    "state": "list",
    "local": "map",
    "item": "dyn",
}
SCHEMAS: Mapping[str, object] = {
    **{name: kind for name, kind in VARIABLES.items() if kind not in ("ints", "texts")},
    "vars": {"type": "array", "items": {"type": "integer"}},
    "params": {"type": "array", "items": {"type": "string"}},
}
"""The same variables as our environment takes them."""

_GAP = re.compile(r"\{\{|\}\}|\{(\w+)\}")
_KEYS = ("a", "b", "c")
_ITEMS = {"ints": "int", "texts": "string", "list": "dyn"}
_TEXTS = ("", "a", "b", "ab", "Ä", " x y\u3000", "\U0001f600", "1", "true", "e\u0301")
_NUMERALS = ("1.5", "-2", "1e3", ".5", "1_0", "1h", "-1.5s", "100ms", "1h1m", "t")
_TIMES = (
    "1970-01-01T00:00:00Z",
    "2020-02-29T12:34:56.789Z",
    "1999-12-31T23:59:59+02:30",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
)
_ROOTS: Mapping[str, str] = {"opt": "{opt}.orValue({dyn})", "type": "{type} == {type}"}
"""How a value that cannot leave an expression becomes one that can."""
_LITERALS: Mapping[str, tuple[str, ...]] = {
    "int": ("0", "1", "-1", "2", "3", "7", "9223372036854775807", "-9223372036854775808"),
    "double": ("0.0", "-0.0", "1.0", "-1.5", "0.1", "3.0", "2.5", "1e300", "1e-300"),
    "string": tuple(json.dumps(text, ensure_ascii=False) for text in (*_TEXTS, *_NUMERALS)),
    "bool": ("true", "false"),
    "ints": ("[]", "[1]", "[1, 2, 3]", "[0, 0]", "[-1, 5]"),
    "texts": ("[]", '["a"]', '["a", "b", ""]'),
    "list": ('[1, "a"]', "[1, 1.0, true]", "[null, [1], {'a': 1}]"),
    "map": ('{"a": 1}', '{"a": 1, "b": "x"}', "{'c': null}"),
    "bytes": ("b''", "b'a'", r"b'\xff'", "b'ab'"),
    "ts": tuple(f"timestamp('{text}')" for text in _TIMES),
    "dur": ("duration('0s')", "duration('90061.5s')", "duration('-1.25s')", "duration('1us')"),
    "opt": ("optional.none()", "optional.of(dyn(1))", "optional.of(dyn(null))"),
    "type": ("int", "string", "null_type", "list", "google.protobuf.Timestamp", "type(1.0)"),
    "dyn": ("dyn(1)", "dyn(1.0)", 'dyn("a")', "dyn(true)", "dyn(null)", "null"),
}
_FORMS: Mapping[str, tuple[str, ...]] = {
    "int": (
        "({int} + {int})",
        "({int} - {int})",
        "({int} * {int})",
        "({int} / {int})",
        "({int} % {int})",
        "-({int})",
        "size({string})",
        "{ints}.size()",
        "size({map})",
        "size({bytes})",
        "int({double})",
        "int({string})",
        "int(string({int}))",
        "int({ts})",
        "({bool} ? {int} : {int})",
        "{ints}[{int}]",
        "{string}.indexOf({string})",
        "{string}.lastIndexOf({string})",
        "{string}.indexOf({string}, {int})",
        "{string}.lastIndexOf({string}, {int})",
        "{ts}.{field}()",
        "{ts}.{field}({zone})",
        "{dur}.{part}()",
        "math.greatest({int}, {int})",
        "math.least({int}, {int}, {int})",
        "math.greatest({ints})",
        "math.abs({int})",
        "math.sign({int})",
        "math.bitAnd({int}, {int})",
        "math.bitOr({int}, {int})",
        "math.bitXor({int}, {int})",
        "math.bitNot({int})",
        "math.bitShiftLeft({int}, {int})",
        "math.bitShiftRight({int}, {int})",
    ),
    "double": (
        "({double} + {double})",
        "({double} - {double})",
        "({double} * {double})",
        "({double} / {double})",
        "-({double})",
        "double({int})",
        "double({string})",
        "({bool} ? {double} : {double})",
        "math.ceil({double})",
        "math.floor({double})",
        "math.round({double})",
        "math.trunc({double})",
        "math.abs({double})",
        "math.sign({double})",
        "math.sqrt({double})",
        "math.sqrt({int})",
        "math.least({double}, {double})",
    ),
    "string": (
        "({string} + {string})",
        "string({int})",
        "string({bool})",
        "string({ts})",
        "string({dur})",
        "string({bytes})",
        "({bool} ? {string} : {string})",
        "{string}.charAt({int})",
        "{string}.replace({string}, {string})",
        "{string}.replace({string}, {string}, {int})",
        "{string}.lowerAscii()",
        "{string}.upperAscii()",
        "{string}.trim()",
        "{string}.reverse()",
        "{string}.substring({int})",
        "{string}.substring({int}, {int})",
        "strings.quote({string})",
        "base64.encode({bytes})",
        '"%s|%s".format([{int}, {string}])',
        '"%s %d%%".format([{ints}, {int}])',
        '"%s".format([{shown}])',
        '"%x %X %o %b".format([{int}, {string}, {int}, {bool}])',
        '"%.2f %e".format([{double}, {int}])',
        "{texts}.join()",
        "{texts}.join({string})",
        "{texts}[{int}]",
    ),
    "bool": (
        "({int} < {int})",
        "({int} == {int})",
        "({double} <= {double})",
        "({double} != {double})",
        "({string} > {string})",
        "({string} == {string})",
        "({dyn} == {dyn})",
        "({dyn} != {dyn})",
        "({dyn} < {dyn})",
        "({dyn} >= {int})",
        "({dyn} == null)",
        "({ints} == {ints})",
        "({list} == {list})",
        "({map} == {map})",
        "({bytes} == {bytes})",
        "({bytes} < {bytes})",
        "({ts} < {ts})",
        "({ts} == {ts})",
        "({dur} >= {dur})",
        "({opt} == {opt})",
        "({type} == {type})",
        "({bool} && {bool})",
        "({bool} || {bool})",
        "({dyn} && {bool})",
        "({bool} || {dyn})",
        "!({bool})",
        "!({dyn})",
        "({bool} ? {bool} : {bool})",
        "({dyn} ? {bool} : {bool})",
        "({int} in {ints})",
        "({string} in {texts})",
        "({dyn} in {list})",
        "({string} in {map})",
        "({dyn} in {dyn})",
        "has({map}.{key})",
        "has({dynamic}.{key})",
        "{opt}.hasValue()",
        "{string}.contains({string})",
        "{string}.startsWith({string})",
        "{string}.endsWith({string})",
        "{string}.matches({pattern})",
        "matches({string}, {pattern})",
        "bool({string})",
        "math.isNaN({double})",
        "math.isInf({double})",
        "math.isFinite({double})",
    ),
    "bytes": ("({bytes} + {bytes})", "bytes({string})", "base64.decode(base64.encode({bytes}))"),
    "ts": ("({ts} + {dur})", "({ts} - {dur})", "({dur} + {ts})", "({bool} ? {ts} : {ts})"),
    "dur": ("({dur} + {dur})", "({dur} - {dur})", "({ts} - {ts})", "duration({string})"),
    "opt": (
        "{map}.?{key}",
        "{map}[?{string}]",
        "{list}[?{int}]",
        "{dynamic}.?{key}",
        "{dynamic}[?{dyn}]",
        "optional.of({dyn})",
        "optional.ofNonZeroValue({dyn})",
        "{opt}.or({opt})",
        "{list}.first()",
        "{list}.last()",
        "({bool} ? {opt} : {opt})",
        "{opt}.{key}",
        "{opt}.?{key}",
    ),
    "type": ("type({dyn})", "type({int})", "type({list})", "type({ts})", "type({opt})"),
    "ints": ("({ints} + {ints})", "({bool} ? {ints} : {ints})", "[{int}, {int}]"),
    "texts": ("({texts} + {texts})", "{string}.split({string})", "{string}.split({string}, {int})"),
    "list": ("[{dyn}, {int}, {string}]", "({list} + {list})", "[{dyn}, ?{opt}]"),
    "map": (
        '{{"a": {dyn}, "b": {int}}}',
        '{{"c": {map}}}',
        "{{{string}: {dyn}}}",
        '{{"a": {int}, ?"b": {opt}}}',
    ),
    "dyn": (
        "{map}.{key}",
        "{map}[{string}]",
        "{dynamic}.{key}",
        "{dynamic}[{int}]",
        "{dynamic}[{dyn}]",
        "{list}[{int}]",
        "({dyn} + {dyn})",
        "({dyn} + {int})",
        "({double} - {dyn})",
        "({dyn} * {dyn})",
        "({dyn} / {int})",
        "({dyn} % {dyn})",
        "-({dynamic})",
        "({bool} ? {dyn} : {dyn})",
        "dyn({int})",
        "dyn({string})",
        "dyn({list})",
        "dyn({ts})",
        "dyn({dur})",
        "dyn({bytes})",
        "size({dynamic})",
        "{opt}.value()",
        "{opt}.orValue({dyn})",
        "math.greatest({small}, {double})",
        "dyn({ts}) - dyn({dyn})",
    ),
}
_WORDS: Mapping[str, tuple[str, ...]] = {
    "key": _KEYS,
    "small": ("0", "1", "-1", "7"),
    "field": (
        *("getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"),
        *("getHours", "getMinutes", "getSeconds", "getMilliseconds"),
    ),
    "part": ("getHours", "getMinutes", "getSeconds", "getMilliseconds"),
    "zone": ("'UTC'", "'Europe/Berlin'", "'America/New_York'", "'+05:30'", "'-1:00'", "'Nowhere'"),
    "pattern": ("'a'", "'^a.*$'", "'[[:alpha:]]+'", r"'\\d'", "'(a|b)?'", "''"),
}
_SHOWN = (
    *("null", "b'ab'", "[1, 'a', null]", "{'b': 1, 'a': [true]}", "type(1)"),
    *("duration('1.5s')", "timestamp('2020-02-29T12:34:56.789Z')"),
)
_LOOPS = frozenset({"bool", "ints", "list", "dyn"})
_BOUND = ("int", "string", "bool", "dyn", "list", "opt", "ts")


class _Names(NamedTuple):
    """What may be used at a place: variables by kind, and whether there may be macros."""

    known: Mapping[str, tuple[str, ...]]
    has_macros: bool

    def with_one(self, kind: str, name: str) -> _Names:
        known = {**self.known, kind: (*self.known.get(kind, ()), name)}
        return _Names(known, self.has_macros)


def expression(random: Random, depth: int = 4) -> str:
    """Return an expression of any type that can leave it."""
    known = {
        kind: tuple(name for name, each in VARIABLES.items() if each == kind) for kind in _FORMS
    }
    names = _Names(known, random.randrange(2) == 0)
    kind = random.choice(tuple(_FORMS))
    if kind in _ROOTS:
        return _filled(random, _ROOTS[kind], depth, names)
    return _grow(random, kind, depth, names)


def scope(random: Random) -> dict[str, object]:
    """Return values for all variables."""
    return {
        "index": _int(random),
        "error": _double(random),
        "result": random.choice((*_TEXTS, *_NUMERALS)),
        "next": random.choice((True, False)),
        "vars": [_int(random) for _ in range(random.randrange(4))],
        "params": [random.choice(_TEXTS) for _ in range(random.randrange(4))],
        "state": [_value(random, 2) for _ in range(random.randrange(4))],
        "local": {key: _value(random, 2) for key in _KEYS if random.randrange(3)},
        "item": _value(random, 3),
    }


def _int(random: Random) -> int:
    return random.choice((0, 1, -1, 2, 5, 2**63 - 1, -(2**63), random.randrange(-(2**40), 2**40)))


def _double(random: Random) -> float:
    return random.choice((0.0, -0.0, 1.0, 2.5, -3.0, 1e308, random.randrange(-99, 99) / 8))


def _value(random: Random, depth: int) -> object:
    match random.randrange(5 if depth == 0 else 8):
        case 0:
            return None
        case 1:
            return random.choice((True, False))
        case 2:
            return _int(random)
        case 3:
            return _double(random)
        case 4:
            return random.choice(_TEXTS)
        case 5:
            return [_value(random, depth - 1) for _ in range(random.randrange(4))]
        case _:
            return {key: _value(random, depth - 1) for key in _KEYS if random.randrange(3)}


def _grow(random: Random, kind: str, depth: int, names: _Names) -> str:
    if depth == 0 or random.randrange(6) == 0:
        return _leaf(random, kind, names)
    if random.randrange(5) == 0:
        if not names.has_macros:
            return _binding(random, kind, depth, names)
        if kind in _LOOPS:
            return _macro(random, kind, depth, names)
    return _filled(random, random.choice(_FORMS[kind]), depth, names)


def _leaf(random: Random, kind: str, names: _Names) -> str:
    known = names.known.get(kind, ())
    return random.choice(known if known and random.randrange(3) else _LITERALS[kind])


def _filled(random: Random, form: str, depth: int, names: _Names) -> str:
    """Fill the gaps of a form; `{dynamic}` is a dynamic value that may stand before a dot."""

    def fill(found: re.Match[str]) -> str:
        gap = found[1]
        if gap is None:
            return found[0][0]
        if gap in _WORDS:
            return random.choice(_WORDS[gap])
        if gap == "shown":
            return random.choice(_SHOWN)
        if gap == "dynamic":
            return f"dyn({_grow(random, 'dyn', depth - 1, names)})"
        return _grow(random, gap, depth - 1, names)

    return _GAP.sub(fill, form)


def _binding(random: Random, kind: str, depth: int, names: _Names) -> str:
    variable, bound = f"v{depth}", random.choice(_BOUND)
    value = _grow(random, bound, depth - 1, names)
    if kind == "opt" and random.randrange(2):
        inner = names.with_one("dyn", variable)
        flat = random.randrange(2) == 0
        made = _grow(random, "opt" if flat else "dyn", depth - 1, inner)
        source = _grow(random, "opt", depth - 1, names)
        return f"{source}.{'optFlatMap' if flat else 'optMap'}({variable}, {made})"
    made = _grow(random, kind, depth - 1, names.with_one(bound, variable))
    return f"cel.bind({variable}, {value}, {made})"


def _macro(random: Random, kind: str, depth: int, names: _Names) -> str:
    # A map as source only where the order of its keys, which the judge has not, is not seen.
    may_be_map = kind == "bool"
    source_kind = random.choice(("ints", "texts", "list", "dyn"))
    source = _grow(
        random, "list" if source_kind == "dyn" and not may_be_map else source_kind, depth - 1, names
    )
    if source_kind == "dyn":
        source = f"dyn({source})"
    variable = f"v{depth}"
    item = _ITEMS.get(source_kind, "dyn")
    inner = names.with_one(item, variable)
    test = _grow(random, "bool", depth - 1, inner)
    if kind == "bool":
        return f"{source}.{random.choice(('all', 'exists', 'exists_one'))}({variable}, {test})"
    wanted = "int" if kind == "ints" else "dyn"
    if item == wanted and random.randrange(2):
        return f"{source}.filter({variable}, {test})"
    element = _grow(random, wanted, depth - 1, inner)
    if random.randrange(2):
        return f"{source}.map({variable}, {test}, {element})"
    return f"{source}.map({variable}, {element})"
