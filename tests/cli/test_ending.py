"""Waiting for the end of an engine's process without believing a file."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from jido_cli.cli.ending import EngineProcess
from jido_cli.control.state_dir import StateDir


@pytest.fixture
def claim():
    root = Path(tempfile.mkdtemp(prefix="jt"))
    taken = StateDir(root / ".jido", root / "run").claim("shop")
    yield taken
    taken.release()
    shutil.rmtree(root)


def test_the_kernel_says_whose_process_it_is(claim):
    with claim.bind() as listener:
        listener.listen()
        with EngineProcess.of(claim.place) as process:
            assert process.pid == os.getpid()
            assert not process.wait_gone(0)


def test_nobody_on_the_socket_is_an_error_not_a_guess(claim):
    with pytest.raises(FileNotFoundError):
        EngineProcess.of(claim.place)


def test_without_a_pidfd_the_lock_tells_that_it_is_gone(claim):
    process = EngineProcess(claim.place, os.getpid(), None)
    assert not process.wait_gone(0)
    claim.release()
    assert process.wait_gone(0)
