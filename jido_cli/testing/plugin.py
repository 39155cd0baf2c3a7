"""The pytest plugin: a fixture that starts topologies, and ends them when the test is over.

pytest loads it in every environment that has jido, so it costs nothing until a test asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from jido_cli.testing.topology_run import TopologyRun


@pytest.fixture
def jido_run(request: pytest.FixtureRequest) -> Iterator[Callable[..., TopologyRun]]:
    """Return `run_topology`; what it starts is closed at the end of the test.

    A file is looked for beside the test, then from pytest's root folder.
    """
    from jido_cli.testing.topology_run import run_topology

    def start(file: str | Path, **options: Any) -> TopologyRun:
        beside = request.path.parent / file
        found = beside if beside.is_file() else request.config.rootpath / file
        run = run_topology(found if found.is_file() else file, **options)
        runs.callback(run.close)
        return run

    with ExitStack() as runs:
        yield start
