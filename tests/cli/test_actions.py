"""`jido actions`: what a topology can do, as a table and as tools for language models."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest

from jido_cli.actions.plugins import PLUGINS
from jido_cli.actions.sensors import SENSORS
from tests.cli.fakes import jido

SHOP = """\
jido: v1
name: shop
actions:
  charge:
    description: Charges the card.
    run: shop_app:charge
  later: {params: {by: 1, note: {type: string}}, set: {n: "${{ params.by }}"}}
agents:
  desk:
    state: {n: 0}
    routes:
      card.charged: charge
      "odd.*": {params: {id: {type: string}}, set: {n: 1}}
      reset: {set: {n: 0}}
  twin: {state: {n: 0}, routes: {later: later, much.later: later}}
supervisor: {children: [{agent: desk}, {agent: twin}]}
"""
SOURCE = """\
from jido_cli import action


@action(effect="thread")
def charge(amount: int, currency: str = "EUR"):
    return {}
"""
TABLE = """\
ACTION             EFFECT    PARAMS                RUN BY
charge             thread    amount, [currency]    desk (card.charged)
later              pure      by=1, note            twin (later much.later)
odd.*              pure      id                    desk
reset              pure                            desk

charge  Charges the card.

4 actions
"""


@pytest.fixture
def shop(tmp_path: Path) -> str:
    (tmp_path / "shop.yaml").write_text(SHOP, encoding="utf-8")
    (tmp_path / "shop_app.py").write_text(SOURCE, encoding="utf-8")
    return str(tmp_path / "shop.yaml")


def test_the_table_has_every_action_with_its_params_and_who_runs_it(shop):
    assert jido("actions", shop).stdout == TABLE


def test_python_is_read_and_never_run(shop, tmp_path):
    (tmp_path / "shop_app.py").write_text(f"{SOURCE}\nraise SystemExit(3)\n", encoding="utf-8")
    assert jido("actions", shop).stdout == TABLE


def test_tools_have_names_and_schemas_that_models_take(shop):
    tools = json.loads(jido("actions", shop, "--tools").stdout)
    assert [tool["name"] for tool in tools] == ["charge", "later", "odd", "reset"]
    charge = tools[0]
    assert charge["description"] == "Charges the card."
    validator = jsonschema_rs.validator_for(charge["input_schema"])
    given = [{"amount": 1}, {"amount": 1, "currency": "USD"}, {}, {"amount": 1, "cents": 2}]
    assert [validator.is_valid(each) for each in given] == [True, True, False, False]


def test_two_names_that_become_one_are_told_apart(shop, tmp_path):
    text = SHOP.replace("      reset:", '      "odd": {set: {n: 2}}\n      reset:')
    (tmp_path / "shop.yaml").write_text(text, encoding="utf-8")
    tools = json.loads(jido("actions", shop, "--tools").stdout)
    assert [tool["name"] for tool in tools] == ["charge", "later", "odd", "odd_2", "reset"]


def test_json_says_where_an_action_stands_and_whether_its_params_are_known(shop, tmp_path):
    (tmp_path / "shop_app.py").write_text("from elsewhere import charge\n", encoding="utf-8")
    actions = json.loads(jido("actions", shop, "--json").stdout)["actions"]
    charge, later = actions[:2]
    assert (charge["params_known"], charge["effect"], charge["line"]) == (False, None, 4)
    assert later["params"]["required"] == ["note"]
    assert later["run_by"][1] == {"agent": "twin", "pattern": "much.later"}


def test_a_file_with_errors_has_no_catalogue(shop, tmp_path):
    (tmp_path / "shop.yaml").write_text(SHOP.replace("set: {n: 1}", "set: {m: 1}"), "utf-8")
    result = jido("actions", shop)
    assert (result.exit_code, result.stdout) == (4, "")


def test_two_forms_at_once_are_refused(shop):
    assert jido("actions", shop, "--tools", "--json").exit_code == 2


def test_without_a_file_all_that_is_built_in_is_listed_with_what_it_takes():
    lines = jido("actions").stdout.splitlines()
    at = lines.index("jido.sensor.heartbeat  sensor  Emit `{message, timestamp}` at an interval.")
    assert lines[at + 1 : at + 3] == [
        '  with     every="5s", message="heartbeat"',
        "  sends    jido.sensor.heartbeat",
    ]
    names = {each["name"] for each in json.loads(jido("actions", "--json").stdout)["built_in"]}
    assert names == {*SENSORS, *PLUGINS}


def test_what_is_built_in_is_no_tool():
    assert jido("actions", "--tools").exit_code == 2
