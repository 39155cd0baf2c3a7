"""The wire that client and server share: version, limits, codes, errors as problem+json.

Here live constants and pure functions over plain data; only the standard library. No socket, no
HTTP library, no runtime.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from jido_cli.errors import ControlError, JidoCliError

PROTOCOL = 1
PROTOCOL_HEADER = "Jido-Protocol"
VERSION_HEADER = "Jido-Version"
STALLED_HEADER = "Jido-Stalled"
HOST = "jido"

HEALTH_PATH = "/healthz"
READY_PATH = "/readyz"
ENGINE_PATH = "/v1/engine"
TREE_PATH = "/v1/tree"
NODES_PATH = "/v1/nodes/"
STATE_PATH = "/v1/state/"
SIGNALS_PATH = "/v1/signals"
COMMANDS_PATH = "/v1/commands/"
CHILDREN_PATH = "/v1/children/"
EVENTS_PATH = "/v1/events"
DIRECTIVES_PATH = "/v1/directives"
DEAD_LETTERS_PATH = "/v1/dead-letters"
SCHEDULES_PATH = "/v1/schedules"
SHUTDOWN_PATH = "/v1/shutdown"
OPENAPI_PATH = "/openapi.json"

ANY_VERSION = frozenset({HEALTH_PATH, SHUTDOWN_PATH})
"""Paths that never change, so that `jido down` works across versions."""

MAX_BODY = 1 << 20
MAX_SIGNAL = 10 * 1000 * 1000
MAX_HEADERS = 64 * 1024
MAX_PAGE = 5000

JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"
STREAM_TYPE = "text/event-stream"

STATUS_OF: Mapping[str, int] = {
    # the request
    "bad-request": 400,
    "bad-json": 400,
    "bad-value": 400,
    "bad-signal": 400,
    "bad-name": 400,
    "usage": 400,
    "unknown-query": 400,
    "unknown-field": 400,
    "missing-field": 400,
    "unknown-param": 400,
    "foreign-host": 403,
    "foreign-origin": 403,
    "foreign-user": 403,
    "simple-request": 403,
    "reserved-type": 403,
    "no-such-path": 404,
    "wrong-method": 405,
    "slow-body": 408,
    "too-large": 413,
    "wrong-content-type": 415,
    # what it asks for
    "no-node": 404,
    "no-path": 404,
    "no-schedule": 404,
    "no-command": 404,
    "ambiguous-node": 409,
    "ambiguous-schedule": 409,
    "ambiguous-command": 409,
    "no-state": 409,
    "no-route": 409,
    "wrong-state": 409,
    "ack-impossible": 409,
    "protocol-version": 409,
    "start-failed": 409,
    "mailbox-full": 429,
    # the engine
    "internal": 500,
    "not-available": 501,
    "engine-stalled": 503,
    "engine-busy": 503,
    "engine-gone": 503,
    "stopping": 503,
    "outcome-unknown": 504,
}
_REFUSED = 409


class ProblemError(ControlError):
    """Raised by the client for what the server answered; *status* and *extra* are the answer's.

    `extra["stalled"]` is the stall that keeps the engine from answering, where there is one.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str,
        where: str | None = None,
        why: str | None = None,
        hints: Sequence[str] = (),
        undone: str | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, code=code, where=where, why=why, hints=hints, undone=undone)
        self.status = status
        self.extra: dict[str, Any] = dict(extra or {})


def status_of(error: JidoCliError) -> int:
    """Return the HTTP status for an error; what has no entry is an order that was refused."""
    return STATUS_OF.get(error.code, _REFUSED)


def title_of(status: int) -> str:
    """Return the status in words."""
    return HTTPStatus(status).phrase.lower()


def problem_of(error: JidoCliError) -> dict[str, Any]:
    """Return the problem+json object for an error."""
    status = status_of(error)
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": title_of(status),
        "status": status,
        "code": error.code,
        "detail": error.message,
        "where": error.where,
        "why": error.why,
        "hints": list(error.hints),
        "undone": error.undone,
    }
    if isinstance(error, ProblemError):
        problem.update(error.extra)
    return problem


_KNOWN_MEMBERS = frozenset(
    ("type", "title", "status", "code", "detail", "where", "why", "hints", "undone")
)


def error_of(problem: Mapping[str, Any], status: int) -> ProblemError:
    """Return the error for a problem+json object; members that are missing are told as such."""

    def text(key: str) -> str | None:
        value = problem.get(key)
        return value if isinstance(value, str) else None

    hints = problem.get("hints")
    return ProblemError(
        text("detail") or text("title") or f"the engine answered {status}",
        status=status,
        code=text("code") or "control",
        where=text("where"),
        why=text("why"),
        hints=[hint for hint in hints if isinstance(hint, str)] if isinstance(hints, list) else (),
        undone=text("undone"),
        extra={key: value for key, value in problem.items() if key not in _KNOWN_MEMBERS},
    )


_LONE_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its members; a key that comes twice means different things to readers."""
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {twice!r} comes twice in one object")
    return made


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def decode_json(raw: bytes) -> Any:
    """Return the value of a JSON text, or raise `bad-json`: stricter than Python's reader."""
    try:
        value = json.loads(raw, object_pairs_hook=_unique, parse_constant=_no_constant)
        if _LONE_SURROGATE.search(raw):
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ControlError("the body is nested too deep", code="bad-json") from None
    except ValueError as error:  # also what is no UTF-8, and a number with too many digits
        why = "a lone surrogate" if isinstance(error, UnicodeEncodeError) else str(error)
        raise ControlError("the body is not JSON", code="bad-json", why=why) from None
    return value
