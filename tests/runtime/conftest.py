"""Worlds that are closed when their test is over."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator

import pytest

from jido_cli.runtime.supervising.starts import SupervisorStart
from tests.helpers.worlds import World

MakeWorld = Callable[..., World]


@pytest.fixture
def make_world() -> Iterator[MakeWorld]:
    worlds: list[World] = []

    def make(root: SupervisorStart, **options: object) -> World:
        world = World(root, **options)
        worlds.append(world)
        return world

    yield make
    for world in worlds:
        world.close()


@pytest.fixture
def boot(make_world: MakeWorld) -> MakeWorld:
    def make(root: SupervisorStart, **options: object) -> World:
        return make_world(root, **options).boot()

    return make


@pytest.fixture
def own_interrupts() -> Iterator[None]:
    """The process handles ^C itself, as an engine's does."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    yield
    signal.signal(signal.SIGINT, before)
