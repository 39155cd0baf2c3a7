"""`jido plan` and `jido graph`: the tree before it runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.fakes import jido

PIPELINE = """\
jido: v1
name: order-pipeline
agents:
  orders: {state: {n: 0}, routes: {order.placed: {set: {n: 1}, emit: {type: stock.wanted}}}}
  inventory:
    state: {left: 5}
    routes:
      stock.wanted: {set: {left: 4}, emit: [{type: stock.reserved}, {type: stock.low, to: none}]}
  shipping: {state: {n: 0}, routes: {stock.reserved: {set: {n: 1}, emit: {type: done, to: sender}}}}
supervisor:
  strategy: rest_for_one
  children:
    - agent: orders
    - id: depot
      strategy: one_for_all
      max_restarts: 1
      max_seconds: 60
      restart: transient
      children: [{agent: inventory}, {id: second, agent: inventory, shutdown: brutal_kill}]
    - id: pool
      strategy: dynamic
      max_children: 10
      template: {agent: shipping, restart: temporary}
    - {agent: shipping, shutdown: 250ms}
"""
PLAN = """\
order-pipeline is not running. This is what jido up would start, in this order:

1   root             rest_for_one  3 in 5s
2   ├ orders         agent         permanent  none        shutdown 5s
3   ├ depot          one_for_all   1 in 1m, transient
3.1 │ ├ inventory    agent         permanent  none        shutdown 5s
3.2 │ └ second       agent         permanent  none        shutdown brutal_kill
4   ├ pool           dynamic       3 in 5s, up to 10 of shipping, temporary
5   └ shipping       agent         permanent  none        shutdown 250ms

failure boundaries
  orders      falls with  depot, inventory, second, pool, shipping
  inventory   falls with  second
  second      falls with  inventory
  shipping    falls alone
  pool        gives up at the 4th crash in 5s; root then restarts it with shipping
  depot       gives up at the 2nd crash in 1m; root then restarts it with pool, shipping
  root        gives up at the 4th crash in 5s; the engine then exits 1

7 nodes, 5 signal types, stops in reverse order in at most 15.25s
"""
GRAPH = """\
root                 1:>  3 in 5s
├ orders                  agent
├ depot              1:*  1 in 1m
│ ├ inventory             agent
│ └ second                agent inventory
├ pool               1:+  3 in 5s, up to 10 of shipping
└ shipping                agent

signals
  outside     order.placed     → orders
  orders      stock.wanted     → inventory
  inventory   stock.reserved   → shipping
  inventory   stock.low        → nothing (JD402)
  shipping    done             → sender
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pipeline.yaml").write_text(PIPELINE)
    return "pipeline.yaml"


def test_a_plan_is_the_tree_and_what_falls_with_what(file: str):
    done = jido("plan", file)
    assert done.exit_code == 0
    assert done.stdout == PLAN


def test_a_plan_for_programs_has_the_same_facts(file: str):
    plan = json.loads(jido("plan", file, "--json").stdout)
    by_path = {node["path"]: node for node in plan["nodes"]}
    assert (plan["name"], plan["is_running"], plan["signal_types"]) == ("order-pipeline", False, 5)
    assert plan["stop_ms"] == 15_250
    assert by_path["root/depot/inventory"]["falls_with"] == ["root/depot/second"]
    assert by_path["root/depot"]["max_restarts"] == 1
    assert by_path["root/pool"]["template"] == "shipping"


def test_a_graph_is_the_tree_and_the_signals(file: str):
    done = jido("graph", file)
    assert done.exit_code == 0
    assert done.stdout == GRAPH


def test_a_graph_for_mermaid_has_a_line_for_every_edge(file: str):
    lines = jido("graph", file, "--format", "mermaid").stdout.splitlines()
    assert lines[0] == "flowchart TD"
    assert '    n0{{"root<br/>3 in 5s"}}' in lines
    assert "    n0 --> n1" in lines
    assert '    s3(["inventory"])' in lines  # two nodes run it
    assert '    n1 -. "stock.wanted" .-> s3' in lines


def test_a_graph_for_programs_has_nodes_and_signals(file: str):
    graph = json.loads(jido("graph", file, "--json").stdout)
    assert graph["nodes"][0]["strategy"] == "rest_for_one"
    assert {"from": "orders", "type": "stock.wanted", "to": ["inventory"]} in graph["signals"]


@pytest.mark.parametrize("command", ["plan", "graph"])
def test_a_file_with_errors_is_not_drawn(file: str, command: str):
    Path(file).write_text(PIPELINE.replace("max_restarts: 1\n", "max_restarts: 1000000\n"))
    done = jido(command, file)
    assert (done.exit_code, done.stdout) == (4, "")
    assert "JD301 restart-storm" in done.stderr


@pytest.mark.parametrize("command", ["plan", "graph"])
def test_a_file_that_is_not_there_is_exit_3(command: str):
    assert jido(command, "nowhere.yaml").exit_code == 3


def test_what_persists_and_what_is_keyed_is_told(tmp_path: Path):
    file = tmp_path / "chats.yaml"
    file.write_text(
        "jido: v1\nname: chats\n"
        "signals: {said: {external: true, data: {chat: {type: string}}}}\n"
        "agents: {chat: {state: {n: 0}, routes: {said: {set: {n: 1}}}, persist: checkpoint}}\n"
        "supervisor:\n  children:\n    - agent: chat\n"
        "    - {id: s, strategy: dynamic, keyed_by: signal.data.chat, template: {agent: chat}}\n"
    )
    lines = jido("plan", str(file)).stdout.splitlines()
    bound = "any number of chat"
    agent, keyed = lines[3:5]
    assert agent == "2   ├ chat           agent         permanent  checkpoint  shutdown 5s"
    assert keyed.endswith(f"3 in 5s, {bound}, permanent, one a key, persist checkpoint")
    drawn = jido("graph", str(file)).stdout.splitlines()
    assert drawn[2] == f"└ s                  1:+  3 in 5s, one a key, {bound}"


def test_sensors_stand_below_their_agent(tmp_path: Path):
    file = tmp_path / "inbox.yaml"
    file.write_text(
        """\
jido: v1
name: inbox
agents:
  reader:
    sensors:
      inbox: {use: jido.sensor.file_watch, with: {path: .}, restart: permanent}
      feed: {use: jido.sensor.heartbeat}
  last: {}
supervisor: {children: [{agent: reader}, {agent: last}]}
"""
    )
    result = jido("plan", str(file))
    assert result.stdout.splitlines()[2:7] == [
        "1   root             one_for_one   3 in 5s",
        "2   ├ reader         agent         permanent  none        shutdown 5s",
        "2.1 │ ├ inbox        sensor        permanent              jido.sensor.file_watch",
        "2.2 │ └ feed         sensor        transient              jido.sensor.heartbeat",
        "3   └ last           agent         permanent  none        shutdown 5s",
    ]
    reader = json.loads(jido("plan", str(file), "--json").stdout)["nodes"][1]
    assert reader["sensors"][0] == {
        "name": "inbox",
        "sensor": "jido.sensor.file_watch",
        "restart": "permanent",
    }
