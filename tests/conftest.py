"""What holds for all tests: property tests try the same values in every run.

A run that fails fails again. `JIDO_EXPLORE=1` tries new values, to look for more.
"""

from __future__ import annotations

import os

from hypothesis import settings

pytest_plugins = ("jido_cli.testing.plugin",)  # as if installed anew: the kit's own fixture

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile("explore" if os.environ.get("JIDO_EXPLORE") else "same")
