"""A short folder for sockets, and one served port for all tests that only ask."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jido_cli.control.state_dir import StateDir
from tests.control.fakes import FakePort, Rig, serve


def _short_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="jido-test-", dir="/tmp"))


@pytest.fixture
def folder() -> Iterator[Path]:
    made = _short_folder()
    yield made
    shutil.rmtree(made)


@pytest.fixture
def state_dir(folder: Path) -> StateDir:
    return StateDir.of(folder, {"XDG_RUNTIME_DIR": str(folder / "run")})


@pytest.fixture(scope="session")
def shared_rig() -> Iterator[Rig]:
    made = _short_folder()
    state_dir = StateDir.of(made, {"XDG_RUNTIME_DIR": str(made / "run")})
    rig = serve(state_dir.claim("shop"), FakePort(), margin_s=0.05, batch_s=0.0, alive_s=0.2)
    yield rig
    rig.close()
    shutil.rmtree(made)


@pytest.fixture
def rig(shared_rig: Rig) -> Iterator[Rig]:
    shared_rig.port.reset()
    yield shared_rig
    shared_rig.client.close()


@pytest.fixture
def own_rig(state_dir: StateDir) -> Iterator[Rig]:
    """A server that the test may stop."""
    rig = serve(state_dir.claim("shop"), FakePort(kept=4), margin_s=0.05, batch_s=0.0)
    yield rig
    rig.close()
