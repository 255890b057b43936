"""Changing FAQ files (data/faq/*.yml) as text, so that comments, order and every other record stay as they were.

Only the records and fields that change are written anew; the result is decoded again and compared before anybody uses it.
"""
from __future__ import annotations

import json
import re
from datetime import date
from functools import lru_cache
from typing import Any, Dict, List, Mapping, Sequence, Tuple

import msgspec
import yaml

from .faq import Faq

FIELDS = ("id", "question", "similar", "answer", "topic", "facts", "local", "related", "options",
          "effective_from", "effective_to", "enabled", "source", "author", "updated_at")
"""Order in which a new record is written."""
_FLOW = ("facts", "related")
_SURELY_PLAIN = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z0-9，。？！、；（）“”《》]*")
_PLAIN = re.compile(r"[A-Za-z\u4e00-\u9fff].*")


class TextError(ValueError):
    """The file cannot be changed by machine; the message is a Chinese sentence that says what to do."""


def append(text: str, faqs: Sequence[Faq]) -> str:
    """``text`` with ``faqs`` as its last records."""
    root = _root(text)
    if root is None:
        column = 0
    elif isinstance(root, yaml.SequenceNode) and not root.flow_style:
        column = root.start_mark.column
    else:
        raise TextError("最外层不是逐条列出的清单，请手工加到文件里")
    body: List[str] = []
    for faq in faqs:
        values = {name: getattr(faq, name) for name in FIELDS if _worth_writing(faq, name)}
        record = [line for name, value in values.items() for line in _field(name, value, column + 2)]
        body += [" " * column + "- " + record[0].lstrip(), *record[1:]]
    if text and not text.endswith("\n"):
        text += "\n"
    return _checked(text, text + "".join(line + "\n" for line in body), [*_decode(text), *faqs])


def change(text: str, wanted: Mapping[str, Mapping[str, Any]]) -> str:
    """``text`` with fields of records replaced: ``wanted`` is id → field → value. Fields a record does not have yet come last."""
    before = _decode(text)
    root = _root(text)
    places = {faq.id: i for i, faq in enumerate(before)}
    lines = text.split("\n")
    expected = list(before)
    edits: List[Tuple[int, int, List[str]]] = []
    for ident, values in wanted.items():
        if ident not in places:
            raise TextError(f"里面没有 {ident}，可能刚被改过，请再试一次")
        assert isinstance(root, yaml.SequenceNode)
        index = places[ident]
        edits += _edits(root.value[index], lines, before[index], values)
        expected[index] = msgspec.structs.replace(before[index], **values)
    for first, stop, written in sorted(edits, key=lambda edit: edit[:2], reverse=True):
        lines[first:stop] = written
    return _checked(text, "\n".join(lines), expected)


def _edits(node: Any, lines: List[str], faq: Faq, values: Mapping[str, Any]) -> List[Tuple[int, int, List[str]]]:
    """First line, line after the last, and what comes there instead, for every field of ``values`` in the record ``node``."""
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        raise TextError(f"{faq.id} 写在一行花括号里，请手工修改")
    places = spans(node, lines)
    column = node.start_mark.column
    edits: List[Tuple[int, int, List[str]]] = []
    added: List[str] = []
    for name, value in values.items():
        written = _field(name, value, column)
        if name not in places:
            added += written
            continue
        first, stop = places[name]
        written = _grown(lines, first, stop, getattr(faq, name), value, written)
        head = lines[first][:column]
        if head.strip():  # the field shares its line with the record's dash
            written = [head + written[0][column:], *written[1:]]
        edits.append((first, stop, written))
    end = max(stop for _, stop in places.values())
    return [*edits, (end, end, added)]


@lru_cache(maxsize=4)
def _root(text: str) -> Any:
    try:
        return yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise TextError(f"不是有效的 YAML（{str(error).splitlines()[0]}），请先改好") from None


@lru_cache(maxsize=4)  # an import appends to the same file again and again
def _decode(text: str) -> Tuple[Faq, ...]:
    try:
        return msgspec.yaml.decode(text.encode(), type=Tuple[Faq, ...]) if _root(text) is not None else ()
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise TextError(f"内容有错（{error}），请先用 ./gjj config check 查看并改好") from None


def _checked(before: str, after: str, expected: Sequence[Faq]) -> str:
    """``after`` when it says exactly what was meant; the files are too valuable to trust the writer alone."""
    if before == after:
        return after
    try:
        found: Any = _decode(after)
    except TextError:
        found = None
    if found != tuple(expected):
        raise TextError("的写法比较特别，程序改不准，请手工修改")
    return after


def spans(node: yaml.MappingNode, lines: List[str]) -> Dict[str, Tuple[int, int]]:
    """Field name → first line and the line after its last, without the comments and blank lines that follow it."""
    found: Dict[str, Tuple[int, int]] = {}
    starts = [key.start_mark.line for key, _ in node.value]
    for position, (key, value) in enumerate(node.value):
        first = key.start_mark.line
        stop = value.end_mark.line + (1 if value.end_mark.column else 0)
        if position + 1 < len(starts):
            stop = min(stop, starts[position + 1])
        stop = max(stop, first + 1)
        while stop - 1 > first and _outside(lines[stop - 1], key.start_mark.column):
            stop -= 1
        found[key.value] = (first, min(stop, len(lines)))
    return found


def _outside(line: str, column: int) -> bool:
    """Blank, or a comment that is not indented deeper than the field: it belongs to what comes next."""
    bare = line.lstrip()
    return not bare or (bare.startswith("#") and len(line) - len(bare) <= column)


def _grown(lines: List[str], first: int, stop: int, old: Any, new: Any, written: List[str]) -> List[str]:
    """A list that only got longer keeps its lines (and their comments); anything else is ``written`` anew."""
    if not isinstance(new, list) or not old or new[: len(old)] != old or stop - first != len(old) + 1:
        return written
    kept = lines[first:stop]
    indent = kept[-1][: len(kept[-1]) - len(kept[-1].lstrip())]
    if not all(line.startswith(indent + "- ") for line in kept[1:]):
        return written
    # Columns before the field's name may hold the record's dash; change() puts that back.
    return [*kept, *(indent + "- " + _entry(item) for item in new[len(old):])]


def _worth_writing(faq: Faq, name: str) -> bool:
    value = getattr(faq, name)
    return value not in ([], "", None) if name != "enabled" else not value


def _field(name: str, value: Any, column: int) -> List[str]:
    margin = " " * column
    if name in _FLOW:
        return [f"{margin}{name}: [{', '.join(value)}]"]
    if isinstance(value, list):
        if not value:
            return [f"{margin}{name}: []"]
        return [f"{margin}{name}:", *(f"{margin}  - {_entry(item)}" for item in value)]
    if isinstance(value, bool):
        return [f"{margin}{name}: {'true' if value else 'false'}"]
    if value is None:
        return [f"{margin}{name}: null"]
    if isinstance(value, date):
        return [f"{margin}{name}: {value.isoformat()}"]
    if "\n" in value and value == value.strip() and not re.search(r"[ \t]\n|[^\S\n ]", value):
        block = [f"{margin}{name}: |-", *((margin + "  " + line) if line else "" for line in value.split("\n"))]
        if yaml.safe_load("\n".join(block)) == {name: value}:
            return block
    return [f"{margin}{name}: {scalar(value)}"]


def _entry(item: Any) -> str:
    """One entry of a list: a text, or a small record in braces."""
    if isinstance(item, str):
        return scalar(item)
    return "{" + ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in msgspec.to_builtins(item).items()) + "}"


@lru_cache(maxsize=1 << 14)  # the topics and sources of thousands of records are the same few
def scalar(text: str) -> str:
    """``text`` as a one-line YAML scalar: plain where that is read back unchanged, else quoted."""
    if _SURELY_PLAIN.fullmatch(text):
        return text
    if _PLAIN.fullmatch(text):
        try:
            if yaml.safe_load(f"- {text}") == [text] and yaml.safe_load(f"k: {text}") == {"k": text}:
                return text
        except yaml.YAMLError:
            pass
    return json.dumps(text, ensure_ascii=False)
