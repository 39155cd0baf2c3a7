"""Plugins and strategies of one's own in a running engine, and what fails a start."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from jido_cli.errors import JidoCliError, StartError
from jido_cli.runtime.build import build
from jido_cli.topology.load import load_text
from tests.helpers.worlds import World

FILE = """\
jido: v1
name: desks
actions:
  a: {set: {status: a}}
  b: {set: {status: b}}
agents:
  desk:
    state: {status: ready}
STRATEGY
    plugins:
PLUGINS
    routes:
      both.run: [a, b]
      desk.anew: {replace: {status: new}}
supervisor:
  children: [{agent: desk}]
"""

SOURCE = '''
from jido_cli import Decision, Plugin, PluginSchedule, PluginSensor, Strategy, action, sensor

@action
def beat(state):
    """Count."""
    return {"beats": state["beats"] + 1}

class Heart(Plugin):
    name = "heart"
    state_schema = {"beats": 0}
    config_schema = {"fail": False}
    signal_routes = {"beat": beat}
    schedules = {"beat": PluginSchedule("beat", every_s=2)}

    def mount(self, state):
        if self.config["fail"]:
            raise ValueError("no heart")

    def transform_result(self, output, view):
        if view.ctx.signal.type == "both.run":
            return {"beats": view.state["beats"], "was": output}
        raise ValueError("not this one")

class Wild(Plugin):
    name = "wild"

    def prepare_signal(self, signal, view):
        raise KeyError("nobody")

class Keeping(Heart):
    config_schema = {"fail": "", "drop": False}

    def mount(self, state):
        return None

    def on_checkpoint(self, state):
        if self.config["fail"] == "checkpoint":
            raise ValueError("cannot tell")
        return None if self.config["drop"] else {"pointer": state["beats"]}

    def on_restore(self, kept):
        if self.config["fail"] == "restore":
            raise ValueError("lost")
        return {"beats": kept["pointer"] * 10}

@sensor
async def pulse(ctx, every: float = 1.0):
    while True:
        await ctx.sleep(every)
        await ctx.emit({"n": 1})

@action
def felt(state, n: int):
    if n > 1:
        raise ValueError(n)
    return {"beats": state["beats"] + n}

class Sensing(Heart):
    name = "sensing"
    config_schema = {"every": 1.0, "fail": False, "use": ""}
    schedules = {}
    signal_routes = {"felt": felt}

    def sensors(self):
        if self.config["fail"]:
            raise ValueError("no senses")
        if self.config["use"]:
            return {"built": PluginSensor(self.config["use"], "felt", {"every": "1s"})}
        return {"pulse": PluginSensor(pulse, "felt", {"every": self.config["every"]})}

class Needy(Plugin):
    name = "needy"
    requires = [("plugin", "thread"), ("module", "no_such_module_at_all")]

class First(Strategy):
    config_schema = {"limit": 1}
    state_schema = {"status": "idle", "ticks": 0}

    def plan(self, planned, view):
        return Decision(list(planned)[:self.config["limit"]], {"status": "running"})

    def tick(self, view):
        return Decision((), {"ticks": view.own["ticks"] + 1})

class Broken(Strategy):
    def __init__(self, config):
        raise ValueError("no plan")

something = 5
'''

TREE = "[{agent: desk}]"
FIRST = 'strategy: {run: "jt_plugins:First"}'
HEART = 'heart: {run: "jt_plugins:Heart"}'


@pytest.fixture
def start(tmp_path: Path):
    worlds: list[World] = []
    path = list(sys.path)
    (tmp_path / "jt_plugins.py").write_text(SOURCE)

    def begin(*plugins: str, strategy: str = "", boots: bool = True, tree: str = TREE) -> World:
        text = FILE.replace(TREE, tree).replace(
            "PLUGINS", "\n".join(f"      {one}" for one in plugins)
        )
        text = text.replace("STRATEGY\n", f"    {strategy}\n" if strategy else "")
        result = load_text(text, tmp_path / "desks.yaml")
        assert list(result.diagnostics) == []
        built = build(result.require())
        worlds.append(World(built.root, programs=built.programs))
        if boots:
            worlds[-1].boot()
        return worlds[-1]

    yield begin
    for world in worlds:
        world.close()
    sys.path[:] = path
    sys.modules.pop("jt_plugins", None)


def test_the_schedules_of_a_plugin_tick(start):
    world = start(HEART)
    world.advance(5.0)
    assert world.state("desk") == {"status": "ready", "heart": {"beats": 2}}


def test_an_action_that_replaces_the_state_leaves_what_a_plugin_keeps(start):
    world = start(HEART, strategy=FIRST)
    world.advance(5.0)
    own = world.state("desk")["__strategy__"]
    world.tell("desk", "desk.anew")
    assert world.state("desk") == {"status": "new", "heart": {"beats": 2}, "__strategy__": own}


def test_a_prefix_of_ones_own_stands_before_its_signals(start):
    world = start('heart: {run: "jt_plugins:Heart", signal: body.heart}')
    assert world.ask("desk", "body.heart.beat").ok
    world.advance(2.5)
    assert world.state("desk")["heart"] == {"beats": 2}


def test_an_alias_in_a_list_makes_two_of_a_kind(start):
    world = start('- {run: "jt_plugins:Heart"}', '- {run: "jt_plugins:Heart", as: left}')
    assert world.ask("desk", "left.heart.beat").ok
    state = world.state("desk")
    assert (state["heart"], state["heart_left"]) == ({"beats": 0}, {"beats": 1})


def test_an_answer_is_what_the_plugin_makes_of_it_and_the_state_is_not_touched(start):
    world = start(HEART)
    answer = world.ask("desk", "both.run")
    assert answer.output["beats"] == 0
    assert answer.state["status"] == "b"


def test_a_transform_that_raises_is_told_and_changes_nothing(start):
    world = start(HEART)
    assert world.ask("desk", "heart.beat").output == {"beats": 1}
    said = "plugin 'heart': transform_result raised ValueError: not this one"
    assert [text for _, _, text in world.events("error")] == [
        f"heart.beat → heart.transform_result: {said}"
    ]


def test_what_a_plugin_keeps_begins_anew_after_a_restart(start):
    world = start(HEART)
    assert world.ask("desk", "heart.beat").ok
    world.place("desk").process.kill()
    world.settle()
    assert world.state("desk")["heart"] == {"beats": 0}


def test_a_mount_that_raises_fails_the_start(start):
    world = start('heart: {run: "jt_plugins:Heart", with: {fail: true}}', boots=False)
    world.begin_boot()
    with pytest.raises(StartError, match="root/desk failed to start") as raised:
        world.booting.result()
    why = str(raised.value.why)
    assert "plugin 'heart' failed in mount: ValueError: no heart, at " in why
    assert re.search(r"/jt_plugins\.py:\d+ in mount\)$", why)


def test_an_answer_that_a_hook_refused_by_a_bug_names_plugin_hook_and_line(start):
    world = start('wild: {run: "jt_plugins:Wild"}')
    answer = world.order("call", to="desk", type="both.run")
    assert answer["error"]["message"] == ("plugin 'wild': prepare_signal raised KeyError: 'nobody'")
    assert re.search(r"/jt_plugins\.py:\d+ in prepare_signal$", answer["error"]["where"])


@pytest.mark.parametrize(
    ("plugin", "code", "said"),
    [
        ('x: {run: "jt_plugins:Hart"}', "no-function", "has no 'Hart'; did you mean 'Heart'?"),
        ('x: {run: "jt_plugins:something"}', "not-a-plugin", "'jt_plugins:something' is no Plugin"),
        ('x: {run: "jt_plugins:First"}', "not-a-plugin", "is no Plugin"),
        ('x: {run: "jt_nowhere:X"}', "import-failed", "does not import"),
        ('x: {run: "jt_plugins:Heart", with: {fial: 1}}', "bad-plugin", "unknown key 'fial'"),
        (
            'x: {run: "jt_plugins:Needy"}',
            "bad-plugin",
            "'x' requires plugin 'thread'; 'x' requires module 'no_such_module_at_all'",
        ),
    ],
)
def test_a_plugin_that_cannot_be_mounted_fails_the_start_with_its_place(start, plugin, code, said):
    with pytest.raises(StartError) as raised:
        start(plugin)
    assert said in raised.value.message
    assert raised.value.code == code
    assert raised.value.where is not None
    assert "desks.yaml:" in raised.value.where


def test_agents_have_the_plugins_of_the_defaults_unless_they_say_otherwise(tmp_path: Path):
    text = """\
jido: v1
name: desks
defaults: {agent: {plugins: {thread: {use: jido.plugin.thread}, memory: {use: jido.plugin.memory}}}}
agents:
  plain: {state: {n: 0}}
  some: {state: {n: 0}, plugins: {thread: false, identity: {use: jido.plugin.identity}}}
  none: {state: {n: 0}, plugins: []}
supervisor: {children: [{agent: plain}, {agent: some}, {agent: none}]}
"""
    built = build(load_text(text, tmp_path / "desks.yaml").require())
    got = {name: [one.key for one in program.plugins] for name, program in built.programs.items()}
    assert got == {"plain": ["thread", "memory"], "some": ["memory", "identity"], "none": []}


# -- sensors


def test_the_sensors_of_a_plugin_are_children_of_its_agent(start):
    world = start('body: {run: "jt_plugins:Sensing", with: {every: 2.0}, restart: permanent}')
    world.advance(5.0)
    assert world.state("desk")["body"] == {"beats": 2}
    assert [path for path in world.paths() if path.endswith("body-pulse")] != []


def test_a_sensor_that_is_built_in_is_named(start):
    world = start('body: {run: "jt_plugins:Sensing", with: {use: jido.sensor.interval}}')
    assert any(path.endswith("body-built") for path in world.paths())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{fail: true}", "plugin 'body' failed in sensors: ValueError: no senses"),
        ("{use: jido.sensor.nothing}", "its sensor 'body-built': no built-in sensor"),
    ],
)
def test_a_plugin_that_cannot_say_its_sensors_fails_the_start(start, given, said):
    with pytest.raises(StartError) as raised:
        start(f'body: {{run: "jt_plugins:Sensing", with: {given}}}')
    assert said in raised.value.message


# -- what is kept


def stop_and_start(world: World) -> None:
    world.order("stop", id="desk")
    world.order("start", id="desk")
    world.settle()


def kept(start, of: str, strategy: str = "") -> World:
    lines = "\n    ".join(["persist: checkpoint", *([strategy] if strategy else [])])
    world = start(f'heart: {{run: "jt_plugins:{of}"}}', strategy=lines)
    for _ in range(2):
        assert world.ask("desk", "heart.beat").ok
    return world


def test_a_slice_is_kept_with_the_state(start):
    world = kept(start, "Heart")
    stop_and_start(world)
    assert world.state("desk")["heart"] == {"beats": 2}


def test_a_plugin_says_what_of_it_is_kept_and_how_it_goes_on(start):
    world = kept(start, "Keeping")
    stop_and_start(world)
    assert world.state("desk")["heart"] == {"beats": 20}


def test_a_slice_that_is_not_kept_begins_anew_and_the_rest_goes_on(start):
    world = kept(start, 'Keeping", with: {drop: true}, signal: "heart')
    assert world.ask("desk", "both.run").ok
    stop_and_start(world)
    assert world.state("desk") == {"status": "b", "heart": {"beats": 0}}


def test_a_plugin_that_cannot_go_on_fails_the_start_and_nothing_is_lost(start):
    world = kept(start, 'Keeping", with: {fail: restore}, signal: "heart')
    world.order("stop", id="desk")
    answer = world.port.order("start", {"id": "desk"})
    world.settle()
    said = "plugin 'heart' failed in on_restore: ValueError: lost"
    with pytest.raises(JidoCliError, match=said):
        answer.result(timeout=0)


def called(world: World, ident: str):
    task = world.loop.create_task(world.engine.call(ident, "heart.beat"))
    world.settle()
    return task.result()


def test_a_key_that_cannot_wake_says_why_to_whoever_calls_and_in_the_dead_letter(start):
    keyed = "{id: desks, strategy: dynamic, keyed_by: subject, template: {agent: desk}}"
    world = start(
        'heart: {run: "jt_plugins:Keeping", with: {fail: restore}}',
        strategy="persist: checkpoint",
        tree=f"[{keyed.replace('subject', 'signal.subject')}]",
    )
    called(world, "desks/k")
    world.order("stop", id="desks/k")
    why = "plugin 'heart' failed in on_restore: ValueError: lost, at [^ ]+ in on_restore"
    said = rf"it did not start: crash\(PluginError: {why}\)"
    answer = called(world, "desks/k")
    assert answer.outcome == "rejected"
    assert re.fullmatch(f"dead letter: {said}", answer.why)
    assert re.fullmatch(said, world.dead_letters()[-1][2])
    began = world.port.order("start", {"id": "desks/k"})
    world.settle()
    with pytest.raises(JidoCliError, match=r"k failed to start: crash.PluginError: plugin"):
        began.result(timeout=0)


def test_where_a_plugin_cannot_tell_what_to_keep_its_slice_is_kept_and_that_is_told(start):
    world = kept(start, 'Keeping", with: {fail: checkpoint}, signal: "heart')
    world.order("stop", id="desk")
    [(_, _, text)] = world.events("not_kept")
    said = "plugin 'heart' failed in on_checkpoint: ValueError: cannot tell"
    assert text == f"{said}; its slice is kept as it is"


def test_what_a_strategy_keeps_is_kept_with_the_state(start):
    world = kept(start, "Heart", FIRST)
    stop_and_start(world)
    assert world.state("desk")["__strategy__"] == {"status": "running", "ticks": 0}


# -- strategies


def test_a_strategy_of_ones_own_decides_what_runs(start):
    world = start(HEART, strategy=FIRST)
    assert world.ask("desk", "both.run").ok
    assert world.state("desk")["status"] == "a"


def test_its_configuration_is_given_in_the_file(start):
    world = start(HEART, strategy='strategy: {run: "jt_plugins:First", with: {limit: 2}}')
    assert world.ask("desk", "both.run").ok
    assert world.state("desk")["status"] == "b"


def test_inspect_shows_its_snapshot(start):
    world = start(HEART, strategy=FIRST)
    assert world.ask("desk", "both.run").ok
    assert world.port.node("desk")["agent_strategy"] == {
        "kind": "run",
        "status": "running",
        "done": False,
        "result": None,
        "details": {"ticks": 0},
    }


def test_a_schedule_makes_it_tick(start):
    text = FIRST + "\n    schedules: {tick: {every: 1s, signal: jido.strategy.tick}}"
    world = start(HEART, strategy=text)
    world.advance(3.5)
    assert world.state("desk")["__strategy__"]["ticks"] == 3


@pytest.mark.parametrize(
    ("strategy", "code", "said"),
    [
        ('strategy: {run: "jt_plugins:Heart"}', "not-a-strategy", "is no Strategy"),
        (
            'strategy: {run: "jt_plugins:First", with: {limit: many}}',
            "bad-strategy",
            "with of the strategy: limit: 'many' is not an integer",
        ),
        (
            'strategy: {run: "jt_plugins:Broken"}',
            "bad-strategy",
            "the strategy cannot be made: ValueError: no plan",
        ),
    ],
)
def test_a_strategy_that_cannot_be_fails_the_start_with_its_place(start, strategy, code, said):
    with pytest.raises(StartError) as raised:
        start(HEART, strategy=strategy)
    assert said in raised.value.message
    assert raised.value.code == code
    assert "desks.yaml:9:" in str(raised.value.where)
