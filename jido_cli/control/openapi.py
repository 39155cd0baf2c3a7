"""The description of the control API, made from the route table that serves it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jido_cli import __version__
from jido_cli.control import protocol
from jido_cli.control.exchange import Endpoint
from jido_cli.control.query import Param, ParamKind

_SCHEMAS: dict[ParamKind, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer", "minimum": 0},
    "flag": {"enum": ["0", "1", "true", "false"]},
    "position": {"anyOf": [{"type": "integer", "minimum": 0}, {"const": "latest"}]},
}
_NULLABLE_TEXT = {"type": ["string", "null"]}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable word for programs"},
        "detail": {"type": "string", "description": "what happened"},
        "where": _NULLABLE_TEXT,
        "why": _NULLABLE_TEXT,
        "hints": {"type": "array", "items": {"type": "string"}},
        "undone": _NULLABLE_TEXT,
        "stalled": {"type": "object", "description": "the step that holds the agents' loop"},
    },
}


def describe(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document for the routes."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "jido control API",
            "version": __version__,
            "description": f"Protocol {protocol.PROTOCOL}, over a Unix socket of the owner's.",
        },
        "paths": paths,
        "components": {"schemas": {"Problem": _PROBLEM}},
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    params = [_param(param) for param in endpoint.params]
    if "{path}" in endpoint.path:
        summary = "a node's path, or a tail of it that names exactly one"
        schema = {"type": "string"}
        params.insert(
            0,
            {
                "name": "path",
                "in": "path",
                "required": True,
                "description": summary,
                "schema": schema,
            },
        )
    operation: dict[str, Any] = {"summary": endpoint.summary, "parameters": params}
    if endpoint.body is not None:
        operation["requestBody"] = {"content": {protocol.JSON_TYPE: {"schema": endpoint.body}}}
    media_type = (
        protocol.STREAM_TYPE if endpoint.path == protocol.EVENTS_PATH else protocol.JSON_TYPE
    )
    operation["responses"] = {
        str(status): {"description": text, "content": {media_type: {}}}
        for status, text in endpoint.answers.items()
    } | {
        "default": {
            "description": "a problem",
            "content": {
                protocol.PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        }
    }
    return operation


def _param(param: Param) -> dict[str, Any]:
    return {
        "name": param.name,
        "in": "query",
        "required": param.is_required,
        "description": param.summary,
        "schema": _SCHEMAS[param.kind],
    }
