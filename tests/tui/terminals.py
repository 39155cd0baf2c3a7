"""A real terminal for tests: tmux, one server for each test, looked at and typed into."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

TMUX = shutil.which("tmux")
PATIENCE_S = 40.0
_LOOK_EVERY_S = 0.05


class Terminal:
    """A terminal of some size in which one command runs; leave the `with` block to close it."""

    def __init__(
        self,
        command: list[str],
        *,
        cwd: Path,
        environ: Mapping[str, str],
        size: tuple[int, int] = (80, 24),
    ) -> None:
        assert TMUX is not None
        self._socket = cwd / "tmux"
        self._status = cwd / "status"
        self._status.unlink(missing_ok=True)
        width, height = size
        status = shlex.quote(str(self._status))
        line = f"trap : INT; {shlex.join(command)}; echo $? > {status}; exec sleep 1000"
        kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        subprocess.run(
            [
                *(*self._tmux(), "-f", os.devnull, "new-session", "-d"),
                *("-x", str(width), "-y", str(height), "sh", "-c", line),
            ],
            cwd=cwd,
            env=kept | dict(environ) | {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"},
            check=True,
        )

    def _tmux(self) -> list[str]:
        assert TMUX is not None
        return [TMUX, "-u", "-S", str(self._socket)]

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            [*self._tmux(), *words], capture_output=True, text=True, check=True, encoding="utf-8"
        )
        return done.stdout

    def press(self, *keys: str) -> None:
        self._run("send-keys", *keys)

    def resize(self, width: int, height: int) -> None:
        self._run("resize-window", "-x", str(width), "-y", str(height))

    def screen(self) -> str:
        return self._run("capture-pane", "-p")

    def record(self, file: Path) -> None:
        """Write every byte that the command writes from now on into a file."""
        self._run("pipe-pane", f"exec cat > {shlex.quote(str(file))}")

    def until(self, *texts: str) -> str:
        """Wait until the screen shows all of the texts; return it."""
        never = threading.Event()
        for _ in range(int(PATIENCE_S / _LOOK_EVERY_S)):
            screen = self.screen()
            if all(text in screen for text in texts):
                return screen
            never.wait(_LOOK_EVERY_S)
        raise AssertionError(f"never showed {texts}:\n{self.screen()}")

    def status(self) -> int:
        """Wait until the command has ended; return its exit code."""
        never = threading.Event()
        for _ in range(int(PATIENCE_S / _LOOK_EVERY_S)):
            if self._status.exists() and self._status.read_text().strip():
                return int(self._status.read_text())
            never.wait(_LOOK_EVERY_S)
        raise AssertionError(f"it did not end:\n{self.screen()}")

    def close(self) -> None:
        """Close the terminal, as when its window is closed."""
        subprocess.run([*self._tmux(), "kill-server"], capture_output=True, check=False)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
