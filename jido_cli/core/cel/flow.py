"""Forms whose parts may be needed or not, or again and again: choices, logic, bindings, loops.

Errors are kept and raised again as CEL has it: an operand of `||` or `&&`, an element of `all` or
`exists` may fail if another one decides, a bound value fails where it is used. Exhausted budgets
are never kept. How single values are read and computed is `jido_cli.core.cel.generate`'s business.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from jido_cli.core.cel.emit import Page, indented
from jido_cli.core.cel.places import mark
from jido_cli.core.cel.types import BOOL
from jido_cli.core.cel.values import STEP
from jido_cli.core.cel.wire import Node


class Flow(Page, ABC):
    """Writes the forms that need statements.

    Every form returns Python text for the value; what must be done before goes to `lines`.

    Attributes:
        local: the variables of macros, and the text that reads them.
        risky: those of them whose value may have failed.
        repeats: loops and bindings around what is written.
        uses_fuel: whether anything that was written pays.
    """

    def __init__(self) -> None:
        super().__init__()
        self.local: dict[str, str] = {}
        self.risky: frozenset[str] = frozenset()
        self.repeats = 0
        self.uses_fuel = False

    @abstractmethod
    def expression(self, node: Node) -> str:
        """Return the text for a node's value."""

    @abstractmethod
    def is_safe(self, node: Node) -> bool:
        """Return whether a node cannot fail."""

    def condition(self, node: Node) -> str:
        """Return the text for a node whose value must be a boolean."""
        text = self.expression(node)
        return text if node.type == BOOL else mark(node.offset, f"a_bool({text})")

    def choice(self, node: Node) -> str:
        """Return the text for `condition ? a : b`."""
        test, then, other = node.args
        condition = self.condition(test)
        then_text, then_lines = self.apart(self.expression, then)
        other_text, other_lines = self.apart(self.expression, other)
        if not then_lines and not other_lines:
            return f"({then_text} if {condition} else {other_text})"
        result = self.temporary()
        self.lines += [
            f"if {condition}:",
            *then_lines,
            f" {result} = {then_text}",
            "else:",
            *other_lines,
            f" {result} = {other_text}",
        ]
        return result

    def otherwise(self, node: Node) -> str:
        """Return the text for `or` and `orValue`: the second operand may not be needed."""
        name = self.temporary("o")
        first, second = (self._optional(each) for each in node.args)
        first_text = first(node.args[0])
        found = name if node.name == "or" else f"{name}.value"
        form = second if node.name == "or" else self.expression
        text, lines = self.apart(form, node.args[1])
        if not lines:
            return f"({found} if ({name} := {first_text}).is_present else {text})"
        result = self.temporary()
        self.lines += [
            f"{name} = {first_text}",
            f"if {name}.is_present: {result} = {found}",
            "else:",
            *lines,
            f" {result} = {text}",
        ]
        return result

    def _optional(self, node: Node) -> Callable[[Node], str]:
        """Return the form of a node whose value must be an optional."""
        if node.type.kind == "optional":
            return self.expression
        return lambda each: mark(each.offset, f"a_maybe('or', {self.expression(each)})")

    def logic(self, node: Node, *, is_or: bool) -> str:
        """Return the text for `&&` and `||`: either operand may fail if the other one decides."""
        first, second = node.args
        result, error = self.temporary(), self.temporary("e")
        goes_on = f"if {'not ' if is_or else ''}{result}:"
        if first.type == BOOL and self.is_safe(first):
            first_text = self.condition(first)
            second_text, second_lines = self.apart(self.condition, second)
            if not second_lines:
                return f"({first_text} {'or' if is_or else 'and'} {second_text})"
            self.lines += [f"{result} = {first_text}", goes_on]
            self.lines += [*second_lines, f" {result} = {second_text}"]
            return result
        with self.blocks(node):
            first_text, first_lines = self.apart(self.condition, first)
        second_text, second_lines = self.apart(self.condition, second)
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

    def bind(self, node: Node) -> str:
        """Return the text for `cel.bind`: a value that fails does so only where it is used."""
        value, result = node.args
        name, error = self.temporary("b"), self.temporary("e")
        outer, risky = self.local, self.risky
        self.repeats += 1
        if self.is_safe(value):
            self.lines.append(f"{name} = {self.expression(value)}")
            self.local, self.risky = {**outer, node.name: name}, risky - {node.name}
        else:
            with self.blocks(node):
                text, lines = self.apart(self.expression, value)
            self.lines += [
                f"{error} = {name} = None",
                "try:",
                *lines,
                f" {name} = {text}",
                f"except ABSORBED as x: {error} = x",
            ]
            used = f"({name} if {error} is None else again({error}))"
            self.local, self.risky = {**outer, node.name: used}, risky | {node.name}
        made = self.expression(result)
        self.local, self.risky = outer, risky
        self.repeats -= 1
        return made

    def macro(self, node: Node) -> str:
        """Return the text for a macro: its loop goes to the lines."""
        source, *parts = node.args
        over = self.expression(source)
        if source.type.kind not in ("list", "map"):
            over = mark(source.offset, f"a_range({over})")
        item, result = self.temporary("i"), self.temporary()
        if node.kind == "sort":
            items = self.temporary()
            self.lines.append(f"{items} = {over}")
            over = items
        outer, risky = self.local, self.risky
        self.local, self.risky = {**outer, node.name: item}, risky - {node.name}
        self.repeats += 1
        self.uses_fuel = True
        head = [
            f"for {item} in {over}:",
            f" F[0] -= {STEP}",
            " " + mark(node.offset, "if F[0] < 0: out_of_work()"),
        ]
        with self.blocks(node):
            match node.kind:
                case "all" | "exists":
                    self._quantifier(parts[0], result, head, is_exists=node.kind == "exists")
                case "exists_one":
                    text, lines = self.apart(self.condition, parts[0])
                    self.lines += [f"{result} = 0", *head, *lines, f" if {text}: {result} += 1"]
                    result = f"({result} == 1)"
                case _:
                    self._collect(parts, result, head)
        self.local, self.risky = outer, risky
        self.repeats -= 1
        if node.kind == "sort":
            return f"sorted_by(F, {over}, {result})"
        return result

    def _quantifier(
        self, predicate: Node, result: str, head: list[str], *, is_exists: bool
    ) -> None:
        with self.blocks(predicate):
            text, lines = self.apart(self.condition, predicate)
        found = f"if {'' if is_exists else 'not '}{text}: {result} = {is_exists}; break"
        start = f"{result} = {not is_exists}"
        if not lines and predicate.type == BOOL and self.is_safe(predicate):
            self.lines += [start, *head, f" {found}"]
            return
        error = self.temporary("e")
        self.lines += [
            f"{start}; {error} = None",
            *head,
            " try:",
            *indented(lines),
            f"  {found}",
            f" except ABSORBED as x: {error} = x",
            f"if {error} is not None and {result} is not {is_exists}: raise {error}",
        ]

    def _collect(self, parts: list[Node], result: str, head: list[str]) -> None:
        *tests, element = parts
        self.lines += [f"{result} = []", *head]
        pad = " "
        for test in tests:
            text, lines = self.apart(self.condition, test)
            self.lines += [*lines, f" if {text}:"]
            pad = "  "
        text, lines = self.apart(self.expression, element)
        self.lines += [*(pad[1:] + line for line in lines), f"{pad}{result}.append({text})"]
