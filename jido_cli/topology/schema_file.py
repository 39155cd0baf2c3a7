"""The JSON Schema of the format, found and read.

One file is the source: `schemas/` of a checkout, mapped beside this module in a wheel. How a
value is held against it is in `shape`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE_NAME: Final = "topology.v1.schema.json"
FORMAT: Final = "v1"


def schema_path() -> Path:
    """Return where the schema of the format lies, in a wheel or in a checkout."""
    here = Path(__file__).resolve()
    installed = here.with_name(FILE_NAME)
    return installed if installed.is_file() else here.parents[2] / "schemas" / FILE_NAME


@cache
def schema() -> dict[str, Any]:
    """Return the schema of the format; read once, never changed."""
    read: dict[str, Any] = json.loads(schema_path().read_text(encoding="utf-8"))
    return read
