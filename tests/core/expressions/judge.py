"""Evaluates expressions with the CEL project's own library, in a process of its own.

Reads requests as JSON lines and answers each with one line. It may die: each null that the library
returns loses a reference to None, so a stock of them is kept. For tests only.
"""

from __future__ import annotations

import json
import sys

from cel_expr_python import cel
from cel_expr_python.ext import ext_strings

TYPES = {
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "double": cel.Type.DOUBLE,
    "string": cel.Type.STRING,
    "ints": cel.Type.List(cel.Type.INT),
    "texts": cel.Type.List(cel.Type.STRING),
    "list": cel.Type.List(cel.Type.DYN),
    "map": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
    "dyn": cel.Type.DYN,
}
STOCK_OF_NONES: list[None] = []


def judged(environment: cel.Env, text: str, scopes: list[dict[str, object]]) -> object:
    """Return why the text is refused, or one answer for each scope."""
    try:
        compiled = environment.compile(text)
    except RuntimeError as error:
        return {"refused": str(error)}
    return {"answers": [evaluated(environment, compiled, scope) for scope in scopes]}


def evaluated(environment: cel.Env, compiled: cel.Expression, scope: dict[str, object]) -> object:
    """Return a value or an error."""
    try:
        value = compiled.eval(environment.Activation(scope))
    except RuntimeError as error:
        return {"error": str(error)}
    if value.type() == cel.Type.ERROR:
        return {"error": str(value.value())}
    return {"value": value.plain_value()}


def main() -> None:
    """Answer requests until the input ends."""
    STOCK_OF_NONES.extend([None] * 5_000_000)
    environments: dict[str, cel.Env] = {}
    for line in sys.stdin:
        request = json.loads(line)
        key = json.dumps(request["variables"])
        if key not in environments:
            variables = {name: TYPES[kind] for name, kind in request["variables"].items()}
            environments[key] = cel.NewEnv(
                variables=variables, extensions=[ext_strings.ExtStrings()]
            )
        answer = judged(environments[key], request["text"], request["scopes"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
