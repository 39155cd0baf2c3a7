"""Are the schemas, the declared states and the actions of a file sound?

Compiles what the runtime will compile, and maps what that refuses to places in the file. Python
that an action names is not looked at, only its spelling.
"""

from __future__ import annotations

from jido_cli.topology.positions import Positions
from jido_cli.topology.raw import Raw
from jido_cli.topology.rules import Findings


def check(document: Raw, positions: Positions, findings: Findings) -> None:
    """Add a finding for every schema, state and action that cannot be used."""
