"""Answers as HTTP responses.

Here lives the encoding of plain data and of errors; the only place that chooses content types.
No routes, no port.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from jido_cli.control import protocol
from jido_cli.errors import JidoCliError

_ENCODER = msgspec.json.Encoder()


def encode(value: object) -> bytes:
    """Return JSON on one line."""
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:  # names of files and texts of users' errors may be no UTF-8
        return json.dumps(value, separators=(",", ":")).encode("ascii")


def json_response(
    answer: Mapping[str, Any], *, status: int = 200, stalled: object = None
) -> Response:
    """Return an answer; a stall is added where the answer does not tell it itself."""
    if stalled is not None and not answer.get("stalled"):
        answer = {**answer, "stalled": stalled}
    return Response(encode(answer), status, media_type=protocol.JSON_TYPE)


def problem_response(
    error: JidoCliError, *, headers: Mapping[str, str] | None = None, stalled: object = None
) -> Response:
    """Return an error as problem+json."""
    problem = protocol.problem_of(error)
    if stalled is not None:
        problem.setdefault("stalled", stalled)
    return Response(
        encode(problem),
        problem["status"],
        headers=dict(headers or {}),
        media_type=protocol.PROBLEM_TYPE,
    )
