"""Random typed expressions, and random scopes to run them in.

Both are made from a `Random`: a seeded one for volume, or hypothesis' own, which can shrink.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from random import Random

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

Names = Mapping[str, tuple[str, ...]]

_GAP = re.compile(r"\{\{|\}\}|\{(\w+)\}")
_KEYS = ("a", "b", "c")
_ITEMS = {"ints": "int", "texts": "string", "list": "dyn"}
_TEXTS = ("", "a", "b", "ab", "Ä", " x y\u3000", "\U0001f600", "1", "true", "e\u0301")
_LITERALS: Mapping[str, tuple[str, ...]] = {
    "int": ("0", "1", "-1", "2", "3", "7", "9223372036854775807", "-9223372036854775808"),
    "double": ("0.0", "-0.0", "1.0", "-1.5", "0.1", "3.0", "1e300", "1e-300"),
    "string": tuple(json.dumps(text, ensure_ascii=False) for text in _TEXTS),
    "bool": ("true", "false"),
    "ints": ("[]", "[1]", "[1, 2, 3]", "[0, 0]", "[-1, 5]"),
    "texts": ("[]", '["a"]', '["a", "b", ""]'),
    "list": ('[1, "a"]', "[1, 1.0, true]", "[null, [1], {'a': 1}]"),
    "map": ('{"a": 1}', '{"a": 1, "b": "x"}', "{'c': null}"),
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
        "int({double})",
        "int(string({int}))",
        "({bool} ? {int} : {int})",
        "{ints}[{int}]",
        "{string}.indexOf({string})",
        "{string}.lastIndexOf({string})",
        "{string}.indexOf({string}, {int})",
    ),
    "double": (
        "({double} + {double})",
        "({double} - {double})",
        "({double} * {double})",
        "({double} / {double})",
        "-({double})",
        "double({int})",
        "({bool} ? {double} : {double})",
    ),
    "string": (
        "({string} + {string})",
        "string({int})",
        "string({bool})",
        "({bool} ? {string} : {string})",
        "{string}.charAt({int})",
        "{string}.replace({string}, {string})",
        "{string}.replace({string}, {string}, {int})",
        "{string}.lowerAscii()",
        "{string}.upperAscii()",
        "{string}.trim()",
        "{string}.substring({int})",
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
        "{string}.contains({string})",
        "{string}.startsWith({string})",
        "{string}.endsWith({string})",
        "bool({string})",
    ),
    "ints": ("({ints} + {ints})", "({bool} ? {ints} : {ints})", "[{int}, {int}]"),
    "texts": ("({texts} + {texts})", "{string}.split({string})", "{string}.split({string}, {int})"),
    "list": ("[{dyn}, {int}, {string}]", "({list} + {list})"),
    "map": ('{{"a": {dyn}, "b": {int}}}', '{{"c": {map}}}', "{{{string}: {dyn}}}"),
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
        "size({dynamic})",
    ),
}


def expression(random: Random, depth: int = 4) -> str:
    """Return an expression of any type."""
    names: Names = {
        kind: tuple(name for name, each in VARIABLES.items() if each == kind) for kind in _FORMS
    }
    return _grow(random, random.choice(tuple(_FORMS)), depth, names)


def scope(random: Random) -> dict[str, object]:
    """Return values for all variables."""
    return {
        "index": _int(random),
        "error": _double(random),
        "result": random.choice(_TEXTS),
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


def _grow(random: Random, kind: str, depth: int, names: Names) -> str:
    if depth == 0 or random.randrange(6) == 0:
        return _leaf(random, kind, names)
    if kind in ("bool", "ints", "list", "dyn") and random.randrange(5) == 0:
        return _macro(random, kind, depth, names)
    return _filled(random, random.choice(_FORMS[kind]), depth, names)


def _leaf(random: Random, kind: str, names: Names) -> str:
    known = names.get(kind, ())
    return random.choice(known if known and random.randrange(3) else _LITERALS[kind])


def _filled(random: Random, form: str, depth: int, names: Names) -> str:
    """Fill the gaps of a form; `{dynamic}` is a dynamic value that may stand before a dot."""

    def fill(found: re.Match[str]) -> str:
        gap = found[1]
        if gap is None:
            return found[0][0]
        if gap == "key":
            return random.choice(_KEYS)
        if gap == "dynamic":
            return f"dyn({_grow(random, 'dyn', depth - 1, names)})"
        return _grow(random, gap, depth - 1, names)

    return _GAP.sub(fill, form)


def _macro(random: Random, kind: str, depth: int, names: Names) -> str:
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
    inner = {**names, item: (*names.get(item, ()), variable)}
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
