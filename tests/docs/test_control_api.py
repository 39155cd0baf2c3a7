"""The page of the control API has the routes, codes and kinds that exist."""

from __future__ import annotations

import ast

from jido_cli.control.app import ENDPOINTS
from jido_cli.control.openapi import describe
from jido_cli.control.protocol import MAX_PAGE, STATUS_OF
from tests.docs.pages import PAGES, ROOT, codes, prose, rows, section

PAGE = "docs/control-api.md"


def test_the_routes_are_those_that_the_engine_describes():
    want = {
        f"{method.upper()} {path}"
        for path, operations in describe(ENDPOINTS)["paths"].items()
        for method in operations
    }
    assert {codes(row[0])[0] for row in rows(section(PAGE, "Routes"))} == want


def test_every_query_parameter_is_named():
    named = {code.partition("=")[0] for code in codes(prose(PAGE))}
    want = {param.name for endpoint in ENDPOINTS for param in endpoint.params}
    assert want - named - {"to"} == set()
    assert "to=ID" in PAGES[PAGE]
    assert f"{MAX_PAGE:,}" in PAGES[PAGE]


def test_the_codes_and_their_statuses_are_those_of_the_protocol():
    said = {code: int(row[0]) for row in rows(section(PAGE, "Errors")) for code in codes(row[1])}
    assert said == dict(STATUS_OF)


def test_the_kinds_of_events_are_those_that_are_written():
    said = {code for row in rows(section(PAGE, "Events")) for code in codes(row[0])}
    assert said == written_kinds() | {"command"}


def written_kinds() -> set[str]:
    """Return the kinds in the calls of `events.fact(...)`."""
    kinds = set()
    for path in (ROOT / "jido_cli" / "runtime").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "fact":
                kinds |= {
                    one.value
                    for one in ast.walk(node.args[0])
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                }
    return kinds | {"stalled", "hung"}  # chosen before the call
