from __future__ import annotations

import subprocess
import sys

import pytest

import jido_cli


def test_every_public_name_can_be_imported():
    assert [name for name in jido_cli.__all__ if getattr(jido_cli, name, None) is None] == []
    assert set(jido_cli.__all__) <= set(dir(jido_cli))
    assert jido_cli.Emit("a").kind == "emit"


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'jido_cli' has no attribute 'acton'"):
        jido_cli.acton  # noqa: B018


def test_importing_the_package_loads_nothing_of_its_rooms():
    program = (
        "import sys, jido_cli; "
        "print(sorted(name for name in sys.modules if name.startswith(('jido_cli.', 'msgspec'))))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"
