"""Changing a YAML file as text: only what differs is written anew, so comments, order and every other line stay.

The result is read again and compared with what was meant before anybody uses it; a file written in a way this module
cannot change rightly is refused, never guessed at.
"""
from __future__ import annotations

import json
from datetime import date
from typing import Any, Dict, List, Mapping, Sequence, Tuple

import yaml

from bot.knowledge.faq_text import TextError, scalar, spans

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INLINE_RECORDS = ("local", "options")
"""Lists whose small records stand in braces, one a line."""

Edit = Tuple[int, int, List[str]]
"""First line, line after the last, and what comes there instead."""


def changed(text: str, before: Any, after: Any) -> str:
    """``text`` (which says ``before``) with what differs in ``after``; raises :class:`TextError`.

    Both are plain data as YAML reads it (dates as dates). A key that ``after`` no longer has is taken out.
    """
    if before == after:
        return text
    lines = text.split("\n")
    root = yaml.compose(text, Loader=_LOADER)
    edits = _edits(root, lines, before, after)
    for first, stop, written in sorted(edits, key=lambda edit: edit[:2], reverse=True):
        lines[first:stop] = written
    result = "\n".join(lines)
    try:
        found = yaml.load(result, Loader=_LOADER)
    except yaml.YAMLError:
        found = None
    if found != after:
        raise TextError("的写法比较特别，程序改不准，请手工修改")
    return result


def parsed(text: str) -> Any:
    """What the text says; raises :class:`TextError`."""
    try:
        return yaml.load(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise TextError(f"不是有效的 YAML（{str(error).splitlines()[0]}），请先改好") from None


def _edits(node: Any, lines: List[str], before: Any, after: Any) -> List[Edit]:
    """What to do to the block mapping or block sequence ``node``."""
    if isinstance(node, yaml.SequenceNode):
        return _in_sequence(node, lines, before, after)
    found: List[Edit] = []
    places = spans(node, lines)
    column = node.start_mark.column
    values = {key.value: value for key, value in node.value}
    for name, (first, stop) in places.items():
        if name not in after:
            if lines[first][:column].strip():  # the first key of a list entry shares the dash's line
                raise TextError("的写法比较特别，程序改不准，请手工修改")
            found.append((first, stop, []))
        elif before[name] != after[name]:
            if _can_enter(values[name], before[name], after[name]):
                found += _edits(values[name], lines, before[name], after[name])
            else:
                written = field(name, after[name], column)
                head = lines[first][:column]
                found.append((first, stop, [head + written[0][column:], *written[1:]] if head.strip() else written))
    added = [line for name, value in after.items() if name not in before for line in field(name, value, column)]
    end = max(stop for _, stop in places.values())
    return [*found, (end, end, added)] if added else found


def _can_enter(node: Any, before: Any, after: Any) -> bool:
    """Whether the difference can be written inside ``node`` instead of replacing it."""
    if getattr(node, "flow_style", True) or not before or not after:
        return False
    if isinstance(node, yaml.MappingNode):
        return isinstance(after, dict)
    return isinstance(after, list) and all(isinstance(item, dict) for item in (*before, *after))


def _in_sequence(node: yaml.SequenceNode, lines: List[str], before: Sequence[Any], after: Sequence[Any]) -> List[Edit]:
    column = node.start_mark.column
    starts = [item.start_mark.line for item in node.value]
    if len(before) == len(after) and all(not item.flow_style for item in node.value):
        return [edit for item, old, new in zip(node.value, before, after) if old != new for edit in _edits(item, lines, old, new)]
    stop = node.value[-1].end_mark.line + (1 if node.value[-1].end_mark.column else 0)
    while stop - 1 > starts[-1] and (not lines[stop - 1].strip() or lines[stop - 1].lstrip().startswith("#")):
        stop -= 1
    kept = [(old, lines[first:last]) for old, first, last in zip(before, starts, [*starts[1:], stop])]
    written: List[str] = []
    for item in after:
        place = next((i for i, (old, _) in enumerate(kept) if old == item), None)
        written += kept.pop(place)[1] if place is not None else entry(item, column)
    return [(starts[0], stop, written)]


def field(name: str, value: Any, column: int) -> List[str]:
    """``name: value`` as lines, indented by ``column``."""
    margin = " " * column
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        if name in _INLINE_RECORDS:
            return [f"{margin}{name}:", *(f"{margin}- {_braced(item)}" for item in value)]
        return [f"{margin}{name}:", *(line for item in value for line in entry(item, column))]
    if isinstance(value, dict) and value:
        return [f"{margin}{name}:", *(line for key, item in value.items() for line in field(key, item, column + 2))]
    if isinstance(value, str) and "\n" in value:
        block = [f"{margin}{name}: |-", *((margin + "  " + line) if line else "" for line in value.split("\n"))]
        if yaml.load("\n".join(block), Loader=_LOADER) == {name: value}:
            return block
    return [f"{margin}{name}: {inline(value)}"]


def entry(item: Mapping[str, Any], column: int) -> List[str]:
    """A mapping as an entry of a list whose dashes stand in ``column``."""
    written = [line for key, value in item.items() for line in field(key, value, column + 2)]
    return [" " * column + "- " + written[0].lstrip(), *written[1:]]


def inline(value: Any) -> str:
    """A value on one line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if isinstance(value, dict):
        return _braced(value)
    return scalar(value)


def _braced(record: Dict[str, Any]) -> str:
    return "{" + ", ".join(f"{name}: {_flow(value)}" for name, value in record.items()) + "}"


def _flow(value: Any) -> str:
    """Inside brackets: plain words plain, patterns in single quotes (backslashes stay as they are), else as JSON."""
    if not isinstance(value, str):
        return inline(value)
    plain = scalar(value)
    if plain == value and not any(sign in value for sign in ",[]{}:#"):
        return value
    quoted = "'" + value.replace("'", "''") + "'"
    try:
        return quoted if yaml.load(quoted, Loader=_LOADER) == value else json.dumps(value, ensure_ascii=False)
    except yaml.YAMLError:
        return json.dumps(value, ensure_ascii=False)
