"""Functions that write values in other ways: JSON, base64, hashes, names as identifiers.

Hashes are given in lower-case hexadecimal; of `hash.hmacSha256` the key comes first.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from typing import NoReturn

from jido_cli.core.cel.conversions import to_string
from jido_cli.core.cel.signatures import row
from jido_cli.core.cel.times import time_text
from jido_cli.core.cel.values import (
    CelError,
    Fuel,
    Value,
    a_text,
    afford_text,
    kind_of,
    no_overload,
    spend,
    spend_text,
)
from jido_cli.core.idents import format_uuid
from jido_cli.core.values import MAX_DEPTH, ValueDomainError, freeze

_NAMESPACES = {
    name: f"6ba7b81{digit}-9dad-11d1-80b4-00c04fd430c8"
    for name, digit in (("dns", 0), ("url", 1), ("oid", 2), ("x500", 4))
}
_UUID = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_BLANKS = r"(?a)\s+"
_SHOWN = 60


def _json_encode(fuel: Fuel, value: Value) -> str:
    pieces: list[str] = []
    _write(fuel, value, pieces, 0)
    return "".join(pieces)


def _write(fuel: Fuel, value: Value, pieces: list[str], depth: int) -> None:
    if depth > MAX_DEPTH:
        raise CelError(f"json.encode() takes values nested at most {MAX_DEPTH} deep")
    spend(fuel, 4)  # a value takes longer to write than to touch
    match value:
        case list():
            opening, closing = "[]"
            items = [("", each) for each in value]
        case dict():
            opening, closing = "{}"
            items = [
                (f"{json.dumps(key, ensure_ascii=False)}:", each) for key, each in value.items()
            ]
        case _:
            text = json.dumps(_plain(fuel, value), ensure_ascii=False)
            pieces.append(spend_text(fuel, text))
            return
    pieces.append(opening)
    for position, (key, each) in enumerate(items):
        pieces.append(spend_text(fuel, f"{',' if position else ''}{key}"))
        _write(fuel, each, pieces, depth + 1)
    pieces.append(closing)


def _plain(fuel: Fuel, value: Value) -> Value:
    """Return a scalar as JSON has it."""
    match kind_of(value), value:
        case "double", float() if value - value != 0:
            raise CelError(f"json.encode() cannot write {to_string(fuel, value)}: JSON has none")
        case (("timestamp" | "duration"), _):
            return time_text(value)
        case "bytes", bytes():
            return base64.b64encode(value).decode()
        case (("optional" | "type"), _):
            raise no_overload("json.encode()", value)
    return value


def _json_decode(fuel: Fuel, text: Value) -> Value:
    text = a_text("json.decode", text)
    spend(fuel, len(text) >> 2)
    try:
        return freeze(json.loads(text, parse_constant=_no_constant))
    except RecursionError:
        raise CelError(f"json.decode() takes values nested at most {MAX_DEPTH} deep") from None
    except ValueDomainError as error:
        raise CelError(f"json.decode(): {error.reason}") from None
    except ValueError as error:
        raise CelError(f"json.decode(): {text[:_SHOWN]!r} is not JSON: {error}") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"there is no {name}")


def _bytes_of(fuel: Fuel, name: str, value: Value) -> bytes:
    if type(value) is str:
        spend(fuel, len(value) >> 5)
        return value.encode()
    if type(value) is bytes:
        spend(fuel, len(value) >> 5)
        return value
    raise no_overload(f"{name}()", value)


def _sha256(fuel: Fuel, value: Value) -> str:
    return hashlib.sha256(_bytes_of(fuel, "hash.sha256", value)).hexdigest()


def _hmac_sha256(fuel: Fuel, key: Value, message: Value) -> str:
    name = "hash.hmacSha256"
    secret, text = _bytes_of(fuel, name, key), _bytes_of(fuel, name, message)
    return hmac.new(secret, text, hashlib.sha256).hexdigest()


def _uuid5(fuel: Fuel, namespace: Value, name: Value) -> str:
    space, name = a_text("uuid5", namespace), a_text("uuid5", name)
    space = _NAMESPACES.get(space, space)
    if not re.fullmatch(_UUID, space):
        known = ", ".join(_NAMESPACES)
        raise CelError(f"uuid5() takes {known} or a UUID as its namespace, not {space[:_SHOWN]!r}")
    spend(fuel, len(name) >> 5)
    hashed = hashlib.sha1(bytes.fromhex(space.replace("-", "")) + name.encode()).digest()  # noqa: S324 - what UUIDs of version 5 are made with
    bits = int.from_bytes(hashed[:16], "big")
    bits = bits & ~(0xF << 76) | 5 << 76
    return format_uuid(bits & ~(0b11 << 62) | 0b10 << 62)


def _base64_encode(fuel: Fuel, value: Value) -> str:
    if type(value) is not bytes:
        raise no_overload("base64.encode()", value)
    afford_text(fuel, len(value) // 3 * 4)
    return spend_text(fuel, base64.b64encode(value).decode())


def _base64_decode(fuel: Fuel, text: Value) -> bytes:
    text = a_text("base64.decode", text)
    spend(fuel, len(text) >> 4)
    spend_text(fuel, text)
    plain = re.sub(_BLANKS, "", text).rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise CelError(f"{text[:_SHOWN]!r} is not base64") from None


_EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

ENCODINGS = (
    row(
        "json.encode",
        "json.encode(dyn) -> string",
        "a value as JSON, in one line without blanks",
        ("json.encode({'a': [1, 2.0, null]})", '{"a":[1,2.0,null]}'),
        _json_encode,
    ),
    row(
        "json.decode",
        "json.decode(string) -> dyn",
        "the value that a JSON text says",
        ("json.decode('{\"a\": 1}').a", 1),
        _json_decode,
    ),
    row(
        "base64.encode",
        "base64.encode(bytes) -> string",
        "bytes as base64",
        ("base64.encode(b'hello')", "aGVsbG8="),
        _base64_encode,
        "encoders",
    ),
    row(
        "base64.decode",
        "base64.decode(string) -> bytes",
        "the bytes that base64 says; padding may be left out",
        ("string(base64.decode('aGVsbG8'))", "hello"),
        _base64_decode,
        "encoders",
    ),
    row(
        "hash.sha256",
        ("hash.sha256(string) -> string", "hash.sha256(bytes) -> string"),
        "the SHA-256 of a text's UTF-8 or of bytes, in lower-case hexadecimal",
        ("hash.sha256('')", _EMPTY_HASH),
        _sha256,
    ),
    row(
        "hash.hmacSha256",
        (
            "hash.hmacSha256(string, string) -> string",
            "hash.hmacSha256(bytes, bytes) -> string",
        ),
        "the HMAC with SHA-256 of a key and a message, in lower-case hexadecimal",
        ("hash.hmacSha256('key', 'message').size()", 64),
        _hmac_sha256,
    ),
    row(
        "uuid5",
        "uuid5(string, string) -> string",
        "the UUID of a name in a namespace (`dns`, `url`, `oid`, `x500` or a UUID): always the"
        " same one",
        ("uuid5('dns', 'example.org')", "aad03681-8b63-5304-89e0-8ca8f49461b5"),
        _uuid5,
    ),
)
