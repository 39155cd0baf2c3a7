"""The fingerprint of what an engine runs, to tell later whether the files or values have changed.

It is of what the files mean, with all that they include and mount: comments and layout change
nothing. Values of secrets are no part of it. What is said about a change is composed here too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # costs start-up time that other commands do not need
    from jido_cli.topology.load import LoadResult

_LENGTH = 32


def fingerprint(result: LoadResult) -> str:
    """Return the fingerprint: of the files, a dot, of the values of their vars."""
    return f"{_hash(_documents(result))}.{_hash(_values(result))}"


def change(before: str, after: str, file: str) -> str | None:
    """Return what differs between two fingerprints; None where nothing does or it is not known."""
    if not before or before == after:
        return None
    if before.rpartition(".")[2] != after.rpartition(".")[2]:
        return "it keeps the values that it was started with"
    return f"{file} has changed since it was started"


def _documents(result: LoadResult) -> Sequence[object]:
    below = [_documents(one) for _, one in sorted(result.mounted.items(), key=_place)]
    return [result.document, below]


def _values(result: LoadResult) -> Sequence[object]:
    own = result.topology.readable_vars if result.topology is not None else {}
    return [own, [_values(one) for _, one in sorted(result.mounted.items(), key=_place)]]


def _place(item: tuple[object, object]) -> str:
    return str(item[0])


def _hash(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    return repr(value)
