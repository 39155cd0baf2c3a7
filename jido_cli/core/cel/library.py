"""The table of all functions: what is in it *is* in the language, anything else is refused.

From its rows come the helpers that generated code calls, what the checker is told, the types of
results, how a function is called for people, and the page of documentation. The rows themselves
stand beside the helpers, in the modules that are collected here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from jido_cli.core.cel.conversions import CONVERSIONS
from jido_cli.core.cel.encodings import ENCODINGS
from jido_cli.core.cel.formatting import FORMATTING
from jido_cli.core.cel.lists import LISTS, MAPS
from jido_cli.core.cel.numbers import NUMBERS
from jido_cli.core.cel.optionals import OPTIONALS
from jido_cli.core.cel.patterns import PATTERNS
from jido_cli.core.cel.run import OPERATORS
from jido_cli.core.cel.signatures import Form, Function, Signature, declaration, signatures_of
from jido_cli.core.cel.texts import TEXTS
from jido_cli.core.cel.times import TIMES
from jido_cli.core.cel.values import Value

TABLE: Mapping[str, tuple[Function, ...]] = {
    "Kinds and conversions": CONVERSIONS,
    "Texts": (*TEXTS, *FORMATTING, *PATTERNS),
    "Numbers": NUMBERS,
    "Lists": LISTS,
    "Maps": MAPS,
    "Optionals": OPTIONALS,
    "Times": TIMES,
    "Encodings and hashes": ENCODINGS,
}
MACROS = (
    Form("has(a.b)", "whether the key is there; a null is", (("has({'a': null}.a)", True),)),
    Form(
        "list.all(x, condition)",
        "whether the condition holds for every element, or for every key of a map",
        (("[1, 2].all(x, x > 0)", True),),
    ),
    Form(
        "list.exists(x, condition)",
        "whether it holds for any",
        (("{'a': 1}.exists(k, k == 'a')", True),),
    ),
    Form(
        "list.exists_one(x, condition)",
        "whether it holds for exactly one",
        (("[1, 2].exists_one(x, x > 1)", True),),
    ),
    Form(
        "list.filter(x, condition)",
        "the elements for which it holds",
        (("[1, 2, 3].filter(x, x != 2)", [1, 3]),),
    ),
    Form(
        "list.map(x, value)",
        "a value for every element; with a condition before the value, for those where it holds",
        (("[1, 2].map(x, x * 10)", [10, 20]), ("[1, 2].map(x, x > 1, x * 10)", [20])),
    ),
    Form(
        "list.sortByKey(x, key)",
        "the elements in the order of the keys that the second part gives",
        (("['ccc', 'a', 'bb'].sortByKey(x, size(x))", ["a", "bb", "ccc"]),),
    ),
    Form(
        "cel.bind(x, value, result)",
        "the result, in which `x` stands for the value",
        (("cel.bind(x, 2 + 3, x * x)", 25),),
    ),
    Form(
        "optional.optMap(x, value)",
        "an optional with the value made from what it has, if it has any",
        (("{'a': 1}.?a.optMap(x, x + 1).orValue(0)", 2),),
    ),
    Form(
        "optional.optFlatMap(x, optional)",
        "the optional made from what it has, if it has any",
        (("{'a': {'b': 2}}.?a.optFlatMap(x, x.?b).orValue(0)", 2),),
    ),
)
OPERATOR_FORMS = (
    Form(
        "a + b, a - b, a * b, a / b, a % b, -a",
        "arithmetic of two int or two double: they do not mix; `int` has 64 bits and division of"
        " it goes towards zero. `+` joins texts, lists and bytes, and moves times; `-` tells the"
        " time between",
        (
            ("7 / 2", 3),
            ("double(7) / 2.0", 3.5),
            ("'a' + 'b'", "ab"),
            ("timestamp('2026-01-02T00:00:00Z') - timestamp('2026-01-01T00:00:00Z')", "86400s"),
        ),
    ),
    Form(
        "a == b, a != b, a < b, a <= b, a > b, a >= b",
        "comparison; any two values are equal or not, only values of one kind have an order",
        (("dyn(1) == 1.0", True), ("dyn(1) == 'a'", False), ("'a' < 'b'", True)),
    ),
    Form(
        "a && b, a || b, !a, condition ? a : b",
        "logic; an error on one side does not matter where the other side decides",
        (("1 / 0 > 0 || true", True), ("true ? 'yes' : 'no'", "yes")),
    ),
    Form(
        "a in list, key in map",
        "whether a list has the element, or a map the key",
        (("2 in [1, 2]", True), ("'a' in {'a': null}", True)),
    ),
    Form(
        "map.key, map['key'], list[0]",
        "a value; an error if there is none",
        (("{'a': [7]}.a[0]", 7),),
    ),
    Form(
        "map.?key, map[?'key'], list[?0]",
        "an optional: the value if there is one",
        (("{'a': 1}.?b.orValue(0)", 0), ("[7][?1].hasValue()", False)),
    ),
    Form(
        "[a, ?b], {'k': a, ?'l': b}",
        "lists and maps; an entry with `?` is left out if its optional has no value",
        (("[1, ?{'a': 2}.?b]", [1]), ("{'k': 1, ?'l': [2][?0]}", {"k": 1, "l": 2})),
    ),
)


def rows() -> Iterator[Function]:
    """Give all rows of the table."""
    for group in TABLE.values():
        yield from group


def _by_node() -> dict[str, tuple[Function, ...]]:
    found: dict[str, tuple[Function, ...]] = {}
    for row in rows():
        name = row.node or row.name
        found[name] = (*found.get(name, ()), row)
    return found


_ROWS = _by_node()
# Where texts and lists share a name, the later helper does both.
FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    **OPERATORS,
    **{name: found[-1].run for name, found in _ROWS.items()},
}
"""Name in the checker's tree -> helper."""
NAMES = frozenset(row.name for row in rows())
"""The names of functions as people write them."""


def signatures(node: str) -> tuple[Signature, ...]:
    """Return all ways to call what the checker's tree calls *node*."""
    return tuple(each for row in _ROWS.get(node, ()) for each in signatures_of(row))


def usage(name: str) -> str:
    """Return how a function is called, for people."""
    texts = [text for row in rows() if row.name == name for text in row.signatures]
    shown = [text.rpartition(" -> ")[0] for text in texts]
    return " or ".join(shown[:3]) + (" and others" if len(shown) > 3 else "")


_PLAIN_SOURCES = ("", "optional")
_CALLED = re.compile(r"([A-Za-z_]\w*)\s*\(")
_PLAIN = frozenset(
    (
        *(row.name.rpartition(".")[2] for row in rows() if row.source in _PLAIN_SOURCES),
        *(form.usage.partition("(")[0].rpartition(".")[2] for form in MACROS),
    )
)


def is_plain(text: str) -> bool:
    """Return whether *text* calls nothing but what any checker knows."""
    return all(name in _PLAIN for name in _CALLED.findall(text))


def declarations(*, is_plain: bool = False) -> str:
    """Return the checker's configuration: the extensions we use, and our own functions.

    Args:
        is_plain: leave out what plain texts do not call; that is half the price of a checker.
    """
    sources = dict.fromkeys(row.source for row in rows())
    extensions = [name for name in sources if name not in ("", "jido")]
    if is_plain:
        extensions = [name for name in extensions if name in _PLAIN_SOURCES]
    lines = ["name: jido", "extensions:"]
    lines += [f"- name: {name}" for name in (*extensions, "bindings")]
    if is_plain:
        return "\n".join(lines)
    lines.append("functions:")
    for name, found in _ROWS.items():
        own = [entry for row in found if row.source == "jido" for entry in declaration(row)]
        if own:
            lines += [f"- name: {name}", "  overloads:"]
        for number, entry in enumerate(own):
            lines.append(f"  - {{id: jido_{name.replace('.', '_')}_{number}, {entry}}}")
    return "\n".join(lines)
