"""Golden cases of the router: `python -m tests.conformance.router FILE`."""

from __future__ import annotations

import sys

from jido_cli.core.router import PatternError, Router, matches, parse_pattern
from tests.conformance.golden import Case, main


def run_route(case: Case) -> object:
    """Return the targets for the case's type, in order."""
    routes = [(route["pattern"], route["target"], route["priority"]) for route in case["routes"]]
    return list(Router(routes).route(case["type"]))


def run_match(case: Case) -> object:
    """Return whether the type matches the pattern."""
    return matches(case["type"], case["pattern"])


def run_pattern(case: Case) -> object:
    """Return whether the pattern is one."""
    try:
        parse_pattern(case["pattern"])
    except PatternError:
        return "error"
    return "ok"


KINDS = {"route": run_route, "match": run_match, "pattern": run_pattern}

if __name__ == "__main__":
    sys.exit(main(KINDS))
