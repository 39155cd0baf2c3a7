"""The record decorator of this room: slotted, comparable, read-only to the type checker.

Here lives only `record`. A frozen dataclass assigns each field through `object.__setattr__`, which
makes it four times as dear to build; events and effects are built for every start and exit of
every child, so they are frozen for the type checker and plain at run time. Nobody writes to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def record(cls: type[T]) -> type[T]:
    """Make *cls* a slotted value record: compared and hashed by its fields, never written to."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
