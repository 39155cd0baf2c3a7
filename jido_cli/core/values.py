"""The domain of values: JSON, read-only once it is in an agent or a signal.

Here live the frozen containers and the two ways between them and plain Python values. A value is
null, a boolean, a 64-bit integer, a finite float, text without lone surrogates, a list, or a
mapping with text keys, nested at most 64 deep (runtime.md 3, 4; guarantees.md G4). No schema, no
names of fields: what shape a value must have is `jido_cli.core.schema`'s business.

Frozen containers are real dicts and lists, so that json, pickle and validators take them; only
mutation raises, at the place where it is tried. Each knows how deep and how large it is at most,
so that neither has to be counted again when it becomes part of something larger.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NoReturn

from jido_cli.core.shown import show
from jido_cli.errors import JidoCliError

MAX_DEPTH = 64
"""How many containers may lie in one another."""
MAX_STATE_BYTES = 4 * 1024 * 1024
"""How large a state may be, as JSON."""
MIN_INT = -(2**63)
MAX_INT = 2**63 - 1

SCALAR_BYTES = 24
"""What any scalar but text counts; none needs more as JSON."""
_READ_ONLY = "this value is read-only: return the changes, do not make them in place"
_set_element = list.__setitem__


class ValueDomainError(JidoCliError):
    """Raised for a value that is not JSON.

    Args:
        path: keys and indexes from the outermost value to the offending one.
        why: what is wrong with it, as a phrase.
        what: name of the outermost value, such as `data`.
    """

    default_code = "not-json"

    def __init__(self, path: tuple[str | int, ...], why: str, *, what: str = "value") -> None:
        self.path = path
        place = what + "".join(f"[{part!r}]" for part in path)
        super().__init__(f"{place}: {why}", where=place, why=why)
        self.reason = why

    def under(self, key: str | int) -> ValueDomainError:
        """Return the same fault, seen from the container that holds it under *key*."""
        return ValueDomainError((key, *self.path), self.reason)


def _refuse(*_args: object, **_kwargs: object) -> NoReturn:
    raise TypeError(_READ_ONLY)


class FrozenDict(dict[str, object]):
    """A dict that cannot be changed; copies of it are plain dicts.

    Made by this room only: whoever finds one may rely on its whole content being in the domain,
    and frozen. `depth` and `size` are upper bounds of its nesting (1 without containers inside)
    and of its bytes as JSON before characters are escaped. One that others make, such as
    `type(state)(...)`, lacks these two, and `freeze` takes it for what it holds.
    """

    __slots__ = ("depth", "size")
    depth: int
    size: int

    __setitem__ = _refuse
    __delitem__ = _refuse
    __ior__ = _refuse
    clear = _refuse
    pop = _refuse
    popitem = _refuse
    setdefault = _refuse
    update = _refuse

    def __copy__(self) -> dict[str, object]:
        return dict(self)

    def __deepcopy__(self, memo: object) -> object:
        return thaw(self)

    def __reduce__(self) -> tuple[object, ...]:
        return (freeze, (dict(self),))


class FrozenList(list[object]):
    """A list that cannot be changed; copies of it are plain lists. As `FrozenDict` in the rest."""

    __slots__ = ("depth", "size")
    depth: int
    size: int

    __setitem__ = _refuse
    __delitem__ = _refuse
    __iadd__ = _refuse
    __imul__ = _refuse
    append = _refuse
    clear = _refuse
    extend = _refuse
    insert = _refuse
    pop = _refuse
    remove = _refuse
    reverse = _refuse
    sort = _refuse

    def __copy__(self) -> list[object]:
        return list(self)

    def __deepcopy__(self, memo: object) -> object:
        return thaw(self)

    def __reduce__(self) -> tuple[object, ...]:
        return (freeze, (list(self),))


def freeze(value: object, *, where: str = "value") -> object:
    """Return *value* in the domain and deeply read-only.

    Containers are copied, what is frozen already is returned as it is, without a walk. Subclasses
    of dict, list, str, int and float become the plain kind.

    Args:
        value: anything.
        where: name of the value in the error's text.

    Raises:
        ValueDomainError: the value, or something in it, is not JSON.
    """
    try:
        return _freeze(value, 1)
    except ValueDomainError as error:
        raise ValueDomainError(error.path, error.reason, what=where) from None


def freeze_mapping(value: Mapping[str, object], *, where: str = "value") -> FrozenDict:
    """Return the mapping *value* frozen; `freeze` with the type that callers mostly want.

    Raises:
        ValueDomainError: it is no mapping, or something in it is not JSON.
    """
    try:
        frozen = _freeze_dict(value, 1) if type(value) is dict else _freeze(value, 1)
    except ValueDomainError as error:
        raise ValueDomainError(error.path, error.reason, what=where) from None
    if type(frozen) is not FrozenDict:
        raise ValueDomainError((), f"{_kind(value)} where a mapping is needed", what=where)
    return frozen


def thaw(value: object) -> object:
    """Return *value* with plain, mutable dicts and lists all the way down."""
    if isinstance(value, dict):
        return {key: thaw(item) for key, item in value.items()}
    if isinstance(value, list):
        return [thaw(item) for item in value]
    return value


def of_items(items: dict[str, object]) -> FrozenDict:
    """Return a frozen copy of *items*, whose values are frozen already.

    Raises:
        ValueDomainError: that nests too deep.
    """
    return _freeze_dict(items, 1)


def check_size(state: FrozenDict, limit: int = MAX_STATE_BYTES) -> None:
    """Refuse a state that is larger than *limit* bytes as JSON.

    The bound that it carries is looked at first; only if that is too high is it written out.

    Raises:
        ValueDomainError: it is.
    """
    if state.size <= limit:
        return
    state.size = len(json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode())
    if state.size > limit:
        raise ValueDomainError((), f"larger than {limit} bytes as JSON: {state.size}", what="state")


def _freeze(value: object, level: int) -> object:
    kind = type(value)
    if kind is dict:
        return _freeze_dict(value, level)  # type: ignore[arg-type]
    if kind is list:
        return _freeze_list(value, level)  # type: ignore[arg-type]
    if kind is FrozenDict or kind is FrozenList:
        try:
            if level + value.depth - 1 > MAX_DEPTH:  # type: ignore[attr-defined]
                check_depth(value, level)  # type: ignore[arg-type]
        except AttributeError:
            return _freeze_subclass(value, level)  # made by others, so nothing is known of it
        return value
    if kind is str:
        if not value.isascii():  # type: ignore[attr-defined]
            _check_text(value)  # type: ignore[arg-type]
        return value
    if kind is int:
        if MIN_INT <= value <= MAX_INT:  # type: ignore[operator]
            return value
        raise ValueDomainError((), f"{show(value)} is not a 64-bit integer")
    if kind is float:
        if value - value == 0.0:  # type: ignore[operator]
            return value
        raise ValueDomainError((), f"{value!r} is not a finite number")
    if value is None or kind is bool:
        return value
    return _freeze_subclass(value, level)


def _freeze_subclass(value: object, level: int) -> object:
    if isinstance(value, Mapping):
        return _freeze_dict(dict(value), level)
    if isinstance(value, list):
        return _freeze_list(list(value), level)
    if isinstance(value, str):
        return _freeze(str.__str__(value), level)
    if isinstance(value, int):
        return _freeze(int.__int__(value), level)
    if isinstance(value, float):
        return _freeze(float.__float__(value), level)
    hint = ": use a list" if isinstance(value, tuple) else ""
    raise ValueDomainError((), f"{_kind(value)} is not a JSON value{hint}")


def _freeze_dict(value: dict[str, object], level: int) -> FrozenDict:
    if level > MAX_DEPTH:
        raise ValueDomainError((), f"nested deeper than {MAX_DEPTH}")
    depth, size = 1, 2
    changed: dict[str, object] | None = None
    for key, item in value.items():
        if type(key) is not str or not key.isascii():
            if not isinstance(key, str):
                raise ValueDomainError((), f"the key {show(key)} is not text")
            _check_text(key)
            size += 3 * len(key)
            if type(key) is not str:
                return _freeze_dict({str.__str__(k): v for k, v in value.items()}, level)
        size += len(key) + 4
        kind = type(item)
        # The quick cases of _freeze, without the call.
        if kind is int:
            if MIN_INT <= item <= MAX_INT:  # type: ignore[operator]
                size += SCALAR_BYTES
                continue
        elif kind is str:
            if item.isascii():  # type: ignore[attr-defined]
                size += len(item) + 2  # type: ignore[arg-type]
                continue
        elif item is None or kind is bool:
            size += SCALAR_BYTES
            continue
        try:
            frozen = _freeze(item, level + 1)
        except ValueDomainError as error:
            raise error.under(key) from None
        size += size_of(frozen)
        if frozen is not item:
            changed = changed or dict(value)
            changed[key] = frozen
        kind = type(frozen)
        if (kind is FrozenDict or kind is FrozenList) and frozen.depth >= depth:  # type: ignore[attr-defined]
            depth = frozen.depth + 1  # type: ignore[attr-defined]
    new = FrozenDict(changed or value)
    new.depth = depth
    new.size = size
    return new


def _freeze_list(value: list[object], level: int) -> FrozenList:
    if level > MAX_DEPTH:
        raise ValueDomainError((), f"nested deeper than {MAX_DEPTH}")
    new = FrozenList(value)
    depth, size = 1, 2 + len(value)
    for index, item in enumerate(value):
        try:
            frozen = _freeze(item, level + 1)
        except ValueDomainError as error:
            raise error.under(index) from None
        size += size_of(frozen)
        if frozen is not item:
            _set_element(new, index, frozen)
        kind = type(frozen)
        if (kind is FrozenDict or kind is FrozenList) and frozen.depth >= depth:  # type: ignore[attr-defined]
            depth = frozen.depth + 1  # type: ignore[attr-defined]
    new.depth = depth
    new.size = size
    return new


def size_of(value: object) -> int:
    """Return how many bytes of JSON the frozen *value* is at most, before escaping."""
    kind = type(value)
    if kind is str:
        length = len(value)  # type: ignore[arg-type]
        return 2 + (length if value.isascii() else 4 * length)  # type: ignore[attr-defined]
    if kind is FrozenDict or kind is FrozenList:
        return value.size  # type: ignore[attr-defined, no-any-return]
    return SCALAR_BYTES


def check_depth(value: FrozenDict | FrozenList, level: int = 1) -> None:
    """Refuse the frozen *value*, which lies in *level* - 1 others, if it nests too deep.

    Its recorded depth, an upper bound, is made exact first.

    Raises:
        ValueDomainError: it does.
    """
    value.depth = _measure(value)
    if level + value.depth - 1 > MAX_DEPTH:
        raise ValueDomainError((), f"nested deeper than {MAX_DEPTH}")


def _measure(value: FrozenDict | FrozenList) -> int:
    items = value.values() if isinstance(value, dict) else value
    depths = (
        _measure(item) for item in items if type(item) is FrozenDict or type(item) is FrozenList
    )
    return 1 + max(depths, default=0)


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueDomainError((), f"{show(text)} holds a lone surrogate") from None


def _kind(value: object) -> str:
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
