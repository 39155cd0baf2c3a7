"""jido: OTP-grade supervision for Python agents, declared in YAML.

What actions and programs need is importable from here. The names are loaded on first use, so that
`import jido_cli` alone costs next to nothing: the command line starts with it. No code that does
anything lives here.
"""

from __future__ import annotations

TYPE_CHECKING = False  # what `typing` exports under this name, without its 8 ms
if TYPE_CHECKING:
    from jido_cli.core.action import ActionError, action
    from jido_cli.core.agent import Agent, AgentDefinition, Route
    from jido_cli.core.cmd import cmd
    from jido_cli.core.context import Context
    from jido_cli.core.directive_types import Directive, directive_type
    from jido_cli.core.directives import (
        AdoptChild,
        Cancel,
        CancelInstruction,
        Cron,
        CronCancel,
        DeadLetter,
        Emit,
        Error,
        Reply,
        RunInstruction,
        Schedule,
        SignalSpec,
        SpawnAgent,
        Stop,
        StopChild,
    )
    from jido_cli.core.fsm import Fsm
    from jido_cli.core.instructions import Instruction
    from jido_cli.core.own_directives import Run, directive
    from jido_cli.core.plugins.contract import (
        Override,
        Plugin,
        PluginRoute,
        PluginSchedule,
        PluginSensor,
        PluginView,
        rewrite_signal,
    )
    from jido_cli.core.sensor import Sensor, SensorContext, sensor
    from jido_cli.core.sensor_directives import StartSensor, StopSensor
    from jido_cli.core.signals import Signal, new_signal
    from jido_cli.core.snapshot import Snapshot
    from jido_cli.core.state_ops import DeleteKeys, DeletePath, ReplaceState, SetPath, SetState
    from jido_cli.core.strategy import Decision, Planned, Strategy, StrategyView
    from jido_cli.core.targets import AgentTarget, ChildTarget, KeyTarget, NamedTarget

__version__ = "0.1.0"

__all__ = [
    "ActionError",
    "AdoptChild",
    "Agent",
    "AgentDefinition",
    "AgentTarget",
    "Cancel",
    "CancelInstruction",
    "ChildTarget",
    "Context",
    "Cron",
    "CronCancel",
    "DeadLetter",
    "Decision",
    "DeleteKeys",
    "DeletePath",
    "Directive",
    "Emit",
    "Error",
    "Fsm",
    "Instruction",
    "KeyTarget",
    "NamedTarget",
    "Override",
    "Planned",
    "Plugin",
    "PluginRoute",
    "PluginSchedule",
    "PluginSensor",
    "PluginView",
    "ReplaceState",
    "Reply",
    "Route",
    "Run",
    "RunInstruction",
    "Schedule",
    "Sensor",
    "SensorContext",
    "SetPath",
    "SetState",
    "Signal",
    "SignalSpec",
    "Snapshot",
    "SpawnAgent",
    "StartSensor",
    "Stop",
    "StopChild",
    "StopSensor",
    "Strategy",
    "StrategyView",
    "action",
    "cmd",
    "directive",
    "directive_type",
    "new_signal",
    "rewrite_signal",
    "sensor",
]

_HOMES = {
    "action": ("ActionError", "action"),
    "agent": ("Agent", "AgentDefinition", "Route"),
    "cmd": ("cmd",),
    "context": ("Context",),
    "directive_types": ("Directive", "directive_type"),
    "fsm": ("Fsm",),
    "instructions": ("Instruction",),
    "plugins.contract": (
        "Override",
        "Plugin",
        "PluginRoute",
        "PluginSchedule",
        "PluginSensor",
        "PluginView",
        "rewrite_signal",
    ),
    "own_directives": ("Run", "directive"),
    "sensor": ("Sensor", "SensorContext", "sensor"),
    "sensor_directives": ("StartSensor", "StopSensor"),
    "signals": ("Signal", "new_signal"),
    "snapshot": ("Snapshot",),
    "strategy": ("Decision", "Planned", "Strategy", "StrategyView"),
    "state_ops": ("DeleteKeys", "DeletePath", "ReplaceState", "SetPath", "SetState"),
    "targets": ("AgentTarget", "ChildTarget", "KeyTarget", "NamedTarget"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # not needed by those who only want the package

    home = import_module(f"jido_cli.core.{_HOME_OF.get(name, 'directives')}")
    value: object = getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
