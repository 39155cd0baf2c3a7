"""Evaluates expressions with the CEL project's own library, in a process of its own.

Reads requests as JSON lines and answers each with one line. It may die: each null that the library
returns loses a reference to None, so a stock of them is kept. For tests only.
"""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from datetime import datetime, timedelta

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_encoders, ext_math, ext_optional, ext_strings

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
EXTENSIONS = (
    ext_bindings.ExtBindings,
    ext_encoders.ExtEncoders,
    ext_math.ExtMath,
    ext_optional.ExtOptional,
    ext_strings.ExtStrings,
)
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
    try:
        return {"value": as_json(value.plain_value())}
    except TypeError:
        return {"unseen": str(value.type())}  # optionals, and types, have no plain value


def as_json(value: object) -> object:
    """Return a value as our expressions give it."""
    match value:
        case datetime():
            text = value.strftime("%Y-%m-%dT%H:%M:%S").zfill(19)
            return f"{text}{fraction(value.microsecond)}Z"
        case timedelta():
            microseconds = abs(value) // timedelta(microseconds=1)
            sign = "-" if value < timedelta() else ""
            seconds, rest = divmod(microseconds, 1_000_000)
            return f"{sign}{seconds}{fraction(rest)}s"
        case bytes() | bytearray():
            return b64encode(value).decode()
        case list():
            return [as_json(each) for each in value]
        case dict():
            return {key: as_json(each) for key, each in value.items()}
    return value


def fraction(microseconds: int) -> str:
    """Return the digits behind the point of a time."""
    if not microseconds:
        return ""
    return f".{microseconds:06d}".removesuffix("000")


def main() -> None:
    """Answer requests until the input ends."""
    STOCK_OF_NONES.extend([None] * 5_000_000)
    environments: dict[str, cel.Env] = {}
    for line in sys.stdin:
        request = json.loads(line)
        key = json.dumps(request["variables"])
        if key not in environments:
            variables = {name: TYPES[kind] for name, kind in request["variables"].items()}
            extensions = [make() for make in EXTENSIONS]
            environments[key] = cel.NewEnv(variables=variables, extensions=extensions)
        answers = [judged(environments[key], *each) for each in request["questions"]]
        sys.stdout.write(json.dumps(answers) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
