"""Query parameters: what they are called, and whether what came is one of them.

Pure; knows no route and no request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from jido_cli.control import protocol, words
from jido_cli.errors import ControlError

ParamKind: TypeAlias = Literal["text", "integer", "flag", "position"]
_INTEGER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Param:
    """One query parameter. A `position` is a number, or the word `latest`."""

    name: str
    kind: ParamKind
    summary: str
    is_required: bool = False


TIMEOUT = Param("timeout", "integer", "ms to wait for the order to be done (5000)")
AFTER = Param("after", "integer", "number of the last record that is known already (0)")
LIMIT = Param("limit", "integer", f"records at most (500, up to {protocol.MAX_PAGE})")


def checked_query(
    route: str, params: Sequence[Param], items: Iterable[tuple[str, str]]
) -> dict[str, str]:
    """Return the query of a request to *route*, each name once, each value of its kind.

    Raises:
        ControlError: a name that is not known, missing or there twice, or a wrong value.
    """
    known = {param.name: param for param in params}
    query: dict[str, str] = {}
    for name, value in items:
        param = known.get(name)
        if param is None:
            raise ControlError(
                f"unknown query parameter {name!r}{words.near(name, known)}",
                code="unknown-query",
                where=route,
                hints=("known: " + ", ".join(known),) if known else (),
            )
        if name in query:
            raise ControlError(f"query parameter {name!r} comes twice", code="bad-value")
        _check_value(param, value)
        query[name] = value
    for param in params:
        if param.is_required and not query.get(param.name):
            raise ControlError(
                f"query parameter {param.name!r} is missing: {param.summary}",
                code="missing-field",
                where=route,
            )
    return query


_WANTED: Mapping[ParamKind, str] = {
    "integer": "a number",
    "flag": "0 or 1",
    "position": "a number or latest",
    "text": "a text",
}


def _check_value(param: Param, value: str) -> None:
    match param.kind:
        case "text":
            return
        case "integer":
            is_right = _INTEGER.fullmatch(value) is not None
        case "flag":
            is_right = value in ("0", "1", "true", "false")
        case "position":
            is_right = value == "latest" or _INTEGER.fullmatch(value) is not None
    if not is_right:
        raise ControlError(
            f"query parameter {param.name} is {value!r}, wanted is {_WANTED[param.kind]}",
            code="bad-value",
        )
