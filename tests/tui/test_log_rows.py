"""Rows of the log: columns that never run into each other."""

from __future__ import annotations

from datetime import UTC

import pytest

from jido_cli.observe.text.measures import Times
from jido_cli.tui.model.entries import DirectiveEntry
from jido_cli.tui.text import cut_path
from jido_cli.tui.view.log_rows import columns_for, log_row
from tests.tui.scripted import NOW

ASKED = DirectiveEntry(NOW, 1, "root/a", "emit", "s → bus", "cause", "done", 0.3, None)


def row(size: tuple[int, int], **more: object) -> str:
    columns = columns_for(size[0], size[1])
    entry = ASKED._replace(**more)
    return log_row(entry, columns, Times(NOW, UTC), is_selected=False, is_old=False).plain


@pytest.mark.parametrize(
    ("outcome", "ms", "narrow", "wide"),
    [
        ("done", 0.3, "ok 0.3", "ok 0.3"),
        ("cancelled", 41.0, "cancelled 41", "cancelled 41"),
        ("cancelled", 3001.0, "cancell… 3,001", "cancelled 3,001"),
        ("dead_letter", 30_000.0, "× dead 30,000", "× dead 30,000"),
    ],
)
def test_an_outcome_gives_way_to_the_time_that_it_took(outcome, ms, narrow, wide):
    for size, tail in (((78, 80), narrow), ((118, 120), wide)):
        found = row(size, outcome=outcome, ms=ms)
        assert " ".join(found.split()).endswith(f" {tail}")


def test_an_error_that_is_told_is_not_called_fine():
    assert row((78, 80), type="error", outcome="done").endswith(" × error    0.3")


@pytest.mark.parametrize(
    ("size", "columns"),
    [((58, 60), 4), ((78, 80), 6), ((98, 100), 6), ((118, 120), 7), ((198, 200), 7)],
)
def test_no_column_runs_into_the_next_one(size, columns):
    text = "x" * 99
    words = row(size, agent=text, type=text, summary=text, cause=text, outcome=text).split()
    assert len(words) == columns
    cut = words[1:-1] if size[0] > 58 else words[1:]
    assert all(word.count("…") == 1 and word.strip("x") == "…" for word in cut)


def test_of_a_long_path_the_end_is_kept():
    path = "root/a/very/long/way/down/to/the/agent"
    assert " …g/way/down/to/the/agent " in row((118, 120), agent=path)
    assert cut_path(path, 6) == "…agent"
    assert (cut_path(path, 1), cut_path(path, 0), cut_path("root", 4)) == ("…", "", "root")
    assert cut_path("root/日本語", 6) == "…本語"
