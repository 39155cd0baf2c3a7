"""The map of the house is the one that the tests enforce."""

from __future__ import annotations

from tests.docs.pages import codes, rows, section
from tests.test_layers import EVERY_ROOM, MAY_IMPORT

PAGE = "docs/contributing.md"


def test_the_map_says_what_each_room_may_import():
    for room, _, may in rows(section(PAGE, "The house")):
        [name] = codes(room)
        below = MAY_IMPORT[name]
        if may.startswith("all"):
            assert below in (EVERY_ROOM, EVERY_ROOM - {"cli", "tui"})
            continue
        said = {word for code in codes(may) for word in code.split()}
        assert said == below, name
