"""From a typed tree to the text of one Python function.

The generated function takes the scope and returns the value. It is made of statements, without
closures: macros are loops, `||`, `&&`, `all` and `exists` are try-blocks, which cost nothing while
nothing fails. Where the derived types of all operands are concrete the code is Python's own with a
check of the range; everywhere else a helper looks at the values. Every node's text is wrapped in
marks, which `jido_cli.core.cel_places` takes out again. Nothing is compiled or run here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from jido_cli.core.cel_library import FUNCTIONS
from jido_cli.core.cel_places import mark
from jido_cli.core.cel_run import STEP, TEXT, WORK
from jido_cli.core.cel_types import BOOL, DOUBLE, INT, SCALARS, STRING, TIMESTAMP, CelType
from jido_cli.core.cel_wire import Node, RefusedError

_COMPARISONS = {"_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">="}
_IN_RANGE = (
    "({t} if -9223372036854775808 <= ({t} := {0} %s {1}) < 9223372036854775808 else overflow())"
)
_FAST: Mapping[tuple[str, tuple[CelType, ...]], str] = {
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
# Free to use outside loops only: inside one they would touch text that nobody pays for.
_FAST_ONCE: Mapping[tuple[str, tuple[CelType, ...]], str] = {
    ("_+_", (STRING, STRING)): "({0} + {1})",
    ("contains", (STRING, STRING)): "({1} in {0})",
    ("startsWith", (STRING, STRING)): "{0}.startswith({1})",
    ("endsWith", (STRING, STRING)): "{0}.endswith({1})",
}
_TAKE_TIMESTAMPS = frozenset({"_==_", "_!=_", "_?_:_", "string", "dyn", "@in"})
_NOT_A_NAME = re.compile(r"\W")

HELPERS = {
    name: f"h_{_NOT_A_NAME.sub(lambda found: f'{ord(found[0]):x}', name)}" for name in FUNCTIONS
}
"""By which Python name generated code calls the helper of a function."""

Records = Mapping[str, Mapping[str, str]]
"""Variables that are objects: name -> field -> the Python text that reads it from the scope."""


class Generated(NamedTuple):
    """The text, with marks, of a function `f(s)`, and the variables that it reads."""

    marked: str
    names: frozenset[str]


def generate(root: Node, records: Records, *, is_condition: bool = False) -> Generated:
    """Return the function `f(s)` for a typed tree.

    Args:
        root: a tree whose types are derived.
        records: how the fields of variables that are objects are read.
        is_condition: the value must be a boolean.

    Raises:
        RefusedError: the tree uses what the language does not have.
    """
    generator = _Generator(records)
    if is_condition:
        value = generator.condition(root)
    else:
        value = generator.expression(root)
        if root.type not in SCALARS:
            value = mark(root.offset, f"check_result({value})")
            if "Timestamp(" in value or any("Timestamp(" in line for line in generator.lines):
                value = f"without_timestamps({value})"
    lines = [*generator.lines, f"return {value}"]
    if generator.uses_fuel:
        lines.insert(0, f"F = [{WORK}, {TEXT}]")
    guarded = ["try:", *_indented(lines), "except FAILURES as x: raise explain(x) from None"]
    marked = "\n".join(["def f(s, explain=explain):", *_indented(guarded)])
    return Generated(marked, frozenset(generator.names))


def _indented(lines: list[str]) -> list[str]:
    return [f" {line}" for line in lines]


class _Generator:
    def __init__(self, records: Records) -> None:
        self.lines: list[str] = []
        self.names: set[str] = set()
        self.uses_fuel = False
        self._records = records
        self._local: dict[str, str] = {}
        self._loops = 0
        self._count = 0

    # Every form returns Python text for the value; what must be done before goes to `lines`.

    def expression(self, node: Node) -> str:
        """Return the text for a node's value."""
        match node.kind:
            case "const":
                return _literal(node.value)
            case "ident":
                return self._name(node)
            case "select":
                text = self._select(node)
            case "has":
                text = self._has(node)
            case "list":
                text = f"[{', '.join(map(self.expression, node.args))}]"
            case "map":
                text = self._map(node)
            case "call":
                text = self._call(node)
            case _:
                text = self._macro(node)
        return mark(node.offset, text)

    def condition(self, node: Node) -> str:
        """Return the text for a node whose value must be a boolean."""
        text = self.expression(node)
        return text if node.type == BOOL else mark(node.offset, f"a_bool({text})")

    def _temporary(self, prefix: str = "t") -> str:
        self._count += 1
        return f"{prefix}{self._count}"

    def _apart(self, form: Callable[[Node], str], node: Node) -> tuple[str, list[str]]:
        """Return the text and, indented and apart, the statements that a form needs."""
        outer, self.lines = self.lines, []
        try:
            text = form(node)
            return text, _indented(self.lines)
        finally:
            self.lines = outer

    def _record(self, node: Node) -> Mapping[str, str] | None:
        """Return the fields of the object that a node names, if it does."""
        if node.kind != "ident" or node.name in self._local:
            return None
        name = node.name.removeprefix(".")
        self.names.add(name)
        return self._records.get(name)

    def _name(self, node: Node) -> str:
        if node.name in self._local:
            return self._local[node.name]
        name = node.name.removeprefix(".")
        self.names.add(name)
        record = self._records.get(name)
        if record is None:
            return f"s.{name}"
        return f"{{{', '.join(f'{name!r}: {read}' for name, read in record.items())}}}"

    def _select(self, node: Node) -> str:
        (operand,) = node.args
        record = self._record(operand)
        if record is not None:
            return record[node.name]
        text = self.expression(operand)
        if operand.type.kind in ("message", "map"):
            return f"{text}[{node.name!a}]"
        return f"select({text}, {node.name!a})"

    def _has(self, node: Node) -> str:
        (operand,) = node.args
        record = self._record(operand)
        if record is not None:
            return f"({record[node.name]} is not None)"
        text = self.expression(operand)
        if operand.type.kind in ("message", "map"):
            return f"({node.name!a} in {text})"
        return f"is_present({text}, {node.name!a})"

    def _map(self, node: Node) -> str:
        pairs = list(zip(node.args[::2], node.args[1::2], strict=True))
        if all(key.kind == "const" for key, _ in pairs):
            seen: set[object] = set()
            for key, _ in pairs:
                if key.value in seen:
                    raise RefusedError(f"the key {key.value!r} is twice in the map", key.offset)
                seen.add(key.value)
            items = (f"{self.expression(key)}: {self.expression(value)}" for key, value in pairs)
            return f"{{{', '.join(items)}}}"
        result = self._temporary()
        self.lines.append(f"{result} = {{}}")
        for key, value in pairs:
            key_text = mark(key.offset, f"a_key({self.expression(key)}, {result})")
            value_text = self.expression(value)
            self.lines.append(f"{result}[{key_text}] = {value_text}")
        return result

    def _call(self, node: Node) -> str:
        types = tuple(each.type for each in node.args)
        if TIMESTAMP in types and node.name not in _TAKE_TIMESTAMPS:
            raise RefusedError("computing with timestamps is not available yet", node.offset)
        match node.name:
            case "_&&_" | "_||_":
                return self._logic(node, is_or=node.name == "_||_")
            case "_?_:_":
                return self._choice(node)
        fast = self._fast(node, types)
        if fast is not None:
            return fast
        helper = HELPERS.get(node.name)
        if helper is None:
            name = node.name.strip("@_")
            raise RefusedError(f"the function {name}() is not available yet", node.offset)
        self.uses_fuel = True
        return f"{helper}(F, {', '.join(map(self.expression, node.args))})"

    def _fast(self, node: Node, types: tuple[CelType, ...]) -> str | None:
        """Return Python's own form of a call, where the types leave nothing to look at."""
        template = _FAST.get((node.name, types))
        if template is None and not self._loops:
            template = _FAST_ONCE.get((node.name, types))
        if template is None:
            template = self._comparison(node, types) or self._access(node, types)
        if template is None:
            return None
        return template.format(*map(self.expression, node.args), t=self._temporary())

    def _comparison(self, node: Node, types: tuple[CelType, ...]) -> str | None:
        operator = _COMPARISONS.get(node.name)
        if operator is None:
            return None
        if operator in ("==", "!=") and any(
            each.kind == "const" and each.value is None for each in node.args
        ):
            return f"({{0}} {operator} {{1}})"
        is_plain = types[0] == types[1] and types[0] in SCALARS
        return f"({{0}} {operator} {{1}})" if is_plain else None

    def _access(self, node: Node, types: tuple[CelType, ...]) -> str | None:
        match node.name, types:
            case "_[_]", (CelType("map"), CelType("string")):
                return "{0}[{1}]"
            case "_[_]", (CelType("list"), CelType("int")):
                return "element({0}, {1})"
            case "@in", (CelType("string"), CelType("map")):
                return "({0} in {1})"
            case "@in", (item, CelType("list", each)) if item == each and item in (INT, STRING):
                is_short = node.args[1].kind == "list"
                return "({0} in {1})" if is_short or not self._loops else None
            case "size", (CelType("string" | "list" | "map"),):
                return "len({0})"
            case "dyn", _:
                return "{0}"
        return None

    def _choice(self, node: Node) -> str:
        test, then, other = node.args
        condition = self.condition(test)
        then_text, then_lines = self._apart(self.expression, then)
        other_text, other_lines = self._apart(self.expression, other)
        if not then_lines and not other_lines:
            return f"({then_text} if {condition} else {other_text})"
        result = self._temporary()
        self.lines += [
            f"if {condition}:",
            *then_lines,
            f" {result} = {then_text}",
            "else:",
            *other_lines,
            f" {result} = {other_text}",
        ]
        return result

    def _logic(self, node: Node, *, is_or: bool) -> str:
        """Either operand may fail if the other one decides."""
        first, second = node.args
        second_text, second_lines = self._apart(self.condition, second)
        is_safe = first.type == BOOL and self._is_safe(first)
        if is_safe and not second_lines:
            return f"({self.expression(first)} {'or' if is_or else 'and'} {second_text})"
        result, error = self._temporary(), self._temporary("e")
        first_text, first_lines = self._apart(self.condition, first)
        goes_on = f"if {'not ' if is_or else ''}{result}:"
        if is_safe:
            self.lines += [f"{result} = {first_text}", goes_on]
            self.lines += [*second_lines, f" {result} = {second_text}"]
            return result
        self.lines += [
            f"{error} = None",
            "try:",
            *first_lines,
            f" {result} = {first_text}",
            f"except ABSORBED as x: {error} = x; {result} = {not is_or}",
            goes_on,
            *second_lines,
            f" {result} = {second_text}",
            f" if {error} is not None and {result} is not {is_or}: raise {error}",
        ]
        return result

    def _is_safe(self, node: Node) -> bool:
        """Return whether a node can neither fail nor need statements."""
        match node.kind:
            case "const":
                return True
            case "ident":
                return True
            case "select":
                return self._record(node.args[0]) is not None
            case "has":
                (operand,) = node.args
                return operand.type.kind in ("message", "map") and self._is_safe(operand)
            case "call":
                types = tuple(each.type for each in node.args)
                is_simple = node.name == "!_" and types == (BOOL,)
                is_simple = is_simple or self._comparison(node, types) is not None
                return is_simple and all(map(self._is_safe, node.args))
            case _:
                return False

    def _macro(self, node: Node) -> str:
        source, *parts = node.args
        over = self.expression(source)
        if source.type.kind not in ("list", "map"):
            over = mark(source.offset, f"a_range({over})")
        item, result = self._temporary("i"), self._temporary()
        outer, self._local = self._local, {**self._local, node.name: item}
        self._loops += 1
        self.uses_fuel = True
        head = [
            f"for {item} in {over}:",
            f" F[0] -= {STEP}",
            " " + mark(node.offset, "if F[0] < 0: out_of_work()"),
        ]
        match node.kind:
            case "all" | "exists":
                self._quantifier(parts[0], result, head, is_exists=node.kind == "exists")
            case "exists_one":
                text, lines = self._apart(self.condition, parts[0])
                self.lines += [f"{result} = 0", *head, *lines, f" if {text}: {result} += 1"]
                result = f"({result} == 1)"
            case _:
                self._collect(parts, result, head)
        self._local = outer
        self._loops -= 1
        return result

    def _quantifier(
        self, predicate: Node, result: str, head: list[str], *, is_exists: bool
    ) -> None:
        text, lines = self._apart(self.condition, predicate)
        found = f"if {'' if is_exists else 'not '}{text}: {result} = {is_exists}; break"
        start = f"{result} = {not is_exists}"
        if not lines and predicate.type == BOOL and self._is_safe(predicate):
            self.lines += [start, *head, f" {found}"]
            return
        error = self._temporary("e")
        self.lines += [
            f"{start}; {error} = None",
            *head,
            " try:",
            *_indented(lines),
            f"  {found}",
            f" except ABSORBED as x: {error} = x",
            f"if {error} is not None and {result} is not {is_exists}: raise {error}",
        ]

    def _collect(self, parts: list[Node], result: str, head: list[str]) -> None:
        *tests, element = parts
        self.lines += [f"{result} = []", *head]
        pad = " "
        for test in tests:
            text, lines = self._apart(self.condition, test)
            self.lines += [*lines, f" if {text}:"]
            pad = "  "
        text, lines = self._apart(self.expression, element)
        self.lines += [*(pad[1:] + line for line in lines), f"{pad}{result}.append({text})"]


def _literal(value: object) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return f"float('{value}')"
    is_negative = type(value) in (int, float) and str(value).startswith("-")
    return f"({value!r})" if is_negative else ascii(value)
