"""From the checker's text to findings: where, what, and what to write instead.

The checking library tells its errors as one text. Here it is taken apart: a place that covers the
whole word, a sentence in the product's own words, a hint. Errors that only follow from another
one are dropped, so that one mistake gives one finding. Nothing is checked or raised here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from jido_cli.core.cel.emit import TOO_DEEP
from jido_cli.core.cel.library import MACROS, NAMES, usage
from jido_cli.core.cel.source import Source
from jido_cli.core.cel.types import CelType
from jido_cli.core.suggestions import did_you_mean

# Kept as texts, and compiled by `re` when they are needed: most expressions have no mistake.
_ENTRY = (
    r"(?ms)^(?:\w+: )?ERROR: <input>:(\d+):(\d+): (.*?)"
    r"(?=\n \||\nERROR: |\nWARNING: | \[\w+\]$|\Z)"
)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9.]+|==|!=|<=|>=|&&|\|\||\S")
_UNDEFINED = r"undefined field '(.*)' not found in struct '(.*)'"
_UNDECLARED = r"undeclared reference to '(.*)' \(in container ''\)"
_OVERLOAD = r"(?s)found no matching overload for '(.*)' applied to '\((.*)\)'"
_UNEXPECTED = (
    r"(?s)Syntax error: (?:mismatched|extraneous|no viable alternative at) input "
    r"'(.*?)'(?: expecting.*)?$"
)
_UNREADABLE = r"(?s)Syntax error: token recognition error at: '(.*)"
_DEPTH = "recursion (depth|limit)"
_NO_FIELDS = r"expression of type '(.*)' cannot be the operand of a select operation"
_NO_RANGE = r"expression of type '(.*)' cannot be the range of a comprehension.*"
# How the checker spells types, and how people do.
_TYPE_NAMES: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"wrapper\((\w+)\)", r"\1 or null"),
    (r"google\.protobuf\.(Timestamp|Duration)", lambda found: found[1].lower()),
    (r"\boptional_type\b", "optional"),
    (r"math\.@max", "math.greatest"),
    (r"math\.@min", "math.least"),
    (r"jido\.M[0-9]+", "object"),
    (r"\bT%[0-9]+", "dyn"),
    (r"\bnull_type\b", "null"),
)
_INT_BEFORE = re.compile(r"(?<![\w.])([0-9]+)\s*$")
_INT_AFTER = re.compile(r"[^\w\s(]*\s*([0-9]+)(?![\w.])")

_PYTHON_WORDS = {
    "and": "write &&",
    "or": "write ||",
    "not": "write !",
    "if": "write condition ? a : b",
    "is": "write ==",
}
_SIGNS = {
    "=": "write == to compare",
    "&": "write &&",
    "|": "write ||",
    "$": "an expression stands without ${{ }} here",
}
_PYTHON_NAMES = {"True": "write true", "False": "write false", "None": "write null"}
_SPACES = frozenset(name.partition(".")[0] for name in NAMES if "." in name) | {"cel"}
_CALL = re.compile(r"(\w+\.\w+)\s*\(")
_MACROS = {form.usage.partition("(")[0].rpartition(".")[2]: form.usage for form in MACROS}
_MEANT = {
    **dict.fromkeys(("toUpper", "toUpperCase", "upper", "uppercase"), "upperAscii"),
    **dict.fromkeys(("toLower", "toLowerCase", "lower", "lowercase"), "lowerAscii"),
    **dict.fromkeys(("len", "length", "count"), "size"),
    **dict.fromkeys(("strip", "trimSpace"), "trim"),
    **dict.fromkeys(("includes", "has_key", "hasKey"), "contains"),
    **dict.fromkeys(("str", "toString", "text"), "string"),
    **dict.fromkeys(("float", "number"), "double"),
    "any": "exists",
    "find": "indexOf",
    "some": "exists",
    "reduce": "sum",
    "sorted": "sort",
    "unique": "distinct",
    "sortBy": "sortByKey",
    "title": "titleCase",
    "every": "all",
}
# What only expressions over a running tree see.
_TREE_NAMES = frozenset({"agents", "supervisors", "signals"})
_TAKE_OBJECTS = frozenset({"_+_", "_==_", "_!=_", "@in"})
_OPERATORS = {"@in": "in", "_?_:_": "?", "_[_]": "[]", "!_": "!", "-_": "-"}


class Finding(NamedTuple):
    """A mistake in an expression; line and column count from 1, in code points."""

    line: int
    column: int
    length: int
    message: str
    hint: str | None


class Known(NamedTuple):
    """What the expression may name."""

    variables: Mapping[str, CelType]
    fields: Mapping[str, Mapping[str, CelType]]


def findings(report: str, source: Source, known: Known) -> tuple[Finding, ...]:
    """Return what the checker's *report* on *source* says; never empty."""
    checked = source.text
    entries = [
        (_offset(checked, int(line), int(column)), text.strip())
        for line, column, text in re.findall(_ENTRY, report)
        if "*error*" not in text
    ]
    if re.search(_DEPTH, report):
        message = f"{TOO_DEEP}: over 32 operations in one another"
        return (Finding(1, 1, 1, message, "split it"),)
    if not entries:
        return (at(checked, 0, _words(report.splitlines()[0])),)
    if entries[0][1].startswith("Syntax error"):
        del entries[1:]
    unknown = [(offset, _unknown_call(checked, offset, text)) for offset, text in entries]
    if any(name for _, name in unknown):
        # What an unknown function or macro is called with, nobody can say.
        entries = [
            entry
            for entry, (_, name) in zip(entries, unknown, strict=True)
            if name or not re.fullmatch(_UNDECLARED, entry[1])
        ]
    found = (_finding(checked, offset, text, known) for offset, text in entries)
    return tuple(_of_user(each, source) for each in found)


def _of_user(finding: Finding, source: Source) -> Finding:
    """Return a finding in the checker's text as one in the user's."""
    if source.text == source.user:
        return finding
    offset = source.original(_offset(source.text, finding.line, finding.column))
    line, column = _place(source.user, offset)
    return finding._replace(line=line, column=column)


def at(source: str, offset: int, message: str, hint: str | None = None) -> Finding:
    """Return a finding at the word or sign that begins at *offset*."""
    found = _WORD.match(source, offset)
    length = len(found[0]) if found else 1
    return Finding(*_place(source, offset), length, message, hint)


def _place(source: str, offset: int) -> tuple[int, int]:
    return source.count("\n", 0, offset) + 1, offset - source.rfind("\n", 0, offset)


def word_at(source: str, offset: int) -> int:
    """Return where the word begins that a node's *offset* means: a field, not its dot."""
    if source[offset : offset + 1] == ".":
        return offset + 1
    if source[offset : offset + 1] == "(":
        return _name_before(source, offset)[0]
    return offset


def _offset(source: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = source.find("\n", start) + 1
    return start + column - 1


def _name_before(source: str, offset: int) -> tuple[int, str]:
    """Return start and text of the identifier that ends at *offset*."""
    start = offset
    while start > 0 and (source[start - 1].isalnum() or source[start - 1] == "_"):
        start -= 1
    return start, source[start:offset]


def _unknown_call(source: str, offset: int, text: str) -> str | None:
    """Return the name of the function that *text* says is unknown, if it says so."""
    found = re.fullmatch(_UNDECLARED, text)
    if found is None or source[offset : offset + 1] != "(":
        return None
    return found[1]


def _finding(source: str, offset: int, text: str, known: Known) -> Finding:
    if found := re.fullmatch(_UNDEFINED, text):
        return _undefined_field(source, offset, found[1], known.fields.get(found[2], {}))
    if name := _unknown_call(source, offset, text):
        return _undeclared_function(source, offset, name)
    if found := re.fullmatch(_UNDECLARED, text):
        return _undeclared_name(source, offset, found[1], known.variables)
    if found := re.fullmatch(_OVERLOAD, text):
        return _no_overload(source, offset, found[1], found[2])
    if text.startswith("Syntax error"):
        return _syntax_error(source, offset, text)
    place = word_at(source, offset)
    if found := re.fullmatch(_NO_FIELDS, text):
        word = _WORD.match(source, place)
        is_size = word is not None and _MEANT.get(word[0], word[0]) == "size"
        hint = "write size(x)" if is_size else None
        return at(source, place, f"{_words(found[1])} has no fields", hint)
    if found := re.fullmatch(_NO_RANGE, text):
        return at(source, place, f"a macro needs a list or a map, not {_words(found[1])}")
    if text.startswith("has() argument"):
        return at(source, place, "has() asks for a field", "write has(a.b)")
    return at(source, word_at(source, offset), _words(text))


def _words(text: str) -> str:
    """Return the checker's words with types as people write them."""
    for spelled, shown in _TYPE_NAMES:
        text = re.sub(spelled, shown, text)
    return text.removeprefix("INVALID_ARGUMENT: ")


def _undefined_field(source: str, offset: int, name: str, fields: Mapping[str, object]) -> Finding:
    place = source.find(name, offset)
    hint = did_you_mean(name, fields)
    if hint is None and fields:
        hint = f"there is {', '.join(sorted(fields)[:8])}"
    return at(source, max(place, offset), f"undefined field {name!r}", hint)


def _undeclared_function(source: str, offset: int, name: str) -> Finding:
    start, _ = _name_before(source, offset)
    if source[start - 1 : start] == ".":
        space = _name_before(source, start - 1)[1]
        if space in _SPACES:
            start, name = start - 1 - len(space), f"{space}.{name}"
    hint: str | None
    if name in _MACROS:
        message, hint = f"{name}() is not called like this", f"write {_MACROS[name]}"
        if name != "bind" and source.count(",", offset) >= 2:
            hint += "; macros with two variables are not in this language"
    elif name in NAMES:
        message, hint = f"{name}() is not called like this", f"it is {usage(name)}"
    else:
        message, hint = f"there is no function {name}()", _near_function(name)
    return at(source, start, message, hint)


def _near_function(name: str) -> str | None:
    if name in _MEANT:
        return f"did you mean {_MEANT[name]!r}?"
    if name == "now":
        return "the time of the command is ctx.now"
    if name.startswith("transform"):
        return "macros with two variables are not in this language"
    return did_you_mean(name, [*NAMES, *_MACROS, "cel.bind"])


def _undeclared_name(
    source: str, offset: int, name: str, variables: Mapping[str, object]
) -> Finding:
    # Of `stat.count` the whole path is told, at its last dot.
    path = name.split(".")
    place = source.rfind(path[0], 0, offset + 1) if len(path) > 1 else offset
    root = path[0]
    if root in _SPACES and (called := _CALL.match(source, max(place, 0))):
        if called[1] in NAMES:
            message, near = f"{called[1]}() is not called like this", f"it is {usage(called[1])}"
            return at(source, place, message, near)
        return at(source, place, f"there is no function {called[1]}()", _near_function(called[1]))
    if root in _TREE_NAMES:
        return at(source, max(place, 0), f"{root!r} is known only in scenarios")
    hint = _PYTHON_NAMES.get(root) or did_you_mean(root, variables)
    if hint is None and variables:
        hint = f"there is {', '.join(sorted(variables))}; text is written in quotes"
    return at(source, max(place, 0), f"there is no variable {root!r} here", hint)


def _no_overload(source: str, offset: int, name: str, types: str) -> Finding:
    types = _words(types)
    operands = types.split(", ")
    is_function = source[offset : offset + 1] == "("
    shown = f"{name}()" if is_function else _OPERATORS.get(name, name.strip("_"))
    place = word_at(source, offset)
    if name == "_?_:_":
        return _bad_choice(source, place, types)
    if "uint" in operands:
        return at(source, place, "unsigned integers are not in this language", "leave out the u")
    message = f"{shown} cannot be applied to ({types})"
    return at(source, place, message, _overload_hint(source, offset, name, types))


def _bad_choice(source: str, place: int, types: str) -> Finding:
    if types.startswith("bool, "):
        message = f"both results of ? : must have one type, not ({types.removeprefix('bool, ')})"
        return at(source, place, message, "make one dynamic: dyn(x)")
    which = "the condition before ?" if source[place : place + 1] == "?" else "the condition"
    return at(source, place, f"{which} must be bool, not {types.split(', ')[0]}")


def _overload_hint(source: str, offset: int, name: str, types: str) -> str | None:
    operands = types.split(", ")
    if name == "_[_]" and operands[0] == "object":
        return "a field is read with a dot: a.b"
    if set(operands) == {"int", "double"}:
        literal = None
        if len(operands) == 2 and operands[0] == "int":
            literal = _INT_BEFORE.search(source, 0, offset)
        elif len(operands) == 2:
            literal = _INT_AFTER.match(source, offset)
        return f"write {literal[1]}.0" if literal else "convert the integer: double(x)"
    is_object_met = operands[0] == "object" if name in NAMES else "map(" in types
    if "object" in types and is_object_met and (name in NAMES or name in _TAKE_OBJECTS):
        return "make the object dynamic: dyn(x)"
    if name == "_+_" and "string" in operands:
        return "convert to text: string(x)"
    if name in NAMES:
        return f"it is {usage(name)}"
    return None


def _syntax_error(source: str, offset: int, text: str) -> Finding:
    if found := re.fullmatch(_UNREADABLE, text):
        quote = found[1][:1]
        if quote in ("'", '"'):
            return at(source, offset, "syntax error: the text in quotes does not end on this line")
        hint = _SIGNS.get(quote)
        return at(source, offset, f"syntax error at {quote!r}", hint)
    found = re.fullmatch(_UNEXPECTED, text)
    if found is None:
        return at(source, offset, text[0].lower() + text[1:])
    if found[1].endswith("<EOF>"):
        return at(source, offset, "syntax error: the expression ends too early")
    word = _WORD.match(source, offset)
    shown = word[0] if word else found[1]
    before = re.search(r"(\w+)\s*$", source[:offset])
    hint = _PYTHON_WORDS.get(shown) or _SIGNS.get(shown)
    hint = hint or (_PYTHON_WORDS.get(before[1]) if before else None)
    return at(source, offset, f"syntax error at {shown!r}", hint)
