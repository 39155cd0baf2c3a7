"""The life line between an engine and the one who started it."""

from __future__ import annotations

import asyncio
import os

from jido_cli.control.lifeline import detach, open_lifeline, watch_lifeline


async def _until_closed(reader: int) -> None:
    """Let the loop turn until the watcher has given the reader back."""
    for _ in range(1000):
        await asyncio.sleep(0)
        try:
            os.fstat(reader)
        except OSError:
            return
    raise AssertionError("the reader stays open")


async def test_a_writer_that_goes_without_a_word_is_noticed_once():
    reader, writer = open_lifeline()
    cuts: list[str] = []
    stop = watch_lifeline(reader, lambda: cuts.append("cut"), loop=asyncio.get_running_loop())
    os.close(writer)
    await _until_closed(reader)
    stop()
    assert cuts == ["cut"]


async def test_a_writer_that_detaches_leaves_the_engine_alive():
    reader, writer = open_lifeline()
    cuts: list[str] = []
    watch_lifeline(reader, lambda: cuts.append("cut"), loop=asyncio.get_running_loop())
    detach(writer)
    await _until_closed(reader)
    assert cuts == []


async def test_nothing_is_noticed_after_watching_has_stopped():
    reader, writer = open_lifeline()
    cuts: list[str] = []
    stop = watch_lifeline(reader, lambda: cuts.append("cut"), loop=asyncio.get_running_loop())
    stop()
    detach(writer)  # to an engine that has ended: no error
    await asyncio.sleep(0)
    assert cuts == []


def test_neither_end_is_inherited_by_chance():
    reader, writer = open_lifeline()
    assert (os.get_inheritable(reader), os.get_inheritable(writer)) == (False, False)
    os.close(reader)
    os.close(writer)
