"""Python functions written out for one closed or open object whose members are checked singly.

Most params and states are a few scalars. For these a function generated once per schema looks at
exact types and limits, which costs a fraction of any interpreter of schemas; a member that the
quick test does not accept goes to its slow check, which normalises it or explains the refusal.

Nothing here judges a value by itself: what the quick tests accept is a subset of what the slow
checks accept, unchanged. Names and literals of the schema never become program text: they are
passed in as constants.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from jido_cli.core.schema_errors import missing_key, unknown_key
from jido_cli.core.values import MAX_INT, MIN_INT, FrozenDict

Fix = Callable[[object], object]
"""Slow check of one member: any value -> the frozen, normalised, valid one, or SchemaError."""

ABSENT = object()
_ANNOTATIONS = frozenset(
    {
        "$comment",
        "default",
        "deprecated",
        "description",
        "examples",
        "format",
        "readOnly",
        "title",
        "writeOnly",
    }
)
_RANGE = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})


@dataclass(frozen=True, slots=True)
class Member:
    """One property of an object.

    Attributes:
        name: of the property.
        schema: of it.
        fix: slow check of a given value, which fills in defaults inside.
        recheck: slow check of a value that is in place already, which fills in none.
        default: frozen; `ABSENT` if there is none.
        is_required: whether it must be there.
    """

    name: str
    schema: object
    fix: Fix
    recheck: Fix
    default: object
    is_required: bool


Take = Callable[[object], dict[str, object]]


def generate_take(members: list[Member], *, is_strict: bool) -> Take:
    """Return the function that reads the declared members out of a mapping, checked.

    Defaults are filled in. Values come out frozen, in a plain dict of its own.

    Args:
        members: the properties, in order.
        is_strict: refuse other keys; else they are left alone.
    """
    scope: dict[str, object] = {
        "ABSENT": ABSENT,
        "missing": missing_key,
        "refuse_unknown": _refuser([member.name for member in members]),
        "EMPTY": {},
        "FrozenDict": FrozenDict,
    }
    lines = ["def take(data):"]
    # Data that is no mapping has no members.
    lines.append(" if type(data) is not FrozenDict and not isinstance(data, dict): data = EMPTY")
    if is_strict:
        lines.append(" n = 0")
    always = [m for m in members if m.is_required or m.default is not ABSENT]
    for index, member in enumerate(members):
        scope |= {f"K{index}": member.name, f"F{index}": member.fix, f"D{index}": member.default}
        lines += _read(index, member, scope, counts=is_strict)
    entries = ", ".join(f"K{members.index(m)}: v{members.index(m)}" for m in always)
    lines.append(f" out = {{{entries}}}")
    for index, member in enumerate(members):
        if member not in always:
            lines.append(f" if v{index} is not ABSENT: out[K{index}] = v{index}")
    if is_strict:
        lines.append(" if n != len(data): refuse_unknown(data)")
    lines.append(" return out")
    return cast("Take", _define("take", lines, scope))


def generate_fix(schema: object, slow: Fix) -> Fix:
    """Return the check *slow* of one member with a quick test in front, if there is one."""
    scope: dict[str, object] = {"F": slow}
    test = _quick_test(schema, "v", "L", scope)
    if test is None:
        return slow
    return _define("fix", ["def fix(v):", f" return v if {test} else F(v)"], scope)


def _read(index: int, member: Member, scope: dict[str, object], *, counts: bool) -> list[str]:
    v = f"v{index}"
    test = _quick_test(member.schema, v, f"L{index}_", scope)
    absent = {True: f"raise missing(K{index})", False: f"{v} = D{index}"}
    is_needed = member.is_required and member.default is ABSENT
    count = ["  n += 1"] if counts else []
    check = f"  {v} = F{index}({v})" if test is None else f"  if not ({test}): {v} = F{index}({v})"
    return [
        f" {v} = data.get(K{index}, ABSENT)",
        f" if {v} is ABSENT: {absent[is_needed]}",
        " else:",
        *count,
        check,
    ]


def _quick_test(schema: object, v: str, prefix: str, scope: dict[str, object]) -> str | None:
    """Return an expression that accepts only valid values that need no change, None if hard."""
    if not isinstance(schema, Mapping):
        return None
    kinds = schema.get("type")
    kinds = list(kinds) if isinstance(kinds, list) else [kinds]
    null = f"{v} is None or " if "null" in kinds else ""
    kinds = [kind for kind in kinds if kind != "null"]
    if len(kinds) != 1:
        return None
    keywords = {key for key in schema if not str(key).startswith("x-")} - _ANNOTATIONS - {"type"}
    test = _scalar_test(kinds[0], keywords, schema, v, prefix, scope)
    if test is None or (null and "enum" in keywords):
        return None
    return null + test


def _scalar_test(
    kind: object,
    keywords: set[str],
    schema: Mapping[str, object],
    v: str,
    prefix: str,
    scope: dict[str, object],
) -> str | None:
    if kind == "boolean" and not keywords:
        return f"({v} is True or {v} is False)"
    if kind == "integer" and keywords <= _RANGE:
        return f"(type({v}) is int and {_limits(schema, v, prefix, scope, (MIN_INT, MAX_INT))})"
    if kind == "number" and keywords <= _RANGE:
        # v - v is not 0 for NaN and the infinities.
        limits = _limits(schema, v, prefix, scope, None)
        return f"(type({v}) is float and {v} - {v} == 0.0{' and ' + limits if limits else ''})"
    if kind == "string" and keywords <= {"minLength", "maxLength"}:
        test = f"type({v}) is str and {v}.isascii()"
        for keyword, sign in (("minLength", ">="), ("maxLength", "<=")):
            if keyword in keywords:
                scope[prefix + keyword] = schema[keyword]
                test += f" and len({v}) {sign} {prefix}{keyword}"
        return f"({test})"
    if kind == "string" and keywords == {"enum"} and isinstance(schema["enum"], list):
        scope[prefix + "enum"] = frozenset(x for x in schema["enum"] if isinstance(x, str))
        return f"(type({v}) is str and {v} in {prefix}enum)"
    return None


def _limits(
    schema: Mapping[str, object],
    v: str,
    prefix: str,
    scope: dict[str, object],
    outer: tuple[int, int] | None,
) -> str:
    tests = []
    for keyword, sign in (
        ("minimum", "<="),
        ("exclusiveMinimum", "<"),
        ("maximum", ">="),
        ("exclusiveMaximum", ">"),
    ):
        if keyword in schema:
            scope[prefix + keyword] = schema[keyword]
            tests.append(f"{prefix}{keyword} {sign} {v}")
    if outer is not None:
        tests.append(f"{outer[0]} <= {v} <= {outer[1]}")
    return " and ".join(tests)


def _refuser(names: list[str]) -> Callable[[Mapping[str, object]], None]:
    known = frozenset(names)

    def refuse_unknown(data: Mapping[str, object]) -> None:
        raise unknown_key(str(next(key for key in data if key not in known)), names)

    return refuse_unknown


def _define(name: str, lines: list[str], scope: dict[str, object]) -> Callable[..., object]:
    """Run the text of one function whose only names are those of *scope*."""
    bound = dict(scope)
    exec(compile("\n".join(lines), f"<jido {name}>", "exec"), bound)  # noqa: S102
    return cast("Callable[..., object]", bound[name])
