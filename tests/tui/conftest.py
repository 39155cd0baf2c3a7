"""Fixtures of the dashboard's tests: pictures that are compared."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.app import App

from tests.tui.picture import clean

SNAPSHOTS = Path(__file__).parent / "snapshots"
WRITES = os.environ.get("JIDO_SNAPSHOTS") == "write"


@pytest.fixture
def snapshot() -> Callable[[str, App], None]:
    """Compare what an app shows with a picture; `JIDO_SNAPSHOTS=write` takes new ones."""

    def compare(name: str, app: App) -> None:
        path = SNAPSHOTS / f"{name}.svg"
        got = clean(app.export_screenshot(simplify=True))
        if WRITES:
            path.parent.mkdir(exist_ok=True)
            path.write_text(got, encoding="utf-8")
        want = path.read_text(encoding="utf-8")
        if got != want:
            path.with_suffix(".got.svg").write_text(got, encoding="utf-8")
        assert got == want, f"look at {path.with_suffix('.got.svg')}"

    return compare
