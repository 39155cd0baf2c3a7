"""From YAML text to JSON values with a place for every value and key.

A builder of our own on the parser's events: no constructors, no tags, no merge keys, so that a
file can make nothing but values; limits hold while it is read, so that a bad file is an error
and never a hang. What the values mean is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple, cast

import yaml
from yaml.error import Mark as YamlMark
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from jido_cli.topology import yaml_errors
from jido_cli.topology.positions import (
    ListMark,
    MapMark,
    Mark,
    Pos,
    ScalarMark,
    moved,
    pos_of,
    span,
)
from jido_cli.topology.rules import (
    BAD_NUMBER,
    DUPLICATE_KEY,
    FILE_LIMIT,
    YAML_FEATURE,
    YAML_SYNTAX,
    Findings,
)
from jido_cli.topology.scalars import MAY_BE_NO_TEXT, ScalarError, resolve
from jido_cli.topology.traps import almost_expression

MAX_DEPTH: Final = 64
MAX_NODES: Final = 200_000
MAX_ALIASES: Final = 10_000
_MAX_CONTROL_FINDINGS: Final = 10
_ANCHOR: Final = re.compile(r"&\S+\s+")

# U+0085, U+2028 and U+2029 are line breaks in YAML 1.1 only: parsers and editors would count
# lines differently, so they are refused with the control characters.
_REFUSED: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)


class Document(NamedTuple):
    """What was read; `mark` is None when there is nothing to go on with."""

    value: object
    mark: Mark | None
    nodes: int = 0


class _Stopped(Exception):
    """Ends the reading of a file that cannot be read on; its finding is written down already."""


class _Anchor(NamedTuple):
    value: object
    mark: Mark
    nodes: int
    aliases: int
    height: int


def read(
    text: str, findings: Findings, *, file: int = 0, nodes: int = 0, pure: bool = False
) -> Document:
    """Read one YAML document; what is wrong with it goes to *findings*.

    Args:
        text: the text of the file.
        findings: takes what is wrong.
        file: the index of the file among those of its topology.
        nodes: how many values the other files have already.
        pure: take PyYAML's parser in Python, which is also the fallback where the one in C is
            missing.
    """
    text = text.removeprefix("\ufeff")
    if _has_refused_characters(text, findings, file):
        return Document(None, None)
    builder = _Builder(text, findings, file=file, nodes=nodes, pure=pure)
    try:
        value, mark = builder.document()
    except _Stopped:
        return Document(None, None)
    except yaml.MarkedYAMLError as error:
        message, hint, pos = yaml_errors.explain(error, text)
        findings.add(YAML_SYNTAX, pos._replace(file=file), message, hint=hint)
        return Document(None, None)
    return Document(value, None if builder.is_unusable else mark, builder.nodes - nodes)


def _has_refused_characters(text: str, findings: Findings, file: int) -> bool:
    found = False
    for count, match in enumerate(_REFUSED.finditer(text)):
        if count == _MAX_CONTROL_FINDINGS:
            break
        found = True
        before = text[: match.start()]
        lines = yaml_errors.split_lines(before)
        line, column = len(lines), len(lines[-1]) + 1
        findings.add(
            YAML_SYNTAX,
            Pos(line, column, line, column + 1, file),
            f"the character U+{ord(match[0]):04X} is not allowed in a file",
            hint="in double quotes it can be written as an escape, such as \\u0000",
        )
    return found


class _Builder:
    """Builds values from one parser's events, counting what they cost."""

    def __init__(self, text: str, findings: Findings, *, file: int, nodes: int, pure: bool) -> None:
        self._text = text
        self._next = _events(text, pure=pure)
        self._findings = findings
        self._file = file
        self._anchors: dict[str, _Anchor | None] = {}
        self.nodes = nodes
        self._aliases = 0
        self.is_unusable = False

    def document(self) -> tuple[object, Mark]:
        self._next()  # the start of the stream
        start = self._next()
        if isinstance(start, StreamEndEvent):
            self._findings.add(YAML_SYNTAX, Pos(1, 1, 1, 1, self._file), "the file is empty")
            raise _Stopped
        value, mark, _ = self._node(self._next(), 1)
        self._next()  # the end of the document
        more = self._next()
        if isinstance(more, DocumentStartEvent):
            self._refuse_second_document(more)
        return value, mark

    def _refuse_second_document(self, event: Event) -> None:
        self._findings.add(
            YAML_SYNTAX,
            pos_of(self._place(event)),
            "a second document begins here",
            hint="a file holds one topology",
        )
        self.is_unusable = True

    def _node(self, event: Event, depth: int) -> tuple[object, Mark, int]:
        """Return value, mark and height of the node that *event* begins."""
        if isinstance(event, AliasEvent):
            return self._alias(event, depth)
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._count(event, 0)
        if isinstance(event, ScalarEvent) and event.anchor is None:
            return self._scalar(event), self._place(event, event.style or ""), 0
        nodes, aliases = self.nodes, self._aliases
        anchor = event.anchor if isinstance(event, _ANCHORED) else None
        if anchor is not None:
            self._anchors[anchor] = None
        value: object
        mark: Mark
        if isinstance(event, ScalarEvent):
            value, mark, height = self._scalar(event), self._place(event, event.style or ""), 0
        elif isinstance(event, MappingStartEvent):
            value, mark, height = self._mapping(event, self._deeper(event, depth))
        else:
            value, mark, height = self._sequence(event, self._deeper(event, depth))
        if anchor is not None:
            mark = moved(mark, self._without_anchor(event, span(mark)))
            self._anchors[anchor] = _Anchor(
                value, mark, self.nodes - nodes + 1, self._aliases - aliases, height
            )
        return value, mark, height

    def _without_anchor(self, event: Event, place: ScalarMark) -> ScalarMark:
        """Return where a node itself begins: for the parser it begins with its anchor."""
        start = cast("YamlMark", event.start_mark).index
        match = _ANCHOR.match(self._text, start)
        if match is None:
            return place
        lines = yaml_errors.split_lines(match[0])
        column = len(lines[-1]) + (place.column if len(lines) == 1 else 1)
        line = place.line + len(lines) - 1
        if (line, column) > (place.end_line, place.end_column):
            line, column = place.end_line, place.end_column  # an anchor with nothing behind it
        return place._replace(line=line, column=column)

    def _mapping(self, event: Event, depth: int) -> tuple[dict[str, object], MapMark, int]:
        self._refuse_tag(event)
        values: dict[str, object] = {}
        keys: dict[str, ScalarMark] = {}
        marks: dict[str, Mark] = {}
        height = 0
        while not isinstance(found := self._next(), MappingEndEvent):
            key, place = self._key(found, depth)
            given = self._next()
            if key is None and isinstance(given, AliasEvent):
                continue  # it belongs to a key that is refused already
            value, mark, below = self._node(given, depth)
            height = max(height, below)
            if key is None:
                continue
            if key in keys:
                self._refuse_duplicate(key, place, keys[key])
                continue
            values[key], keys[key], marks[key] = value, place, mark
        return values, MapMark(self._stretch(event, found), keys, marks), height + 1

    def _sequence(self, event: Event, depth: int) -> tuple[list[object], ListMark, int]:
        self._refuse_tag(event)
        values: list[object] = []
        marks: list[Mark] = []
        height = 0
        while not isinstance(found := self._next(), SequenceEndEvent):
            value, mark, below = self._node(found, depth)
            height = max(height, below)
            values.append(value)
            marks.append(mark)
        return values, ListMark(self._stretch(event, found), marks), height + 1

    def _key(self, event: Event, depth: int) -> tuple[str | None, ScalarMark]:
        if not isinstance(event, ScalarEvent):
            place = self._place(event)
            if not isinstance(event, AliasEvent):
                self._node(event, depth)
            start = cast("YamlMark", event.start_mark).index
            hint = almost_expression(self._text[max(0, start - 1) : start + 200])
            fact = "a key is neither a list, a mapping nor an alias: it is text"
            self._refuse(place, fact, hint=hint)
            return None, place
        place = self._place(event, event.style or "")
        if event.value == "<<" and event.implicit[0]:
            self._refuse(place, "merge keys are not part of the format", hint="use defaults")
            self.is_unusable = True
            return None, place
        key = self._scalar(event)
        if not isinstance(key, str):
            self._refuse(
                place, f"the key {event.value!r} is not text", hint=f'quote it: "{event.value}"'
            )
            return None, place
        return key, place

    def _scalar(self, event: ScalarEvent) -> object:
        if event.tag is not None:
            self._refuse_tag(event)
        text = event.value
        if not event.implicit[0] or (text and text[0] not in MAY_BE_NO_TEXT):
            return text
        try:
            return resolve(text)
        except ScalarError as error:
            self._findings.add(BAD_NUMBER, pos_of(self._place(event)), str(error))
            self.is_unusable = True
            return 0

    def _alias(self, event: AliasEvent, depth: int) -> tuple[object, Mark, int]:
        place = self._place(event, "*")
        pos = pos_of(place)
        name = event.anchor or ""
        if name not in self._anchors:
            hint = yaml_errors.alias_hint(name)
            message = f"the alias *{name} has no anchor before it"
            self._findings.add(YAML_SYNTAX, pos, message, hint=hint)
            self.is_unusable = True
            return None, place, 0
        anchor = self._anchors[name]
        if anchor is None:
            self._findings.add(YAML_SYNTAX, pos, f"the alias *{name} contains itself")
            raise _Stopped
        self._aliases += 1 + anchor.aliases
        if self._aliases > MAX_ALIASES:
            self._stop(event, f"more than {MAX_ALIASES:,} aliases are expanded")
        if depth + anchor.height > MAX_DEPTH + 1:
            self._stop(event, f"nested deeper than {MAX_DEPTH}")
        self._count(event, anchor.nodes)
        return anchor.value, moved(anchor.mark, place), anchor.height

    def _count(self, event: Event, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            self._stop(event, f"more than {MAX_NODES:,} values, aliases expanded")

    def _deeper(self, event: Event, depth: int) -> int:
        if depth > MAX_DEPTH:
            self._stop(event, f"nested deeper than {MAX_DEPTH}")
        return depth + 1

    def _stop(self, event: Event, message: str) -> None:
        self._findings.add(FILE_LIMIT, pos_of(self._place(event)), message)
        raise _Stopped

    def _refuse_tag(self, event: Event) -> None:
        tag = getattr(event, "tag", None)
        if tag is None:
            return
        shown = tag.replace("tag:yaml.org,2002:", "!!")
        hint = "a plain number or word has its type; quote it to make it text"
        if not shown.startswith("!!"):
            start = cast("YamlMark", event.start_mark).index
            whole = yaml_errors.value_at(self._text[start : start + 200])
            hint = yaml_errors.quote("expression", whole)
        fact = f"the tag {shown!r} is not part of the format"
        self._refuse(self._place(event), fact, hint=hint)
        self.is_unusable = True

    def _refuse_duplicate(self, key: str, place: ScalarMark, first: ScalarMark) -> None:
        self._findings.add(
            DUPLICATE_KEY,
            pos_of(place),
            f"the key {key!r} is already used at line {first.line}",
            hint="a key stands once in its mapping",
        )

    def _place(self, event: Event, style: str = "") -> ScalarMark:
        return self._stretch(event, event, style)

    def _stretch(self, first: Event, last: Event, style: str = "") -> ScalarMark:
        start: Any = first.start_mark
        end: Any = last.end_mark
        return ScalarMark(
            start.line + 1, start.column + 1, end.line + 1, end.column + 1, style, self._file
        )

    def _refuse(self, place: ScalarMark, message: str, *, hint: str | None = None) -> None:
        self._findings.add(YAML_FEATURE, pos_of(place), message, hint=hint)


_ANCHORED: Final = (ScalarEvent, MappingStartEvent, SequenceStartEvent)


def _events(text: str, *, pure: bool) -> Callable[[], Event]:
    """Return what gives one event after the other, the end of the stream last."""
    parser = yaml.SafeLoader(text) if pure or not yaml.__with_libyaml__ else yaml.CSafeLoader(text)
    return cast("Callable[[], Event]", parser.get_event)
