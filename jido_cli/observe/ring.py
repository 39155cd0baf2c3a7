"""A bounded ring of records with sequence numbers: one writer, any number of readers, no lock.

The writer is the agents' loop; readers may live in other threads. A record is written by one
assignment of an immutable tuple, so a reader sees the old one or the new one, never a mix, and
knows by the sequence number inside which of the two it got.
"""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Ring(Generic[T]):
    """The newest *size* records of a stream; `head` is the number of the newest (0: none)."""

    __slots__ = ("head", "mask", "slots")

    def __init__(self, size: int) -> None:
        if size < 1 or size & (size - 1):
            raise ValueError(f"the size of a ring is a power of two, not {size}")
        self.mask = size - 1
        self.slots: list[tuple[int, T] | None] = [None] * size
        self.head = 0

    def append(self, record: T) -> int:
        """Add a record and return its number; the oldest one makes room."""
        seq = self.head + 1
        self.slots[seq & self.mask] = (seq, record)
        self.head = seq
        return seq

    @property
    def oldest(self) -> int:
        """The number of the oldest record still here (1 when nothing was overwritten yet)."""
        return max(1, self.head - self.mask)

    def get(self, seq: int) -> T | None:
        """Return record number *seq*, or None if it was overwritten or does not exist yet."""
        slot = self.slots[seq & self.mask]
        return slot[1] if slot is not None and slot[0] == seq else None

    def after(self, seq: int, limit: int) -> tuple[list[tuple[int, T]], int]:
        """Return up to *limit* records with numbers above *seq*, and how many were missed.

        What was overwritten before it could be read counts as missed, also what the writer
        overwrites while this reads.
        """
        head = self.head
        first = max(seq + 1, self.oldest)
        missed = first - seq - 1
        found: list[tuple[int, T]] = []
        for number in range(first, min(head, first + limit - 1) + 1):
            slot = self.slots[number & self.mask]
            if slot is not None and slot[0] == number:
                found.append(slot)
            else:
                missed += 1
        return found, missed
