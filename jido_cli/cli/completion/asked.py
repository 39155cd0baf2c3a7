"""A shell asks: read its words, answer in its way, within a second, and never with an error."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable, Sequence
from types import FrameType
from typing import Any

from jido_cli.cli.completion.candidates import Answer, answer
from jido_cli.cli.completion.slots import locate, words_of
from jido_cli.cli.session import EngineSource

LIMIT_S = 1.0
_BREAKS = "=:"  # where bash begins a new word, of what a candidate may hold


class TooLateError(Exception):
    """Raised when the answer takes longer than anybody waits for after a tab."""


def tell(
    shell: str, words: Sequence[str], engines: EngineSource, root_params: Iterable[Any]
) -> None:
    """Print what may come next; nothing where that is not known, takes too long or fails."""
    handler = signal.signal(signal.SIGALRM, _too_late)
    timer = signal.setitimer(signal.ITIMER_REAL, LIMIT_S)
    try:
        lines = answer_lines(shell, words, engines, root_params)
    except Exception:  # noqa: BLE001 - an edge: whatever it is, nobody at a prompt wants to read it
        lines = []
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, handler)
    sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))


def answer_lines(
    shell: str, words: Sequence[str], engines: EngineSource, root_params: Iterable[Any]
) -> list[str]:
    """Return the lines for a shell: what kind of answer it is, then a candidate a line."""
    typed = list(words)
    if shell == "bash":  # it splits words at other places than it ought to: it hands over the line
        found = words_of(words[0]) if words else None
        if found is None or len(found) < 2:
            return []
        typed = found[1:]
    if not typed:
        return []
    told = answer(locate(typed), engines, root_params)
    if told.wants_files:
        return ["files"]
    if shell == "bash":
        return ["words", *_for_bash(told, typed[-1])]
    return ["words", *(f"{one.value}\t{one.help}" for one in told.candidates)]


def _for_bash(told: Answer, incomplete: str) -> list[str]:
    """Return the candidates without what stands before the word that bash is at."""
    start = max(incomplete.rfind(sign) for sign in _BREAKS) + 1
    return [one.value[start:] for one in told.candidates]


def _too_late(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a handler's shape
    raise TooLateError
