"""Instruments for tests of topologies: an engine on virtual time, scripts for effects, checks.

The names are loaded on first use: the pytest plugin is imported in every run of pytest. No code
that does anything lives here.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from jido_cli.testing.driven import Answered
    from jido_cli.testing.failures import ExpectationError, UnscriptedEffectError
    from jido_cli.testing.recorder import EmittedSignal
    from jido_cli.testing.scripting import REAL, Scripted, fails, takes
    from jido_cli.testing.topology_run import TopologyRun, run_topology

__all__ = [
    "REAL",
    "Answered",
    "EmittedSignal",
    "ExpectationError",
    "Scripted",
    "TopologyRun",
    "UnscriptedEffectError",
    "fails",
    "run_topology",
    "takes",
]

_HOME_OF = {
    "Answered": "driven",
    "ExpectationError": "failures",
    "UnscriptedEffectError": "failures",
    "EmittedSignal": "recorder",
    "REAL": "scripting",
    "Scripted": "scripting",
    "fails": "scripting",
    "takes": "scripting",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = import_module(f"jido_cli.testing.{_HOME_OF.get(name, 'topology_run')}")
    value: object = getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
