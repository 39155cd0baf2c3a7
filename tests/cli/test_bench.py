"""`jido bench`: its words are checked before anything is measured."""

from __future__ import annotations

import json

from tests.cli.fakes import jido


def test_explaining_measures_nothing():
    result = jido("bench", "--explain", "--json")
    assert result.exit_code == 0
    assert "restart_us" in json.loads(result.stdout)


def test_a_definition_is_wrapped_under_itself():
    lines = jido("bench", "restart_us", "--explain").stdout.splitlines()
    assert lines[0].startswith("restart_us  ")
    assert all(line.startswith(" " * 12) and len(line) <= 100 for line in lines[1:])


def test_an_unknown_benchmark_is_a_usage_error():
    result = jido("bench", "restart_ms")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: no benchmark 'restart_ms'\n  where  there are ")


def test_figures_to_compare_with_must_be_there(tmp_path):
    assert jido("bench", "--explain", "--against", str(tmp_path / "no.json")).exit_code == 3
    bad = tmp_path / "bad.json"
    bad.write_text("{}")
    result = jido("bench", "--explain", "--against", str(bad))
    assert result.exit_code == 1
    assert "holds no figures of jido bench" in result.stderr
