"""Files that a topology names: where they may lie, and how much of them is read.

A name is a way from the file in which it stands, beneath the project, to a regular `.yaml`, `.yml`
or `.json` file. What the files say is not known here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from jido_cli.topology.project import UnreadableFileError, decode, is_shared, read_beneath
from jido_cli.topology.words import shown

MAX_FILES: Final = 64
MAX_TOTAL_BYTES: Final = 16 * 1024 * 1024
SUFFIXES: Final = (".yaml", ".yml", ".json")

Steps = tuple[str, ...]


class RefusedFileError(Exception):
    """Raised for a file that is not read; `is_limit` says that there are too many of them."""

    def __init__(self, fact: str, hint: str | None = None, *, is_limit: bool = False) -> None:
        super().__init__(fact)
        self.fact = fact
        self.hint = hint
        self.is_limit = is_limit


class ProjectFiles:
    """The files of one topology, beneath the root of its project.

    Args:
        root: the project.
        steps: the way to the topology itself.
        size: how many bytes it has.
    """

    def __init__(self, root: Path, steps: Steps, size: int) -> None:
        self.root = root
        self._known = {steps}
        self._bytes = size

    def steps(self, key: str, folder: Steps, name: str) -> Steps:
        """Return the way from the root to the file that *name* means in *folder*.

        Args:
            key: the key under which the name stands, for messages.
            folder: the way to the folder of the file in which it stands.
            name: as it is written.

        Raises:
            RefusedFileError: it is no such file.
        """
        said = f"{key} {shown(name)}"
        if "://" in name:
            raise RefusedFileError(f"{said} is an address", "nothing is fetched")
        if name.startswith(("/", "~")) or name[1:3] in (":/", ":\\"):
            hint = "name files by their way from this one, such as ./lib/common.yaml"
            raise RefusedFileError(f"{said} is absolute", hint)
        if not name.endswith(SUFFIXES):
            raise RefusedFileError(f"{said} is no .yaml, .yml or .json file")
        if is_shared(self.root):
            hint = "move it to a folder of its own: what lies there belongs to everybody"
            raise RefusedFileError("a file that lies here may name no others", hint)
        steps = list(folder)
        for step in name.split("/"):
            if step == "..":
                if not steps:
                    hint = "only what lies beneath the folder with pyproject.toml or .git is read"
                    raise RefusedFileError(f"{said} leads out of the project", hint)
                steps.pop()
            elif step not in ("", "."):
                steps.append(step)
        return tuple(steps)

    def read(self, key: str, steps: Steps, name: str) -> str:
        """Return the text of a file.

        Raises:
            RefusedFileError: it cannot be read, or the topology has too many files already.
        """
        self._known.add(steps)
        if len(self._known) > MAX_FILES:
            fact = f"more than {MAX_FILES} files make one topology"
            raise RefusedFileError(fact, is_limit=True)
        try:
            content = read_beneath(self.root, steps)
            self._bytes += len(content)
            if self._bytes > MAX_TOTAL_BYTES:
                fact = "the files of this topology are larger than 16 MiB in all"
                raise RefusedFileError(fact, is_limit=True)
            return decode(content)
        except (UnreadableFileError, ValueError) as error:
            why = str(error) if isinstance(error, UnreadableFileError) else "that is no name"
            raise RefusedFileError(f"{key} {shown(name)} cannot be read: {why}") from None
