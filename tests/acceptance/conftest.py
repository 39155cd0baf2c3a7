"""Runs a topology of `topologies/` in process, on virtual time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from jido_cli.runtime.build import build
from jido_cli.topology.load import load
from tests.acceptance.examples import TOPOLOGIES
from tests.helpers.worlds import World

Run = Callable[..., World]


@pytest.fixture
def run() -> Iterator[Run]:
    worlds: list[World] = []
    path, modules = list(sys.path), set(sys.modules)

    def start(name: str, *, at_s: float = 0.0) -> World:
        result = load(TOPOLOGIES / f"{name}.yaml")
        assert list(result.diagnostics) == []
        assert result.topology is not None
        built = build(result.topology)
        worlds.append(World(built.root, programs=built.programs))
        worlds[-1].advance(at_s)
        return worlds[-1].boot()

    yield start
    for world in worlds:
        world.close()
    sys.path[:] = path  # the engine put the topology's folder there
    for module in set(sys.modules) - modules:
        if module.partition(".")[0].endswith("_app"):
            del sys.modules[module]
