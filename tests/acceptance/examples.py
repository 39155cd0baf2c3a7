"""Where the examples lie."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
TOPOLOGIES = ROOT / "topologies"
NAMES = sorted(path.stem for path in TOPOLOGIES.glob("*.yaml"))
