"""The built-in plugins by the names under which `use` knows them.

Only the table lives here; each plugin has a module of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jido_cli.actions.plugins.identity import Identity
from jido_cli.actions.plugins.memory import Memory
from jido_cli.actions.plugins.thread import Thread
from jido_cli.core.plugins.contract import Plugin

PLUGINS: Final[Mapping[str, type[Plugin]]] = {
    "jido.plugin.identity": Identity,
    "jido.plugin.memory": Memory,
    "jido.plugin.thread": Thread,
}
