"""An engine in a session of its own, for `up -d` and the dashboard: waiting until it is ready."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import IO, TypeAlias

from jido_cli.cli.failures import CommandError
from jido_cli.cli.interpreter import Interpreter
from jido_cli.cli.reporting import Failed, Ready, read_news

_LAST_LINES = 20
_END_S = 10.0


Engine: TypeAlias = "subprocess.Popen[bytes]"


def start_detached(python: Interpreter, words: Sequence[str]) -> Ready | Failed:
    """Start an engine that outlives this process; return what it said.

    Args:
        python: what runs it.
        words: the words after `jido up`; how to report is added.

    Raises:
        CommandError: it ended without a word.
    """
    process, heard = start_engine(python, words)
    if isinstance(heard, Ready) and not heard.was_running:
        process.returncode = 0  # it lives on: nobody waits for it here
    return heard


def start_engine(
    python: Interpreter, words: Sequence[str], *, life_line: int | None = None
) -> tuple[Engine, Ready | Failed]:
    """Start an engine in a session of its own; return its process and what it said.

    Args:
        python: what runs it.
        words: the words after `jido up`; how to report is added.
        life_line: the end of the life line that it watches, if it has one.

    Raises:
        CommandError: it ended without a word.
    """
    begun = time.monotonic()
    lines = [] if life_line is None else ["--life-fd", str(life_line)]
    reader, writer = os.pipe()
    with tempfile.TemporaryFile() as said, os.fdopen(reader, "rb") as news:
        try:
            # What it prints before it has a log of its own is kept, in case it never gets there.
            process = subprocess.Popen(  # noqa: S603 - our own program
                python.command(["up", "--report-fd", str(writer), *lines, *words]),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
                pass_fds=(writer,) if life_line is None else (writer, life_line),
            )
        finally:
            os.close(writer)
        try:
            heard = read_news(news.read())
        except KeyboardInterrupt:
            process.terminate()  # it is in a session of its own: the terminal's ^C misses it
            process.wait(_END_S)
            raise
        if isinstance(heard, Ready) and not heard.was_running:
            return process, replace(heard, seconds=time.monotonic() - begun)
        process.wait(_END_S)
        if heard is None:
            raise _no_word(process, said, python)
        return process, heard


def _no_word(process: Engine, said: IO[bytes], python: Interpreter) -> CommandError:
    said.seek(0)
    lines = said.read().decode(errors="backslashreplace").splitlines()
    code = process.returncode
    how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
    return CommandError(
        "the engine ended before it was ready",
        code="start-failed",
        where=str(python.path),
        why="\n".join([f"its process {how}", *lines[-_LAST_LINES:]]),
        hints=("jido up FILE without -d shows more",),
    )
