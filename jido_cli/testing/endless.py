"""What is said where signals cause signals for ever: the record of a test is full.

Knows the record only; who looks whether it is full is the engine under test.
"""

from __future__ import annotations

from jido_cli.testing.failures import ExpectationError
from jido_cli.testing.recorder import HandledSignal, Recorder

_TYPES = 3


def endless(record: Recorder) -> ExpectationError:
    """Return what was expected, and which signals there are without end."""
    last = next((one for one in reversed(record.entries) if isinstance(one, HandledSignal)), None)
    counted = [f"{count:,} of {name!r}" for name, count in record.most_common(_TYPES)]
    why = [f"{record.total:,} signals: {', '.join(counted)}"] if counted else []
    if last is not None:
        why.append(f"the last one, {last.signal.type!r}, was handled by {last.path}")
    at = 0.0 if last is None else last.at
    expected = f"an end: at most {record.most_entries:,} signals, commands and events in one test"
    return ExpectationError(expected, f"more of them, within {at:g}s of clock", why)
