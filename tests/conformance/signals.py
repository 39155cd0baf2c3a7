"""Golden cases of new signals: `python -m tests.conformance.signals FILE`."""

from __future__ import annotations

import sys

from jido_cli.core.signals import SignalError, new_signal
from tests.conformance.golden import Case, main


def run_signal(case: Case) -> object:
    """Return whether the attributes make a signal."""
    try:
        new_signal(case["attrs"], source="/golden", ident="made-up", time_ns=0)
    except SignalError:
        return "error"
    return "ok"


KINDS = {"signal": run_signal}

if __name__ == "__main__":
    sys.exit(main(KINDS))
