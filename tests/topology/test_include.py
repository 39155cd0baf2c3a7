"""Topologies of several files: what is merged, and what `include` may not reach."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest

from jido_cli.topology import project as project_module
from jido_cli.topology.load import LoadResult, load
from jido_cli.topology.report import render

MAIN = """\
jido: v1
name: shop
include: [{includes}]
agents:
  desk: {{state: {{n: 0}}, routes: {{a.b: count}}}}
supervisor: {{children: [{{agent: desk}}, {{agent: worker}}]}}
"""
PART = """\
jido: v1
name: parts
actions: {count: {set: {n: "${{ state.n + vars.step }}"}}}
agents: {worker: {on_error: stop}}
vars: {step: {type: integer, default: 2}}
signals: {a.b: {description: It happens.}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / ".git").mkdir()
    return tmp_path / "project"


def write(project: Path, **files: str) -> None:
    for name, text in files.items():
        path = project / name.replace("__", "/").replace("_yaml", ".yaml").replace("_txt", ".txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def including(*includes: str) -> str:
    return MAIN.format(includes=", ".join(includes))


def said(result: LoadResult, project: Path) -> list[str]:
    return [str(each).replace(f"{project}/", "") for each in result.diagnostics]


def load_main(project: Path) -> LoadResult:
    return load(project / "main.yaml")


def test_what_a_part_declares_is_merged(project: Path) -> None:
    write(project, main_yaml=including("lib/part.yaml"), lib__part_yaml=PART)
    topology = load_main(project).require()
    assert list(topology.agents) == ["desk", "worker"]
    assert list(topology.actions) == ["count"]
    assert topology.vars == {"step": 2}
    assert topology.signals["a.b"].description == "It happens."
    assert [file.path.name for file in topology.files] == ["main.yaml", "part.yaml"]
    assert topology.files[0].includes == ("lib/part.yaml",)
    worker = topology.agents["worker"]
    assert topology.file_of(worker.pos) == project / "lib" / "part.yaml"
    assert topology.file_of(topology.agents["desk"].pos) == project / "main.yaml"


def test_a_mistake_is_told_in_the_file_in_which_it_stands(project: Path) -> None:
    write(
        project,
        main_yaml=including("lib/part.yaml"),
        lib__part_yaml=PART.replace("state.n +", "state.m +"),
    )
    result = load_main(project)
    assert said(result, project) == [
        "lib/part.yaml:3:39: error: undefined field 'm'; there is n [JD501 expression]"
    ]
    shown = render(result.diagnostics, result.texts)
    assert '3 | actions: {count: {set: {n: "${{ state.m + vars.step }}"}}}' in shown


def test_parts_include_others_by_the_way_from_themselves(project: Path) -> None:
    write(
        project,
        main_yaml=including("lib/one.yaml"),
        lib__one_yaml="jido: v1\nname: one\ninclude: [./two.yaml, ../three.yaml]\n",
        lib__two_yaml=PART,
        three_yaml="jido: v1\nname: three\nagents: {third: {}}\n",
    )
    assert list(load_main(project).require().agents) == ["desk", "worker", "third"]


def test_a_file_that_two_include_is_read_once(project: Path) -> None:
    inner = "jido: v1\nname: x\ninclude: [part.yaml]\n"
    write(
        project,
        main_yaml=including("one.yaml", "two.yaml", "part.yaml"),
        one_yaml=inner,
        two_yaml=inner,
        part_yaml=PART,
    )
    assert len(load_main(project).require().files) == 4


def test_the_same_name_twice_shows_both_places(project: Path) -> None:
    write(
        project,
        main_yaml=including("one.yaml", "two.yaml"),
        one_yaml=PART,
        two_yaml="jido: v1\nname: two\nagents:\n  worker: {}\n",
    )
    assert said(load_main(project), project) == [
        f"two.yaml:4:3: error: agent 'worker' is already declared at {project}/one.yaml:4;"
        " files that belong together share names [JD204 duplicate-name]".replace(f"{project}/", "")
    ]


def test_a_circle_is_shown_whole(project: Path) -> None:
    write(
        project,
        main_yaml=including("one.yaml"),
        one_yaml=PART + "include: [two.yaml]\n",
        two_yaml="jido: v1\nname: two\ninclude:\n  - one.yaml\n",
    )
    fact = "the files include one another: one.yaml -> two.yaml -> one.yaml"
    assert said(load_main(project), project) == [
        f"two.yaml:4:5: error: {fact} [JD119 include-cycle]"
    ]


def test_a_file_does_not_include_itself(project: Path) -> None:
    write(project, main_yaml=including("./main.yaml", "part.yaml"), part_yaml=PART)
    assert "main.yaml -> main.yaml [JD119" in said(load_main(project), project)[0]


def test_the_defaults_of_a_file_are_for_what_it_declares(project: Path) -> None:
    main = (
        including("part.yaml") + "defaults: {agent: {on_error: log}, child: {restart: transient}}\n"
    )
    part = (
        "jido: v1\nname: parts\nactions: {count: {set: {n: 1}}}\nagents: {worker: {}}\n"
        "defaults: {agent: {on_error: stop, mailbox: {max: 5}}, action: {timeout: 2s},"
        " child: {restart: temporary}}\n"
    )
    write(project, main_yaml=main, part_yaml=part)
    topology = load_main(project).require()
    assert (topology.agents["desk"].on_error.kind, topology.agents["desk"].mailbox.max) == (
        "log",
        10_000,
    )
    assert (topology.agents["worker"].on_error.kind, topology.agents["worker"].mailbox.max) == (
        "stop",
        5,
    )
    assert topology.actions["count"].timeout_ms == 2000
    assert [child.restart for child in topology.root.children] == ["transient", "transient"]


def test_a_part_alone_is_no_mistake_where_it_is_taken_for_one(project: Path) -> None:
    write(project, part_yaml=PART.replace("count:", "other:").replace("step: {", "stop: {"))
    result = load(project / "part.yaml", as_part=True)
    assert (said(result, project), result.is_part, result.topology) == ([], True, None)
    alone = load(project / "part.yaml")
    assert "the file has no 'supervisor'" in said(alone, project)[0]


# -- what is not reached ------------------------------------------------------------------------

CANARY = "canary-1b2f"


def refused(project: Path, entry: str) -> str:
    write(project, main_yaml=including(entry))
    result = load_main(project)
    shown = render(result.diagnostics, result.texts)
    assert CANARY not in shown
    assert CANARY not in str(result.texts)
    return said(result, project)[0]


def test_nothing_outside_the_project_is_read(project: Path) -> None:
    (project.parent / "secret.yaml").write_text(f"jido: v1\nname: {CANARY}\n")
    assert "leads out of the project [JD118" in refused(project, "../secret.yaml").replace(
        "; only what lies beneath the folder with pyproject.toml or .git is read", ""
    )
    assert "is absolute" in refused(project, str(project.parent / "secret.yaml"))
    assert "is absolute" in refused(project, "~/secret.yaml")


def test_no_symbolic_link_is_followed(project: Path) -> None:
    (project.parent / "secret.yaml").write_text(f"jido: v1\nname: {CANARY}\n")
    (project / "link.yaml").symlink_to(project.parent / "secret.yaml")
    assert "'link.yaml' is a symbolic link" in refused(project, "link.yaml")
    (project / "folder").symlink_to(project.parent)
    assert "'folder' is a symbolic link" in refused(project, "folder/secret.yaml")
    (project / "real.yaml").write_text(PART)
    (project / "inner.yaml").symlink_to(project / "real.yaml")
    assert "'inner.yaml' is a symbolic link" in refused(project, "inner.yaml")


def test_a_link_that_is_swapped_in_meanwhile_is_not_followed(project: Path) -> None:
    (project.parent / "secret.yaml").write_text(f"jido: v1\nname: {CANARY}\n")
    write(project, main_yaml=including("swap.yaml"), real_yaml=PART)
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            for target in (project.parent / "secret.yaml", project / "real.yaml"):
                link = project / "new"
                if target.parent == project:
                    link.write_text(PART)
                else:
                    link.symlink_to(target)
                link.replace(project / "swap.yaml")

    swapper = threading.Thread(target=swap)
    swapper.start()
    try:
        for _ in range(200):
            result = load_main(project)
            assert CANARY not in render(result.diagnostics, result.texts) + str(result.texts)
    finally:
        stop.set()
        swapper.join()


def test_pipes_devices_and_folders_are_refused(project: Path) -> None:
    os.mkfifo(project / "pipe.yaml")
    assert "it is no file" in refused(project, "pipe.yaml")
    (project / "folder.yaml").mkdir()
    assert "it is a folder" in refused(project, "folder.yaml")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(project / "s.yaml"))
        assert "cannot be read" in refused(project, "s.yaml")


def test_addresses_are_not_fetched(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.01)
        port = server.getsockname()[1]
        assert "is an address" in refused(project, f"http://127.0.0.1:{port}/x.yaml")
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize("entry", ["part.txt", "part.toml", ".env", "part"])
def test_only_yaml_and_json_are_read(project: Path, entry: str) -> None:
    (project / entry).write_text(CANARY)
    assert "is no .yaml, .yml or .json file" in refused(project, entry)


@pytest.mark.parametrize(
    "content",
    [
        f"password: {CANARY}\n",
        f"- {CANARY}\n",
        f"{CANARY}\n",
        f"a: *{CANARY}\n",
        f'{{"key": "{CANARY}"\n',
        f"x: {CANARY}\njido: v1: v2\n",
    ],
)
def test_a_file_that_is_no_topology_is_named_but_not_shown(project: Path, content: str) -> None:
    write(project, other_yaml=content)
    assert "include 'other.yaml' is not a topology" in refused(project, "other.yaml")


def test_a_part_that_is_broken_is_shown(project: Path) -> None:
    write(project, main_yaml=including("part.yaml"), part_yaml="# a part\n\njido: v1\nname: 'x\n")
    result = load_main(project)
    assert said(result, project) == [
        "part.yaml:4:7: error: this quote is never closed [JD101 yaml-syntax]"
    ]
    assert "4 | name: 'x" in render(result.diagnostics, result.texts)


def test_json_is_a_topology_too(project: Path) -> None:
    part = '{"jido": "v1", "name": "p", "agents": {"worker": {}}, "actions": {"count": {}}}'
    (project / "part.json").write_text(part)
    write(project, main_yaml=including("part.json"))
    assert list(load_main(project).require().agents) == ["desk", "worker"]


def test_a_file_in_a_folder_of_everybody_includes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write(tmp_path, main_yaml=including("part.yaml"), part_yaml=PART)
    assert "a file that lies here may name no others" in said(load_main(tmp_path), tmp_path)[0]


# -- limits -------------------------------------------------------------------------------------


def test_sixty_four_files_make_a_topology(project: Path) -> None:
    for index in range(63):
        write(project, **{f"p{index}_yaml": f"jido: v1\nname: p\nagents: {{a{index}: {{}}}}\n"})
    names = [f"p{index}.yaml" for index in range(63)]
    write(project, main_yaml=including(*names), extra_yaml=PART)
    result = load_main(project)
    assert {each.code for each in result.diagnostics} == {"JD201", "JD202"}
    write(project, main_yaml=including(*names, "extra.yaml"))
    assert "more than 64 files make one topology [JD111" in said(load_main(project), project)[0]


def test_the_files_of_a_topology_have_16_mib_in_all(project: Path) -> None:
    filling = "#" * (4 * 1024 * 1024 - 100)
    for index in range(4):
        write(project, **{f"p{index}_yaml": f"jido: v1\nname: p\n{filling}"})
    write(project, main_yaml=including(*(f"p{index}.yaml" for index in range(4)), "part.yaml"))
    write(project, part_yaml=PART + "#" * 1000)
    assert "larger than 16 MiB in all [JD111" in said(load_main(project), project)[0]


def test_values_are_counted_over_all_files(project: Path) -> None:
    values = "x-a: [" + "1, " * 150_000 + "1]\n"
    write(project, main_yaml=including("part.yaml"), part_yaml=PART + values)
    write(project, main_yaml=including("part.yaml") + values)
    assert "more than 200,000 values" in said(load_main(project), project)[0]


def test_where_folders_cannot_be_held_open_links_are_refused_all_the_same(project: Path) -> None:
    write(project, lib__part_yaml=PART)
    (project / "link").symlink_to(project / "lib")
    assert project_module._read_beneath_by_name(project, ("lib", "part.yaml")) == PART.encode()
    with pytest.raises(project_module.UnreadableFileError, match="'link' is a symbolic link"):
        project_module._read_beneath_by_name(project, ("link", "part.yaml"))
