"""A line of text that is being typed: where the cursor is, and what a key does to it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"\S*\s*$")


class TextField:
    """One line of text with a cursor, and the lines that were typed before."""

    def __init__(self, text: str = "", earlier: Sequence[str] = ()) -> None:
        self.text = text
        self.at = len(text)
        self._earlier = list(earlier)
        self._back = 0
        self._draft = text

    def set(self, text: str) -> None:
        """Replace the whole text."""
        self.text, self.at = text, len(text)

    def insert(self, text: str) -> None:
        """Put text in at the cursor; line ends become spaces."""
        text = " ".join(text.splitlines()) if text not in ("\n", "\r") else ""
        self.text = self.text[: self.at] + text + self.text[self.at :]
        self.at += len(text)

    def key(self, key: str, character: str | None) -> bool:
        """Do what a key does in a text; return whether it meant anything."""
        match key:
            case "backspace":
                self._cut(self.at - 1, self.at)
            case "delete":
                self._cut(self.at, self.at + 1)
            case "left":
                self.at = max(0, self.at - 1)
            case "right":
                self.at = min(len(self.text), self.at + 1)
            case "home":
                self.at = 0
            case "end":
                self.at = len(self.text)
            case "ctrl+u":
                self._cut(0, self.at)
            case "ctrl+k":
                self._cut(self.at, len(self.text))
            case "alt+backspace":
                start = _WORD.search(self.text[: self.at])
                self._cut(start.start() if start else 0, self.at)
            case "up" if self._earlier:
                self._recall(self._back + 1)
            case "down" if self._earlier:
                self._recall(self._back - 1)
            case _ if character is not None and character.isprintable():
                self.insert(character)
            case _:
                return False
        return True

    def _cut(self, start: int, end: int) -> None:
        start = max(0, start)
        self.text = self.text[:start] + self.text[end:]
        self.at = min(start, len(self.text))

    def _recall(self, back: int) -> None:
        if self._back == 0:
            self._draft = self.text
        self._back = max(0, min(len(self._earlier), back))
        self.set(self._earlier[-self._back] if self._back else self._draft)
