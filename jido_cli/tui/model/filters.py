"""Filters of rows: `agent:shipping -outcome:ok ms>100 late`. The same grammar in every panel.

Words are searched in all columns; `key:value` in one, `*` is a wildcard, commas mean or, `-` in
front means not. Pure; what the columns of a row are comes in as texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import translate

from jido_cli.control.words import near

KEYS = ("agent", "type", "kind", "outcome", "status", "level", "cause", "text")
_COMPARED = re.compile(r"ms(>=|<=|>|<|=)([0-9]+(?:\.[0-9]+)?)")
Columns = Mapping[str, str]
"""A row's columns by key; `ms` is a number spelled out."""
_Test = Callable[[Columns], bool]


class FilterError(ValueError):
    """Raised for a filter that names a key there is not; its text says which there are."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter as it was typed, and its tests; every one must say yes."""

    text: str = ""
    tests: tuple[_Test, ...] = ()

    def matches(self, columns: Columns) -> bool:
        """Return whether a row is shown."""
        return all(test(columns) for test in self.tests)


def parse_filter(text: str) -> Filter:
    """Return the filter that *text* writes.

    Raises:
        FilterError: it names a key there is not.
    """
    return Filter(text.strip(), tuple(_test(word) for word in text.split()))


def _test(word: str) -> _Test:
    is_not = word.startswith("-") and len(word) > 1
    found = _positive(word[1:] if is_not else word)
    return (lambda columns: not found(columns)) if is_not else found


def _positive(word: str) -> _Test:
    compared = _COMPARED.fullmatch(word)
    if compared is not None:
        return _comparison(compared[1], float(compared[2]))
    key, colon, value = word.partition(":")
    if not colon or not key.isidentifier():
        wanted = word.casefold()
        return lambda columns: any(wanted in text.casefold() for text in columns.values())
    if key not in KEYS:
        raise FilterError(f"no key {key!r}{near(key, KEYS)} known: {' '.join(KEYS)}")
    patterns = [re.compile(translate(one.casefold())) for one in value.split(",") if one]
    return lambda columns: _fits(key, columns.get(key, "").casefold(), patterns)


def _fits(key: str, text: str, patterns: list[re.Pattern[str]]) -> bool:
    if not patterns:
        return True
    texts = [text]
    if key == "agent":  # a node goes by every tail of its path
        parts = text.split("/")
        texts += ["/".join(parts[at:]) for at in range(1, len(parts))]
    elif key == "outcome":  # the record's word and the one on screen
        texts.append(_ON_SCREEN.get(text, text))
    return any(pattern.match(one) for one in texts for pattern in patterns)


_ON_SCREEN = {"done": "ok", "dead_letter": "dead"}


def _comparison(sign: str, limit: float) -> _Test:
    tests: Mapping[str, Callable[[float], bool]] = {
        ">": lambda value: value > limit,
        ">=": lambda value: value >= limit,
        "<": lambda value: value < limit,
        "<=": lambda value: value <= limit,
        "=": lambda value: value == limit,
    }
    test = tests[sign]

    def compare(columns: Columns) -> bool:
        try:
            return test(float(columns.get("ms", "")))
        except ValueError:  # this row has no duration
            return False

    return compare
