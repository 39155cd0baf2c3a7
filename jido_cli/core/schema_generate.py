"""Python functions written out for one closed or open object whose members are checked singly.

Most params and states are a few scalars. For these a function generated once per schema looks at
exact types and limits (`schema_quick`), which costs a fraction of any interpreter of schemas; a
member that the quick test does not accept goes to its slow check, which normalises it or explains
the refusal. Names and literals of the schema never become program text: they are passed in as
constants.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from jido_cli.core.schema_errors import missing_key, unknown_key
from jido_cli.core.schema_quick import ABSENT, Fix, Member, Quick
from jido_cli.core.values import MAX_INT, MIN_INT, FrozenDict

_SIGNS = {
    "minimum": "<=",
    "exclusiveMinimum": "<",
    "maximum": ">=",
    "exclusiveMaximum": ">",
    "minLength": "<=",
    "maxLength": ">=",
}
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


def generate_fix(quick: Quick | None, slow: Fix) -> Fix:
    """Return the check *slow* of one member with a quick test in front, if there is one."""
    scope: dict[str, object] = {"F": slow}
    test = _quick_text(quick, "v", "L", scope)
    if test is None:
        return slow
    return _define("fix", ["def fix(v):", f" return v if {test} else F(v)"], scope)


def _read(index: int, member: Member, scope: dict[str, object], *, counts: bool) -> list[str]:
    v = f"v{index}"
    test = _quick_text(member.quick, v, f"L{index}_", scope)
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


def _quick_text(quick: Quick | None, v: str, prefix: str, scope: dict[str, object]) -> str | None:
    """Return the quick test as an expression, None if there is none."""
    if quick is None:
        return None
    null = f"{v} is None or " if quick.is_nullable else ""
    return f"{null}({_scalar_text(quick, v, prefix, scope)})"


def _scalar_text(quick: Quick, v: str, prefix: str, scope: dict[str, object]) -> str:
    if quick.choice is not None:
        scope[prefix + "enum"] = quick.choice
        return f"type({v}) is str and {v} in {prefix}enum"
    measured = f"len({v})" if quick.kind == "string" else v
    limits = []
    for keyword, limit in quick.limits:
        scope[prefix + keyword] = limit
        limits.append(f"{prefix}{keyword} {_SIGNS[keyword]} {measured}")
    match quick.kind:
        case "boolean":
            tests = [f"{v} is True or {v} is False"]
        case "integer":
            tests = [f"type({v}) is int", *limits, f"{MIN_INT} <= {v} <= {MAX_INT}"]
        case "number":
            # v - v is not 0 for NaN and the infinities.
            tests = [f"type({v}) is float", f"{v} - {v} == 0.0", *limits]
        case _:
            tests = [f"type({v}) is str", f"{v}.isascii()", *limits]
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
