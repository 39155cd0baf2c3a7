"""Runs a topology of `topologies/` in process, on virtual time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from jido_cli.testing.imports import imports_of
from jido_cli.topology.load import load
from tests.acceptance.examples import TOPOLOGIES
from tests.helpers.worlds import World

Run = Callable[..., World]


@pytest.fixture
def run() -> Iterator[Run]:
    with ExitStack() as worlds:
        worlds.enter_context(imports_of(TOPOLOGIES))

        def start(name: str, *, at_s: float = 0.0) -> World:
            result = load(TOPOLOGIES / f"{name}.yaml")
            assert list(result.diagnostics) == []
            world = World.of_topology(result.require())
            worlds.callback(world.close)
            world.advance(at_s)
            return world.boot()

        yield start
