"""From a typed tree to the text of one Python function.

The generated function takes the scope and returns the value. It is made of statements, without
closures: macros are loops, `||`, `&&`, `all` and `exists` are try-blocks, which cost nothing while
nothing fails. Where the derived types of all operands are concrete the code is Python's own with a
check of the range; everywhere else a helper looks at the values. Every node's text is wrapped in
marks, which `jido_cli.core.cel.places` takes out again. Nothing is compiled or run here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

from jido_cli.core.cel.conversions import TYPE_NAMES
from jido_cli.core.cel.emit import indented
from jido_cli.core.cel.fast import FastForms, after, comparison
from jido_cli.core.cel.flow import Flow
from jido_cli.core.cel.library import FUNCTIONS
from jido_cli.core.cel.patterns import MISSING, TAKE_PATTERNS, check_pattern, is_available
from jido_cli.core.cel.places import mark
from jido_cli.core.cel.types import BOOL, SCALARS, TYPE
from jido_cli.core.cel.values import TEXT, WORK, CelError
from jido_cli.core.cel.wire import Node, RefusedError

_NOT_A_NAME = re.compile(r"\W")
_TYPES = frozenset(TYPE_NAMES.values())
_NOT_JSON = frozenset({"bytes", "timestamp", "duration", "type", "optional"})

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
            check = "as_json" if generator.meets_more_than_json else "check_result"
            value = mark(root.offset, f"{check}({value})")
    lines = [*generator.lines, f"return {value}"]
    if generator.uses_fuel:
        lines.insert(0, f"F = [{WORK}, {TEXT}]")
    guarded = ["try:", *indented(lines), "except FAILURES as x: raise explain(x) from None"]
    marked = "\n".join(["def f(s, explain=explain):", *indented(guarded)])
    return Generated(marked, frozenset(generator.names))


class _Generator(Flow):
    """Writes the code of one expression: how values are read, made and computed."""

    def __init__(self, records: Records) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.meets_more_than_json = False
        self._records = records
        self._fast = FastForms()

    def expression(self, node: Node) -> str:
        """Return the text for a node's value."""
        if node.type.kind in _NOT_JSON:
            self.meets_more_than_json = True
        if node.kind == "const":
            return _literal(node.value)
        if node.kind == "ident":
            return self._name(node)
        return mark(node.offset, self._form(node))

    def _form(self, node: Node) -> str:
        match node.kind:
            case "select":
                return self._select(node)
            case "has":
                return self._has(node)
            case "list":
                return self._list(node)
            case "map":
                return self._map(node)
            case "call":
                return self._call(node)
            case "bind":
                return self.bind(node)
            case _:
                return self.macro(node)

    def _record(self, node: Node) -> Mapping[str, str] | None:
        """Return the fields of the object that a node names, if it does."""
        if node.kind != "ident" or node.name in self.local:
            return None
        name = node.name.removeprefix(".")
        if name not in self._records:
            return None
        self.names.add(name)
        return self._records[name]

    def _name(self, node: Node) -> str:
        if node.name in self.local:
            return self.local[node.name]
        name = node.name.removeprefix(".")
        if node.type == TYPE and name in _TYPES:
            return f"TypeName({name!r})"
        self.names.add(name)
        record = self._records.get(name)
        if record is None:
            return f"s.{name}"
        self.meets_more_than_json = True
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

    def _list(self, node: Node) -> str:
        if not node.optional:
            return f"[{', '.join(map(self.expression, node.args))}]"
        result = self.temporary()
        self.lines.append(f"{result} = []")
        for position, each in enumerate(node.args):
            text = self.expression(each)
            if position in node.optional:
                self._put_if_present(each, text, f"{result}.append({{0}}.value)")
            else:
                self.lines.append(f"{result}.append({text})")
        return result

    def _put_if_present(self, node: Node, text: str, put: str) -> None:
        name = self.temporary("o")
        self.lines += [
            f"{name} = {mark(node.offset, f'may_be({text})')}",
            f"if {name}.is_present: {put.format(name)}",
        ]

    def _map(self, node: Node) -> str:
        pairs = list(zip(node.args[::2], node.args[1::2], strict=True))
        if all(key.kind == "const" for key, _ in pairs) and not node.optional:
            return self._plain_map(pairs)
        result = self.temporary()
        self.lines.append(f"{result} = {{}}")
        for number, (key, value) in enumerate(pairs):
            name = self.temporary("k")
            key_text = mark(key.offset, f"a_key({self.expression(key)}, {result})")
            self.lines.append(f"{name} = {key_text}")
            text = self.expression(value)
            if 2 * number + 1 in node.optional:
                self._put_if_present(value, text, f"{result}[{name}] = {{0}}.value")
            else:
                self.lines.append(f"{result}[{name}] = {text}")
        return result

    def _plain_map(self, pairs: list[tuple[Node, Node]]) -> str:
        seen: set[object] = set()
        for key, _ in pairs:
            if key.value in seen:
                raise RefusedError(f"the key {key.value!r} is twice in the map", key.offset)
            seen.add(key.value)
        items = (f"{self.expression(key)}: {self.expression(value)}" for key, value in pairs)
        return f"{{{', '.join(items)}}}"

    def _call(self, node: Node) -> str:
        match node.name:
            case "_&&_" | "_||_":
                return self.logic(node, is_or=node.name == "_||_")
            case "_?_:_":
                return self.choice(node)
            case "or" | "orValue" if node.has_receiver:
                return self.otherwise(node)
            case "_?._" if record := self._record(node.args[0]):
                name = self.temporary()
                read = record[str(node.args[1].value)]
                return f"(Maybe({name}) if ({name} := {read}) is not None else NOTHING)"
            case "timestamp" | "duration" if isinstance(node.args[0].value, str):
                return _written_time(node)
        types = tuple(each.type for each in node.args)
        template = self._fast.form(node, types, is_repeated=self.repeats > 0)
        if template is not None:
            return template.format(*map(self.expression, node.args), t=self.temporary())
        _check_pattern(node)
        helper = HELPERS.get(node.name)
        if helper is None:
            name = node.name.strip("@_")
            raise RefusedError(f"the function {name}() is not in this language", node.offset)
        self.uses_fuel = True
        arguments = ", ".join(("F", *map(self.expression, node.args)))
        return after(node, types).format(f"{helper}({arguments})")

    def is_safe(self, node: Node) -> bool:
        """Return whether a node cannot fail."""
        match node.kind:
            case "const":
                return True
            case "ident":
                return node.name not in self.risky
            case "select":
                return self._record(node.args[0]) is not None
            case "has":
                (operand,) = node.args
                return operand.type.kind in ("message", "map") and self.is_safe(operand)
            case "call":
                types = tuple(each.type for each in node.args)
                is_simple = node.name == "!_" and types == (BOOL,)
                is_simple = is_simple or comparison(node, types) is not None
                return is_simple and all(map(self.is_safe, node.args))
            case _:
                return False


def _literal(value: object) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return f"float('{value}')"
    is_negative = type(value) in (int, float) and str(value).startswith("-")
    return f"({value!r})" if is_negative else ascii(value)


def _written_time(node: Node) -> str:
    """Return the value of a time that is written out: it is read once, here."""
    try:
        value = FUNCTIONS[node.name]([0, 0], node.args[0].value)
    except CelError as error:
        raise RefusedError(str(error), node.args[0].offset) from None
    return f"{type(value).__name__}({int(value)})"  # type: ignore[call-overload]


def _check_pattern(node: Node) -> None:
    if node.name not in TAKE_PATTERNS:
        return
    if not is_available():
        raise RefusedError(MISSING, node.offset)
    pattern = node.args[1]
    wrong = check_pattern(pattern.value) if isinstance(pattern.value, str) else None
    if wrong is not None:
        raise RefusedError(wrong, pattern.offset)
