"""What a test may expect of signals, directives and restarts; what is said when it is not so.

Each function returns None, or the error to raise. Nothing is driven here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from jido_cli.testing.failures import ExpectationError
from jido_cli.testing.matching import diff_lines, fits, nearest, shown

MOST_LISTED: Final = 5


def of_paths(
    what: str, expected: Iterable[str], got: Collection[str], known: Collection[str]
) -> ExpectationError | None:
    """Hold a set of nodes against *expected*: tails of paths, whatever their order."""
    wanted: dict[str, str] = {}
    for ident in expected:
        found = [path for path in known if path == ident or path.endswith(f"/{ident}")]
        if len(found) != 1:
            why = "no node is" if not found else f"{len(found)} nodes are"
            return ExpectationError(f"{what}: {ident}", f"{why} {ident!r}")
        wanted[found[0]] = ident
    missing = [ident for path, ident in wanted.items() if path not in got]
    more = [path for path in got if path not in wanted]
    if not missing and not more:
        return None
    words = [f"not {one}" for one in missing] + [f"also {one}" for one in more]
    asked = ", ".join(wanted.values()) or "nothing"
    return ExpectationError(f"{what}: {asked}", f"{', '.join(got) or 'nothing'}", words)


def in_order(
    word: str,
    expected: Sequence[Mapping[str, Any]],
    happened: Sequence[Mapping[str, Any]],
    *,
    within: Collection[str] = (),
) -> ExpectationError | None:
    """Hold what happened of the types that are expected against *expected*, in order.

    There must be as many as expected. Types that are not named do not matter, unless one is
    expected without a type, or none at all.

    Args:
        word: what is expected, for messages.
        expected: members that each must have at least.
        happened: what happened, in order.
        within: members of which the expected text need only be a part.
    """
    kinds = {one.get("type") for one in expected}
    is_any = not kinds or None in kinds
    relevant = [one for one in happened if is_any or one.get("type") in kinds]
    for at, wanted in enumerate(expected):
        if at >= len(relevant):
            return _missing(word, wanted, at, relevant, happened)
        if not fits(_whole_texts(wanted, relevant[at], within), relevant[at]):
            return _misfit(word, wanted, at, relevant)
    if len(relevant) > len(expected):
        more = relevant[len(expected) :]
        lines = [shown(one) for one in more[:MOST_LISTED]]
        asked = f"{len(expected)} {word}{'' if len(expected) == 1 else 's'}"
        got = "\n".join([f"{len(relevant)}, and more:", *lines])
        return ExpectationError(f"{asked}{_of_kinds(kinds)}", got)
    return None


def _whole_texts(
    wanted: Mapping[str, Any], got: Mapping[str, Any], within: Collection[str]
) -> Mapping[str, Any]:
    """Return *wanted* with the whole text where it has a part of it."""
    whole = {k: got[k] for k in within if k in wanted and str(wanted[k]) in str(got.get(k))}
    return {**wanted, **whole}


def _of_kinds(kinds: Collection[object]) -> str:
    named = [str(kind) for kind in kinds if kind is not None]
    return f" of {', '.join(sorted(named))}" if named else ""


def _missing(
    word: str,
    wanted: Mapping[str, Any],
    at: int,
    relevant: Sequence[Mapping[str, Any]],
    happened: Sequence[Mapping[str, Any]],
) -> ExpectationError:
    got = f"no {word}" if not happened else f"{len(relevant)} {word}s of that type"
    if len(relevant) == 1:
        got = f"1 {word} of that type"
    others = relevant if len(relevant) > at else [*relevant, *happened]
    near = nearest(wanted, others)
    lines = [got]
    if near is not None:
        lines += [f"nearest is {shown(near)}", *diff_lines(wanted, near)]
    return ExpectationError(f"{word} {at + 1}: {shown(wanted)}", "\n".join(lines))


def _misfit(
    word: str, wanted: Mapping[str, Any], at: int, relevant: Sequence[Mapping[str, Any]]
) -> ExpectationError:
    got = relevant[at]
    lines = [shown(got), *diff_lines(wanted, got)]
    elsewhere = [number for number, one in enumerate(relevant) if fits(wanted, one)]
    why = [f"{word} {elsewhere[0] + 1} is like that: the order is another"] if elsewhere else []
    return ExpectationError(f"{word} {at + 1}: {shown(wanted)}", "\n".join(lines), why)
