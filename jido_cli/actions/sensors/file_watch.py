"""`jido.sensor.file_watch`: files of a folder that come, change and go.

watchfiles hears of them from the operating system. What came while the sensor was down is not
known, unless `existing` asks for what is there at its start.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from jido_cli.actions.sensors.config import duration, seconds
from jido_cli.core.sensor import SensorContext, compiled_sensor, sensor

WORDS: Final = ("added", "modified", "deleted")  # in the order of watchfiles' numbers, from 1


@sensor(
    name="jido.sensor.file_watch",
    signal="jido.sensor.file",
    config={
        "type": "object",
        "additionalProperties": False,
        "required": ["path"],
        "properties": {
            "path": {
                "description": "the folder or file, by its way from the topology's folder",
                "type": "string",
                "minLength": 1,
                "examples": ["./inbox"],
            },
            "pattern": {
                "description": "only files whose names are like this",
                "type": "string",
                "minLength": 1,
                "default": "*",
                "examples": ["*.md"],
            },
            "changes": {
                "description": "what is told",
                "type": "array",
                "minItems": 1,
                "items": {"type": "string", "enum": list(WORDS)},
                "default": list(WORDS),
            },
            "recursive": {
                "description": "also in the folders below",
                "type": "boolean",
                "default": True,
            },
            "existing": {
                "description": "tell of the files that are there at the start, as added",
                "type": "boolean",
                "default": False,
            },
            "debounce": duration("50ms", "changes that come within this time are told together"),
        },
    },
)
async def file_watch(
    ctx: SensorContext,
    path: str,
    pattern: str,
    changes: list[str],
    recursive: bool,
    existing: bool,
    debounce: str,
) -> None:
    """Emit `{path, name, change}` for each file that comes, changes or goes; subject: the path."""
    watched = Path(ctx.folder) / path
    if not watched.exists():
        raise FileNotFoundError(f"there is no {watched}")

    async def tell(file: Path, change: str) -> None:
        if change in changes and fnmatch(file.name, pattern):
            data = {"path": str(file), "name": file.name, "change": change}
            await ctx.emit(data, subject=str(file))

    if existing:
        for file in sorted(watched.rglob("*") if recursive else watched.glob("*")):
            if file.is_file():
                await tell(file, "added")
    async for found in _changes(watched, recursive, max(1, round(seconds(debounce) * 1000))):
        for change, name in sorted(found, key=lambda one: (one[1], int(one[0]))):
            await tell(Path(name), WORDS[change - 1])


async def _changes(
    watched: Path, recursive: bool, debounce_ms: int
) -> AsyncIterator[set[tuple[int, str]]]:
    """Yield sets of changes, which a thread waits for; who is cancelled does not wait for it."""
    loop, stop = asyncio.get_running_loop(), threading.Event()
    heard: asyncio.Queue[set[tuple[int, str]] | Exception] = asyncio.Queue()

    def tell(found: set[tuple[int, str]] | Exception) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(heard.put_nowait, found)

    def wait() -> None:
        # Here, so that only those who watch files wait for it to load.
        from watchfiles import watch

        try:
            for found in watch(
                watched,
                recursive=recursive,
                debounce=debounce_ms,
                step=min(50, debounce_ms),
                rust_timeout=1000,
                stop_event=stop,
            ):
                tell(set(found))
        except Exception as error:  # noqa: BLE001 - of a thread: the sensor raises it
            tell(error)

    threading.Thread(target=wait, name=f"jido:watch:{watched}", daemon=True).start()
    try:
        while True:
            found = await heard.get()
            if isinstance(found, Exception):
                raise found
            yield found
    finally:
        stop.set()


DEFINITION: Final = compiled_sensor(file_watch)
