"""What a test may expect of signals, directives and restarts; what is said when it is not so.

Each function returns None, or the error to raise. Nothing is driven here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from jido_cli.testing.failures import ExpectationError
from jido_cli.testing.matching import diff_lines, fits, nearest, shown

MOST_LISTED: Final = 5


def of_signals(
    expected: Sequence[Mapping[str, Any]], emitted: Sequence[Mapping[str, Any]]
) -> ExpectationError | None:
    """Hold the emitted signals of the types that are expected against *expected*, in order.

    There must be as many as expected. Signals of types that are not named do not matter, unless
    one is expected without a type, or none at all.
    """
    return _in_order("signal", "type", expected, emitted)


def of_directives(
    expected: Sequence[Mapping[str, Any]], asked: Sequence[Mapping[str, Any]]
) -> ExpectationError | None:
    """Hold the directives of the kinds that are expected against *expected*, in the same way."""
    return _in_order("directive", "type", expected, asked)


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


def _in_order(
    word: str,
    key: str,
    expected: Sequence[Mapping[str, Any]],
    happened: Sequence[Mapping[str, Any]],
) -> ExpectationError | None:
    kinds = {one.get(key) for one in expected}
    is_any = not kinds or None in kinds
    relevant = [one for one in happened if is_any or one.get(key) in kinds]
    for at, wanted in enumerate(expected):
        if at >= len(relevant):
            return _missing(word, wanted, at, relevant, happened)
        if not fits(wanted, relevant[at]):
            return _misfit(word, wanted, at, relevant)
    if len(relevant) > len(expected):
        more = relevant[len(expected) :]
        lines = [shown(one) for one in more[:MOST_LISTED]]
        asked = f"{len(expected)} {word}s" if len(expected) != 1 else f"1 {word}"
        return ExpectationError(
            f"{asked}{_of_kinds(kinds)}", "\n".join([f"{len(relevant)}, and more:", *lines])
        )
    return None


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
