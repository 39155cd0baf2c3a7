"""The map of the house is the one that the tests enforce."""

from __future__ import annotations

from tests.docs.pages import codes, rows, section
from tests.test_layers import EVERY_ROOM, MAY_IMPORT, PACKAGE

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


def test_the_map_names_every_room():
    assert {codes(room)[0] for room, *_ in rows(section(PAGE, "The house"))} == {
        room for room in MAY_IMPORT if room not in ("", "errors")
    }


def test_the_map_names_every_folder_of_the_rooms():
    said = [codes(folder)[0] for folder, _ in rows(section(PAGE, "Folders in the rooms"))]
    there = [file.parent.relative_to(PACKAGE) for file in PACKAGE.glob("*/*/__init__.py")]
    assert sorted(said) == sorted(str(folder) for folder in there)


def test_the_tour_names_folders_that_exist():
    tour = section("docs/how-it-works.md", "Where it stands in the source")
    said = {folder for _, where in rows(tour) for folder in codes(where)}
    assert [folder for folder in said if not (PACKAGE / folder / "__init__.py").exists()] == []
