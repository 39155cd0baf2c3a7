"""Python's own forms of operators and functions, for operands whose types leave nothing to look at.

A form is a template: `{0}`, `{1}` are the operands, `{t}` is a name to keep a value in. Where there
is none, a helper looks at the values. No statements, no walking of trees.
"""

from __future__ import annotations

from collections.abc import Mapping

from jido_cli.core.cel.types import (
    BOOL,
    COMPARED,
    DOUBLE,
    DURATION,
    INT,
    STRING,
    CelType,
    list_of,
)
from jido_cli.core.cel.wire import Node

Types = tuple[CelType, ...]

_COMPARISONS = {"_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">="}
_IN_RANGE = (
    "({t} if -9223372036854775808 <= ({t} := {0} %s {1}) < 9223372036854775808 else overflow())"
)
_ALWAYS: Mapping[tuple[str, Types], str] = {
    ("_+_", (INT, INT)): _IN_RANGE % "+",
    ("_-_", (INT, INT)): _IN_RANGE % "-",
    ("_*_", (INT, INT)): _IN_RANGE % "*",
    ("_/_", (INT, INT)): "divide_ints({0}, {1})",
    ("_%_", (INT, INT)): "remainder_of_ints({0}, {1})",
    ("-_", (INT,)): "({t} if ({t} := -{0}) < 9223372036854775808 else overflow())",
    ("_+_", (DOUBLE, DOUBLE)): "({0} + {1})",
    ("_-_", (DOUBLE, DOUBLE)): "({0} - {1})",
    ("_*_", (DOUBLE, DOUBLE)): "({0} * {1})",
    ("_/_", (DOUBLE, DOUBLE)): "divide_doubles({0}, {1})",
    ("-_", (DOUBLE,)): "(-{0})",
    ("!_", (BOOL,)): "(not {0})",
    ("string", (INT,)): "str({0})",
    ("double", (INT,)): "float({0})",
    ("string", (STRING,)): "{0}",
    ("int", (INT,)): "{0}",
    ("double", (DOUBLE,)): "{0}",
    ("bool", (BOOL,)): "{0}",
}
# Free outside loops and bindings only: inside they would touch and make text that nobody pays.
_ONCE: Mapping[tuple[str, Types], str] = {
    ("_+_", (STRING, STRING)): "({t} if len({t} := {0} + {1}) <= 4194304 else out_of_text())",
    ("contains", (STRING, STRING)): "({1} in {0})",
    ("startsWith", (STRING, STRING)): "{0}.startswith({1})",
    ("endsWith", (STRING, STRING)): "{0}.endswith({1})",
}
_MAX_ONCE = 16
"""How often an expression may use such a form."""
# An empty list cannot say what its sum is a sum of; its type can.
_EMPTY_SUMS: Mapping[CelType, str] = {
    list_of(DOUBLE): "({0} or 0.0)",
    list_of(DURATION): "({0} or Duration(0))",
}


class FastForms:
    """Chooses the forms for one expression, and counts those that are free."""

    def __init__(self) -> None:
        self._free = 0

    def form(self, node: Node, types: Types, *, is_repeated: bool) -> str | None:
        """Return the template for a call, None if a helper has to look at the values."""
        template = _ALWAYS.get((node.name, types)) or comparison(node, types)
        if template is not None:
            return template
        if not is_repeated and self._free < _MAX_ONCE:
            template = _ONCE.get((node.name, types))
            if template is not None:
                self._free += 1
                return template
        return _access(node, types, is_repeated=is_repeated)


def comparison(node: Node, types: Types) -> str | None:
    """Return the template for a comparison that Python makes as CEL does."""
    operator = _COMPARISONS.get(node.name)
    if operator is None:
        return None
    if operator in ("==", "!=") and any(
        each.kind == "const" and each.value is None for each in node.args
    ):
        return f"({{0}} {operator} {{1}})"
    is_plain = types[0] == types[1] and types[0] in COMPARED
    return f"({{0}} {operator} {{1}})" if is_plain else None


def after(node: Node, types: Types) -> str:
    """Return the template to be put around what a helper gives."""
    return _EMPTY_SUMS.get(types[0], "{0}") if node.name == "sum" and types else "{0}"


def _access(node: Node, types: Types, *, is_repeated: bool) -> str | None:
    match node.name, types:
        case "_[_]", (CelType("map"), CelType("string")):
            return "{0}[{1}]"
        case "_[_]", (CelType("list"), CelType("int")):
            return "element({0}, {1})"
        case "@in", (CelType("string"), CelType("map")):
            return "({0} in {1})"
        case "@in", (item, CelType("list", each)) if item == each and item in (INT, STRING):
            is_short = node.args[1].kind == "list" and not node.args[1].optional
            return "({0} in {1})" if is_short or not is_repeated else None
        case "size", (CelType("string" | "bytes" | "list" | "map"),):
            return "len({0})"
        case "dyn", _:
            return "{0}"
        case "hasValue", (CelType("optional"),):
            return "{0}.is_present"
    return None
