"""Expressions: CEL, checked against schemas, run as generated Python (topology-format.md).

The front of `core/cel`. It parses and checks with the CEL project's own library (`checking`) and
never evaluates with it. What an expression computes depends on its scope alone: no clock, no
randomness, no I/O. How `${{ }}` sits in YAML values is `jido_cli.core.cel.template`'s business.

A text goes through the others in this order: `source` prepares it, the library checks it against
the types of `messages`, which `descriptors` writes for it, `diagnose` explains what that says,
`wire` reads the tree, `derive` types it by the rules of `types`, and `generate` writes Python with
`fast`, `flow` and `emit`. That runs on the `Scope` of `scope`, with the operators of `run` and the
functions that `library` collects; `places` finds what failed, and `results` makes JSON of what
comes out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import FunctionType, MappingProxyType
from typing import cast

from jido_cli.core.cel import run as operators
from jido_cli.core.cel import values
from jido_cli.core.cel.checking import Checking, UncheckedError
from jido_cli.core.cel.derive import TypeScope
from jido_cli.core.cel.descriptors import Field
from jido_cli.core.cel.diagnose import Finding, Known, at, findings, word_at
from jido_cli.core.cel.emit import TOO_DEEP
from jido_cli.core.cel.generate import HELPERS, Generated, generate
from jido_cli.core.cel.library import FUNCTIONS
from jido_cli.core.cel.lists import sorted_by
from jido_cli.core.cel.messages import MessageTypes
from jido_cli.core.cel.places import failed_offset, unmarked
from jido_cli.core.cel.results import as_json, check_result
from jido_cli.core.cel.scope import RECORDS
from jido_cli.core.cel.scope import Scope as Scope
from jido_cli.core.cel.scope import TreeScope as TreeScope
from jido_cli.core.cel.source import prepare
from jido_cli.core.cel.types import BOOL, DYN, CelType
from jido_cli.core.cel.values import ABSORBED, CelError, FuelError
from jido_cli.core.cel.variables import VariableTypes
from jido_cli.core.cel.wire import Node, RefusedError
from jido_cli.errors import InternalError, JidoCliError

_NAMES = frozenset((*Scope.__struct_fields__, *TreeScope.__struct_fields__))
_READ = {
    word: {field: read for field, (_, read) in fields.items()} for word, fields in RECORDS.items()
}
_MAX_LENGTH = 65_536
_KEPT = 1024
"""How many compiled texts an environment keeps."""
_UNUSABLE = re.compile("[\0\ud800-\udfff]")
_NO_RESULTS = MappingProxyType(
    {"optional": "end it with .orValue(x)", "type": "compare it, as in type(x) == int"}
)
_JOINTS = MappingProxyType(
    {
        "@in": "in",
        **{f"_{sign}_": sign for sign in ("==", "!=", "<", "<=", ">", ">=", "&&", "||")},
    }
)
_FAILURES = (*ABSORBED, FuelError, RecursionError)
# What generated code sees, and nothing else.
_GLOBALS: dict[str, object] = {
    "__builtins__": {"float": float, "len": len, "str": str},
    "ABSORBED": ABSORBED,
    "FAILURES": _FAILURES,
    **{HELPERS[name]: helper for name, helper in FUNCTIONS.items()},
    "NOTHING": values.NOTHING,
    **{
        helper.__name__: helper
        for helper in (
            operators.again,
            operators.divide_doubles,
            operators.divide_ints,
            operators.element,
            operators.is_present,
            operators.may_be,
            operators.remainder_of_ints,
            operators.select,
            values.Duration,
            values.Maybe,
            values.Timestamp,
            values.TypeName,
            values.a_bool,
            values.a_key,
            values.a_maybe,
            values.a_range,
            values.out_of_text,
            values.out_of_work,
            values.overflow,
            as_json,
            check_result,
            sorted_by,
        )
    },
}


class ExpressionError(JidoCliError):
    """Raised for an expression that cannot be compiled.

    Line and column count from 1 in the expression's own text, in code points; `others` are further
    mistakes of the same expression.
    """

    default_code = "bad-expression"

    def __init__(self, finding: Finding, others: tuple[ExpressionError, ...] = ()) -> None:
        hints = (finding.hint,) if finding.hint else ()
        super().__init__(finding.message, hints=hints)
        self.offset_line = finding.line
        self.offset_column = finding.column
        self.length = finding.length
        self.hint = finding.hint
        self.others = others


class EvaluationError(JidoCliError):
    """Raised when an expression fails on the values it is run with.

    Line and column count from 1 in the expression's own text, in code points.
    """

    default_code = "expression-failed"

    def __init__(self, message: str, *, source: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message, where=f"{source!r}, line {line}, column {column}")
        self.source = source
        self.line = line
        self.column = column


class BudgetError(EvaluationError):
    """Raised when an expression works too long or makes too much; no operator absorbs it."""

    default_code = "expression-budget"


class Expression:
    """A compiled expression; `run` takes a `Scope` and returns a JSON value.

    Args:
        source: the text, for errors.
        result_type: what the value is, as far as the types tell.
        made: the generated function.
        is_check: it was compiled to see whether it is right, and is never run.
    """

    __slots__ = ("_marked", "names", "result_type", "run", "source")

    def __init__(
        self, source: str, result_type: CelType, made: Generated, *, is_check: bool = False
    ) -> None:
        self.source = source
        self.result_type = result_type
        self.names = made.names
        self._marked = made.marked
        self.run: Callable[[Scope | TreeScope], object] = _only_checked
        if is_check:
            return
        names: dict[str, object] = {"explain": self._explain}
        exec(compile(unmarked(made.marked), "<expression>", "exec"), _GLOBALS, names)  # noqa: S102
        self.run = cast("FunctionType", names["f"])

    def _explain(self, error: Exception) -> EvaluationError:
        """Return the error that says where in the source *error* arose."""
        code = cast("FunctionType", self.run).__code__
        offset = failed_offset(self._marked, code, error.__traceback__)
        place = at(self.source, word_at(self.source, offset or 0), "")
        kind = BudgetError if isinstance(error, (FuelError, RecursionError)) else EvaluationError
        return kind(_reason(error), source=self.source, line=place.line, column=place.column)


class Environment:
    """The variables of a place where expressions may stand, with their types.

    Args:
        variables: name -> a full JSON Schema, or a word: `signal`, `agent`, `ctx` for those
            objects, one of `bool int double string list map dyn`, `none` for an object without
            fields, or the name of another variable, for the same type.
        is_check: expressions are only checked; what comes of them cannot be run.
    """

    def __init__(
        self, variables: Mapping[str, Mapping[str, object] | str], *, is_check: bool = False
    ) -> None:
        if not _NAMES.issuperset(variables):
            unknown = set(variables) - _NAMES
            raise InternalError(f"a scope has no {', '.join(sorted(unknown))}")
        self._messages = MessageTypes()
        self._types = VariableTypes(variables, self._messages)
        self._scope = TypeScope(self._types, self._messages.fields, {})
        self._records = {
            name: _READ[each]
            for name, each in variables.items()
            if isinstance(each, str) and each in _READ
        }
        self._is_check = is_check
        self._checking = Checking(self._types, self._messages)
        self._compiled: dict[object, Expression | ExpressionError] = {}
        self._extended: dict[object, Environment] = {}

    def without(self, hidden: Mapping[str, str]) -> Environment:
        """Return this environment where some variables cannot be used; says why for each."""
        other = self._copied()
        other._scope = TypeScope(self._types, self._messages.fields, hidden)  # noqa: SLF001 - ours
        return other

    def extended(self, **variables: CelType | Mapping[str, CelType]) -> Environment:
        """Return this environment with variables added, replaced or shown; always the same one.

        Args:
            variables: name -> a type of this environment, or the fields of an object.
        """
        key = tuple(
            (name, each if isinstance(each, CelType) else tuple(each.items()))
            for name, each in variables.items()
        )
        found = self._extended.get((key, tuple(self._scope.hidden)))
        if found is None:
            found = self._extended[key, tuple(self._scope.hidden)] = self._with(variables)
        return found

    def _with(self, variables: Mapping[str, CelType | Mapping[str, CelType]]) -> Environment:
        other = self._copied()
        other._messages = self._messages.copy()  # noqa: SLF001 - ours
        added = {
            name: each
            if isinstance(each, CelType)
            else other._messages.define({field: Field(kind) for field, kind in each.items()})  # noqa: SLF001
            for name, each in variables.items()
        }
        other._types = self._types.with_added(added, other._messages)  # noqa: SLF001
        hidden = {name: why for name, why in self._scope.hidden.items() if name not in added}
        other._scope = TypeScope(other._types, other._messages.fields, hidden)  # noqa: SLF001
        other._checking = Checking(other._types, other._messages)  # noqa: SLF001
        other._compiled, other._extended = {}, {}  # noqa: SLF001
        return other

    def _copied(self) -> Environment:
        """Return the same thing again; `copy` takes ten times as long."""
        other = object.__new__(Environment)
        other.__dict__.update(self.__dict__)
        return other

    def type_of(self, *path: str) -> CelType | None:
        """Return the type of a variable, or of a field in it; None if there is none such."""
        found = self._types.get(path[0])
        for part in path[1:]:
            if found is None:
                return None
            if found.kind == "message":
                found = self._messages.fields[found.name].get(part)
            else:
                found = found.item if found.kind == "map" else DYN
        return found

    def fields_of(self, kind: CelType) -> tuple[str, ...]:
        """Return the names of an object type's fields."""
        return tuple(self._messages.fields.get(kind.name, ()))

    def compile(self, text: str, *, is_condition: bool = False) -> Expression:
        """Return the compiled expression, the same one for the same text.

        Args:
            text: CEL, without the braces.
            is_condition: its value must be true or false.

        Raises:
            ExpressionError: it is not CEL, does not fit the types, or uses what is left out.
        """
        key = text, is_condition, tuple(self._scope.hidden.items())
        found = self._compiled.get(key)
        if found is None:
            try:
                found = self._compile(text, is_condition=is_condition)
            except ExpressionError as error:
                found = error
            if len(self._compiled) >= _KEPT:
                self._compiled.clear()
            self._compiled[key] = found
        if isinstance(found, ExpressionError):
            raise found.with_traceback(None)
        return found

    def joint(self, text: str) -> tuple[str, int] | None:
        """Return the operator that joins the two halves of *text*, and where it stands.

        None if it is no comparison, `in`, `&&` or `||`.

        Raises:
            ExpressionError: it is not CEL, or does not fit the types.
        """
        root = self._check(text)
        sign = _JOINTS.get(root.name) if root.kind == "call" else None
        return None if sign is None or root.offset is None else (sign, root.offset)

    def _compile(self, text: str, *, is_condition: bool) -> Expression:
        try:
            root = self._check(text)
            result_type = self._scope.annotate(root, {})
            made = generate(root, self._records, is_condition=is_condition)
        except RefusedError as error:
            place = word_at(text, error.offset or 0)
            raise ExpressionError(at(text, place, error.message, error.hint)) from None
        if is_condition and result_type not in (BOOL, DYN):
            message = f"a condition must be bool, not {result_type}"
            raise ExpressionError(at(text, 0, message)) from None
        if hint := _no_result(result_type):
            message = f"an expression cannot give {result_type}: that is no JSON value"
            raise ExpressionError(at(text, 0, message, hint)) from None
        try:
            return Expression(text, result_type, made, is_check=self._is_check)
        except (SyntaxError, RecursionError, MemoryError):
            # The generator counts what Python can take; this is for what it may have overlooked.
            raise ExpressionError(at(text, 0, TOO_DEEP, "split it")) from None

    def _check(self, text: str) -> Node:
        """Return the tree of the expression, as the library checked it."""
        _check_characters(text)
        source = prepare(text)
        try:
            return self._checking.tree(source)
        except UncheckedError as error:
            visible = {n: kind for n, kind in self._types.items() if n not in self._scope.hidden}
            known = Known(visible, self._messages.fields)
            first, *others = findings(str(error), source, known)
            raise ExpressionError(first, tuple(map(ExpressionError, others))) from None


def _no_result(kind: CelType) -> str | None:
    """Return what to write instead of a result of a type that is not JSON."""
    while kind.kind not in _NO_RESULTS and kind.item is not None:
        kind = kind.item
    return _NO_RESULTS.get(kind.kind)


def _only_checked(_scope: Scope | TreeScope) -> object:
    raise InternalError("an expression that was only checked cannot be run")


def _check_characters(text: str) -> None:
    """Refuse what the library would cut short or choke on."""
    if found := _UNUSABLE.search(text):
        message = f"the character {found[0]!r} cannot stand in an expression"
        raise ExpressionError(at(text, found.start(), message))
    if not text.strip():
        raise ExpressionError(at(text, 0, "the expression is empty"))
    if len(text) > _MAX_LENGTH:
        message = f"the expression is longer than {_MAX_LENGTH:,} characters"
        raise ExpressionError(at(text, 0, message, "split it"))


def _reason(error: Exception) -> str:
    match error:
        case CelError() | FuelError():
            return str(error)
        case KeyError():
            return f"there is no key {error.args[0]!r}"
        case RecursionError():
            return TOO_DEEP
        case AttributeError():
            # Only the signal can be missing as a whole.
            return "there is no signal: the command came without one"
        case TypeError() if "NoneType" in str(error):
            return "the value is null here"
        case _:
            return f"the values do not fit: {error}"
