"""This machine's figures: the benchmarks behind `jido bench` and tests/benchmarks.

Each benchmark is a function that measures one figure of the real product: an engine as `jido up`
makes it, rings on, no reader attached. Nothing here is imported by the engine.
"""

from __future__ import annotations

from jido_cli.bench.figures import Figure, Result, definitions, figures, run

__all__ = ["Figure", "Result", "definitions", "figures", "run"]
