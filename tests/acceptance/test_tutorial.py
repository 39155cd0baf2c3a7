"""The tutorial, followed from the first line to the last: every command, every output."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.tutorial import PAGE, Reader, as_shown, changed, new_reader, steps

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
def reader() -> Iterator[Reader]:
    folder = Path(tempfile.mkdtemp(prefix="jt"))
    made = new_reader(folder)
    yield made
    made.close()
    shutil.rmtree(folder)


def test_the_tutorial_goes_as_its_page_shows_it(reader: Reader):
    page = PAGE.read_text("utf-8")
    done = [(step, reader.does(step)) for step in steps(page)]
    assert len(done) > 30
    assert [(str(step), as_shown(seen)) for step, seen in done] == [
        (str(step), as_shown(step.output)) for step, _ in done
    ]


def test_a_change_fits_in_one_place_or_not_at_all():
    assert changed("a\nb\nc\n", " a\n-b\n+x\n+y\n") == "a\nx\ny\nc\n"
    with pytest.raises(AssertionError, match="fits in 2 places"):
        changed("b\nb\n", "-b\n+x\n")
