"""Expressions over a running tree: CEL that names agents, supervisors, groups and signals.

    agents["orders"].state.count == 4 && supervisors["root"].restarts == 1
    group("workers").all(w, w.status == "running") && signals.count("order.placed") == 2

What is named is written out, so it is known before anything runs: each agent has the type of its
own state, and only what is named is looked up. How a name leads to a node is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final, Literal, NamedTuple

import msgspec

from jido_cli.core.cel.diagnose import at
from jido_cli.core.cel.source import end_of_quotes
from jido_cli.core.expressions import (
    Environment,
    EvaluationError,
    Expression,
    ExpressionError,
    TreeScope,
)

Kind = Literal["agents", "supervisors", "group", "signals"]
Schema = Mapping[str, object]
_MENTION: Final = re.compile(
    r"(?:(agents|supervisors)[ \t]*\[|(group)[ \t]*\(|(signals)[ \t]*\.[ \t]*count[ \t]*\()"
)
_NAME: Final = re.compile(r"[ \t]*([\"'])([^\"'\\\n]*)\1[ \t]*([\])])")
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WRITTEN: Final = {
    "agents": 'agents["orders"]',
    "supervisors": 'supervisors["root"]',
    "group": 'group("workers")',
    "signals": 'signals.count("order.placed")',
}
_TEXT: Final = {"type": "string"}
_COUNT: Final = {"type": "integer"}
_LIST: Final = {"type": "array", "items": _TEXT}
_ANY: Final[Schema] = {}


class Mention(NamedTuple):
    """Something that an expression names: where in its text, and the field that stands for it."""

    kind: Kind
    name: str
    field: str
    offset: int
    length: int


class Look(NamedTuple):
    """What an expression came to: `got` shows what is compared, where it is a comparison."""

    value: object
    got: object
    part: str


class UnknownNodeError(Exception):
    """Raised by whoever looks names up, for a name that leads nowhere now."""


class TreeExpression:
    """One compiled expression over a running tree.

    Args:
        text: as it was written.
        mentions: what it names.
        expression: the compiled one.
        halves: the parts of which one tells why the whole is false.
    """

    __slots__ = ("_expression", "_halves", "_sign", "mentions", "text")

    def __init__(
        self,
        text: str,
        mentions: tuple[Mention, ...],
        expression: Expression,
        sign: str | None,
        halves: tuple[TreeExpression, ...],
    ) -> None:
        self.text = text
        self.mentions = mentions
        self._expression = expression
        self._sign = sign
        self._halves = halves

    def run(
        self, look_up: Callable[[Mention], object], variables: Mapping[str, object] | None = None
    ) -> object:
        """Return the value of the expression.

        Args:
            look_up: returns what a mention stands for: for an agent or supervisor a mapping, for
                a group a list of such, for signals how many there were.
            variables: the topology's.

        Raises:
            EvaluationError: it fails on the values.
            UnknownNodeError: *look_up* knows no such node.
        """
        found: dict[str, dict[str, object]] = {}
        for each in self.mentions:
            found.setdefault(each.kind, {})[each.field] = look_up(each)
        return self._expression.run(
            TreeScope(
                found.get("agents"),
                found.get("supervisors"),
                found.get("signals"),
                found.get("group"),
                variables,
            )
        )

    def explain(
        self, look_up: Callable[[Mention], object], variables: Mapping[str, object] | None = None
    ) -> Look:
        """Return why it is not true: the part that is not, and what that compares."""
        value = self.run(look_up, variables)
        if self._sign == "&&" and self._halves:
            left, right = self._halves
            part = left if left.run(look_up, variables) is not True else right
            return part.explain(look_up, variables)
        if self._halves and self._sign not in (None, "||"):
            compared = self._halves[1 if self._sign == "in" else 0]
            try:
                return Look(value, compared.run(look_up, variables), self.text.strip())
            except EvaluationError:
                return Look(value, value, self.text.strip())
        return Look(value, value, self.text.strip())


class TreeExpressions:
    """Compiles the expressions of one place; agents have the types of their states.

    Args:
        texts: all that will be compiled.
        state_of: the full JSON Schema of the state of the agent that a name means, if known.
        vars_schema: of the topology's variables; None where it has none.
        is_check: they are only checked, not run.
    """

    def __init__(
        self,
        texts: Iterable[str],
        state_of: Callable[[str], Schema | None],
        vars_schema: Schema | str | None = None,
        *,
        is_check: bool = False,
    ) -> None:
        self._fields: dict[tuple[Kind, str], str] = {}
        for text in texts:
            for kind, name, _, _ in _mentions(text, []):
                self._field(kind, name)
        self._environment = self._made(state_of, vars_schema, is_check=is_check)

    def compile(self, text: str, *, is_condition: bool = True) -> TreeExpression:
        """Return the compiled expression.

        Raises:
            ExpressionError: it is not CEL, does not fit the types, or names what is not written
                out.
        """
        rewritten, mentions = self._rewritten(text)
        expression = self._environment.compile(rewritten, is_condition=is_condition)
        joint = self._environment.joint(rewritten)
        halves: tuple[TreeExpression, ...] = ()
        sign = None
        if joint is not None:
            sign, offset = joint
            halves = self._halves(text, offset, len(sign))
        return TreeExpression(text, mentions, expression, sign, halves)

    def _halves(self, text: str, offset: int, length: int) -> tuple[TreeExpression, ...]:
        """Return both sides of an operator; nothing where brackets around it part them."""
        try:
            left = self.compile(text[:offset], is_condition=False)
            return left, self.compile(text[offset + length :], is_condition=False)
        except ExpressionError:
            return ()

    def _rewritten(self, text: str) -> tuple[str, tuple[Mention, ...]]:
        """Return the text with a field for each mention, every character at its place."""
        problems: list[ExpressionError] = []
        mentions = []
        pieces: list[str] = []
        done = 0
        for kind, name, start, stop in _mentions(text, problems):
            field = self._field(kind, name)
            mentions.append(Mention(kind, name, field, start, stop - start))
            pieces += [text[done:start], f"{kind}.{field}".ljust(stop - start)]
            done = stop
        if problems:
            raise problems[0]
        return "".join((*pieces, text[done:])), tuple(mentions)

    def _field(self, kind: Kind, name: str) -> str:
        """Return the field that stands for a name: as long as the name, or a little longer."""
        found = self._fields.get((kind, name))
        if found is None:
            taken = {each for (other, _), each in self._fields.items() if other == kind}
            plain = "x" + re.sub(r"[^A-Za-z0-9_]", "_", name)
            found, number = plain, 0
            while found in taken:
                number += 1
                found = f"{plain[: len(name) + 1 - len(str(number))]}{number}"
            self._fields[kind, name] = found
        return found

    def _made(
        self,
        state_of: Callable[[str], Schema | None],
        vars_schema: Schema | str | None,
        *,
        is_check: bool,
    ) -> Environment:
        fields: dict[Kind, dict[str, object]] = {
            "agents": {},
            "supervisors": {},
            "group": {},
            "signals": {},
        }
        for (kind, name), field in self._fields.items():
            fields[kind][field] = _type_of(kind, state_of(name) if kind == "agents" else None)
        variables: dict[str, Schema | str] = {k: _closed(inner) for k, inner in fields.items()}
        if vars_schema is not None:
            variables["vars"] = vars_schema
        return _environment(msgspec.json.encode((variables, is_check)))


def mentions_in(text: str) -> list[tuple[Kind, str]]:
    """Return kind and name of everything that an expression names.

    Raises:
        ExpressionError: something is not named by a text that is written out.
    """
    problems: list[ExpressionError] = []
    found = [(kind, name) for kind, name, _, _ in _mentions(text, problems)]
    if problems:
        raise problems[0]
    return found


@lru_cache(maxsize=32)
def _environment(shapes: bytes) -> Environment:
    """Return the environment of such variables; the parts of one file share it."""
    variables, is_check = msgspec.json.decode(shapes)
    return Environment(variables, is_check=is_check)


def _type_of(kind: Kind, state: Schema | None) -> Schema:
    if kind == "signals":
        return _COUNT
    if kind == "supervisors":
        return _closed({"status": _TEXT, "restarts": _COUNT, "facts": _LIST})
    node = _closed(
        {
            "id": _TEXT,
            "path": _TEXT,
            "status": _TEXT,
            "facts": _LIST,
            "restarts": _COUNT,
            "state": _ANY if state is None or _refers(state) else state,
        }
    )
    return {"type": "array", "items": node} if kind == "group" else node


def _closed(fields: Mapping[str, object]) -> Schema:
    return {
        "type": "object",
        "properties": dict(fields),
        "required": list(fields),
        "additionalProperties": False,
    }


def _refers(schema: object) -> bool:
    """Whether a schema refers into itself: that means nothing where it is a part of another."""
    if isinstance(schema, Mapping):
        return "$ref" in schema or any(map(_refers, schema.values()))
    return isinstance(schema, list | tuple) and any(map(_refers, schema))


def _mentions(text: str, problems: list[ExpressionError]) -> Iterator[tuple[Kind, str, int, int]]:
    """Yield kind, name, begin and end of each mention; what is not written out is a problem."""
    position = 0
    while position < len(text):
        character = text[position]
        if character in "\"'":
            position = end_of_quotes(text, position)
            continue
        if text.startswith("//", position):
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
            continue
        word = _WORD.match(text, position)
        if word is None:
            position += 1
            continue
        begun = _MENTION.match(text, position)
        if begun is None or _is_field(text, position):
            position = word.end()
            continue
        kind: Kind = begun[1] or begun[2] or begun[3]  # type: ignore[assignment]
        named = _NAME.match(text, begun.end())
        if named is None:
            hint = f"write the name in quotes: {_WRITTEN[kind]}"
            message = f"{kind} must be asked for by a name that is written out"
            problems.append(ExpressionError(at(text, position, message, hint)))
            position = begun.end()
            continue
        yield kind, named[2], position, named.end()
        position = named.end()


def _is_field(text: str, position: int) -> bool:
    return text[:position].rstrip().endswith(".")


def compile_node_condition(
    text: str, state: Schema | None, *, has_state: bool = True
) -> Expression:
    """Return a condition over one node: its `state`, `status`, `facts` and `restarts`.

    Args:
        text: CEL, without braces; must be true or false.
        state: the full JSON Schema of its state; None is any mapping.
        has_state: whether the node is an agent.

    Raises:
        ExpressionError: it is not CEL, or does not fit the types.
    """
    variables: dict[str, Schema | str] = {"status": "string", "restarts": "int", "facts": "list"}
    if has_state:
        variables["state"] = state or "map"
    return _environment(msgspec.json.encode((variables, False))).compile(text, is_condition=True)
