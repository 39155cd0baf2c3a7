"""Ids shaped like UUIDv7: made as integers or tuples, formatted only when somebody reads them.

Two kinds. What is born outside a command gets the next number of an `IdSource`, which only goes
up. What a command emits gets a tuple from which the id follows, the same at every replay
(runtime.md 25). No clock and no random source is asked here; both are passed in.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

Ident = str | int | tuple[int, str, int, int, int]
"""An id as it came from outside, a number of an `IdSource`, or (ms, lineage, life, seq, index)."""

_COUNTER_BITS = 74
_COUNTER_MASK = (1 << _COUNTER_BITS) - 1
_LOW_MASK = (1 << 62) - 1
_TOP_LOW_BIT = 1 << 61


def shape_uuid7(time_ms: int, bits: int) -> int:
    """Return the UUIDv7 of *time_ms* (48 bits are used) and 74 free *bits*, as an integer."""
    high = (time_ms & ((1 << 48) - 1)) << 80 | 0x7 << 76
    return high | (bits >> 62 & 0xFFF) << 64 | 0b10 << 62 | bits & _LOW_MASK


def format_uuid(number: int) -> str:
    """Return the 36 characters of the 128-bit *number* as a UUID in lower case."""
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def format_ident(ident: Ident) -> str:
    """Return the text of *ident*; the same ident always has the same text."""
    if isinstance(ident, str):
        return ident
    if isinstance(ident, int):
        return format_uuid(ident)
    time_ms, lineage, life, seq, index = ident
    digest = blake2b(f"{life}.{seq}.{index}.{lineage}".encode(), digest_size=10).digest()
    return format_uuid(shape_uuid7(time_ms, int.from_bytes(digest, "big") & _COUNTER_MASK))


class IdSource:
    """Numbers that go up for as long as the process lives, whatever the wall clock does.

    Args:
        random_bits: gives an integer of that many random bits, as `secrets.randbits` does.
    """

    __slots__ = ("_last", "_ms", "_random_bits")

    def __init__(self, random_bits: Callable[[int], int]) -> None:
        self._random_bits = random_bits
        self._ms = -1
        self._last = 0

    def next(self, now_ms: int) -> int:
        """Return the next id, greater than all before it.

        Within one millisecond, and while the clock stands back, it counts on from the last one.

        Args:
            now_ms: wall time, milliseconds since 1970.
        """
        if now_ms > self._ms:
            self._ms = now_ms
            # The top one of the 62 low bits stays free: 2**61 ids fit before a count would spill.
            bits = self._random_bits(_COUNTER_BITS) & ~_TOP_LOW_BIT
            self._last = shape_uuid7(now_ms, bits)
        else:
            self._last += 1
        return self._last
