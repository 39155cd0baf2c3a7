"""The one matcher of signal types: for routes, subscriptions, filters and replay (runtime.md 26).

Here live patterns and the table that maps a type to what is routed there, in order. What the
targets are, and whether a route has a further condition, is none of this module's business.

A pattern is segments joined by dots: `*` stands for exactly one segment of the type, `**` for any
number, none included, and a literal for itself. The whole type must match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

import msgspec

from jido_cli.errors import JidoCliError

MIN_PRIORITY = -100
MAX_PRIORITY = 100
CACHED_TYPES = 4096
"""Types whose answer a router keeps; types come from outside, so the number has an end."""

T = TypeVar("T")
_LITERAL = re.compile(r"[a-zA-Z0-9_-]+")


class PatternError(JidoCliError):
    """Raised for a pattern that is not one.

    Args:
        pattern: the text given.
        why: what is wrong with it, as a phrase.
    """

    default_code = "bad-pattern"

    def __init__(self, pattern: object, why: str) -> None:
        super().__init__(f"pattern {pattern!r}: {why}", why=why)
        self.pattern = pattern


class Pattern(msgspec.Struct, frozen=True):
    """A parsed pattern; `specificity` orders routes that match the same type."""

    text: str
    segments: tuple[str, ...]
    specificity: int

    @property
    def is_literal(self) -> bool:
        """Whether it matches one type only, the one that reads like it."""
        return "*" not in self.text


def parse_pattern(text: str) -> Pattern:
    """Return the pattern that *text* writes.

    Raises:
        PatternError: a segment is empty, has other characters than `a-z A-Z 0-9 _ -`, or mixes
            them with `*`; or two `**` stand side by side.
    """
    if not isinstance(text, str):
        raise PatternError(text, "is not text")
    if not text:
        raise PatternError(text, "is empty")
    segments = tuple(text.split("."))
    previous = ""
    for segment in segments:
        _check_segment(text, segment, previous)
        previous = segment
    return Pattern(text, segments, _specificity(segments))


def specificity(pattern: str | Pattern) -> int:
    """Return how specific *pattern* is; more specific routes come first at equal priority.

    Raises:
        PatternError: the text is no pattern.
    """
    return (pattern if isinstance(pattern, Pattern) else parse_pattern(pattern)).specificity


def matches(signal_type: str, pattern: str | Pattern) -> bool:
    """Return whether the whole *signal_type* matches *pattern*; no error, whatever the type is.

    Raises:
        PatternError: the text is no pattern.
    """
    parsed = pattern if isinstance(pattern, Pattern) else parse_pattern(pattern)
    node = _Node()
    node.add(parsed.segments, 0)
    return bool(_find(node, signal_type.split(".")))


class Router(Generic[T]):
    """A table of routes, built once, that answers with every target whose pattern matches.

    Order: priority, high first; then specificity; then declaration. Each route answers at most
    once.

    Args:
        routes: (pattern, target, priority) in order of declaration.
        cached_types: how many types' answers to keep.

    Raises:
        PatternError: a pattern is malformed, or a priority is no integer from -100 to 100.
    """

    __slots__ = ("_cache", "_cached_types", "_exact", "_root", "_targets", "patterns")

    def __init__(
        self,
        routes: Iterable[tuple[str | Pattern, T, int]],
        *,
        cached_types: int = CACHED_TYPES,
    ) -> None:
        ranked = sorted(
            (
                (parsed, target, _checked_priority(parsed, priority))
                for pattern, target, priority in routes
                for parsed in (pattern if isinstance(pattern, Pattern) else parse_pattern(pattern),)
            ),
            key=lambda route: (-route[2], -route[0].specificity),
        )
        self.patterns: tuple[Pattern, ...] = tuple(pattern for pattern, _, _ in ranked)
        self._targets = tuple(target for _, target, _ in ranked)
        self._exact: dict[str, list[int]] = {}
        self._root = _Node()
        for rank, pattern in enumerate(self.patterns):
            if pattern.is_literal:
                self._exact.setdefault(pattern.text, []).append(rank)
            else:
                self._root.add(pattern.segments, rank)
        self._cached_types = cached_types
        self._cache: dict[str, tuple[T, ...]] = {}

    def route(self, signal_type: str) -> tuple[T, ...]:
        """Return the targets for *signal_type* in order; none is the empty tuple."""
        found = self._cache.get(signal_type)
        if found is None:
            found = self._look_up(signal_type)
            if len(self._cache) >= self._cached_types:
                # Rare, and refilling costs microseconds: no bookkeeping of ages on every hit.
                self._cache.clear()
            self._cache[signal_type] = found
        return found

    def takes(self, signal_type: str) -> bool:
        """Return whether any route matches *signal_type*."""
        return bool(self.route(signal_type))

    def _look_up(self, signal_type: str) -> tuple[T, ...]:
        ranks = set(self._exact.get(signal_type, ()))
        if not self._root.is_leaf:
            ranks |= _find(self._root, signal_type.split("."))
        return tuple(self._targets[rank] for rank in sorted(ranks))


class _Node(msgspec.Struct, eq=False):
    """A place in the tree of patterns; `is_loop` is a `**`, which any segment leads back to."""

    is_loop: bool = False
    literals: dict[str, _Node] = {}
    one: _Node | None = None
    many: _Node | None = None
    ranks: list[int] = []

    @property
    def is_leaf(self) -> bool:
        return not self.literals and self.one is None and self.many is None

    def add(self, segments: Sequence[str], rank: int) -> None:
        node = self
        for segment in segments:
            if segment == "**":
                node.many = node.many or _Node(is_loop=True)
                node = node.many
            elif segment == "*":
                node.one = node.one or _Node()
                node = node.one
            else:
                node = node.literals.setdefault(segment, _Node())
        node.ranks.append(rank)


def _find(root: _Node, segments: Sequence[str]) -> set[int]:
    """Walk all readings of the type at once, so that a long type costs no more than its length."""
    here: dict[_Node, None] = {}
    _enter(root, here)
    for segment in segments:
        there: dict[_Node, None] = {}
        for node in here:
            if node.is_loop:
                _enter(node, there)
            if (literal := node.literals.get(segment)) is not None:
                _enter(literal, there)
            if node.one is not None:
                _enter(node.one, there)
        here = there
        if not here:
            return set()
    return {rank for node in here for rank in node.ranks}


def _enter(node: _Node, into: dict[_Node, None]) -> None:
    """Add *node*, and what `**` for no segment at all leads on to."""
    into[node] = None
    if node.many is not None:
        into[node.many] = None


def _check_segment(text: str, segment: str, previous: str) -> None:
    if segment == "**" and previous == "**":
        raise PatternError(text, "two '**' side by side; one stands for any number of segments")
    if segment in ("*", "**") or _LITERAL.fullmatch(segment):
        return
    if not segment:
        raise PatternError(text, "a segment is empty")
    if "*" in segment:
        raise PatternError(text, f"'*' must be a whole segment, not a part of {segment!r}")
    raise PatternError(text, f"{segment!r} has other characters than a-z A-Z 0-9 _ -")


def _specificity(segments: Sequence[str]) -> int:
    count = len(segments)
    total = 2000 * count
    for index, segment in enumerate(segments):
        if segment == "**":
            total -= 2000 - 200 * index
        elif segment == "*":
            total -= 1000 - 100 * index
        else:
            total += 3000 * (count - index)
    return total


def _checked_priority(pattern: Pattern, priority: int) -> int:
    if isinstance(priority, bool) or not isinstance(priority, int):
        raise PatternError(pattern.text, f"priority {priority!r} is not an integer")
    if not MIN_PRIORITY <= priority <= MAX_PRIORITY:
        raise PatternError(pattern.text, f"priority {priority} is not within -100 and 100")
    return priority
