"""`jido state`: a value as JSON; on a terminal cut short in depth and length, and saying so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TypeVar

from jido_cli.observe.text.display import display_json
from jido_cli.observe.text.measures import count

ITEMS_SHOWN = 3
TEXT_SHOWN = 160
T = TypeVar("T")


def full_lines(value: object) -> list[str]:
    """Return the whole value, indented."""
    return display_json(json.dumps(value, ensure_ascii=False, indent=2)).split("\n")


def one_line(value: object) -> str:
    """Return the whole value in one line."""
    return display_json(json.dumps(value, ensure_ascii=False))


def short_lines(value: object) -> tuple[list[str], list[str]]:
    """Return the value cut short, one line for each member, and notes on what is missing.

    Of a long member the last three items are shown (they are the newest ones), and what lies
    deeper than two levels is elided.
    """
    return _Shortener().lines(value)


class _Shortener:
    def __init__(self) -> None:
        self._notes: list[str] = []
        self._is_deeper = False

    def lines(self, value: object) -> tuple[list[str], list[str]]:
        if isinstance(value, dict) and value:
            members = [f"{one_line(key)}: {self._member(key, one)}" for key, one in value.items()]
            lines = ["{", *_separated(members), "}"]
        elif isinstance(value, list) and value:
            items = [self._member("one item", one) for one in self._last(value, "the list")]
            lines = ["[", *_separated(items), "]"]
        else:
            lines = [self._scalar("the value", value)]
        if self._is_deeper and not self._notes:
            self._notes.append("deeper values are left out")
        return lines, self._notes

    def _member(self, place: str, value: object) -> str:
        if isinstance(value, dict) and value:
            kept = self._last(list(value.items()), place)
            return "{" + ", ".join(f"{one_line(k)}: {self._deep(place, v)}" for k, v in kept) + "}"
        if isinstance(value, list) and value:
            return "[" + ", ".join(self._deep(place, v) for v in self._last(value, place)) + "]"
        return self._scalar(place, value)

    def _deep(self, place: str, value: object) -> str:
        if isinstance(value, dict | list) and value:
            self._is_deeper = True
            return "{...}" if isinstance(value, dict) else "[...]"
        return self._scalar(place, value)

    def _scalar(self, place: str, value: object) -> str:
        if isinstance(value, str) and len(value) > TEXT_SHOWN:
            note = f"{count(len(value))} characters in {place}, {TEXT_SHOWN} shown"
            self._notes.append(note)
            return one_line(value[:TEXT_SHOWN] + "…")
        return one_line(value)

    def _last(self, items: Sequence[T], place: str) -> Sequence[T]:
        if len(items) <= ITEMS_SHOWN:
            return items
        self._notes.append(f"{count(len(items))} items in {place}, {ITEMS_SHOWN} shown")
        return items[-ITEMS_SHOWN:]


def _separated(members: Sequence[str]) -> list[str]:
    last = len(members) - 1
    return [f"  {member}{',' if at < last else ''}" for at, member in enumerate(members)]
