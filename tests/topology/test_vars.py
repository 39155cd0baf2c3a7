"""Vars: where their values come from, which one outdoes which, and what is kept of secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from jido_cli.errors import TopologyError
from jido_cli.topology.load import LoadResult, load
from jido_cli.topology.model import SecretRef
from jido_cli.topology.report import render
from jido_cli.topology.var_sources import VarSources

FILE = """\
jido: v1
name: t
vars:
  port: {type: integer, default: 1, env: PORT, file: port.txt}
agents: {a: {}}
supervisor: {children: [{agent: a}]}
"""


def given(tmp_path: Path, declared: str, values: VarSources) -> LoadResult:
    path = tmp_path / "t.yaml"
    path.write_text(
        f"jido: v1\nname: t\nvars:\n  it: {declared}\n"
        "agents: {a: {}}\nsupervisor: {children: [{agent: a}]}\n"
    )
    return load(path, values=values)


def value(tmp_path: Path, declared: str, values: VarSources) -> object:
    return given(tmp_path, declared, values).require().vars["it"]


def said(result: LoadResult) -> list[str]:
    return [f"{each.line}:{each.column} {each.code} {each.message}" for each in result.diagnostics]


# -- which one outdoes which --------------------------------------------------------------------


def test_each_source_outdoes_those_after_it(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(FILE)
    (tmp_path / "port.txt").write_text("3\n")
    (tmp_path / "values.yaml").write_text("port: 5\n")
    (tmp_path / "set.txt").write_text("7\n")
    sources: dict[str, object] = {
        "assignments": ("port=6",),
        "values_file": tmp_path / "values.yaml",
        "environ": {"JIDO_VAR_PORT": "4", "PORT": "2"},
        "reads_files": True,
    }
    got = []

    def look() -> None:
        result = load(tmp_path / "t.yaml", values=VarSources(**sources))  # type: ignore[arg-type]
        got.append(result.require().vars["port"])

    look()
    sources["assignments"] = ()
    look()
    sources["values_file"] = None
    look()
    sources["environ"] = {"PORT": "2"}
    look()
    sources["environ"] = {}
    look()
    sources["reads_files"] = False
    look()
    assert got == [6, 5, 4, 2, 3, 1]


def test_the_last_of_two_assignments_counts(tmp_path: Path) -> None:
    assert value(tmp_path, "{type: string}", VarSources(("it=a", "it=b"))) == "b"


def test_a_file_given_on_the_command_line_is_one_of_its_values(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("line\n")
    sources = VarSources(set_files={"it": tmp_path / "x"}, environ={"JIDO_VAR_IT": "other"})
    assert value(tmp_path, "{type: string}", sources) == "line"


# -- types --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "text", "want"),
    [
        ("{type: string}", "it=5", "5"),
        ("{type: string}", "it=", ""),
        ("{type: string}", "it=a=b", "a=b"),
        ("{type: [string, 'null']}", "it=null", "null"),
        ("{type: integer}", "it=5", 5),
        ("{type: integer}", "it=-5", -5),
        ("{type: number}", "it=5", 5.0),
        ("{type: number}", "it=1e3", 1000.0),
        ("{type: boolean}", "it=true", True),
        ("{type: array, items: {type: integer}}", "it=[1, 2]", [1, 2]),
        ("{type: object}", 'it={"a": 1}', {"a": 1}),
        ("{type: integer, nullable: true}", "it=null", None),
        ("{type: string}", 'it:="5"', "5"),
        ("{type: integer}", "it:=5", 5),
        ("{}", "it=text", "text"),
        ("{default: 5}", "it=6", 6),
    ],
)
def test_text_is_typed_by_the_declaration(
    tmp_path: Path, declared: str, text: str, want: object
) -> None:
    got = value(tmp_path, declared, VarSources((text,)))
    assert (got, type(got)) == (want, type(want))


@pytest.mark.parametrize(
    ("declared", "text", "want"),
    [
        ("{type: integer}", "it=many", "var 'it' from --set it: 'many' is not an integer"),
        ("{type: integer}", "it=5.5", "var 'it' from --set it: 5.5 is not an integer"),
        ("{type: integer, minimum: 5}", "it=1", "var 'it' from --set it: 1 is less than 5"),
        ("{type: boolean}", "it=yes", "var 'it' from --set it: 'yes' is not a boolean"),
        ("{type: string, enum: [a, b]}", "it=c", "var 'it' from --set it: 'c' is not one of"),
        ("{type: array}", "it=[1,", "var 'it' from --set it: '[1,' is not a list"),
        ("{type: string}", "it:=[1,", "--set it:='[1,' is not JSON"),
        ("{type: string}", "it:=5", "var 'it' from --set it: 5 is not text"),
    ],
)
def test_a_value_that_does_not_fit_is_told_at_the_declaration(
    tmp_path: Path, declared: str, text: str, want: str
) -> None:
    found = said(given(tmp_path, declared, VarSources((text,))))
    assert found[0].startswith(f"4:3 JD120 {want}")
    assert len(found) == 1


def test_a_value_for_no_var_is_told(tmp_path: Path) -> None:
    found = given(tmp_path, "{default: x}\n  port: {default: 1}", VarSources(("prot=5", "nope=1")))
    assert [(each.message, each.hint) for each in found.diagnostics] == [
        ("--set nope=...: there is no var 'nope'", "vars are declared under vars:"),
        ("--set prot=...: there is no var 'prot'", "did you mean 'port'?"),
    ]


def test_all_that_have_no_value_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(
        "jido: v1\nname: t\nvars:\n  a: {type: string}\n  b: {type: integer}\n  c: {default: 1}\n"
        "agents: {a: {}}\nsupervisor: {children: [{agent: a}]}\n"
    )
    assert said(load(path)) == [
        "4:3 JD121 var 'a' has no value",
        "5:3 JD121 var 'b' has no value",
    ]
    assumed = load(path, values=VarSources(may_assume=True))
    assert (assumed.diagnostics, assumed.assumed) == ((), ("a", "b"))
    assert assumed.topology is not None


def test_without_a_value_that_it_needs_a_topology_is_only_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(
        "jido: v1\nname: t\nvars: {n: {type: integer}}\nagents: {a: {}}\n"
        'supervisor: {children: [{agent: a, replicas: "${{ vars.n }}"}]}\n'
    )
    result = load(path, values=VarSources(may_assume=True))
    assert (result.diagnostics, result.topology, result.assumed) == ((), None, ("n",))
    with pytest.raises(TopologyError, match="vars have no value: n"):
        result.require()
    path.write_text(path.read_text().replace("vars.n }}", "vars.n + 'x' }}"))
    assert len(load(path, values=VarSources(may_assume=True)).diagnostics) == 1


# -- files of values ----------------------------------------------------------------------------


def test_values_of_a_file_have_their_own_types(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("it: [1, 2]\n")
    sources = VarSources(values_file=tmp_path / "values.yaml")
    assert value(tmp_path, "{type: array}", sources) == [1, 2]


def test_a_mistake_in_a_file_of_values_is_told_there_and_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("password: hunter2\n\nit: many\nprot: 1\n")
    declared = "{type: integer}\n  port: {default: 1}"
    result = given(tmp_path, declared, VarSources(values_file=file))
    shown = render(result.diagnostics, result.texts)
    assert [str(each).removeprefix(str(file)) for each in result.diagnostics] == [
        ":1:1: error: there is no var 'password' [JD120 var-value]",
        f":3:5: error: var 'it' from {file}:3: 'many' is not an integer [JD120 var-value]",
        ":4:1: error: there is no var 'prot'; did you mean 'port'? [JD120 var-value]",
    ]
    assert "hunter2" not in shown


@pytest.mark.parametrize(
    ("content", "want"),
    [
        ("[1]", "the file of values is a list, not a mapping"),
        ("it: [", "a bracket or brace is still open where this ends"),
        (None, "the values cannot be read: there is no such file"),
    ],
)
def test_a_file_of_values_is_a_mapping(tmp_path: Path, content: str | None, want: str) -> None:
    file = tmp_path / "values.yaml"
    if content is not None:
        file.write_text(content)
    result = given(tmp_path, "{type: integer, default: 1}", VarSources(values_file=file))
    assert [want in each.message for each in result.diagnostics] == [True]


# -- what is not shown --------------------------------------------------------------------------

CANARY = "canary-7c1e"


@pytest.mark.parametrize(
    "declared",
    [
        "{type: integer, env: IT}",
        "{type: string, enum: [a, b], env: IT}",
        "{type: array, items: {type: integer}, env: IT}",
        "{type: object, additionalProperties: {type: integer}, env: IT}",
        "{type: string, pattern: ^x, env: IT}",
    ],
)
@pytest.mark.parametrize("text", [CANARY, f'["{CANARY}"]', f'{{"a": "{CANARY}"}}'])
def test_a_value_of_the_environment_is_never_shown(
    tmp_path: Path, declared: str, text: str
) -> None:
    result = given(tmp_path, declared, VarSources(environ={"IT": text}))
    assert len(result.diagnostics) == 1
    assert result.diagnostics[0].message.startswith("var 'it' from $IT: what it says ")
    assert CANARY not in render(result.diagnostics, result.texts)


def test_files_that_a_topology_names_are_read_only_where_it_runs(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text(CANARY)
    declared = "{type: integer, file: x.txt}"
    looked_at = given(tmp_path, declared, VarSources(may_assume=True))
    assert (looked_at.diagnostics, looked_at.assumed) == ((), ("it",))
    run = given(tmp_path, declared, VarSources(reads_files=True))
    assert "what it says is not an integer" in run.diagnostics[0].message
    assert CANARY not in render(run.diagnostics, run.texts)


# -- secrets ------------------------------------------------------------------------------------

SECRET = "{type: string, secret: true, env: KEY, file: key.txt}"


def test_a_secret_is_kept_as_the_place_where_it_is_found(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text(CANARY)
    (tmp_path / "values.yaml").write_text(f"it: {CANARY}\n")
    (tmp_path / "values.yaml").chmod(0o600)
    got = [
        value(tmp_path, SECRET, VarSources(environ={"JIDO_VAR_IT": CANARY})),
        value(tmp_path, SECRET, VarSources(environ={"KEY": CANARY})),
        value(tmp_path, SECRET, VarSources(reads_files=True)),
        value(tmp_path, SECRET, VarSources(values_file=tmp_path / "values.yaml")),
        value(tmp_path, SECRET, VarSources(set_files={"it": tmp_path / "key.txt"})),
    ]
    assert got == [
        SecretRef("it", "environment", "JIDO_VAR_IT"),
        SecretRef("it", "environment", "KEY"),
        SecretRef("it", "file", str(tmp_path / "key.txt")),
        SecretRef("it", "values", str(tmp_path / "values.yaml")),
        SecretRef("it", "file", str(tmp_path / "key.txt")),
    ]


def test_no_topology_holds_the_value_of_a_secret(tmp_path: Path) -> None:
    result = given(tmp_path, SECRET, VarSources(environ={"KEY": CANARY}))
    assert CANARY not in repr(result.require())
    assert result.require().readable_vars == {}


def test_a_secret_on_the_command_line_is_refused_with_the_other_ways(tmp_path: Path) -> None:
    result = given(tmp_path, SECRET, VarSources((f"it={CANARY}",), environ={"KEY": "x"}))
    [found] = result.diagnostics
    assert (found.code, found.message, found.hint) == (
        "JD122",
        "--set it=...: a secret is not given on the command line, which all can read",
        "set JIDO_VAR_IT, give a file for --values that only you may read, or --set-file it=FILE",
    )
    assert CANARY not in render(result.diagnostics, result.texts)


def test_a_file_of_values_with_a_secret_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(f"it: {CANARY}\n")
    file.chmod(0o640)
    [found] = given(tmp_path, SECRET, VarSources(values_file=file)).diagnostics
    assert (found.file, found.line, found.code) == (str(file), 1, "JD122")
    assert found.hint == f"chmod 600 {file}"


def test_a_secret_without_value_is_told_without_the_command_line(tmp_path: Path) -> None:
    [found] = given(tmp_path, SECRET, VarSources()).diagnostics
    assert found.hint == "set JIDO_VAR_IT or write it into a file for --values"


PLACES = [
    'description: "${{ vars.it }}"',
    'labels: {a: "x ${{ vars.it }}"}',
    'observe: {stall: "${{ vars.it }}"}',
    'actions: {b: {set: {s: "${{ vars.it }}"}}}',
    'actions: {b: {set: {"m.${{ vars.it }}": 1}}}',
    'actions: {b: {emit: {type: a.b, data: {k: "${{ vars.it }}"}}}}',
    "actions: {b: {require: \"vars.it == 'x'\"}}",
    'actions: {b: {timeout: "${{ vars.it }}s"}}',
    'signals: {a.b: {data: {k: "${{ vars.it }}"}}}',
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("others", ["", "  other: {type: string, default: x}\n"])
def test_a_secret_stands_nowhere_where_it_would_be_kept(
    tmp_path: Path, place: str, others: str
) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(
        f"jido: v1\nname: t\nvars:\n  it: {SECRET}\n{others}{place}\n"
        "agents: {a: {state: {s: '', m: {type: object, default: {}}}, routes: {x: {merge: {}}}}}\n"
        "supervisor: {children: [{agent: a}]}\n"
    )
    result = load(path, values=VarSources(environ={"KEY": CANARY}))
    [found] = result.diagnostics
    assert found.code == "JD122"
    column = path.read_text().split("\n")[found.line - 1].index("it", found.column - 1)
    assert column - (found.column - 1) in (0, 5)
    assert CANARY not in render(result.diagnostics, result.texts)


@pytest.mark.parametrize(
    ("place", "want"),
    [
        ('bus: {max_hops: "${{ vars.it }}"}', ["max_hops is text here, not an integer"]),
        ('bus: {max_hops: "${{ size(vars.it) }}"}', []),
        ('observe: {stall: "${{ size(vars.it) }}"}', ["stall is an integer here, not text"]),
        ('observe: {stall: "${{ vars.it }}s"}', []),
        ('description: "${{ vars.it }}"', []),
    ],
)
def test_a_type_that_can_never_do_is_told_without_a_value(
    tmp_path: Path, place: str, want: list[str]
) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(
        f"jido: v1\nname: t\nvars: {{it: {{type: string}}}}\n{place}\n"
        "agents: {a: {}}\nsupervisor: {children: [{agent: a}]}\n"
    )
    result = load(path, values=VarSources(may_assume=True))
    assert [each.message for each in result.diagnostics] == want


def test_a_file_that_is_not_there_leaves_the_default_or_is_told_once(tmp_path: Path) -> None:
    sources = VarSources(reads_files=True)
    assert value(tmp_path, "{default: x, file: no.txt}", sources) == "x"
    assert said(given(tmp_path, "{type: string, file: no.txt}", sources)) == [
        f"4:3 JD120 var 'it': {tmp_path / 'no.txt'} cannot be read: there is no such file"
    ]
    assert said(given(tmp_path, "{secret: true, file: no.txt}", sources)) == [
        "4:3 JD121 secret 'it' has no value: no.txt has none either"
    ]


def test_a_file_on_the_command_line_must_be_there(tmp_path: Path) -> None:
    sources = VarSources(set_files={"it": tmp_path / "no.txt", "nope": tmp_path / "x"})
    assert said(given(tmp_path, "{default: x}", sources)) == [
        "1:1 JD120 --set-file nope: there is no var 'nope'",
        f"4:3 JD120 --set-file it: {tmp_path / 'no.txt'} cannot be read: there is no such file",
    ]
