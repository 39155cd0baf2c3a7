"""Many files at once: each is loaded and judged for itself, so all cores can take a share.

The shares are worked off by forks of this process; what one of them does not bring back, for
whatever reason, is judged here. What is found does not depend on how many there are.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from jido_cli.lint.judge import judge
from jido_cli.topology.diagnostics import Diagnostic
from jido_cli.topology.load import load
from jido_cli.topology.var_sources import VarSources

_SHARE: Final = 32  # files for which another process pays
_MOST: Final = 8
_BETWEEN_COLLECTIONS: Final = 256


class FileVerdict(msgspec.Struct, frozen=True):
    """What is wrong with one file; `texts` are for excerpts, empty where nothing is."""

    findings: tuple[Diagnostic, ...]
    texts: dict[str, str]
    ignored: int = 0
    is_part: bool = False


def judge_files(files: Sequence[Path], values: VarSources) -> list[FileVerdict]:
    """Return the verdict on each file, in their order."""
    processes = min(_cores(), _MOST, len(files) // _SHARE)
    found: dict[int, FileVerdict] = {}
    helpers = [_Helper(files, values, number, processes) for number in range(1, processes)]
    found |= _share(files, values, 0, max(1, processes))
    for helper in helpers:
        found |= helper.result()
    for index, file in enumerate(files):
        if index not in found:
            found[index] = _judged(file, values)
    return [found[index] for index in range(len(files))]


def _share(
    files: Sequence[Path], values: VarSources, number: int, processes: int
) -> dict[int, FileVerdict]:
    found: dict[int, FileVerdict] = {}
    for index in range(number, len(files), processes):
        found[index] = _judged(files[index], values)
        if len(found) % _BETWEEN_COLLECTIONS == 0:
            gc.collect()
    return found


def _judged(file: Path, values: VarSources) -> FileVerdict:
    result = load(file, values=values, as_part=True)
    verdict = judge(result)
    texts = dict(result.texts) if verdict.findings else {}
    return FileVerdict(verdict.findings, texts, verdict.ignored, verdict.is_part)


class _Helper:
    """A fork that judges its share and sends the verdicts back."""

    def __init__(
        self, files: Sequence[Path], values: VarSources, number: int, processes: int
    ) -> None:
        self._input, output = os.pipe()
        self._pid = os.fork()
        if self._pid:
            os.close(output)
            return
        code = 1
        try:
            verdicts = _share(files, values, number, processes)
            with open(output, "wb") as stream:  # noqa: PTH123 - a descriptor, not a path
                stream.write(msgspec.msgpack.encode(verdicts))
            code = 0
        finally:
            os._exit(code)  # nothing else of this process is the fork's business

    def result(self) -> dict[int, FileVerdict]:
        """Return what the fork has judged; nothing if it did not come to its end."""
        with open(self._input, "rb") as stream:  # noqa: PTH123 - a descriptor, not a path
            content = stream.read()
        _, status = os.waitpid(self._pid, 0)
        return {} if status else msgspec.msgpack.decode(content, type=dict[int, FileVerdict])


def _cores() -> int:
    """Return how many cores this process may use; 1 where it cannot fork."""
    if not hasattr(os, "fork"):
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
