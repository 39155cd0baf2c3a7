"""The reference of the topology has every key of the schema, as the schema says it."""

from __future__ import annotations

from tests.docs.reference import MARKED, PAGE, load_reference, renew

# Keys of these mappings stand in the tables of others: the forms that share them.
TOLD_BY = {
    "inline_action": ("action", "route_do"),
    "plugin": ("plugin_item",),
    "plugins": ("plugin_item",),
    "supervisor_child": ("supervisor", "agent_child"),
    "template": ("agent_child", "agent"),
    "mount_child": ("agent_child",),
    "failure": ("action",),
    "error_policy": ("on_error",),
    "place": ("emit",),
}


def test_the_tables_are_those_of_the_schema():
    page = PAGE.read_text("utf-8")
    assert page == renew(page, load_reference()), "write them anew: make docs"


def test_every_mapping_of_the_format_has_a_table():
    marked = {found[2] for found in MARKED.finditer(PAGE.read_text("utf-8"))}
    want = {name for name in load_reference().mappings() if name not in TOLD_BY}
    assert want - marked == set()


def test_what_has_no_table_of_its_own_is_told_by_others():
    reference = load_reference()
    for name, others in TOLD_BY.items():
        if name in reference.schema["$defs"]:
            keys = set(reference.keys(reference.mapping(name)))
            told = {key for one in others for key in all_keys(reference.table(one))}
            assert keys - told == set(), name


def all_keys(table: str) -> set[str]:
    """Return the keys of a table, dotted ones by their last part."""
    rows = [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]
    return {key.rpartition(".")[2] for key in rows}
