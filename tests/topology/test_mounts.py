"""Topologies that mount others: whose names and vars hold, and what is refused where."""

from __future__ import annotations

from pathlib import Path

import pytest

from jido_cli.lint.judge import check
from jido_cli.topology.load import LoadResult, load
from jido_cli.topology.model import SupervisorDecl
from jido_cli.topology.report import render
from jido_cli.topology.var_sources import VarSources

OUTER = """\
jido: v1
name: shop
agents:
  desk: {{state: {{n: 0}}, routes: {{a.b: {{set: {{n: 1}}}}}}}}
supervisor:
  children:
    - agent: desk
    - {{id: billing, topology: {mount}}}
"""
INNER = """\
jido: v1
name: billing
vars: {currency: {type: string}}
agents:
  desk: {state: {money: "${{ vars.currency }}"}, routes: {a.c: {set: {money: x}}}}
supervisor: {max_restarts: 9, children: [{agent: desk}]}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


def write(project: Path, mount: str, **files: str) -> LoadResult:
    for name, text in {"billing": INNER, **files}.items():
        (project / f"{name}.yaml").write_text(text, encoding="utf-8")
    (project / "shop.yaml").write_text(OUTER.format(mount=mount), encoding="utf-8")
    return load(project / "shop.yaml")


def said(result: LoadResult, project: Path) -> list[str]:
    return [str(each).replace(f"{project}/", "") for each in result.diagnostics]


def mounted(result: LoadResult) -> SupervisorDecl:
    child = result.require().root.children[1]
    assert isinstance(child, SupervisorDecl)
    return child


def test_a_mounted_topology_is_a_supervisor_with_names_and_flags_of_its_own(project: Path) -> None:
    result = write(project, "{file: billing.yaml, vars: {currency: EUR}}")
    child = mounted(result)
    assert (child.id, child.max_restarts, child.shutdown) == ("billing", 9, "infinity")
    assert child.mount is not None
    inner = child.mount.topology.agents["desk"]
    outer = result.require().agents["desk"]
    assert (inner.routes[0].pattern, outer.routes[0].pattern) == ("a.c", "a.b")


def test_vars_of_a_mount_may_be_computed_from_those_of_the_outer_file(project: Path) -> None:
    (project / "billing.yaml").write_text(INNER, encoding="utf-8")
    text = OUTER.format(mount='{file: billing.yaml, vars: {currency: "${{ vars.money }}"}}')
    text = text.replace("agents:", "vars: {money: {type: string}}\nagents:", 1)
    (project / "shop.yaml").write_text(text, encoding="utf-8")
    result = load(project / "shop.yaml", values=VarSources(assignments=("money=CHF",)))
    child = mounted(result)
    assert child.mount is not None
    assert child.mount.topology.vars == {"currency": "CHF"}


def test_values_for_the_outer_file_do_not_reach_the_mounted_one(project: Path) -> None:
    write(project, "{file: billing.yaml}")
    values = VarSources(environ={"JIDO_VAR_CURRENCY": "USD"})
    result = load(project / "shop.yaml", values=values)
    assert said(result, project) == [
        (
            "shop.yaml:8:38: error: billing.yaml needs the var 'currency';"
            " give it beside file: vars: {currency: ...} [JD121 missing-var]"
        )
    ]


@pytest.mark.parametrize(
    ("mount", "want"),
    [
        (
            "{file: billing.yaml, vars: {currency: 5}}",
            (
                "shop.yaml:8:69: error: var 'currency' from shop.yaml:8: 5 is not text"
                " [JD120 var-value]"
            ),
        ),
        (
            "{file: billing.yaml, vars: {currency: EUR, curency: x}}",
            (
                "shop.yaml:8:74: error: billing.yaml has no var 'curency'; did you mean 'currency'?"
                " [JD120 var-value]"
            ),
        ),
        (
            "{file: other.yaml}",
            (
                "shop.yaml:8:38: error: topology 'other.yaml' cannot be read: there is no such file"
                " [JD130 bad-mount]"
            ),
        ),
        (
            "{file: ../outside.yaml}",
            (
                "shop.yaml:8:38: error: topology '../outside.yaml' leads out of the project;"
                " only what lies beneath the folder with pyproject.toml or .git is read"
                " [JD130 bad-mount]"
            ),
        ),
        (
            "{file: part.yaml}",
            (
                "shop.yaml:8:38: error: part.yaml is a part of others: it has no supervisor"
                " to mount [JD130 bad-mount]"
            ),
        ),
        (
            "{file: shop.yaml}",
            (
                "shop.yaml:8:38: error: the topologies mount one another: shop.yaml -> shop.yaml"
                " [JD131 mount-cycle]"
            ),
        ),
        (
            "{file: billing.yaml, vars: {currency: EUR}, bridge: {in: [a.b]}}",
            (
                "shop.yaml:8:75: error: 'bridge' means nothing where the bus is shared: everything"
                " passes; write bus: own [JD130 bad-mount]"
            ),
        ),
        (
            "{file: billing.yaml, vars: {currency: EUR}, bus: own, bridge: {in: ['a..b']}}",
            "shop.yaml:8:99: error: pattern 'a..b': a segment is empty [JD401 bad-pattern]",
        ),
        (
            "{file: billing.yaml, vars: {currency: EUR}, allow: [net]}",
            (
                "shop.yaml:8:75: error: 'allow' of topology is not available yet"
                " [JD110 not-available-yet]"
            ),
        ),
    ],
)
def test_what_is_wrong_with_a_mount_is_told_at_the_mount(
    mount: str, want: str, project: Path
) -> None:
    part = "jido: v1\nname: part\nagents: {x: {state: {}}}\n"
    assert said(write(project, mount, part=part), project) == [want]


def test_what_is_wrong_in_a_mounted_file_is_told_there_with_its_line(project: Path) -> None:
    broken = INNER.replace("a.c: {set: {money: x}}", "a.c: {set: {mony: x}}")
    result = write(project, "{file: billing.yaml, vars: {currency: EUR}}", billing=broken)
    (found,) = result.diagnostics
    assert (found.file.rpartition("/")[2], found.line, found.code) == ("billing.yaml", 5, "JD501")
    assert broken.splitlines()[4] in render(result.diagnostics, result.texts)


def test_a_file_that_is_mounted_twice_is_read_and_told_once(project: Path) -> None:
    broken = INNER.replace("agent: desk", "agent: dsk")
    mount = "{file: billing.yaml, vars: {currency: EUR}}}\n    - {id: again, topology: "
    result = write(
        project, f"{mount}{{file: billing.yaml, vars: {{currency: EUR}}}}", billing=broken
    )
    assert [each.code for each in result.diagnostics] == ["JD201"]


def test_a_secret_of_a_mounted_topology_is_not_written_into_the_mount(project: Path) -> None:
    inner = INNER.replace("{type: string}", "{type: string, secret: true, env: MONEY}").replace(
        '"${{ vars.currency }}"', "a"
    )
    result = write(project, "{file: billing.yaml, vars: {currency: EUR}}", billing=inner)
    assert said(result, project) == [
        (
            "shop.yaml:8:69: error: 'currency' is a secret: its value does not stand in a file;"
            " name where it is found, in billing.yaml: env or file [JD122 secret]"
        )
    ]


def test_mounts_nest_sixteen_deep_and_no_deeper(project: Path) -> None:
    def level(number: int) -> str:
        below = f"[{{id: below, topology: {{file: l{number + 1}.yaml}}}}, {{agent: a}}]"
        children = below if number < 17 else "[{agent: a}]"
        return f"jido: v1\nname: l\nagents: {{a: {{}}}}\nsupervisor: {{children: {children}}}\n"

    files = {f"l{number}": level(number) for number in range(1, 18)}
    result = write(project, "{file: l1.yaml}", **files)
    assert said(result, project) == [
        "l16.yaml:4:54: error: topologies are mounted more than 16 deep [JD111 file-limit]"
    ]


def test_replicas_of_mounts_count_against_the_values_of_a_topology(project: Path) -> None:
    mount = "{file: billing.yaml, vars: {currency: EUR}}, replicas: 10000"
    result = write(project, mount)
    assert [each.code for each in result.diagnostics] == ["JD111"]


def test_an_error_of_a_rule_in_a_mounted_file_is_one_of_the_outer_file_too(project: Path) -> None:
    inner = INNER.replace("a.c: {set: {money: x}}", "a.c: {run: 'billing_app:charge'}")
    (project / "billing_app.py").write_text("def other(): ...\n", encoding="utf-8")
    result = write(project, "{file: billing.yaml, vars: {currency: EUR}}", billing=inner)
    assert [each.code for each in check(result) if each.severity == "error"] == ["JD601"]
