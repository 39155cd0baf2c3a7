"""`jido bench` reads as drawn."""

from __future__ import annotations

from jido_cli.cli.render.bench import bench_lines, definition_lines, is_within

DRAWN = """\
4 benchmarks of 3 runs each, medians; 2 cores, CPython 3.11.7, uvloop

  pure command, Python action           cmd_python_us             2.1us      limit   3us
  pure command, declarative             cmd_declarative_us        5.8us      limit   8us
  signals to one agent                  cast_one_per_s         412,000/s     limit 200,000/s
  restart to first answer               restart_us               18us        limit  50us

all within limits (21s). Compare: jido bench --json > before.json, then jido bench --against before.json"""  # noqa: E501

MACHINE = {"cores": 2, "python": "CPython 3.11.7", "loop": "uvloop"}


def result(title, key, value, unit, limit, better="lower"):
    return {
        "title": title,
        "key": key,
        "value": value,
        "unit": unit,
        "limit": limit,
        "better": better,
        "runs": 3,
    }


RESULTS = [
    result("pure command, Python action", "cmd_python_us", 2.1, "us", 3),
    result("pure command, declarative", "cmd_declarative_us", 5.8, "us", 8),
    result("signals to one agent", "cast_one_per_s", 412_000, "/s", 200_000, "higher"),
    result("restart to first answer", "restart_us", 18, "us", 50),
]


def test_figures_are_drawn_as_in_the_drawing():
    assert "\n".join(bench_lines(RESULTS, MACHINE, 21.2)) == DRAWN


def test_a_figure_beyond_its_limit_is_named():
    slow = [*RESULTS[:3], RESULTS[3] | {"value": 51}]
    assert bench_lines(slow, MACHINE, 21)[-1].startswith("beyond the limit: restart_us (21s). ")


def test_limits_go_both_ways():
    assert not is_within(RESULTS[2] | {"value": 199_999})
    assert is_within(RESULTS[2] | {"limit": None})


def test_a_comparison_shows_the_change():
    lines = bench_lines(RESULTS, MACHINE, 21, before={"restart_us": 16.0})
    assert lines[5].endswith("limit  50us     was 16us, +12%")
    assert "was" not in lines[2]


def test_definitions_are_listed():
    assert definition_lines({"a_us": "A.", "longer_us": "B."}) == [
        "a_us       A.",
        "longer_us  B.",
    ]
