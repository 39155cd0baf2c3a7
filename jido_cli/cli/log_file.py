"""The engine's log file: whole lines at its end, and what a full disk did not take is counted.

What the lines say is `engine_log`; where the file lies, and that it is private, is `control`.
"""

from __future__ import annotations

import faulthandler
import os
import sys
from pathlib import Path

from jido_cli.control.private_files import SYSTEM_WHYS
from jido_cli.observe.text.measures import plural

LIMIT = 8 * 1024 * 1024


class LogFile:
    """Appends lines to a file; while the system refuses, it counts, and goes on when it can.

    Args:
        descriptor: of the file, opened to append; closed with this.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._is_torn = False
        self._why = ""
        self.lost = 0

    def write(self, line: str) -> None:
        """Append a line, after a word about those that were lost before it."""
        if self.lost:
            gap = f"-- {plural(self.lost, 'line')} lost here: {self._why} --"
            if not self._append(gap):
                self.lost += 1
                return
            self.lost = 0
        if not self._append(line):
            self.lost += 1

    def take_output(self) -> None:
        """Send what this process prints, by us or by the user's code, to the file."""
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            os.dup2(self._descriptor, stream.fileno())

    def take_faults(self) -> None:
        """Have the interpreter write there where it is when it crashes (a bad address in C code).

        `control.last_words` reads it.
        """
        faulthandler.enable(self._descriptor)

    def close(self) -> None:
        """Close the file."""
        faulthandler.disable()
        os.close(self._descriptor)

    def _append(self, line: str) -> bool:
        """Return whether the line was written; a part of one is ended before the next."""
        left = f"{chr(10) if self._is_torn else ''}{line}\n".encode("utf-8", "backslashreplace")
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
                self._is_torn = bool(left)
        except OSError as error:
            why = SYSTEM_WHYS.get(error.errno or 0)
            if why is None:
                raise
            self._why = why
            return False
        return True


def turn(path: Path) -> None:
    """Put a log that has grown large aside; the one before it is given up."""
    if path.exists() and path.stat().st_size > LIMIT:
        path.replace(path.with_suffix(".log.1"))
